package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"baton/api"
	"baton/domain"
	"baton/rounds"
)

// mailed opens today's occurrence of a round of the owner and tells them; it gives the path of the link in their mail.
func (c *cast) mailed() (domain.Occurrence, string) {
	c.t.Helper()
	ctx, m, now := c.t.Context(), c.members[owner], time.Now()
	c.enter(owner).call("PUT", "/api/v1/me/hours", map[string]any{
		"time_zone": "UTC", "days": []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, "from": "00:00", "to": "24:00", "quiet_from": "00:00", "quiet_to": "00:00",
	}).expect(200)
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: m.WorkspaceID, Name: "Stand-up", Template: "stand-up", Sections: rounds.Templates()[0].Sections, Rule: "FREQ=DAILY",
		StartsOn: "2026-01-01", Closes: domain.DayEnd, CloseAfterDays: 14, Members: []domain.Account{m.Account, c.members[member].Account}, CreatedBy: m.Account.ID, CreatedAt: now,
	}
	if err := c.db.Rounds.Create(ctx, r); err != nil {
		c.t.Fatal(err)
	}
	c.tick(now)
	all, err := c.db.Rounds.Occurrences(ctx, r.ID, "", 20)
	if err != nil || len(all) == 0 {
		c.t.Fatal(len(all), err)
	}
	for {
		mail, found, err := c.db.Notices.NextMail(ctx, now.Add(time.Minute))
		if err != nil || !found {
			c.t.Fatal("no mail of the prompt", err)
		}
		for _, n := range mail.Notices {
			if n.AccountID == m.Account.ID && n.Ref == domain.NudgeRef(domain.NudgePrompt, string(all[0].ID)) {
				return all[0], n.Path
			}
		}
	}
}

// byMail opens the link of a mail in a browser in which nobody is signed in.
func (c *cast) byMail(link string) (*person, string) {
	c.t.Helper()
	a := (&person{s: c.server}).call("GET", link, nil).expect(http.StatusSeeOther)
	p := &person{s: c.server, member: c.members[owner]}
	for _, set := range a.header.Values("Set-Cookie") {
		if cookie, err := http.ParseSetCookie(set); err == nil && cookie.Name == "baton_session" {
			if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
				c.t.Error("the cookie is not guarded")
			}
			p.cookie = cookie.Value
		}
	}
	return p, a.header.Get("Location")
}

func TestALinkInAMailAnswersOneRoundOnce(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o, link := c.mailed()
	page := "/rounds/" + string(o.RoundID) + "/" + string(o.ID)
	p, to := c.byMail(link)
	if p.cookie == "" || !strings.HasSuffix(to, page) {
		t.Fatalf("%q %s", p.cookie, to)
	}
	if me := string(p.call("GET", "/api/v1/me", nil).expect(200).body); !strings.Contains(me, `"one_answer":true`) {
		t.Error(me)
	}
	var kept int
	if err := c.pool.QueryRow(t.Context(), `select count(*) from answer_link where encode(token_hash, 'escape') like '%' || $1 || '%'`, link[strings.LastIndex(link, "/")+1:]).Scan(&kept); err != nil || kept != 0 {
		t.Error("the secret is kept", err)
	}
	at := "/api/v1/occurrences/" + string(o.ID)
	c.enter(member).call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "text": "not for the mail"}}}).expect(200)
	if seen := decoded[occurrence](t, p.call("GET", at, nil).expect(200)); len(seen.Answers) != 0 || len(seen.Members) != 1 || !seen.MayAnswer {
		t.Errorf("%+v", seen)
	}
	// Recorded or written, with clips that were recorded by it, and not with what its person records meanwhile.
	other := c.enter(owner).clip(domain.VisiblePrivate, "of this very minute")
	p.call("GET", "/api/v1/clips/"+string(other), nil).problem(404)
	p.call("DELETE", "/api/v1/clips/"+string(other), nil).problem(404)
	p.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": other}}}).problem(404)
	p.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": other, "at_ms": 0}}).problem(403)
	clip := p.clip(domain.VisiblePrivate, "")
	p.call("GET", "/api/v1/clips/"+string(clip), nil).expect(200)
	p.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "yesterday", "clip_id": clip}, {"section": "today", "text": "Tests"}}}).expect(200)
	// It is used up: another browser gets nothing by it.
	again, to := c.byMail(link)
	if again.cookie != "" || !strings.HasSuffix(to, page) {
		t.Errorf("%q %s", again.cookie, to)
	}
	for _, n := range c.enter(owner).inbox().Notices {
		if mine := strings.HasSuffix(n.Url, page); n.Kind != "round.prompt" || n.Title == nil || n.Read != mine {
			t.Errorf("%+v", n)
		}
	}
	c.exec(`update sign_in set expires_at = now() where occurrence_id is not null`)
	p.call("GET", at, nil).problem(401)
	// A link that nobody made leads to the front door.
	if p, to := c.byMail("/api/v1/answer/" + strings.Repeat("x", 40)); p.cookie != "" || strings.Contains(to, "/rounds/") {
		t.Errorf("%q %s", p.cookie, to)
	}
}

