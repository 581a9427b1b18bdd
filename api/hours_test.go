package api_test

import (
	"strings"
	"testing"
	"time"

	"baton/domain"
)

type schedule struct {
	Hours struct {
		TimeZone, From, To string
		Days               []string
		QuietFrom          string `json:"quiet_from"`
	}
	DaysOff []struct {
		ID, Reason, Source string
		FirstDay           string `json:"first_day"`
	} `json:"days_off"`
	NextWorkingAt time.Time `json:"next_working_at"`
}

func TestHours(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	p := s.join(boss.member.WorkspaceID, "Ravi", domain.RoleMember)
	fresh := decoded[schedule](t, p.call("GET", "/api/v1/me/hours", nil).expect(200))
	if fresh.Hours.From != "09:00" || len(fresh.Hours.Days) != 5 || fresh.Hours.QuietFrom != "19:00" || fresh.NextWorkingAt.IsZero() {
		t.Errorf("%+v", fresh)
	}
	body := map[string]any{"time_zone": "Asia/Kolkata", "days": []string{"mon", "tue"}, "from": "08:30", "to": "16:30"}
	p.call("PUT", "/api/v1/me/hours", body).expect(200)
	p.call("POST", "/api/v1/me/days-off", map[string]any{"first_day": "2031-03-03", "last_day": "2031-03-03", "reason": "Holi"}).expect(201)
	calendar := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Republic Day\r\nDTSTART;VALUE=DATE:20200126\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	type imported struct {
		Added    int
		Schedule schedule
	}
	first := decoded[imported](t, p.call("POST", "/api/v1/me/days-off/import", map[string]any{"ics": calendar}).expect(200))
	again := decoded[imported](t, p.call("POST", "/api/v1/me/days-off/import", map[string]any{"ics": calendar}).expect(200))
	if first.Added < 2 || again.Added != 0 || len(again.Schedule.DaysOff) != first.Added+1 {
		t.Errorf("%d, then %d added, %d entries", first.Added, again.Added, len(again.Schedule.DaysOff))
	}
	me := decoded[struct {
		TimeZone string `json:"time_zone"`
	}](t, p.call("GET", "/api/v1/me", nil).expect(200))
	if me.TimeZone != "Asia/Kolkata" {
		t.Errorf("zone %s", me.TimeZone)
	}

	// Monday 3 March 2031 is a day off, Tuesday is worked, then comes Monday the 10th.
	at := "/api/v1/members/" + string(p.member.Account.ID)
	due := decoded[struct {
		DueAt     time.Time `json:"due_at"`
		ReachedAt time.Time `json:"reached_at"`
	}](t, boss.call("GET", at+"/due?class=standard&asked_at=2031-03-03T06:30:00Z", nil).expect(200))
	if got := due.DueAt.Format(time.RFC3339); got != "2031-03-04T11:00:00Z" {
		t.Errorf("due %s", got)
	}
	if got := due.ReachedAt.Format(time.RFC3339); got != "2031-03-04T03:00:00Z" {
		t.Errorf("reached %s", got)
	}
	seen := decoded[schedule](t, boss.call("GET", at+"/hours", nil).expect(200))
	if seen.Hours.From != "08:30" || seen.Hours.QuietFrom != "" {
		t.Errorf("%+v", seen)
	}
	if len(seen.DaysOff) == 0 || seen.DaysOff[0].FirstDay == "" || seen.DaysOff[0].Reason != "" {
		t.Errorf("a colleague sees the days, not why: %+v", seen.DaysOff)
	}

	for what, change := range map[string]map[string]any{
		"zone":    {"time_zone": "Asia/Atlantis"},
		"order":   {"from": "17:00", "to": "09:00"},
		"core":    {"core_from": "07:00", "core_to": "09:00"},
		"silence": {"quiet_from": "08:00", "quiet_to": "18:00"},
		"clock":   {"from": "25:00"},
		"days":    {"days": []string{}},
	} {
		bad := map[string]any{}
		for k, v := range body {
			bad[k] = v
		}
		for k, v := range change {
			bad[k] = v
		}
		if a := p.call("PUT", "/api/v1/me/hours", bad); a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	for _, text := range []string{"hello", strings.Repeat("BEGIN:VCALENDAR\r\n", 10)} {
		p.call("POST", "/api/v1/me/days-off/import", map[string]any{"ics": text}).problem(400)
	}
	p.call("POST", "/api/v1/me/days-off", map[string]any{"first_day": "2031-02-31", "last_day": "2031-03-03"}).problem(400)
}

// TestWhenPeopleMayTalk: core hours say when two can just talk with each other, and when a round finds most of them.
func TestWhenPeopleMayTalk(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	p := s.join(boss.member.WorkspaceID, "Ravi", domain.RoleMember)
	hours := func(who *person, zone, from, to, coreFrom, coreTo string) {
		t.Helper()
		body := map[string]any{"time_zone": zone, "days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": from, "to": to}
		if coreFrom != "" {
			body["core_from"], body["core_to"] = coreFrom, coreTo
		}
		who.call("PUT", "/api/v1/me/hours", body).expect(200)
	}
	hours(boss, "Europe/Berlin", "08:00", "18:00", "10:00", "15:00")
	hours(p, "Asia/Kolkata", "11:00", "19:00", "", "")
	type due struct {
		From string `json:"live_from"`
		To   string `json:"live_to"`
	}
	look := func(who *person, of *person, at string) due {
		t.Helper()
		return decoded[due](t, who.call("GET", "/api/v1/members/"+string(of.member.Account.ID)+"/due?class=urgent&asked_at="+at, nil).expect(200))
	}
	// Friday at 18:00 in Berlin: on Monday at ten there it is 14:30 in Kolkata, where work ends at 19:00, 14:30 in Berlin.
	want := due{"2031-03-10T09:00:00Z", "2031-03-10T13:30:00Z"}
	if got := look(boss, p, "2031-03-07T17:00:00Z"); got != want {
		t.Errorf("%+v", got)
	}
	if got := look(p, boss, "2031-03-07T17:00:00Z"); got != want {
		t.Errorf("%+v", got)
	}
	if got := look(p, p, "2031-03-07T17:00:00Z"); got != (due{}) {
		t.Errorf("with oneself: %+v", got)
	}
	hours(p, "Pacific/Auckland", "09:00", "17:00", "09:00", "12:00")
	if got := look(boss, p, "2031-03-07T17:00:00Z"); got != (due{}) {
		t.Errorf("never: %+v", got)
	}

	type opening struct {
		Opens   string
		In      int `json:"in_core"`
		Usual   int `json:"usual_in_core"`
		Members int
	}
	both := "&members=" + string(boss.member.Account.ID) + "&members=" + string(p.member.Account.ID)
	if got := decoded[opening](t, boss.call("GET", "/api/v1/round-opening?usual=09:00"+both, nil).expect(200)); got != (opening{"10:00", 2, 1, 2}) {
		t.Errorf("%+v", got)
	}
	stranger := s.workspace("Other")
	if got := decoded[opening](t, stranger.call("GET", "/api/v1/round-opening?usual=09:00"+both, nil).expect(200)); got.Members != 0 || got.Opens != "09:00" {
		t.Errorf("hours of another workspace: %+v", got)
	}
	boss.call("GET", "/api/v1/round-opening?usual=9"+both, nil).problem(400)

	// A week's leave by the clock is a week off, and a meeting is none.
	calendar := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Leave\r\nDTSTART:20310310T080000\r\nDTEND:20310314T190000\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nDTSTART:20310317T080000\r\nDTEND:20310317T190000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	calendar = strings.ReplaceAll(calendar, "203103", time.Now().AddDate(0, 2, 0).Format("200601"))
	got := decoded[struct {
		Added, Skipped int
		Schedule       schedule
	}](t, boss.call("POST", "/api/v1/me/days-off/import", map[string]any{"ics": calendar}).expect(200))
	if got.Added != 1 || got.Skipped != 1 || !strings.HasSuffix(got.Schedule.DaysOff[0].FirstDay, "-10") {
		t.Errorf("%+v", got)
	}
}
