package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// link makes a link with conditions and gives its path below /api/v1.
func (p *person) link(clip domain.ClipID, conditions map[string]any) (gen.Share, string) {
	p.s.t.Helper()
	made := decoded[gen.NewShare](p.s.t, p.call("POST", "/api/v1/clips/"+string(clip)+"/shares", conditions).expect(201))
	secret, ok := strings.CutPrefix(made.Url, p.s.url+"/s/")
	if !ok {
		p.s.t.Fatal(made.Url)
	}
	return made.Share, "/api/v1/shares/" + secret
}

// opens opens a link in a browser of its own and remembers the cookie.
func (p *person) opens(path string, body map[string]any) *answer {
	p.s.t.Helper()
	a := p.call("POST", path, body)
	for _, line := range a.header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == "baton_guest" {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				p.s.t.Errorf("the guest's cookie is %s", line)
			}
			p.guest = c.Value
		}
	}
	return a
}

func TestALinkAsksForItsPassword(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("private", "Plan")
	s.playable(clip, "hello")
	share, path := boss.link(clip, map[string]any{"password": "open sesame", "comments": true, "name": "for Ana"})
	ana := &person{s: s}
	gate := decoded[gen.ShareGate](t, ana.call("GET", path, nil).expect(200))
	if gate.State != "open" || !gate.NeedsPassword || strings.Contains(string(ana.call("GET", path, nil).body), "Plan") {
		t.Errorf("%+v", gate)
	}
	at := "/api/v1/clips/" + string(clip)
	ana.opens(path, map[string]any{"password": "guess"}).problem(401)
	ana.opens(path, map[string]any{}).problem(401)
	ana.call("GET", at, nil).problem(404)
	if strings.Contains(s.log.String(), "open sesame") || strings.Contains(s.log.String(), path) {
		t.Error("the log has a secret")
	}
	ana.opens(path, map[string]any{"password": "open sesame"}).expect(200)
	ana.opens(path, map[string]any{}).expect(200) // nobody is asked twice
	if gate := decoded[gen.ShareGate](t, ana.call("GET", path, nil).expect(200)); gate.State != "open" || gate.NeedsPassword {
		t.Errorf("%+v", gate)
	}
	c := decoded[gen.Clip](t, ana.call("GET", at, nil).expect(200))
	if !c.May.CommentAsGuest || c.May.Edit || c.May.Download || c.GuestComments != nil {
		t.Errorf("%+v", c.May)
	}
	ana.call("GET", at+"/hls/source/seg-0.m4s", nil).expect(200)
	ana.call("GET", at+"/download", nil).problem(401)
	boss.call("PATCH", at+"/shares/"+share.Id, map[string]any{"downloads": true}).expect(200)
	file := ana.call("GET", at+"/download", nil).expect(200)
	if string(file.body) != "init"+segmentBytes+"second" || !strings.Contains(file.header.Get("Content-Disposition"), "Plan.mp4") {
		t.Errorf("the file has %d bytes, %s", len(file.body), file.header.Get("Content-Disposition"))
	}
	var list struct{ Shares []gen.Share }
	boss.call("GET", at+"/shares", nil).expect(200).json(&list)
	if len(list.Shares) != 1 || list.Shares[0].Views != 1 || !list.Shares[0].HasPassword || list.Shares[0].Name != "for Ana" {
		t.Errorf("%+v", list.Shares)
	}
}