func TestALinkInAMailEndsWithItsRound(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o, link := c.mailed()
	c.exec(`update occurrence set closed_at = now() where id = $1`, o.ID)
	if p, _ := c.byMail(link); p.cookie != "" {
		t.Error("it opens a round that has closed")
	}
	c.exec(`update occurrence set closed_at = null where id = $1`, o.ID)
	c.exec(`update answer_link set expires_at = now() - interval '1 second'`)
	if p, _ := c.byMail(link); p.cookie != "" {
		t.Error("it opens after its time")
	}
	c.exec(`update answer_link set expires_at = now() + interval '1 hour'`)
	c.exec(`delete from round_member where account_id = $1`, c.members[owner].Account.ID)
	if p, _ := c.byMail(link); p.cookie != "" {
		t.Error("it opens for who has left the round")
	}
}

func TestALinkInAMailMakesOneSignIn(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o, link := c.mailed()
	p, _ := c.byMail(link)
	for range 20 { // programs that look at mails
		if again, _ := c.byMail(link); again.cookie != p.cookie {
			t.Fatal("another sign-in")
		}
	}
	type signIn struct {
		OneAnswer bool `json:"one_answer"`
		ID        string
	}
	all := decoded[struct {
		SignIns []signIn `json:"sign_ins"`
	}](t, c.enter(owner).call("GET", "/api/v1/me/sign-ins", nil).expect(200)).SignIns
	byMail := slices.DeleteFunc(all, func(s signIn) bool { return !s.OneAnswer })
	if len(byMail) != 1 {
		t.Fatalf("%d sign-ins by one link", len(byMail))
	}
	if strings.Contains(p.cookie, link[strings.LastIndex(link, "/")+1:]) {
		t.Error("the cookie can be read off the mail")
	}
	// Its person ends it as they end others, and the link with it.
	c.enter(owner).call("DELETE", "/api/v1/me/sign-ins/"+byMail[0].ID, nil).expect(204)
	p.call("GET", "/api/v1/occurrences/"+string(o.ID), nil).problem(401)
	if again, _ := c.byMail(link); again.cookie != "" {
		t.Error("it opens after it was ended")
	}
}

