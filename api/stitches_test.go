package api_test

import (
	"slices"
	"strings"
	"testing"

	"baton/domain"
)

// stitched joins clips and gives the one that came of it.
func (p *person) stitched(first domain.ClipID, rest ...domain.ClipID) *answer {
	p.s.t.Helper()
	return p.call("POST", "/api/v1/clips/"+string(first)+"/stitch", map[string]any{"clip_ids": rest})
}

func TestStitchedClipIsItsMakersOwn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	colleague := s.join(p.member.WorkspaceID, "Colleague", domain.RoleMember)
	a, b := p.clip(domain.VisibleWorkspace, "First"), p.clip(domain.VisibleWorkspace, "Second")
	s.playable(a, "one")
	s.playable(b, "two")
	p.call("PUT", "/api/v1/clips/"+string(b)+"/edits", map[string]any{"cuts": []any{map[string]any{"start_ms": 0, "end_ms": 1500, "kind": "hand"}}}).expect(200)

	var made struct{ ID domain.ClipID }
	colleague.stitched(a, b, a).expect(201).json(&made)
	var c struct {
		Title, State, Visibility string
		DurationMS               int64 `json:"duration_ms"`
		May                      struct{ Edit bool }
	}
	at := "/api/v1/clips/" + string(made.ID)
	colleague.call("GET", at, nil).expect(200).json(&c)
	if c.Title != "First + Second and 1 more" || c.State != "processing" || c.Visibility != "private" || c.DurationMS != 10_500 || !c.May.Edit {
		t.Errorf("%+v", c)
	}
	p.call("GET", at, nil).problem(404)
	colleague.call("DELETE", at, nil).expect(204)
	p.call("GET", "/api/v1/clips/"+string(a), nil).expect(200)
}

func TestOnlyWhatOneMayTakeAlongIsStitched(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, other := s.workspace("Acme"), s.workspace("Else")
	colleague := s.join(p.member.WorkspaceID, "Colleague", domain.RoleMember)
	open, private, foreign, unready := p.clip(domain.VisibleWorkspace, "Open"), p.clip(domain.VisiblePrivate, "Secret"), other.clip(domain.VisibleLink, "Foreign"), p.clip(domain.VisibleWorkspace, "Unready")
	for _, id := range []domain.ClipID{open, private, foreign} {
		s.playable(id, "one")
	}
	other.call("PATCH", "/api/v1/clips/"+string(foreign), map[string]any{"downloads": true}).expect(200)
	_, link := p.link(private, map[string]any{"downloads": true})
	linked := s.join(p.member.WorkspaceID, "Linked", domain.RoleMember)
	linked.opens(link, map[string]any{}).expect(200)
	linked.call("GET", "/api/v1/clips/"+string(private)+"/download", nil).expect(200)
	linked.stitched(open, private).problem(403)
	long := p.clip(domain.VisibleWorkspace, "Long")
	s.playable(long, "one")
	s.exec(`update clip set duration_ms = 25200000 where id = $1`, long)
	if said := colleague.stitched(long, long).problem(413); !strings.Contains(said, "12 hours") {
		t.Error(said)
	}
	for name, c := range map[string]struct {
		ids    []domain.ClipID
		status int
		says   string
	}{
		"private":           {[]domain.ClipID{private}, 404, "no such clip"},
		"another workspace": {[]domain.ClipID{foreign}, 403, "another workspace"},
		"recording":         {[]domain.ClipID{unready}, 409, "Unready"},
		"none":              {[]domain.ClipID{}, 400, "clip_ids"},
		"no id":             {[]domain.ClipID{"x"}, 400, "clip_ids"},
	} {
		if said := colleague.stitched(open, c.ids...).problem(c.status); !strings.Contains(said, c.says) {
			t.Errorf("%s: %q", name, said)
		}
	}
}

func TestPartsOfAJoinedClipAreEachAskedFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	colleague := s.join(p.member.WorkspaceID, "Colleague", domain.RoleMember)
	open, private := p.clip(domain.VisibleWorkspace, "Open"), p.clip(domain.VisiblePrivate, "Secret")
	s.playable(open, "one")
	s.playable(private, "two")
	var made struct{ ID domain.ClipID }
	p.stitched(open, private, open).expect(201).json(&made)
	at := "/api/v1/clips/" + string(made.ID)
	p.call("PATCH", at, map[string]any{"visibility": "link"}).expect(200)

	titles := func(who *person) (all []string) {
		var got struct {
			Parts []struct{ Clip *struct{ Title string } }
		}
		who.call("GET", at+"/parts", nil).expect(200).json(&got)
		for _, part := range got.Parts {
			if part.Clip == nil {
				all = append(all, "-")
			} else {
				all = append(all, part.Clip.Title)
			}
		}
		return all
	}
	stranger := &person{s: s}
	for _, c := range []struct {
		who  *person
		want []string
	}{{p, []string{"Open", "Secret", "Open"}}, {colleague, []string{"Open", "-", "Open"}}, {stranger, []string{"-", "-", "-"}}} {
		if got := titles(c.who); !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
	p.call("DELETE", "/api/v1/clips/"+string(open), nil).expect(204)
	if got := titles(p); !slices.Equal(got, []string{"-", "Secret", "-"}) {
		t.Errorf("of a part that is gone something is told: %v", got)
	}
	var c struct{ Joins int }
	p.call("GET", at, nil).expect(200).json(&c)
	if c.Joins != 3 {
		t.Errorf("joins %d", c.Joins)
	}
	p.call("PATCH", at, map[string]any{"visibility": "private"}).expect(200)
	colleague.call("GET", at+"/parts", nil).problem(404)
}