func TestLinksEnd(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("private", "Plan")
	at := "/api/v1/clips/" + string(clip)
	_, once := boss.link(clip, map[string]any{"max_views": 1})
	first, second := &person{s: s}, &person{s: s}
	first.opens(once, map[string]any{}).expect(200)
	first.opens(once, map[string]any{}).expect(200) // the same browser again is no further view
	if g := decoded[gen.ShareGate](t, first.call("GET", once, nil).expect(200)); g.State != "open" {
		t.Errorf("who is in is told that the link is %s", g.State)
	}
	second.opens(once, map[string]any{}).problem(410)
	second.call("GET", at, nil).problem(404)
	if g := decoded[gen.ShareGate](t, second.call("GET", once, nil).expect(200)); g.State != "full" {
		t.Error(g.State)
	}
	share, timed := boss.link(clip, map[string]any{"expires_at": time.Now().Add(time.Hour).Format(time.RFC3339)})
	second.opens(timed, map[string]any{}).expect(200)
	s.exec(`update share set expires_at = now() - interval '1 minute' where id = $1`, share.Id)
	second.call("GET", at, nil).problem(404)
	second.opens(timed, map[string]any{}).problem(410)

	// Who came too late asks for more time, and gets it.
	second.call("POST", timed+"/requests", map[string]any{"name": "Ana", "message": "on leave until today"}).expect(202)
	var open struct{ Requests []gen.AccessRequest }
	boss.call("GET", at+"/requests", nil).expect(200).json(&open)
	if len(open.Requests) != 1 || !open.Requests[0].MoreTime || open.Requests[0].Message != "on leave until today" {
		t.Fatalf("%+v", open.Requests)
	}
	boss.call("POST", at+"/requests/"+open.Requests[0].Id, map[string]any{"granted": true}).expect(204)
	boss.call("POST", at+"/requests/"+open.Requests[0].Id, map[string]any{"granted": true}).problem(404)
	second.call("GET", at, nil).expect(200)
	boss.call("POST", at+"/shares", map[string]any{"expires_at": "tomorrow"}).problem(400)
	boss.call("POST", at+"/shares", map[string]any{"email_domain": "<script>"}).problem(400)
}

// TestRevokedAtOnce: the stream of an open player ends, and its next segment is not there.
func TestRevokedAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("private", "Plan")
	s.playable(clip, "hello")
	at := "/api/v1/clips/" + string(clip)
	share, path := boss.link(clip, map[string]any{})
	ana := &person{s: s}
	ana.opens(path, map[string]any{}).expect(200)
	player := ana.listen("?clip_id="+string(clip), 0)
	player.expect("hello", "")
	boss.comment(clip, "welcome")
	player.expect("comment.changed", "welcome")
	ana.call("GET", at+"/hls/source/seg-0.m4s", nil).expect(200)
	boss.call("DELETE", at+"/shares/"+share.Id, nil).expect(204)
	player.expectEnd()
	ana.call("GET", at+"/hls/source/seg-1.m4s", nil).problem(404)
	ana.opens(path, map[string]any{}).problem(410)
	if g := decoded[gen.ShareGate](t, ana.call("GET", path, nil).expect(200)); g.State != "revoked" {
		t.Error(g.State)
	}
	ana.call("POST", path+"/requests", map[string]any{"name": "Ana"}).problem(410)
}

func TestALinkForAnEmailDomain(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss, other := s.workspace("Acme"), s.workspace("Other")
	clip := boss.clip("private", "Plan")
	_, path := boss.link(clip, map[string]any{"email_domain": "@Partner.example"})
	(&person{s: s}).opens(path, map[string]any{}).problem(401)
	other.opens(path, map[string]any{}).problem(403)
	s.exec(`update account set email = 'o@evilpartner.example' where id = $1`, other.member.Account.ID)
	other.opens(path, map[string]any{}).problem(403)
	s.exec(`update account set email = 'o@partner.example' where id = $1`, other.member.Account.ID)
	other.opens(path, map[string]any{}).expect(200)
	other.call("GET", "/api/v1/clips/"+string(clip), nil).expect(200)
}