func TestSigningOutEverywhereEndsTheLinksInMails(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *cast, p *person){
		"everywhere": func(_ *cast, p *person) { p.call("DELETE", "/api/v1/me/sign-ins", nil).expect(204) },
		"a new password": func(c *cast, p *person) {
			hash, err := c.password().Hash(c.t.Context(), secretPassword)
			if err != nil {
				c.t.Fatal(err)
			}
			c.exec(`update account set password_hash = $2 where id = $1`, p.member.Account.ID, hash)
			p.call("PATCH", "/api/v1/me", map[string]any{"password": "another long one", "current_password": secretPassword}).expect(200)
		},
		"removed": func(c *cast, _ *person) {
			c.exec(`update member set role = 'owner' where account_id = $1`, c.members[admin].Account.ID)
			c.enter(admin).call("DELETE", "/api/v1/members/"+string(c.members[owner].Account.ID), nil).expect(204)
			c.exec(`update member set left_at = null where account_id = $1`, c.members[owner].Account.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t)
			o, link := c.mailed()
			p, _ := c.byMail(link)
			me := c.enter(owner)
			end(c, me)
			p.call("GET", "/api/v1/occurrences/"+string(o.ID), nil).problem(401)
			if again, _ := c.byMail(link); again.cookie != "" {
				t.Error("the link opens still")
			}
			if name != "removed" {
				me.call("GET", "/api/v1/me", nil).expect(200)
			}
		})
	}
}

// TestALinkInAMailAndSomebodyElse: a browser in which another is signed in, or its person in another workspace, is asked first.
func TestALinkInAMailAndSomebodyElse(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o, link := c.mailed()
	ben := c.enter(admin)
	a := ben.call("GET", link, nil).expect(http.StatusSeeOther)
	page := strings.Replace(link, "/api/v1/answer/", "/answer/", 1)
	if a.header.Get("Set-Cookie") != "" || !strings.HasSuffix(a.header.Get("Location"), page) {
		t.Error(a.header)
	}
	type card struct {
		Person, Path string
		RoundName    string `json:"round_name"`
		Good, Mine   bool
		Workspace    struct{ ID, Name string }
	}
	got := decoded[card](t, ben.call("GET", link+"/card", nil).expect(200))
	want := card{
		Person: c.members[owner].Account.Name, Path: "/rounds/" + string(o.RoundID) + "/" + string(o.ID), RoundName: "Stand-up", Good: true,
		Workspace: struct{ ID, Name string }{string(c.members[owner].WorkspaceID), got.Workspace.Name},
	}
	if got != want || got.Workspace.Name == "" {
		t.Errorf("%+v, not %+v", got, want)
	}
	used := ben.call("POST", link, nil).expect(200)
	ben.call("GET", "/api/v1/me", nil).problem(401)
	cookie, err := http.ParseSetCookie(used.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	p := &person{s: c.server, member: c.members[owner], cookie: cookie.Value}
	at := "/api/v1/occurrences/" + string(o.ID)
	p.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "text": "Here"}}}).expect(200)
	c.enter(admin).call("POST", link, nil).problem(410)

	// The same person in another workspace.
	other := domain.NewID[domain.WorkspaceID]()
	c.exec(`insert into workspace (id, name) values ($1, 'Elsewhere')`, other)
	c.exec(`insert into member (workspace_id, account_id, role) values ($1, $2, 'member')`, other, c.members[owner].Account.ID)
	me := c.enter(owner)
	c.exec(`update sign_in set workspace_id = $1 where account_id = $2 and occurrence_id is null`, other, c.members[owner].Account.ID)
	if to := me.call("GET", link, nil).expect(http.StatusSeeOther).header.Get("Location"); !strings.HasSuffix(to, page) {
		t.Error(to)
	}
	if got := decoded[card](t, me.call("GET", link+"/card", nil).expect(200)); !got.Mine || got.Good || got.Person+got.RoundName+got.Workspace.Name != "" {
		t.Errorf("%+v", got)
	}
}

