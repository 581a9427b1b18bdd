package api_test

import (
	"strings"
	"testing"

	"baton/domain"
)

func TestTheLedgerOfAMonth(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	p := c.enter(owner)
	type figures struct {
		Avoided  float64 `json:"avoided_hours"`
		Spent    float64 `json:"spent_hours"`
		Recorded float64 `json:"recorded_hours"`
		Watched  float64 `json:"watched_hours"`
		Written  float64 `json:"written_hours"`
		Net      float64 `json:"net_hours"`
		Cost     *float64
		Expected int
		Answered int
		Asks     int
		InTime   int `json:"asks_in_time"`
		Fairness float64
		Trend    []struct {
			From, To string
			Spent    float64 `json:"spent_hours"`
			Avoided  float64 `json:"avoided_hours"`
		}
		Rotation []struct {
			Burdens []struct {
				Zone string `json:"time_zone"`
			}
		}
	}
	o := c.occurrence()
	clip := p.clip(domain.VisibleWorkspace, "answer")
	c.playable(clip, "all is well")
	c.exec(`update clip set duration_ms = 3600000 where id = $1`, clip)
	p.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	c.exec(`update answer set created_at = '2026-03-10T10:00:00Z' where occurrence_id = $1`, o)
	c.exec(`update occurrence set opened_at = '2026-03-10T08:00:00Z' where id = $1`, o)
	c.enter(member).call("POST", "/api/v1/clips/"+string(clip)+"/heard", map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 1800000}}}).expect(204)
	ledger := func(query string) figures {
		return decoded[figures](t, p.call("GET", "/api/v1/ledger?"+query, nil).expect(200))
	}
	march := "from=2026-03-01&to=2026-03-31"
	// An hour that was recorded twice over, half of it heard once: and no meeting was given up for it.
	if f := ledger(march); f.Avoided != 0 || f.Spent != 2.5 || f.Recorded != 2 || f.Watched != 0.5 || f.Written != 0 || f.Net != -2.5 || f.Cost != nil || f.Expected != 1 || f.Answered != 1 || f.Fairness != 1 {
		t.Errorf("%+v", f)
	}
	c.enter(admin).call("PUT", "/api/v1/norms", map[string]any{"urgent_hours": 4, "standard_days": 1, "relaxed_days": 3, "escalation": "nobody", "escalate_hours": 4, "hour_cost": 50}).expect(200)
	p.call("POST", "/api/v1/meetings", map[string]any{"name": "Status", "minutes": 60, "people": 10, "per_year": 73.05, "since": "2026-03-12"}).expect(201)
	// From 12 to 31 March are 20 days: a fifth of a meeting each, ten hours a meeting.
	if f := ledger(march); f.Avoided != 40 || f.Net != 37.5 || f.Cost == nil || *f.Cost != 1875 {
		t.Errorf("%+v", f)
	}
	// A Sunday, four weeks, two days: what was recorded on the tenth is in the third of them, and no meeting is held from the twelfth on.
	f := ledger(march)
	if n := len(f.Trend); n != 6 || f.Trend[0].To != "2026-03-01" || f.Trend[2].Spent != 2.5 || f.Trend[2].Avoided != 8 || f.Trend[3].Avoided != 14 || f.Trend[5].To != "2026-03-31" {
		t.Errorf("%+v", f.Trend)
	}
	if f := ledger("from=2026-01-15&to=2026-12-31"); len(f.Trend) != 12 || f.Trend[1].From != "2026-02-01" || f.Trend[1].To != "2026-02-28" {
		t.Errorf("%+v", f.Trend)
	}
	c.enter(member).call("PUT", "/api/v1/me/hours", map[string]any{"time_zone": "Asia/Kolkata", "days": []string{"mon"}, "from": "09:00", "to": "17:00"}).expect(200)
	if f := ledger(march); len(f.Rotation) != 8 || len(f.Rotation[0].Burdens) < 2 {
		t.Errorf("%+v", f.Rotation)
	}
	if f := ledger("from=2026-02-01&to=2026-02-28"); f.Avoided != 0 || f.Spent != 0 {
		t.Errorf("%+v", f)
	}
	text := string(p.call("GET", "/api/v1/ledger.csv?"+march, nil).expect(200).body)
	if !strings.Contains(text, "spent_hours,2.5\nrecorded_hours,2\nwatched_hours,0.5\nwritten_hours,0\nnet_hours,37.5\n") || !strings.HasPrefix(text, "figure,value\n") {
		t.Error(text)
	}
	p.call("GET", "/api/v1/ledger?from=2026-03-31&to=2026-03-01", nil).problem(400)

	event := func(name, rule string, people int) string {
		return "BEGIN:VEVENT\r\nDTSTART:20260302T100000Z\r\nDTEND:20260302T103000Z\r\nSUMMARY:" + name + "\r\n" + rule + strings.Repeat("ATTENDEE:mailto:a@example.org\r\n", people) + "END:VEVENT\r\n"
	}
	calendar := "BEGIN:VCALENDAR\r\n" + event("Small", "RRULE:FREQ=WEEKLY\r\n", 2) + event("Once", "", 9) + event("Weekly", "RRULE:FREQ=WEEKLY\r\n", 8) + event("Daily", "RRULE:FREQ=DAILY\r\n", 6) + "END:VCALENDAR\r\n"
	found := decoded[struct {
		Candidates []struct {
			Name   string
			People int
		}
	}](t, p.call("POST", "/api/v1/meetings/find", map[string]any{"ics": calendar}).expect(200)).Candidates
	if len(found) != 2 || found[0].Name != "Daily" || found[1].People != 8 {
		t.Errorf("%+v", found)
	}
}