func TestGuestsWriteUnderAName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("link", "Plan")
	at := "/api/v1/clips/" + string(clip)
	ana := &person{s: s}
	ana.call("POST", at+"/comments", map[string]any{"body": "hi"}).problem(401)
	boss.call("PATCH", at, map[string]any{"guest_comments": true}).expect(200)
	if c := decoded[gen.Clip](t, ana.call("GET", at, nil).expect(200)); !c.May.CommentAsGuest || c.May.Comment {
		t.Errorf("%+v", c.May)
	}
	a := ana.call("PUT", "/api/v1/guest", map[string]any{"name": "Ana <b>"}).expect(200)
	cookie, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	ana.guest = cookie.Value
	said := ana.say(clip, map[string]any{"body": "hello from outside"})
	if said.Author.Guest == nil || !*said.Author.Guest || said.Author.Name != "Ana <b>" || !said.MayEdit {
		t.Errorf("%+v", said)
	}
	ana.call("PUT", at+"/reactions", map[string]any{"emoji": "🎉", "at_ms": 0, "on": true}).expect(200)
	ana.call("PATCH", at+"/comments/"+said.Id, map[string]any{"body": "hello again"}).expect(200)
	ana.call("POST", at+"/comments", map[string]any{"body": "psst", "private": true}).problem(403)
	ana.call("POST", at+"/comments", map[string]any{"body": "hey", "mentions": []any{boss.member.Account.ID}}).problem(403)
	ana.call("POST", at+"/attachments", map[string]any{}).problem(401)
	ana.call("PUT", at+"/comments/"+said.Id+"/resolved", map[string]any{"resolved": true}).problem(401)
	other := &person{s: s, guest: "none"}
	other.call("DELETE", at+"/comments/"+said.Id, nil).problem(403)
	written := 0
	for range 12 {
		if ana.call("POST", at+"/comments", map[string]any{"body": "spam"}).status == 201 {
			written++
		}
	}
	if written >= 12 {
		t.Error("nobody stops a guest who writes fast")
	}
	boss.call("DELETE", at+"/comments/"+said.Id, nil).expect(204)
	boss.call("PATCH", at, map[string]any{"guest_comments": false}).expect(200)
	ana.call("POST", at+"/comments", map[string]any{"body": "still here?"}).problem(401)
}

func TestAskingToBeLetIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	olga, gus, stranger := s.join(w, "Olga", domain.RoleMember), s.join(w, "Gus", domain.RoleGuest), s.workspace("Other")
	clip := olga.clip("private", "Plan")
	at := "/api/v1/clips/" + string(clip)
	nowhere := "/api/v1/clips/" + domain.NewID[string]()
	told := map[string]bool{}
	for _, a := range []*answer{
		gus.call("POST", at+"/requests", map[string]any{"message": "please"}), gus.call("POST", at+"/requests", map[string]any{}),
		stranger.call("POST", at+"/requests", map[string]any{}), gus.call("POST", nowhere+"/requests", map[string]any{}),
	} {
		told[string(a.expect(202).body)] = true
	}
	if len(told) != 1 {
		t.Errorf("the answers tell who is there: %v", told)
	}
	var open struct{ Requests []gen.AccessRequest }
	olga.call("GET", at+"/requests", nil).expect(200).json(&open)
	if len(open.Requests) != 1 || open.Requests[0].Name != "Gus" || open.Requests[0].MoreTime {
		t.Fatalf("%+v", open.Requests)
	}
	gus.call("GET", at, nil).problem(404)
	olga.call("POST", at+"/requests/"+open.Requests[0].Id, map[string]any{"granted": true}).expect(204)
	gus.call("GET", at, nil).expect(200)
	gus.comment(clip, "thanks")
	var page gen.ClipPage
	gus.call("GET", "/api/v1/clips", nil).expect(200).json(&page)
	if len(page.Clips) != 1 {
		t.Errorf("their library has %d", len(page.Clips))
	}
	watching := gus.listen("?clip_id="+string(clip), 0)
	watching.expect("hello", "{}")
	olga.call("PUT", at+"/people", map[string]any{"account_ids": []any{stranger.member.Account.ID}}).expect(200)
	watching.expect("clip.changed", string(clip))
	watching.expect("end", "you may not see") // at once: the next look by the clock is a minute away
	gus.call("GET", at, nil).problem(404)
	stranger.call("GET", at, nil).problem(404)
}

