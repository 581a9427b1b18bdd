package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
	c.exec(`update clip set duration_ms = 3600000, created_at = '2026-03-10T09:00:00Z' where id = $1`, clip)
	p.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	c.exec(`update answer set created_at = '2026-03-10T10:00:00Z' where occurrence_id = $1`, o)
	c.exec(`update occurrence set opened_at = '2026-03-10T08:00:00Z' where id = $1`, o)
	c.enter(member).call("POST", "/api/v1/clips/"+string(clip)+"/heard", map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 3000000}}}).expect(204)
	c.enter(member).plays(clip, 600_000, nil)
	c.exec(`update watch_time set ms = 3 * ms, on_day = '2026-03-11' where clip_id = $1`, clip)
	ledger := func(query string) figures {
		return decoded[figures](t, p.call("GET", "/api/v1/ledger?"+query, nil).expect(200))
	}
	march := "from=2026-03-01&to=2026-03-31"
	// An hour that was recorded twice over, half an hour played: and no meeting was given up for it.
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
		text := "BEGIN:VEVENT\r\nDTSTART:20260302T100000Z\r\nDTEND:20260302T103000Z\r\nSUMMARY:" + name + "\r\n" + rule
		for i := range people {
			text += fmt.Sprintf("ATTENDEE:mailto:p%d@example.org\r\n", i)
		}
		return text + "END:VEVENT\r\n"
	}
	calendar := "BEGIN:VCALENDAR\r\n" + event("Small", "RRULE:FREQ=WEEKLY\r\n", 2) + event("Once", "", 9) + event("Weekly", "RRULE:FREQ=WEEKLY\r\n", 8) + event("Daily", "RRULE:FREQ=DAILY\r\n", 6) + "END:VCALENDAR\r\n"
	found := decoded[struct {
		Candidates []struct {
			Name   string
			People int
			Why    []string
		}
	}](t, p.call("POST", "/api/v1/meetings/find", map[string]any{"ics": calendar}).expect(200)).Candidates
	if len(found) != 2 || found[0].Name != "Daily" || found[1].People != 8 || found[1].Why[3] != "its title says “Weekly”" {
		t.Errorf("%+v", found)
	}
}

// plays plays a clip from its beginning; took is how long that takes by the clock, if the player says so.
func (p *person) plays(id domain.ClipID, ms int64, took *int64) {
	p.s.t.Helper()
	body := map[string]any{"ranges": []domain.Span{}, "position_ms": ms}
	body["ranges"] = []map[string]int64{{"start_ms": 0, "end_ms": ms}}
	if took != nil {
		body["took_ms"] = *took
	}
	p.call("POST", "/api/v1/clips/"+string(id)+"/watched", body).expect(204)
}

// TestWhatWatchingTakes: each second of a person counts once and by the clock, of whatever answers a round, on the day it was played.
func TestWhatWatchingTakes(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	olga, mia := c.enter(owner), c.enter(member)
	o := c.occurrence()
	clip, other := olga.clip(domain.VisibleLink, "answer"), olga.clip(domain.VisibleWorkspace, "something else")
	for _, id := range []domain.ClipID{clip, other} {
		c.playable(id, "all is well")
		c.exec(`update clip set duration_ms = 600000, created_at = '2025-01-01T09:00:00Z' where id = $1`, id)
	}
	olga.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	today := domain.DateOf(time.Now().UTC())
	watched := func() (ms int64) {
		all, err := c.db.Ledger.Spent(t.Context(), c.members[owner].WorkspaceID, today, today.Plus(1))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if ms += d.PlayedMS; d.RecordedMS != 0 {
				t.Errorf("recorded long ago: %+v", d)
			}
		}
		return ms
	}
	near := func(what string, want int64) {
		t.Helper()
		if got := watched(); got < want || got > want+5000 { // reports may overlap by their time on the way
			t.Errorf("%s: %d ms, not %d", what, got, want)
		}
	}
	double := int64(200_000)
	mia.plays(clip, 400_000, &double)
	near("at double speed", 200_000)
	mia.plays(clip, 400_000, &double)
	near("the same in another window", 200_000)
	mia.plays(other, 100_000, nil)
	near("what answers nothing", 200_000)
	olga.plays(clip, 50_000, nil)
	near("the speaker's own time", 250_000)
	(&person{s: olga.s}).plays(clip, 60_000, nil)
	near("a stranger", 250_000)
	c.exec(`update workspace set count_views = false where id = $1`, c.members[owner].WorkspaceID)
	c.enter(admin).plays(clip, 30_000, nil)
	near("nobody's name is kept", 280_000)
	hour := int64(3_600_000)
	c.exec(`delete from watch_clock`)
	c.enter(admin).plays(clip, 30_000, &hour)
	near("more than a report may say", 880_000)
	c.exec(`update clip set deleted_at = now() where id = $1`, clip)
	c.exec(`delete from clip where id = $1`, clip)
	near("the clip is deleted", 880_000)
}

