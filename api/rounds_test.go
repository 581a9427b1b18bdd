package api_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds"
)

type occurrence struct {
	ID, RoundID, On string
	MayAnswer       bool   `json:"may_answer"`
	MayEdit         bool   `json:"may_edit"`
	ClosedAt        string `json:"closed_at"`
	Members         []struct {
		Person struct{ ID, Name string }
		State  string
	}
	Answers []struct {
		Author struct{ Name string }
		Late   bool
		Parts  []struct {
			Section, Text string
			ClipID        string `json:"clip_id"`
			EndMS         int64  `json:"end_ms"`
		}
	}
}

func (o occurrence) state(name string) string {
	for _, m := range o.Members {
		if m.Person.Name == name {
			return m.State
		}
	}
	return ""
}

// tick lets the scheduler look at a moment.
func (s *server) tick(now time.Time) {
	s.t.Helper()
	if err := (&rounds.Scheduler{Store: s.db.Rounds, Asks: s.db.Asks, Log: slog.New(slog.DiscardHandler)}).Tick(s.t.Context(), now); err != nil {
		s.t.Fatal(err)
	}
}

// TestARoundFromItsTemplateToItsRecord: three people, one of them away; a clip, a text, a late answer.
func TestARoundFromItsTemplateToItsRecord(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.workspace("Acme")
	w := ana.member.WorkspaceID
	ben, cem := s.join(w, "Ben", domain.RoleMember), s.join(w, "Cem", domain.RoleMember)
	// Everybody works around the clock, so that the test may run at any hour; Cem is on leave.
	now := time.Now()
	for _, p := range []*person{ana, ben, cem} {
		p.call("PUT", "/api/v1/me/hours", map[string]any{"time_zone": "UTC", "days": []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, "from": "00:00", "to": "24:00"}).expect(200)
	}
	day := domain.DateOf(now.UTC())
	cem.call("POST", "/api/v1/me/days-off", map[string]any{"first_day": day.Plus(-3), "last_day": day.Plus(3)}).expect(201)

	templates := decoded[struct{ Templates []struct{ Key string } }](t, ana.call("GET", "/api/v1/round-templates", nil).expect(200)).Templates
	if len(templates) != 6 {
		t.Errorf("%d templates", len(templates))
	}
	var ids []domain.AccountID
	for _, p := range []*person{ana, ben, cem} {
		ids = append(ids, p.member.Account.ID)
	}
	type round struct {
		ID      string
		Members []struct{ Name string }
	}
	made := decoded[round](t, ana.call("POST", "/api/v1/rounds", map[string]any{
		"template": "stand-up", "name": "Daily *one*", "rule": "FREQ=DAILY", "opens": "00:00", "closes": "24:00", "starts_on": day, "close_after_days": 1, "members": ids,
	}).expect(201))
	if len(made.Members) != 3 {
		t.Fatalf("%+v", made)
	}
	s.tick(now)
	s.tick(now)
	list := decoded[struct{ Occurrences []occurrence }](t, ben.call("GET", "/api/v1/rounds/"+made.ID+"/occurrences", nil).expect(200)).Occurrences
	if len(list) != 1 || list[0].On != string(day) || list[0].state("Ben") != "open" || list[0].state("Cem") != "away" || !list[0].MayAnswer {
		t.Fatalf("%+v", list)
	}
	last := decoded[struct{ Occurrences []occurrence }](t, ben.call("GET", "/api/v1/occurrences", nil).expect(200)).Occurrences
	if len(last) != 1 || last[0].ID != list[0].ID || last[0].state("Cem") != "away" {
		t.Errorf("%+v", last)
	}
	at := "/api/v1/occurrences/" + list[0].ID
	due := decoded[struct{ Due []struct{ Kind, ID string } }](t, ben.call("GET", "/api/v1/me/due", nil).expect(200)).Due
	if len(due) != 1 || due[0].ID != list[0].ID {
		t.Errorf("due %+v", due)
	}

	nudges := decoded[struct{ Nudges []struct{ Kind, Ref string } }](t, ben.call("GET", "/api/v1/me/nudges", nil).expect(200)).Nudges
	if len(nudges) != 1 || nudges[0].Kind != "round.prompt" || nudges[0].Ref != list[0].ID {
		t.Errorf("nudges %+v", nudges)
	}

	clip := ben.clip(domain.VisiblePrivate, "mine")
	s.playable(clip, "yesterday I fixed the importer today tests")
	answered := decoded[occurrence](t, ben.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{
		{"section": "yesterday", "clip_id": clip}, {"section": "today", "clip_id": clip, "start_ms": 1500},
		{"section": "blockers", "text": "Waiting for the <b>key</b>\n# not a heading"},
	}}).expect(200))
	if !answered.MayEdit || len(answered.Answers) != 1 || answered.Answers[0].Parts[0].EndMS != 1500 {
		t.Errorf("%+v", answered)
	}
	ana.call("GET", "/api/v1/clips/"+string(clip), nil).expect(200) // it came with the answer
	chapters := decoded[struct{ Chapters []struct{ Title string } }](t, ana.call("GET", "/api/v1/clips/"+string(clip)+"/chapters", nil).expect(200)).Chapters
	if len(chapters) != 2 || chapters[1].Title != "Today" {
		t.Errorf("%+v", chapters)
	}
	ana.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).problem(403)
	for _, bad := range []map[string]any{{"section": "lunch", "text": "x"}, {"section": "today"}, {"section": "today", "text": "x", "start_ms": 5, "end_ms": 4}} {
		ana.call("PUT", at+"/answer", map[string]any{"parts": []any{bad}}).problem(400)
	}

	later := now.Add(72 * time.Hour) // everybody's time is over
	s.tick(later)
	s.tick(later)
	s.exec(`update round set closes = 0, opens = 0, close_after_days = 0 where id = $1`, made.ID) // as if today were that day
	s.exec(`update occurrence set on_day = on_day - 2 where id = $1`, list[0].ID)
	closed := decoded[occurrence](t, ben.call("GET", at, nil).expect(200))
	if closed.ClosedAt == "" || closed.MayEdit || closed.MayAnswer || closed.state("Acme owner") != "missed" {
		t.Errorf("%+v", closed)
	}
	ben.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "text": "other"}}}).problem(409)
	ben.call("DELETE", at+"/answer", nil).problem(409)
	late := decoded[occurrence](t, ana.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "text": "Late, but here"}}}).expect(200))
	if late.state("Acme owner") != "late" {
		t.Errorf("%+v", late)
	}
	record := string(cem.call("GET", at+"/record.md", nil).expect(200).body)
	for _, want := range []string{
		`# Daily \*one\*, `, "- Answered: Acme owner, Ben", "- Away: Cem", "## Ben", "### Yesterday\n\n> yesterday I fixed the importer",
		`Waiting for the \<b>key\</b>` + "\n\\# not a heading", "## Acme owner (late)", "## Blockers", "- Ben: Waiting for the", "[Play 0:01](" + s.url + "/c/" + string(clip) + "?t=1)",
	} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q:\n%s", want, record)
		}
	}

	// What each was told, once.
	rows, err := s.pool.Query(t.Context(), `select kind, count(*) from nudge group by 1, account_id order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	told := map[string]int{}
	for rows.Next() {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			t.Fatal(err)
		}
		told[kind] += n
	}
	if told["round.prompt"] < 2 || told["round.record"] < 2 {
		t.Errorf("%v", told)
	}
}

func TestRoundsThatCannotBeHeld(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	me := []domain.AccountID{p.member.Account.ID}
	for what, bad := range map[string]map[string]any{
		"template":     {"template": "lunch", "members": me},
		"own, empty":   {"template": "own", "members": me},
		"order":        {"template": "stand-up", "members": me, "opens": "12:00", "closes": "11:00"},
		"rule":         {"template": "stand-up", "members": me, "rule": "FREQ=SECONDLY"},
		"day":          {"template": "stand-up", "members": me, "starts_on": "2026-02-31"},
		"same section": {"template": "own", "members": me, "sections": []map[string]string{{"key": "a", "title": "A"}, {"key": "a", "title": "B"}}},
	} {
		if a := p.call("POST", "/api/v1/rounds", bad); a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	p.call("POST", "/api/v1/rounds", map[string]any{"template": "stand-up", "members": me, "space_id": "01hf7yat00tvwxyz0123456789"}).problem(404)
	made := decoded[struct{ ID string }](t, p.call("POST", "/api/v1/rounds", map[string]any{"template": "retro", "members": me}).expect(201))
	changed := decoded[struct {
		Paused bool
		Name   string
	}](t, p.call("PATCH", "/api/v1/rounds/"+made.ID, map[string]any{"paused": true}).expect(200))
	if !changed.Paused || changed.Name != "Retro" {
		t.Errorf("%+v", changed)
	}
	p.call("DELETE", "/api/v1/rounds/"+made.ID, nil).expect(204)
	p.call("GET", "/api/v1/rounds/"+made.ID, nil).problem(404)
}