func TestEmbedding(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	open, closed := boss.clip("link", `The "plan" <b>`), boss.clip("workspace", "Secret plan")
	s.playable(open, "hello")
	nobody := &person{s: s}
	page := nobody.call("GET", "/embed/"+string(open), nil).expect(200)
	if p := page.header.Get("Content-Security-Policy"); !strings.Contains(p, "frame-ancestors *") || strings.Contains(p, "unsafe") || page.header.Get("X-Frame-Options") != "" {
		t.Errorf("%v", page.header)
	}
	for _, want := range []string{`property="video:duration" content="4"`, `type="application/json+oembed"`, "poster.jpg", "The &#34;plan&#34; &lt;b&gt;"} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("the page lacks %s: %s", want, page.body)
		}
	}
	if a := nobody.call("GET", "/embed/"+string(closed), nil).expect(200); strings.Contains(string(a.body), "Secret") {
		t.Error("strangers learn a title")
	}
	ask := func(address, more string) *answer {
		return nobody.call("GET", "/api/v1/oembed?url="+url.QueryEscape(address)+more, nil)
	}
	o := decoded[gen.OEmbed](t, ask(s.url+"/c/"+string(open), "&maxwidth=320").expect(200))
	if *o.Width != 320 || *o.Height != 180 || !strings.Contains(*o.Html, `src="`+s.url+"/embed/"+string(open)+`"`) || strings.Contains(*o.Html, "<b>") || o.ThumbnailUrl == nil {
		t.Errorf("%+v", o)
	}
	ask(s.url+"/c/"+string(closed), "").problem(404)
	ask("https://elsewhere.example/c/"+string(open), "").problem(404)
	ask(s.url+"/c/"+string(open)+"/../x", "").problem(404)
	if a := nobody.call("GET", "/c/"+string(open), nil); !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("the watch page may be framed")
	}
}

func TestAskingToBeLetInFromAnotherWorkspace(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.workspace("Acme").member.WorkspaceID
	olga, mark, stranger := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.workspace("Other")
	private, shared := olga.clip("private", "Plan"), olga.clip("workspace", "News")
	m := mark.member
	m.WorkspaceID = stranger.member.WorkspaceID
	s.exec(`insert into member (workspace_id, account_id, role) values ($1, $2, 'member')`, m.WorkspaceID, m.Account.ID)
	away := s.signIn(m) // Max, whose browser is in the other workspace
	told := map[string]bool{}
	for _, id := range []string{string(private), string(shared), domain.NewID[string]()} {
		at := "/api/v1/clips/" + id
		away.call("GET", at, nil).problem(404)
		told[string(away.call("POST", at+"/requests", map[string]any{"message": "please"}).expect(202).body)] = true
		told[string(stranger.call("POST", at+"/requests", map[string]any{"message": "please"}).expect(202).body)] = true
	}
	if len(told) != 1 {
		t.Errorf("the answers tell who is there: %v", told)
	}
	var open struct{ Requests []gen.AccessRequest }
	olga.call("GET", "/api/v1/clips/"+string(shared)+"/requests", nil).expect(200).json(&open)
	if len(open.Requests) != 0 {
		t.Errorf("%+v: members may watch it in its workspace", open.Requests)
	}
	at := "/api/v1/clips/" + string(private)
	olga.call("GET", at+"/requests", nil).expect(200).json(&open)
	if len(open.Requests) != 1 || open.Requests[0].Name != "Max" || len(olga.inbox().Notices) != 1 {
		t.Fatalf("%+v", open.Requests)
	}
	olga.call("POST", at+"/requests/"+open.Requests[0].Id, map[string]any{"granted": true}).expect(204)
	mark.call("GET", at, nil).expect(200)
}
