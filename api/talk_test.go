package api_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"maps"
	"strings"
	"testing"

	"baton/api/gen"
	"baton/domain"
)

func (p *person) say(clip domain.ClipID, body map[string]any) gen.Comment {
	p.s.t.Helper()
	return decoded[gen.Comment](p.s.t, p.call("POST", "/api/v1/clips/"+string(clip)+"/comments", body).expect(201))
}

func (p *person) comments(clip domain.ClipID) []gen.Comment {
	p.s.t.Helper()
	var all struct{ Comments []gen.Comment }
	p.call("GET", "/api/v1/clips/"+string(clip)+"/comments", nil).expect(200).json(&all)
	return all.Comments
}

func TestCommentsNameResolveAndRemember(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia, stranger := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember), s.workspace("Other")
	clip := boss.clip("workspace", "Plan")
	at := "/api/v1/clips/" + string(clip) + "/comments/"

	c := mia.say(clip, map[string]any{
		"body": "look @Acme owner", "at_ms": 1000, "end_ms": 2000,
		"mentions": []any{boss.member.Account.ID, boss.member.Account.ID, stranger.member.Account.ID},
	})
	if len(c.Mentions) != 1 || c.Mentions[0].Id != string(boss.member.Account.ID) || *c.EndMs != 2000 {
		t.Errorf("mentions %v: strangers to the workspace are left out, and nobody is named twice", c.Mentions)
	}
	mia.call("PATCH", at+c.Id, map[string]any{"body": "look again", "mentions": []any{}}).expect(200)
	boss.call("PATCH", at+c.Id, map[string]any{"body": "not mine"}).problem(403)
	mia.call("PATCH", at+c.Id, map[string]any{}).problem(400)
	var h struct{ Revisions []gen.Revision }
	boss.call("GET", at+c.Id+"/history", nil).expect(200).json(&h)
	if len(h.Revisions) != 1 || h.Revisions[0].Body != "look @Acme owner" {
		t.Errorf("history %v", h.Revisions)
	}
	got := decoded[gen.Comment](t, boss.call("PUT", at+c.Id+"/resolved", map[string]any{"resolved": true}).expect(200))
	if got.ResolvedAt == nil || got.ResolvedBy.Name != "Acme owner" || len(got.Mentions) != 0 {
		t.Errorf("resolved: %+v", got)
	}
	again := decoded[gen.Comment](t, mia.call("PUT", at+c.Id+"/resolved", map[string]any{"resolved": false}).expect(200))
	if again.ResolvedAt != nil || again.ResolvedBy != nil {
		t.Errorf("open again: %+v", again)
	}
	reply := boss.say(clip, map[string]any{"body": "yes", "parent_id": c.Id})
	boss.call("PUT", at+reply.Id+"/resolved", map[string]any{"resolved": true}).problem(409)
}

func TestPrivateNotesAreBetweenTwo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	olga, mia, ada := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.join(w, "Ada", domain.RoleAdmin)
	clip := olga.clip("workspace", "Plan")
	base := "/api/v1/clips/" + string(clip)
	stream := ada.listen("?clip_id="+string(clip), 0)
	stream.expect("hello", "")
	note := mia.say(clip, map[string]any{"body": "zebra typo on slide two", "private": true})
	answer := olga.say(clip, map[string]any{"body": "zebra thanks", "parent_id": note.Id})
	if answer.Private == nil || !*answer.Private {
		t.Error("the answer to a private note is not private")
	}
	for who, p := range map[string]*person{"an admin": ada, "the boss": boss} {
		if all := p.comments(clip); len(all) != 0 {
			t.Errorf("%s sees %v", who, all)
		}
		p.call("GET", base+"/comments/"+note.Id+"/history", nil).problem(404)
		p.call("PUT", base+"/comments/"+note.Id+"/resolved", map[string]any{"resolved": true}).problem(404)
		p.call("DELETE", base+"/comments/"+note.Id, nil).problem(404)
		p.call("POST", base+"/comments", map[string]any{"body": "me too", "parent_id": note.Id}).problem(404)
		if got := string(p.call("GET", "/api/v1/search?q=zebra", nil).expect(200).body); strings.Contains(got, "zebra") {
			t.Errorf("%s finds %s", who, got)
		}
	}
	for _, p := range []*person{mia, olga} {
		if all := p.comments(clip); len(all) != 2 {
			t.Errorf("%s sees %d", p.member.Account.Name, len(all))
		}
	}
	public := mia.say(clip, map[string]any{"body": "hello all"})
	// The stream hears of the public one first: it was never told of the others.
	stream.expect("comment.changed", public.Id)
}