// TestALinkInAMailIsGoodForNothingElse sends every route of openapi.yaml: what is not on the list is as for strangers, or refused.
func TestALinkInAMailIsGoodForNothingElse(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, link := c.mailed()
	p, _ := c.byMail(link)
	known := []string{}
	for _, r := range routes(t) {
		name := r.method + " " + r.path
		known = append(known, name)
		_, mine := api.ForAnswer[name]
		if mine && !strings.Contains(r.path, "{") {
			continue
		}
		_, open := api.Open[name]
		rule, _ := ruleFor(r.operation)
		send := func(who *person) int {
			req := who.request(r.method, c.fill(r.path, domain.VisibleWorkspace), strings.NewReader(rule.body))
			req.Header.Set("Content-Type", "application/json")
			if rule.typ != "" {
				req.Header.Set("Content-Type", rule.typ)
			}
			for k, v := range rule.header {
				req.Header.Set(k, v)
			}
			return c.send(req).status
		}
		if r.operation == "getEvents" || r.operation == "requestAccess" {
			continue // a stream, open only with a clip that passes the gate, as below; and what anybody may ask, answered alike whatever the clip
		}
		got := send(p)
		switch {
		case mine && strings.Contains(r.path, "{occurrence_id}") && got != 403: // another occurrence than its own
			t.Errorf("%s of another occurrence: %d", name, got)
		case mine && strings.Contains(r.path, "{id}") && got != 404: // a clip from before
			t.Errorf("%s of another clip: %d", name, got)
		case !mine && !open && got != 403:
			t.Errorf("%s: %d", name, got)
		case !mine && open && strings.Contains(r.path, "/clips/{id}") && got < 300 && r.method != http.MethodOptions:
			t.Errorf("%s: %d for a clip that strangers may not see", name, got)
		}
	}
	for _, name := range slices.Collect(maps.Keys(api.ForAnswer)) {
		if !slices.Contains(known, name) {
			t.Errorf("%s is no route", name)
		}
	}
}

