package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// TestAGuestIsTakenOut: what they said goes, their player ends, no link of the clip lets that browser in, and nobody else is touched.
func TestAGuestIsTakenOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	other := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember)
	for _, visibility := range []domain.Visibility{domain.VisibleWorkspace, domain.VisibleLink} {
		clip := boss.clip(visibility, "Plan")
		s.playable(clip, "hello")
		at := "/api/v1/clips/" + string(clip)
		_, path := boss.link(clip, map[string]any{"comments": true, "name": "For the customer"})
		ana, bea := &person{s: s}, &person{s: s}
		for name, p := range map[string]*person{"Ana": ana, "Bea": bea} {
			p.opens(path, map[string]any{"name": name}).expect(200)
			p.call("POST", at+"/comments", map[string]any{"body": "from " + name, "at_ms": 0}).expect(201)
		}
		ana.call("PUT", at+"/reactions", map[string]any{"emoji": "👍", "at_ms": 1000, "on": true}).expect(200)
		other.call("GET", at+"/guests", nil).problem(403)
		list := func() map[string]gen.GuestVisit {
			out := map[string]gen.GuestVisit{}
			for _, g := range decoded[struct{ Guests []gen.GuestVisit }](t, boss.call("GET", at+"/guests", nil).expect(200)).Guests {
				out[g.Name] = g
			}
			return out
		}
		before := list()
		if g := before["Ana"]; len(before) != 2 || g.Said != "from Ana" || g.Comments != 1 || g.Links != "For the customer" || g.RemovedAt != nil {
			t.Fatalf("%+v", before)
		}
		player := ana.listen("?clip_id="+string(clip), 0)
		player.expect("hello", "")
		boss.call("DELETE", at+"/guests/"+before["Ana"].Id, nil).expect(204)
		player.expectEnd()
		ana.call("GET", at, nil).problem(404)
		ana.call("GET", at+"/hls/source/seg-1.m4s", nil).problem(404)
		ana.call("POST", at+"/comments", map[string]any{"body": "still here", "at_ms": 0}).problem(404)
		ana.call("POST", path, map[string]any{}).problem(403)
		_, second := boss.link(clip, map[string]any{"comments": true})
		ana.call("POST", second, map[string]any{}).problem(403)
		talk := string(bea.call("GET", at+"/comments", nil).expect(200).body)
		if strings.Contains(talk, "from Ana") || !strings.Contains(talk, "from Bea") {
			t.Errorf("the talk is %s", talk)
		}
		if r := string(bea.call("GET", at+"/reactions", nil).expect(200).body); strings.Contains(r, "👍") {
			t.Errorf("the reactions are %s", r)
		}
		if g := list()["Ana"]; g.RemovedAt == nil || g.Said != "" {
			t.Errorf("%+v", g)
		}
		boss.call("DELETE", at+"/guests/"+string(clip), nil).problem(404)
	}
}

