package api_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

type ask struct {
	ID, State, Answer string
	DueAt             time.Time `json:"due_at"`
	ReachedAt         time.Time `json:"reached_at"`
	MayAnswer         bool      `json:"may_answer"`
	Source            struct{ URL string }
}

func TestAnAskFromAMomentToItsAnswer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.workspace("Acme")
	w := ana.member.WorkspaceID
	ben, cem := s.join(w, "Ben", domain.RoleMember), s.join(w, "Cem", domain.RoleMember)
	clip := ana.clip(domain.VisibleWorkspace, "talk")
	s.playable(clip, "can you confirm the date")
	body := map[string]any{"owner_id": ben.member.Account.ID, "body": "Confirm the date", "clip_id": clip, "start_ms": 2500, "end_ms": 3000}
	made := decoded[ask](t, ana.call("POST", "/api/v1/asks", body).expect(201))
	if made.State != "open" || made.MayAnswer || made.DueAt.IsZero() || !made.DueAt.After(made.ReachedAt) || !strings.HasSuffix(made.Source.URL, "?t=2") {
		t.Errorf("%+v", made)
	}
	list := func(p *person, query string) []ask {
		return decoded[struct{ Asks []ask }](t, p.call("GET", "/api/v1/asks"+query, nil).expect(200)).Asks
	}
	if mine, sent, others := list(ben, ""), list(ana, "?box=sent"), list(cem, "?state=all"); len(mine) != 1 || len(sent) != 1 || len(others) != 0 || !mine[0].MayAnswer {
		t.Errorf("%d wait for Ben, Ana waits for %d, %d are Cem's", len(mine), len(sent), len(others))
	}
	due := decoded[struct{ Due []struct{ Kind string } }](t, ben.call("GET", "/api/v1/me/due", nil).expect(200)).Due
	if len(due) != 1 || due[0].Kind != "ask" {
		t.Errorf("%+v", due)
	}
	at := "/api/v1/asks/" + made.ID
	cem.call("GET", at, nil).problem(404)
	cem.call("POST", at+"/answer", map[string]any{"text": "me too"}).problem(404)
	ana.call("POST", at+"/answer", map[string]any{"text": "myself"}).problem(403)
	ben.call("POST", at+"/answer", map[string]any{}).problem(400)
	reply := ben.clip(domain.VisiblePrivate, "reply")
	answered := decoded[ask](t, ben.call("POST", at+"/answer", map[string]any{"text": "Yes, Thursday", "clip_id": reply}).expect(200))
	if answered.State != "answered" || answered.Answer != "Yes, Thursday" {
		t.Errorf("%+v", answered)
	}
	ana.call("GET", "/api/v1/clips/"+string(reply), nil).expect(200)
	ben.call("POST", at+"/answer", map[string]any{"text": "again"}).problem(409)
	ana.call("DELETE", at, nil).problem(409)

	for what, bad := range map[string]map[string]any{
		"no reason":     {"owner_id": ben.member.Account.ID, "body": "now", "class": "urgent"},
		"oneself":       {"owner_id": ana.member.Account.ID, "body": "x"},
		"no clip":       {"owner_id": ben.member.Account.ID, "body": "x", "start_ms": 5},
		"back to front": {"owner_id": ben.member.Account.ID, "body": "x", "clip_id": clip, "start_ms": 5, "end_ms": 4},
	} {
		if a := ana.call("POST", "/api/v1/asks", bad); a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	secret := cem.clip(domain.VisiblePrivate, "secret")
	ana.call("POST", "/api/v1/asks", map[string]any{"owner_id": ben.member.Account.ID, "body": "x", "clip_id": secret}).problem(404)

	urgent := decoded[ask](t, ana.call("POST", "/api/v1/asks", map[string]any{"owner_id": ben.member.Account.ID, "body": "The site is down", "class": "urgent", "reason": "customers wait"}).expect(201))
	if time.Since(urgent.ReachedAt) > time.Minute {
		t.Errorf("reached at %v", urgent.ReachedAt)
	}
	var told int
	if err := s.pool.QueryRow(t.Context(), `select count(*) from nudge where kind = 'message.urgent' and account_id = $1`, ben.member.Account.ID).Scan(&told); err != nil || told != 1 {
		t.Errorf("told %d times: %v", told, err)
	}
	review := decoded[struct {
		Count  int
		Urgent []struct{ Reason string }
	}](t, cem.call("GET", "/api/v1/break-glass?month="+time.Now().UTC().Format("2006-01"), nil).expect(200))
	if review.Count != 1 || review.Urgent[0].Reason != "customers wait" {
		t.Errorf("%+v", review)
	}
}