// TestALinkThatEndsWhileItIsOpened: whoever signs out everywhere at the moment at which another opens their link wins.
func TestALinkThatEndsWhileItIsOpened(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, link := c.mailed()
	tx, err := c.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), `update answer_link set used_at = now()`); err != nil {
		t.Fatal(err)
	}
	opened := make(chan *answer, 1)
	stranger := &person{s: c.server}
	req := stranger.request("GET", link, nil)
	go func() { opened <- c.send(req) }()
	for end := time.Now().Add(time.Minute); ; <-time.After(10 * time.Millisecond) {
		var waits int
		if err := c.pool.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if waits > 0 || len(opened) > 0 {
			break
		} else if time.Now().After(end) {
			t.Fatal("it does not wait for who ends it")
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := <-opened; a.header.Get("Set-Cookie") != "" {
		t.Error("it opens though it has ended")
	}
	var kept int
	if err := c.pool.QueryRow(t.Context(), `select count(*) from sign_in where occurrence_id is not null`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d sign-ins %v", kept, err)
	}
}

// TestALinkInAMailHidesNothingThatIsOpen: what a stranger may watch, a browser that came by a mail may, too, and as a stranger.
func TestALinkInAMailHidesNothingThatIsOpen(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, link := c.mailed()
	p, _ := c.byMail(link)
	me := c.enter(owner)
	clip := me.clip(domain.VisibleLink, "For all")
	c.playable(clip, "For all")
	stranger := &person{s: c.server}
	for _, path := range []string{"", "/hls/master.m3u8", "/transcript", "/peaks", "/poster.jpg"} {
		at := "/api/v1/clips/" + string(clip) + path
		want, got := stranger.call("GET", at, nil), p.call("GET", at, nil)
		if got.status != want.status || string(got.body) != string(want.body) || path == "" && got.status != 200 {
			t.Errorf("%q: %d %s, a stranger %d %s", path, got.status, got.body, want.status, want.body)
		}
	}
	p.call("DELETE", "/api/v1/clips/"+string(clip), nil).problem(404)
}

// TestALinkThatHasEndedTellsNoNames: neither after its time, nor after its person was removed.
func TestALinkThatHasEndedTellsNoNames(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, link := c.mailed()
	name := c.members[owner].Account.Name
	tells := func(want bool) {
		t.Helper()
		a := (&person{s: c.server}).call("GET", link+"/card", nil).expect(200)
		if got := strings.Contains(string(a.body), name) || strings.Contains(string(a.body), "Stand-up"); got != want {
			t.Errorf("%s", a.body)
		}
	}
	tells(true)
	c.exec(`update member set left_at = now() where account_id = $1`, c.members[owner].Account.ID)
	tells(false)
	c.exec(`update member set left_at = null where account_id = $1`, c.members[owner].Account.ID)
	c.exec(`update answer_link set expires_at = now() - interval '1 second'`)
	tells(false)
}

// TestALinkIsMailedToWhoComesFromAChat: to members of the round, at once, not twice in a row; and nobody learns whose address it is.
func TestALinkIsMailedToWhoComesFromAChat(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.workspace("Acme").member.WorkspaceID
	olga, mia := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember)
	now := time.Now()
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: w, Name: "Stand-up", Template: "own", Sections: []domain.Section{{Key: "a", Title: "A"}}, Rule: "FREQ=DAILY",
		StartsOn: domain.DateOf(now.UTC()), Closes: domain.DayEnd, CloseAfterDays: 3, Members: []domain.Account{olga.member.Account}, CreatedBy: olga.member.Account.ID, CreatedAt: now,
	}
	if err := s.db.Rounds.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Rounds.Open(t.Context(), r.ID, r.StartsOn, 1, now); err != nil {
		t.Fatal(err)
	}
	all, err := s.db.Rounds.Occurrences(t.Context(), r.ID, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	nobody := &person{s: s}
	ask := func(o domain.OccurrenceID, email string) {
		t.Helper()
		nobody.call("POST", "/api/v1/occurrences/"+string(o)+"/link", map[string]any{"email": email}).expect(202)
	}
	mails := func() []domain.Mail {
		t.Helper()
		var out []domain.Mail
		for {
			m, found, err := s.db.Notices.NextMail(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if !found {
				return out
			}
			if err := s.db.Notices.Mailed(t.Context(), m.Notices); err != nil {
				t.Fatal(err)
			}
			out = append(out, m)
		}
	}
	ask(all[0].ID, "nobody@example.org")
	ask(all[0].ID, mia.member.Account.Email)
	ask(domain.NewID[domain.OccurrenceID](), olga.member.Account.Email)
	if got := mails(); len(got) != 0 {
		t.Errorf("mailed to who is no member: %+v", got)
	}
	// It comes to who wants no mail, too, and at any hour: they have just asked for it.
	olga.call("PUT", "/api/v1/me/notifications", map[string]any{"mail": "never", "muted": []any{}}).expect(200)
	ask(all[0].ID, " "+strings.ToUpper(olga.member.Account.Email)+" ")
	ask(all[0].ID, olga.member.Account.Email)
	got := mails()
	if len(got) != 1 || got[0].Email != olga.member.Account.Email || len(got[0].Notices) != 1 || !strings.HasPrefix(got[0].Notices[0].Path, "/api/v1/answer/") {
		t.Fatalf("%+v", got)
	}
	if n := olga.inbox(); len(n.Notices) != 0 {
		t.Errorf("it is no news in the inbox: %+v", n)
	}
	opened := nobody.call("GET", got[0].Notices[0].Path, nil)
	opened.expect(303)
	ask(all[0].ID, olga.member.Account.Email)
	if again := mails(); len(again) != 0 {
		t.Errorf("twice in two minutes: %+v", again)
	}
	s.exec(`update notice set created_at = now() - interval '3 minutes'`)
	ask(all[0].ID, olga.member.Account.Email)
	if again := mails(); len(again) != 1 || again[0].Notices[0].Path == got[0].Notices[0].Path {
		t.Errorf("asked for again: %+v", again)
	}
	s.exec(`update occurrence set closed_at = now()`)
	s.exec(`update notice set created_at = now() - interval '3 minutes'`)
	ask(all[0].ID, olga.member.Account.Email)
	if late := mails(); len(late) != 0 {
		t.Errorf("after it closed: %+v", late)
	}
}