func TestDrawings(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	clip := p.clip("workspace", "Plan")
	at := "/api/v1/clips/" + string(clip) + "/comments"
	stroke := func(more map[string]any) map[string]any {
		m := map[string]any{"tool": "arrow", "colour": "#ff0000", "points": [][]float64{{0.1, 0.2}, {0.987654321, 1}}}
		maps.Copy(m, more)
		return map[string]any{"body": "", "drawing": map[string]any{"strokes": []any{m}}}
	}
	c := p.say(clip, stroke(nil))
	if got := c.Drawing.Strokes[0].Points; got[1][0] != 0.9877 || got[1][1] != 1 {
		t.Errorf("points %v", got)
	}
	p.say(clip, stroke(map[string]any{"tool": "text", "text": "<b>here</b>", "points": [][]float64{{0, 0}}}))
	var many [][]float64
	for range 1001 {
		many = append(many, []float64{0.5, 0.5})
	}
	for name, bad := range map[string]map[string]any{
		"a colour that is CSS": {"colour": "url(javascript:1)"}, "a colour's name": {"colour": "red"}, "outside": {"points": [][]float64{{0, 0}, {1.1, 0}}},
		"three coordinates": {"points": [][]float64{{0, 0, 0}, {0, 0, 0}}}, "one point": {"points": [][]float64{{0, 0}}}, "no tool": {"tool": "laser"},
		"too many points": {"tool": "pen", "points": many}, "text of an arrow": {"text": "hi"}, "no text": {"tool": "text", "points": [][]float64{{0, 0}}},
		"thick": {"width": 0.5}, "more": {"onclick": "alert(1)"},
	} {
		if a := p.call("POST", at, stroke(bad)); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	p.call("POST", at, map[string]any{"body": ""}).problem(400)
}

func TestReactionsAreCountedOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember)
	clip := boss.clip("workspace", "Plan")
	at := "/api/v1/clips/" + string(clip) + "/reactions"
	put := func(p *person, emoji string, ms int, on bool) []gen.Reaction {
		return decoded[gen.Reactions](t, p.call("PUT", at, map[string]any{"emoji": emoji, "at_ms": ms, "on": on}).expect(200)).Reactions
	}
	put(boss, "👍🏽", 1200, true)
	put(boss, "👍🏽", 1900, true)
	got := put(mia, "👍🏽", 1000, true)
	if len(got) != 1 || got[0].Count != 2 || got[0].AtMs != 1000 || !got[0].Mine {
		t.Errorf("%+v", got)
	}
	if got = put(mia, "👍🏽", 1000, false); len(got) != 1 || got[0].Count != 1 || got[0].Mine {
		t.Errorf("%+v", got)
	}
	for _, emoji := range []string{"👩‍👩‍👧", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "🇫🇷", "‼️", "☕"} {
		put(mia, emoji, 5000, true)
	}
	for _, bad := range []string{"a", "<b>", "1", "👍 👍", "👍javascript", "💩💩💩💩💩💩💩💩💩", "\u202e", "\ufe0f"} {
		if a := mia.call("PUT", at, map[string]any{"emoji": bad, "at_ms": 0, "on": true}); a.status != 400 {
			t.Errorf("%q: %d", bad, a.status)
		}
	}
}