// TestAMeetingIsAvoidedWhileItsRoundIsHeld: the days count that occurrences stood for, between the meeting's dates.
func TestAMeetingIsAvoidedWhileItsRoundIsHeld(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	p, boss := c.enter(owner), c.members[owner]
	r := c.round()
	hold := func(on domain.Date, days int, answered bool) {
		t.Helper()
		now := on.Midnight().Add(10 * time.Hour)
		if err := c.db.Rounds.Open(t.Context(), r.ID, on, days, now); err != nil {
			t.Fatal(err)
		}
		all, err := c.db.Rounds.Occurrences(t.Context(), r.ID, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		if answered {
			a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: all[0].ID, Author: boss.Account, UpdatedAt: now, Parts: []domain.AnswerPart{{Section: "today", Text: "Well"}}}
			if err := c.db.Rounds.Answer(t.Context(), boss.WorkspaceID, a); err != nil {
				t.Fatal(err)
			}
		}
	}
	hold("2026-06-01", 7, true)
	hold("2026-06-08", 7, false) // nobody said anything
	hold("2026-06-15", 7, true)
	// From the 22nd on it was paused.
	avoided := func() float64 {
		return decoded[struct {
			Hours float64 `json:"avoided_hours"`
		}](t, p.call("GET", "/api/v1/ledger?from=2026-06-01&to=2026-06-30", nil).expect(200)).Hours
	}
	// An hour of one each day of the year.
	body := map[string]any{"name": "Weekly", "minutes": 60, "people": 1, "per_year": 365.25, "since": "2026-06-01", "round_id": r.ID}
	id := decoded[struct{ ID string }](t, p.call("POST", "/api/v1/meetings", body).expect(201)).ID
	put := func(change map[string]any, status int) *answer {
		t.Helper()
		for k, v := range change {
			if body[k] = v; v == nil {
				delete(body, k)
			}
		}
		return p.call("PUT", "/api/v1/meetings/"+id, body).expect(status)
	}
	if got := avoided(); got != 14 {
		t.Errorf("two weeks: %v", got)
	}
	put(map[string]any{"since": "2026-06-04"}, 200)
	if got := avoided(); got != 11 {
		t.Errorf("begun in the first: %v", got)
	}
	if m := decoded[struct{ Until string }](t, put(map[string]any{"until": "2026-06-17"}, 200)); m.Until != "2026-06-17" || avoided() != 7 {
		t.Errorf("ended in the third: %v %v", m, avoided())
	}
	p.call("DELETE", "/api/v1/rounds/"+string(r.ID), nil).expect(204)
	if got := avoided(); got != 7 {
		t.Errorf("what was is not undone when a round ends: %v", got)
	}
	put(map[string]any{"until": nil, "name": "Weekly for all"}, 200) // its round may have ended
	if got := avoided(); got != 11 {
		t.Errorf("a round that ended: %v", got)
	}
	put(map[string]any{"round_id": nil}, 200)
	if got := avoided(); got != 27 {
		t.Errorf("no round in particular: %v", got)
	}
	put(map[string]any{"until": "2026-06-01"}, 400)
	put(map[string]any{"until": nil, "round_id": r.ID}, 404) // it cannot stand in for another any more
	p.call("PUT", "/api/v1/meetings/"+string(domain.NewID[domain.MeetingID]()), body).expect(404)
}

