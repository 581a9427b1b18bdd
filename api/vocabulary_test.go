package api_test

import (
	"strings"
	"testing"

	"baton/domain"
)

func TestAFixInOneTranscriptIsOfferedForOthers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	first, second := p.clip(domain.VisiblePrivate, "first"), p.clip(domain.VisiblePrivate, "second")
	s.playable(first, "we run cooper netties here")
	s.playable(second, "cooper netties again")
	type term struct {
		Spelling string   `json:"spelling"`
		Heard    []string `json:"heard,omitempty"`
	}
	type corrected struct {
		Text  string
		Offer *struct {
			Term        term
			Cues, Clips int
		}
	}
	at := "/api/v1/clips/" + string(first) + "/transcript/cues/0"
	got := decoded[corrected](t, p.call("PATCH", at, map[string]string{"text": "we run Kubernetes here"}).expect(200))
	if got.Offer == nil || got.Offer.Cues != 1 || got.Offer.Clips != 1 || got.Offer.Term.Spelling != "Kubernetes" || got.Offer.Term.Heard[0] != "cooper netties" {
		t.Fatalf("%+v", got)
	}
	if again := decoded[corrected](t, p.call("PATCH", at, map[string]string{"text": "we run Kubernetes there"}).expect(200)); again.Offer != nil {
		t.Errorf("offered %+v", again.Offer)
	}
	ask := map[string]any{"terms": []term{got.Offer.Term}, "remember": true}
	type preview struct {
		Cues    int
		Moments []struct{ Title, Before, After string }
	}
	seen := decoded[preview](t, p.call("POST", "/api/v1/vocabulary/preview", ask).expect(200))
	if seen.Cues != 1 || len(seen.Moments) != 1 || seen.Moments[0].Title != "second" || seen.Moments[0].After != "Kubernetes again" {
		t.Errorf("%+v", seen)
	}
	type fix struct {
		ID       string
		Cues     int
		UndoneAt string `json:"undone_at"`
	}
	made := decoded[fix](t, p.call("POST", "/api/v1/vocabulary/fixes", ask).expect(201))
	text := func() string {
		return string(p.call("GET", "/api/v1/clips/"+string(second)+"/transcript.txt", nil).expect(200).body)
	}
	if made.Cues != 1 || text() != "Kubernetes again\n" {
		t.Errorf("%+v %q", made, text())
	}
	list := decoded[struct{ Terms []term }](t, p.call("GET", "/api/v1/vocabulary", nil).expect(200)).Terms
	if len(list) != 1 || list[0].Spelling != "Kubernetes" {
		t.Errorf("%+v", list)
	}
	undone := decoded[fix](t, p.call("POST", "/api/v1/vocabulary/fixes/"+made.ID+"/undo", nil).expect(200))
	if undone.UndoneAt == "" || text() != "cooper netties again\n" {
		t.Errorf("%+v %q", undone, text())
	}
	p.call("POST", "/api/v1/vocabulary/fixes/"+made.ID+"/undo", nil).problem(409)
	for name, bad := range map[string]any{
		"empty": []term{{Spelling: " "}}, "marks": []term{{Spelling: "!!"}}, "long": []term{{Spelling: strings.Repeat("x", 81)}},
		"two meanings": []term{{Spelling: "A1", Heard: []string{"ay one"}}, {Spelling: "B1", Heard: []string{"ay one"}}},
	} {
		if a := p.call("PUT", "/api/v1/vocabulary", map[string]any{"terms": bad}); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	kept := decoded[struct{ Terms []term }](t, p.call("PUT", "/api/v1/vocabulary", map[string]any{"terms": []term{{Spelling: " River  Queue "}}}).expect(200)).Terms
	if len(kept) != 1 || kept[0].Spelling != "River Queue" || kept[0].Heard == nil {
		t.Errorf("%+v", kept)
	}
}