func TestPicturesOfComments(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember)
	clip := boss.clip("workspace", "Plan")
	base := "/api/v1/clips/" + string(clip)
	send := func(p *person, typ string, data []byte) *answer {
		r := p.request("POST", base+"/attachments", bytes.NewReader(data))
		r.Header.Set("Content-Type", typ)
		return s.send(r)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	// What the request says of the type does not count.
	a := decoded[gen.Attachment](t, send(mia, "text/html", append(b.Bytes(), "<script>"...)).expect(201))
	path := strings.TrimPrefix(a.Url, s.url)
	mia.call("GET", path, nil).expect(200)
	boss.call("GET", path, nil).problem(404) // nothing was said with it yet
	boss.call("POST", base+"/comments", map[string]any{"body": "mine", "attachment_ids": []any{a.Id}}).problem(404)
	c := mia.say(clip, map[string]any{"body": "", "attachment_ids": []any{a.Id}})
	if len(c.Attachments) != 1 || c.Attachments[0].Width != 20 {
		t.Errorf("%+v", c.Attachments)
	}
	mia.call("POST", base+"/comments", map[string]any{"body": "twice", "attachment_ids": []any{a.Id}}).problem(404)
	got := boss.call("GET", path, nil).expect(200)
	for k, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline",
	} {
		if got.header.Get(k) != want {
			t.Errorf("%s: %q", k, got.header.Get(k))
		}
	}
	if bytes.Contains(got.body, []byte("script")) {
		t.Error("what was no picture is served")
	}
	for name, bad := range map[string]string{"svg": "<svg/>", "html": "<html>", "nothing": ""} {
		if a := send(mia, "image/png", []byte(bad)); a.status != 415 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	note := decoded[gen.Attachment](t, send(mia, "image/png", b.Bytes()).expect(201))
	mia.say(clip, map[string]any{"body": "psst", "private": true, "attachment_ids": []any{note.Id}})
	ada := s.join(boss.member.WorkspaceID, "Ada", domain.RoleAdmin)
	ada.call("GET", strings.TrimPrefix(note.Url, s.url), nil).problem(404)
	boss.call("GET", strings.TrimPrefix(note.Url, s.url), nil).expect(200)
	mia.call("DELETE", base+"/comments/"+c.Id, nil).expect(204)
	boss.call("GET", path, nil).problem(404)
}

// xss is what people who try to break in write.
var xss = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `<svg/onload=alert(1)>`, `[x](javascript:alert(1))`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`, `{{constructor.constructor('alert(1)')()}}`, `</title><script>alert(1)</script>`,
	`' onmouseover='alert(1)`, `<iframe srcdoc="<script>alert(1)</script>">`, "\u003cscript\u003e", `<!--<img src="--><img src=x onerror=alert(1)//">`, `&lt;script&gt;`,
}

// TestWhatPeopleWriteStaysText: text goes in and comes out the same, as JSON that no browser takes for a page, and nothing of
// it stands raw in a page or in what the search marks.
func TestWhatPeopleWriteStaysText(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	for _, evil := range xss {
		id := p.clip("link", evil)
		base := "/api/v1/clips/" + string(id)
		c := p.say(id, map[string]any{"body": evil})
		if c.Body != evil {
			t.Errorf("%q came back as %q", evil, c.Body)
		}
		p.call("PATCH", base, map[string]any{"description": evil, "tags": []string{"x"}}).expect(200)
		p.call("POST", "/api/v1/spaces", map[string]any{"name": evil}).expect(201)
		p.call("PATCH", "/api/v1/me", map[string]any{"name": evil}).expect(200)
		for _, path := range []string{base, base + "/comments", "/api/v1/spaces", "/api/v1/me", "/api/v1/members", "/api/v1/search?q=alert", "/api/v1/search?q=script"} {
			a := p.call("GET", path, nil).expect(200)
			if typ := a.header.Get("Content-Type"); !strings.HasPrefix(typ, "application/json") || a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %s", path, typ)
			}
			if !json.Valid(a.body) || bytes.Contains(a.body, []byte("<script")) {
				t.Errorf("%s: %.300s", path, a.body)
			}
		}
		page := p.call("GET", "/c/"+string(id), nil).expect(200)
		head := strings.NewReplacer("<!doctype html><head>", "", "</head><body>shell /</body>", "").Replace(string(page.body))
		for _, raw := range []string{"<script", "<img", "<svg", "<iframe", "<a ", "</title", "<!--<"} {
			if strings.Contains(head, raw) {
				t.Errorf("%q stands raw in the page: %.400s", evil, head)
			}
		}
		if strings.Contains(head, `content="`+evil+`"`) && strings.ContainsAny(evil, `<>"`) {
			t.Errorf("%q is not escaped", evil)
		}
	}
}

func TestThePolicyAllowsNothingInline(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	for _, path := range []string{"/", "/c/" + string(p.clip("link", "T")), "/api/v1/me", "/join/x", "/nothing"} {
		a := p.call("GET", path, nil)
		policy := a.header.Get("Content-Security-Policy")
		for _, never := range []string{"unsafe-inline", "unsafe-eval", "*", "http:", "https:"} {
			if strings.Contains(policy, never) {
				t.Errorf("%s: the policy has %s: %s", path, never, policy)
			}
		}
		for _, always := range []string{"script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, always) {
				t.Errorf("%s: the policy lacks %s: %s", path, always, policy)
			}
		}
	}
}