// TestWhatWasRecordedOutlivesItsClip: what an answer took to record and to watch stays in the ledger when its clip is deleted, and when nothing
// of it is there any more; that of a clip that answers nothing is never in it.
func TestWhatWasRecordedOutlivesItsClip(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	olga, o := c.enter(owner), c.occurrence()
	clip, other := olga.clip(domain.VisibleWorkspace, "answer"), olga.clip(domain.VisibleWorkspace, "something else")
	for _, id := range []domain.ClipID{clip, other} {
		c.playable(id, "all is well")
		c.exec(`update clip set duration_ms = 1800000, created_at = '2026-03-10T23:30:00Z' where id = $1`, id)
	}
	olga.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{
		{"section": "yesterday", "clip_id": clip, "end_ms": 900000}, {"section": "today", "clip_id": clip, "start_ms": 900000},
	}}).expect(200)
	c.enter(member).plays(clip, 600_000, nil)
	c.exec(`update watch_time set ms = 1800000, on_day = '2026-03-11' where clip_id = $1`, clip)
	recorded := func(when, days string) {
		t.Helper()
		text := string(olga.call("GET", "/api/v1/ledger.csv?"+days, nil).expect(200).body)
		if !strings.Contains(text, "recorded_hours,1\nwatched_hours,0.5\n") {
			t.Errorf("%s: %s", when, text)
		}
	}
	const march = "from=2026-03-10&to=2026-03-11"
	recorded("while it is there", march)
	for _, id := range []domain.ClipID{clip, other} {
		olga.call("DELETE", "/api/v1/clips/"+string(id), nil).expect(204)
	}
	recorded("deleted", march)
	for range 2 { // a purge may run twice
		for _, id := range []domain.ClipID{clip, other} {
			if err := c.db.Clips.Purge(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		recorded("purged", march)
	}
	if text := string(olga.call("GET", "/api/v1/ledger.csv?from=2026-03-11&to=2026-03-31", nil).expect(200).body); !strings.Contains(text, "recorded_hours,0\n") {
		t.Error(text)
	}
	c.exec(`delete from answer where occurrence_id = $1`, o) // taken back: it took nobody's time for this round
	if text := string(olga.call("GET", "/api/v1/ledger.csv?"+march, nil).expect(200).body); !strings.Contains(text, "recorded_hours,0\nwatched_hours,0\n") {
		t.Error(text)
	}
}

// TestTheExampleOfTheDocs is docs/ledger.md with its occurrences, clips and plays.
func TestTheExampleOfTheDocs(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	p, w := c.enter(owner), c.members[owner].WorkspaceID
	r := c.round()
	clip := p.clip(domain.VisibleWorkspace, "first")
	c.exec(`insert into account (id, name, email, time_zone) select 'teammate' || n, 'Mate ' || n, 'mate' || n || '@example.org', 'UTC' from generate_series(1, 8) n`)
	n := 0
	for day := domain.Date("2026-06-01"); day < "2026-06-24"; day = day.Plus(1) {
		weekday, covers := day.Midnight().Weekday(), 1
		if weekday == time.Friday {
			covers = 3
		}
		if weekday == time.Saturday || weekday == time.Sunday || day == "2026-06-04" { // then everybody had a holiday
			continue
		}
		now := day.Midnight().Add(8 * time.Hour)
		if err := c.db.Rounds.Open(t.Context(), r.ID, day, covers, now); err != nil {
			t.Fatal(err)
		}
		for mate := 1; mate <= 8; mate++ {
			n++
			parts, key := `[{"section":"today","text":"Wrote it down"}]`, fmt.Sprintf("answer%d", n)
			if n > 10 {
				parts = fmt.Sprintf(`[{"section":"yesterday","clip_id":"%s"},{"section":"today","clip_id":"%s"}]`, key, key)
				c.exec(`insert into clip select (jsonb_populate_record(clip, jsonb_build_object('id', $2::text, 'duration_ms', 75000, 'created_at', $3::timestamptz))).* from clip where id = $1`, clip, key, now)
				// Each was played for as long as that all plays of the day come to eight times five minutes.
				c.exec(`insert into watch_time (workspace_id, clip_id, on_day, ms) values ($1, $2, $3, 16 * 8 * 5 * 60000 / 118.0)`, w, key, string(day))
			}
			c.exec(`insert into answer (id, occurrence_id, author_id, parts, created_at, updated_at)
				select $1, id, $2, $3::jsonb, $4, $4 from occurrence where round_id = $5 and on_day = $6`, key, fmt.Sprintf("teammate%d", mate), parts, now, r.ID, string(day))
		}
	}
	c.enter(admin).call("PUT", "/api/v1/norms", map[string]any{"urgent_hours": 4, "standard_days": 1, "relaxed_days": 3, "escalation": "nobody", "escalate_hours": 4, "hour_cost": 60}).expect(200)
	p.call("POST", "/api/v1/meetings", map[string]any{"name": "Stand-up", "minutes": 15, "people": 8, "per_year": 250, "since": "2026-06-01", "round_id": r.ID}).expect(201)
	p.call("POST", "/api/v1/meetings", map[string]any{"name": "Weekly", "minutes": 45, "people": 8, "per_year": 48, "since": "2026-06-01", "until": "2026-06-14"}).expect(201)
	text := string(p.call("GET", "/api/v1/ledger.csv?from=2026-06-01&to=2026-06-30", nil).expect(200).body)
	want := "avoided_hours,41.2\nspent_hours,15.9\nrecorded_hours,4.9\nwatched_hours,10.7\nwritten_hours,0.3\nnet_hours,25.2\ncost,1514\noccurrences,16\n"
	if !strings.Contains(text, want) {
		t.Errorf("%s\nnot %s", text, want)
	}
	l := decoded[struct {
		Trend []struct {
			From    string
			Avoided float64 `json:"avoided_hours"`
		}
	}](t, p.call("GET", "/api/v1/ledger?from=2026-06-01&to=2026-06-30", nil).expect(200))
	if s := l.Trend[3]; s.From != "2026-06-22" || s.Avoided != 2.7 || l.Trend[4].Avoided != 0 {
		t.Errorf("%+v", l.Trend)
	}
}
