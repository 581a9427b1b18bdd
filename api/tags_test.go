package api_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

func TestTagsAndFilters(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	maxim := s.join(p.member.WorkspaceID, "Max", domain.RoleMember)
	open, secret := p.clip(domain.VisibleLink, "first"), p.clip(domain.VisiblePrivate, "second")
	s.playable(open, "The zeppelin has landed")
	s.playable(secret, "The zeppelin left again")
	tag := func(id domain.ClipID, tags ...string) *answer {
		return p.call("PATCH", "/api/v1/clips/"+string(id), map[string]any{"tags": tags})
	}
	type clip struct{ Tags []string }
	if c := decoded[clip](t, tag(open, " #Release ", "Q3 Plan", "release").expect(200)); !slices.Equal(c.Tags, []string{"q3 plan", "release"}) {
		t.Errorf("%+v", c)
	}
	tag(secret, "release", "layoffs").expect(200)
	tag(open, "a,b").problem(400)
	tag(open, strings.Repeat("x", 41)).problem(400)
	if c := decoded[clip](t, tag(open, "release").expect(200)); !slices.Equal(c.Tags, []string{"release"}) {
		t.Errorf("%+v", c)
	}
	if c := decoded[clip](t, (&person{s: s}).call("GET", "/api/v1/clips/"+string(open), nil).expect(200)); c.Tags == nil || len(c.Tags) != 0 {
		t.Errorf("a stranger sees %+v", c)
	}
	names := func(who *person) (got []string) {
		for _, tag := range decoded[struct{ Tags []struct{ Name string } }](t, who.call("GET", "/api/v1/tags", nil).expect(200)).Tags {
			got = append(got, tag.Name)
		}
		return got
	}
	if got := names(p); !slices.Equal(got, []string{"release", "layoffs"}) {
		t.Errorf("owner: %v", got)
	}
	if got := names(maxim); !slices.Equal(got, []string{"release"}) {
		t.Errorf("a tag of a private clip is told to others: %v", got)
	}
	s.exec(`update clip set created_at = now() - interval '10 days' where id = $1`, secret)
	found := func(who *person, more string) (got []string) {
		a := who.call("GET", "/api/v1/search?q=zeppelin"+more, nil).expect(200)
		for _, m := range decoded[struct {
			Moments []struct{ Title, Source string }
		}](t, a).Moments {
			got = append(got, m.Title+" "+m.Source)
		}
		return got
	}
	day := time.Now().Add(-5 * 24 * time.Hour)
	for more, want := range map[string][]string{
		"": {"first speech", "second speech"}, "&tag=%23Release": {"first speech", "second speech"}, "&tag=layoffs": {"second speech"}, "&tag=none": nil,
		"&after=" + day.Format(time.DateOnly): {"first speech"}, "&before=" + url.QueryEscape(day.Format(time.RFC3339)): {"second speech"},
		"&source=speech,screen": {"first speech", "second speech"}, "&source=title": nil, "&tag=release&source=speech&from=" + string(p.member.Account.ID): {"first speech", "second speech"},
	} {
		if got := found(p, more); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", more, got, want)
		}
	}
	if got := found(maxim, "&tag=layoffs"); got != nil {
		t.Errorf("Max finds %v", got)
	}
	for _, bad := range []string{"&after=yesterday", "&source=thoughts", "&tag=%00"} {
		p.call("GET", "/api/v1/search?q=zeppelin"+bad, nil).problem(400)
	}
	list := decoded[struct{ Clips []clipJSON }](t, p.call("GET", "/api/v1/clips?tag=layoffs", nil).expect(200)).Clips
	if len(list) != 1 || list[0].Title != "second" {
		t.Errorf("%+v", list)
	}
}