// TestWhatAPreviewOfALinkTells: a link that asks for something tells nothing, one that counts its views shows no picture.
func TestWhatAPreviewOfALinkTells(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip(domain.VisiblePrivate, "Zebra plan")
	s.playable(clip, "hello")
	soon := time.Now().Add(time.Hour).Format(time.RFC3339)
	nobody := &person{s: s}
	for name, c := range map[string]struct {
		conditions     map[string]any
		end            string
		title, picture bool
	}{
		"open":     {map[string]any{}, "", true, true},
		"in time":  {map[string]any{"expires_at": soon}, "", true, true},
		"counted":  {map[string]any{"max_views": 5}, "", true, false},
		"password": {map[string]any{"password": "open sesame"}, "", false, false},
		"domain":   {map[string]any{"email_domain": "example.org"}, "", false, false},
		"expired":  {map[string]any{"expires_at": soon}, `update share set expires_at = now() - interval '1 minute' where id = $1`, false, false},
		"full":     {map[string]any{"max_views": 1}, `update share set views = 1 where id = $1`, false, false},
		"revoked":  {map[string]any{}, `update share set revoked_at = now() where id = $1`, false, false},
	} {
		share, path := boss.link(clip, c.conditions)
		if c.end != "" {
			s.exec(c.end, share.Id)
		}
		secret := strings.TrimPrefix(path, "/api/v1/shares/")
		page := nobody.call("GET", "/s/"+secret, nil).expect(200)
		told := string(page.body)
		if got := strings.Contains(told, "Zebra plan") && strings.Contains(told, `property="video:duration" content="4"`); got != c.title {
			t.Errorf("%s: the page tells the title: %t: %s", name, got, told)
		}
		if !c.title && (strings.Contains(told, "Zebra") || strings.Contains(told, "duration")) || strings.Contains(told, string(clip)) {
			t.Errorf("%s: the page tells too much: %s", name, told)
		}
		if got := strings.Contains(told, secret+"/poster.jpg"); got != c.picture {
			t.Errorf("%s: the page has a picture: %t", name, got)
		}
		if page.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: other sites learn the link", name)
		}
		a := nobody.call("GET", "/api/v1/oembed?url="+url.QueryEscape(s.url+"/s/"+secret), nil)
		if !c.title {
			a.problem(404)
		} else if o := decoded[gen.OEmbed](t, a.expect(200)); o.Type != "link" || o.Title != "Zebra plan" || o.Html != nil || (o.ThumbnailUrl != nil) != c.picture {
			t.Errorf("%s: %+v", name, o)
		}
		if a := nobody.call("GET", path+"/poster.jpg", nil); (a.status == 200) != c.picture {
			t.Errorf("%s: the picture: %d", name, a.status)
		}
	}
	if p := string(nobody.call("GET", "/s/no-such-link", nil).expect(200).body); strings.Contains(p, "duration") {
		t.Error(p)
	}
}

// TestAStrangerAsksToBeLetIn: they learn nothing, the owner gets who they are, and letting them in makes a link for them.
func TestAStrangerAsksToBeLetIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip(domain.VisiblePrivate, "Plan")
	at := "/api/v1/clips/" + string(clip)
	nobody := &person{s: s}
	ask := func(at string, body map[string]any) *answer { return nobody.call("POST", at+"/requests", body) }
	ask(at, map[string]any{"message": "please"}).problem(400)
	ask(at, map[string]any{"name": "Ana", "email": "not an address"}).problem(400)
	there := ask(at, map[string]any{"name": "Ana", "email": "Ana@example.net", "message": "please"}).expect(202)
	gone := ask("/api/v1/clips/"+domain.NewID[string](), map[string]any{"name": "Ana", "email": "ana@example.net"}).expect(202)
	if string(there.body) != string(gone.body) {
		t.Errorf("%s is not %s", there.body, gone.body)
	}
	ask(at, map[string]any{"name": "Ana again", "email": "ana@example.net"}).expect(202) // asking twice is asking once
	ask(at, map[string]any{"name": "Bea", "email": "bea@example.net"}).expect(202)
	ask(at, map[string]any{"name": "Cid", "email": "cid@example.net"}).expect(202)
	ask(at, map[string]any{"name": "Dan", "email": "dan@example.net"}).problem(429)
	open := decoded[struct{ Requests []gen.AccessRequest }](t, boss.call("GET", at+"/requests", nil).expect(200)).Requests
	if len(open) != 3 || open[2].Email == nil || *open[2].Email != "ana@example.net" || open[2].Message != "please" {
		t.Fatalf("%+v", open)
	}
	made := decoded[gen.NewShare](t, boss.call("POST", at+"/requests/"+open[2].Id, map[string]any{"granted": true}).expect(201))
	boss.call("POST", at+"/requests/"+open[2].Id, map[string]any{"granted": true}).problem(404)
	boss.call("POST", at+"/requests/"+open[1].Id, map[string]any{"granted": false}).expect(204)
	nobody.call("GET", at, nil).problem(404)
	nobody.opens("/api/v1/shares/"+made.Url[strings.LastIndex(made.Url, "/")+1:], map[string]any{}).expect(200)
	c := decoded[gen.Clip](t, nobody.call("GET", at, nil).expect(200))
	if c.May.Join || c.May.Download {
		t.Errorf("%+v", c.May)
	}
}