func TestDecisionsAreFoundAndExported(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.workspace("Acme")
	ben := s.join(ana.member.WorkspaceID, "Ben", domain.RoleMember)
	clip := ana.clip(domain.VisibleWorkspace, "talk")
	s.playable(clip, "let us go with river")
	type decision struct {
		ID, What     string
		SupersededBy string `json:"superseded_by"`
		People       []struct{ Name string }
	}
	first := decoded[decision](t, ana.call("POST", "/api/v1/decisions", map[string]any{"what": "Queue in Redis", "why": "fast"}).expect(201))
	second := decoded[decision](t, ben.call("POST", "/api/v1/decisions", map[string]any{
		"what": "Queue in PostgreSQL", "why": "One transaction\n# less", "alternatives": "Redis, Kafka", "people": []domain.AccountID{ana.member.Account.ID, ben.member.Account.ID},
		"supersedes": first.ID, "clip_id": clip, "start_ms": 1500,
	}).expect(201))
	list := decoded[struct{ Decisions []decision }](t, ana.call("GET", "/api/v1/decisions?q=kafka", nil).expect(200)).Decisions
	if len(list) != 1 || list[0].ID != second.ID || len(list[0].People) != 2 {
		t.Errorf("%+v", list)
	}
	if old := decoded[decision](t, ana.call("GET", "/api/v1/decisions/"+first.ID, nil).expect(200)); old.SupersededBy != second.ID {
		t.Errorf("%+v", old)
	}
	moments := decoded[struct {
		Moments []struct {
			Source  string
			StartMS int64 `json:"start_ms"`
		}
	}](t, ana.call("GET", "/api/v1/search?q=queue+transaction", nil).expect(200)).Moments
	if len(moments) != 1 || moments[0].Source != "decision" || moments[0].StartMS != 1500 {
		t.Errorf("%+v", moments)
	}
	text := string(ana.call("GET", "/api/v1/decisions/"+second.ID+"/decision.md", nil).expect(200).body)
	for _, want := range []string{"# Queue in PostgreSQL", "- By: Acme owner, Ben", first.ID[len(first.ID)-6:] + ".md\n", "?t=1>", "## Alternatives", `\# less`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b := ana.call("GET", "/api/v1/decisions.zip", nil).expect(200).body
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) != 2 || !strings.Contains(z.File[0].Name, "-queue-in-postgresql-") {
		t.Fatalf("%v: %+v", err, z)
	}
	ben.call("DELETE", "/api/v1/decisions/"+first.ID, nil).problem(403)
	ana.call("PATCH", "/api/v1/decisions/"+second.ID, map[string]any{"why": "Fewer parts"}).expect(200)
	ana.call("DELETE", "/api/v1/decisions/"+second.ID, nil).expect(204)
	if gone := decoded[struct{ Moments []any }](t, ana.call("GET", "/api/v1/search?q=parts", nil).expect(200)).Moments; len(gone) != 0 {
		t.Errorf("%+v", gone)
	}
}

func TestBlockersComeUpAgainUntilCleared(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	ana := c.enter(owner)
	say := func(o domain.OccurrenceID, text string) {
		parts := []map[string]any{{"section": "today", "text": "work"}}
		if text != "" {
			parts = append(parts, map[string]any{"section": "blockers", "text": text})
		}
		ana.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": parts}).expect(200)
	}
	type blocker struct {
		ID, Body  string
		Mentions  int
		AgeHours  float64 `json:"age_hours"`
		ClearedAt string  `json:"cleared_at"`
	}
	list := func(state string) []blocker {
		return decoded[struct{ Blockers []blocker }](t, ana.call("GET", "/api/v1/blockers?state="+state, nil).expect(200)).Blockers
	}
	first, second := c.occurrence(), c.occurrence()
	say(first, "- No staging key\n- The review of Ben")
	say(first, "None.")
	if all := list("all"); len(all) != 0 {
		t.Fatalf("taken back, and still there: %+v", all)
	}
	say(first, "No staging key")
	say(first, "No staging key")
	say(second, "no staging KEY")
	say(second, "no staging KEY\nSlow builds")
	open := list("open")
	if len(open) != 2 || open[0].Body != "No staging key" || open[0].Mentions != 1 || open[1].Mentions != 0 {
		t.Fatalf("%+v", open)
	}
	c.exec(`update blocker set raised_at = now() - interval '70 days' where id = $1`, open[0].ID)
	if b := decoded[blocker](t, ana.call("GET", "/api/v1/blockers/"+open[0].ID, nil).expect(200)); b.AgeHours < 380 || b.AgeHours > 420 {
		t.Errorf("ten weeks are %.1f working hours", b.AgeHours)
	}
	cleared := decoded[blocker](t, ana.call("PATCH", "/api/v1/blockers/"+open[0].ID, map[string]any{"cleared": true}).expect(200))
	if cleared.ClearedAt == "" || len(list("open")) != 1 || len(list("cleared")) != 1 {
		t.Errorf("%+v", cleared)
	}
	ana.call("PATCH", "/api/v1/blockers/"+open[0].ID, map[string]any{"cleared": false}).expect(200)
	if len(list("open")) != 2 {
		t.Error("it does not open again")
	}
}

func TestProposalsWaitForTheirSpeaker(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.workspace("Acme")
	ben := s.join(ana.member.WorkspaceID, "Ben", domain.RoleMember)
	clip := ana.clip(domain.VisibleWorkspace, "talk")
	s.playable(clip, "Ben, can you confirm the date? We decided to go with River. All is well.")
	type proposal struct {
		Kind    string
		StartMS int64 `json:"start_ms"`
		Owner   struct{ Name string }
	}
	list := func() []proposal {
		return decoded[struct{ Proposals []proposal }](t, ana.call("GET", "/api/v1/clips/"+string(clip)+"/proposals", nil).expect(200)).Proposals
	}
	all := list()
	if len(all) != 2 || all[0].Kind != "ask" || all[0].Owner.Name != "Ben" || all[1].Kind != "decision" {
		t.Fatalf("%+v", all)
	}
	ben.call("GET", "/api/v1/clips/"+string(clip)+"/proposals", nil).problem(403)
	ana.call("POST", "/api/v1/asks", map[string]any{"owner_id": ben.member.Account.ID, "body": "Confirm the date", "clip_id": clip, "start_ms": all[0].StartMS, "spoken": true}).expect(201)
	ana.call("POST", "/api/v1/clips/"+string(clip)+"/proposals/dismiss", map[string]any{"start_ms": all[1].StartMS}).expect(204)
	if left := list(); len(left) != 0 {
		t.Errorf("%+v", left)
	}
}
