package api_test

import (
	"errors"
	"strings"
	"testing"

	"baton/api/gen"
	"baton/domain"
)

// space makes a space by the API and gives its path.
func (p *person) space(body map[string]any) (id, path string) {
	p.s.t.Helper()
	made := decoded[gen.Space](p.s.t, p.call("POST", "/api/v1/spaces", body).expect(201))
	return made.Id, "/api/v1/spaces/" + made.Id
}

func (p *person) findsZebra() bool {
	p.s.t.Helper()
	return strings.Contains(string(p.call("GET", "/api/v1/search?q=zebra", nil).expect(200).body), "clip_id")
}

// TestSharedWithASpace: its people watch, comment, find and are told; who is not among them sees nothing of it.
func TestSharedWithASpace(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	ida, elsa, gus := s.join(w, "Ida", domain.RoleMember), s.join(w, "Elsa", domain.RoleMember), s.join(w, "Gus", domain.RoleGuest)
	space, path := boss.space(map[string]any{"name": "Design", "closed": true})
	other, _ := boss.space(map[string]any{"name": "Sales"})
	clip := boss.clip(domain.VisiblePrivate, "Zebra plan")
	s.playable(clip, "zebra stripes")
	at := "/api/v1/clips/" + string(clip)
	elsa.call("PUT", path+"/membership", nil).problem(403) // it is closed
	elsa.call("PUT", path+"/people/"+string(elsa.member.Account.ID), nil).problem(403)
	boss.call("PUT", path+"/people/"+string(ida.member.Account.ID), nil).expect(204)
	boss.call("PUT", path+"/people/"+string(gus.member.Account.ID), nil).problem(409)
	boss.call("PUT", path+"/people/"+string(clip), nil).problem(404)
	if all := decoded[gen.People](t, elsa.call("GET", path+"/people", nil).expect(200)); len(all.People) != 2 {
		t.Errorf("%+v", all)
	}
	ida.call("GET", at, nil).problem(404)

	shared := decoded[gen.SpaceList](t, boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{space}}).expect(200))
	if len(shared.Spaces) != 1 || shared.Spaces[0].Name != "Design" {
		t.Errorf("%+v", shared)
	}
	boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{string(clip)}}).problem(404)
	c := decoded[gen.Clip](t, ida.call("GET", at, nil).expect(200))
	if !c.May.Comment || c.May.Edit || c.May.Delete || !c.May.Download || len(*c.SharedSpaces) != 1 {
		t.Errorf("%+v", c.May)
	}
	ida.call("GET", at+"/hls/source/seg-1.m4s", nil).expect(200)
	ida.call("POST", at+"/comments", map[string]any{"body": "nice", "at_ms": 0}).expect(201)
	if !ida.findsZebra() || elsa.findsZebra() || gus.findsZebra() {
		t.Error("found by the wrong people")
	}
	for _, who := range []*person{ida, elsa} {
		page := decoded[gen.ClipPage](t, who.call("GET", "/api/v1/clips?space_id="+space, nil).expect(200))
		if len(page.Clips) != map[*person]int{ida: 1}[who] {
			t.Errorf("%s lists %d clips", who.member.Account.Name, len(page.Clips))
		}
	}
	var inbox struct{ Notices []gen.Notice }
	ida.call("GET", "/api/v1/inbox", nil).expect(200).json(&inbox)
	if len(inbox.Notices) != 1 || string(inbox.Notices[0].Kind) != "clip" {
		t.Errorf("Ida was told %+v", inbox.Notices)
	}
	reel := string(ida.call("GET", "/api/v1/reel?space_id="+space, nil).expect(200).body)
	if !strings.Contains(reel, string(clip)) || strings.Contains(string(elsa.call("GET", "/api/v1/reel?space_id="+space, nil).expect(200).body), string(clip)) {
		t.Errorf("the reel is %s", reel)
	}
	elsa.call("GET", at, nil).problem(404)
	elsa.call("GET", at+"/poster.jpg", nil).problem(404)

	// Another space may be added, and goes with what was shared with it.
	elsa.call("PUT", "/api/v1/spaces/"+other+"/membership", nil).expect(204)
	boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{space, other}}).expect(200)
	elsa.call("GET", at, nil).expect(200)
	boss.call("DELETE", "/api/v1/spaces/"+other, nil).expect(204)
	elsa.call("GET", at, nil).problem(404)
	ida.call("GET", at, nil).expect(200)
}

// TestWhoIsOutOfASpaceSeesNothingAtOnce: by leaving, by being taken out, and when the clip is shared no more; open players included.
func TestWhoIsOutOfASpaceSeesNothingAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	space, path := boss.space(map[string]any{"name": "Design"})
	clip := boss.clip(domain.VisiblePrivate, "Zebra plan")
	s.playable(clip, "zebra stripes")
	at := "/api/v1/clips/" + string(clip)
	boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{space}}).expect(200)
	for name, out := range map[string]func(p *person){
		"leaves":       func(p *person) { p.call("DELETE", path+"/membership", nil).expect(204) },
		"is taken out": func(p *person) { boss.call("DELETE", path+"/people/"+string(p.member.Account.ID), nil).expect(204) },
		"leaves all":   func(p *person) { boss.call("DELETE", "/api/v1/members/"+string(p.member.Account.ID), nil).expect(204) },
		"is left out":  func(*person) { boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{}}).expect(200) },
	} {
		boss.call("PUT", at+"/spaces", map[string]any{"space_ids": []string{space}}).expect(200)
		p := s.join(w, "Ida"+strings.ReplaceAll(name, " ", ""), domain.RoleMember)
		p.call("PUT", path+"/membership", nil).expect(204)
		p.call("GET", at, nil).expect(200)
		player := p.listen("?clip_id="+string(clip), 0)
		player.expect("hello", "")
		out(p)
		player.expectEnd()
		if status := p.call("GET", at+"/hls/source/seg-1.m4s", nil).status; status != 404 && status != 401 {
			t.Errorf("who %s gets a segment: %d", name, status)
		}
		if name == "leaves all" {
			continue
		}
		if p.findsZebra() {
			t.Errorf("who %s finds it", name)
		}
		var inbox struct{ Notices []gen.Notice }
		p.call("GET", "/api/v1/inbox", nil).expect(200).json(&inbox)
		if len(inbox.Notices) != 0 {
			t.Errorf("who %s is told %+v", name, inbox.Notices)
		}
	}
}

// TestNewsOfWhatIsSharedWithASpace: the space's webhook posts it, that of the workspace, whose people do not see it, does not.
func TestNewsOfWhatIsSharedWithASpace(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	admin := s.join(boss.member.WorkspaceID, "Ada", domain.RoleAdmin)
	space, path := boss.space(map[string]any{"name": "Design", "closed": true})
	hook := func(space string) map[string]any {
		m := map[string]any{"kind": "json", "name": "n", "url": "https://hooks.example.org/x", "wants": []string{"clip.ready", "comment.created"}}
		if space != "" {
			m["space_id"] = space
		}
		return m
	}
	admin.call("POST", "/api/v1/webhooks", hook(space)).problem(403) // it is closed, and Ada is not in it
	admin.call("PUT", path+"/membership", nil).expect(204)           // which admins may change, for all to see
	admin.call("POST", "/api/v1/webhooks", hook(space)).expect(201)
	admin.call("POST", "/api/v1/webhooks", hook("")).expect(201)
	clip := boss.clip(domain.VisiblePrivate, "Zebra plan")
	s.playable(clip, "zebra stripes")
	boss.call("PUT", "/api/v1/clips/"+string(clip)+"/spaces", map[string]any{"space_ids": []string{space}}).expect(200)
	boss.comment(clip, "see")
	posts, shown, err := s.db.Webhooks.Claim(t.Context(), 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(posts) != 1 || string(posts[0].Webhook.SpaceID) != space || !shown[0] {
		t.Errorf("%+v %v", posts, shown)
	}
	boss.call("PUT", "/api/v1/clips/"+string(clip)+"/spaces", map[string]any{"space_ids": []string{}}).expect(200)
	s.exec(`update post set due_at = now() where sent_at is null`)
	if _, shown, err = s.db.Webhooks.Claim(t.Context(), 10, nil); err != nil || len(shown) != 1 || shown[0] {
		t.Errorf("what is shared no more is shown: %v %v", shown, err)
	}
}

// spaceWith makes a space with somebody in it.
func (c *cast) spaceWith(w domain.WorkspaceID, a domain.AccountID) domain.SpaceID {
	c.t.Helper()
	s := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: w, Name: c.unique(), Closed: true}
	if err := errors.Join(c.db.Spaces.Create(c.t.Context(), s), c.db.Spaces.Join(c.t.Context(), w, s.ID, a)); err != nil {
		c.t.Fatal(err)
	}
	return s.ID
}

// filesOf is a route with each kind of file that it stands for: the playlist, the first bytes, the first segment and a later one.
func filesOf(r route) []route {
	if r.operation != "getMediaFile" {
		return []route{r}
	}
	var out []route
	for _, file := range []string{"index.m3u8", "init-0.mp4", "seg-0.m4s", "seg-1.m4s"} {
		out = append(out, route{r.method, strings.ReplaceAll(r.path, "{file}", file), r.operation})
	}
	return out
}
