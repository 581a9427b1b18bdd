package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"baton/domain"
)

func corrections(list []domain.Correction) string {
	var out []string
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s %d %s → %s", c.Title, c.CueNo, c.Before, c.After))
	}
	return strings.Join(out, "|")
}

func TestTermsCorrectWhatComesAndFixWhatIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	old := b.recorded(t, v, "old", domain.VisiblePrivate, 8)
	b.transcribed(t, old, "we use cooper netties daily", "nothing here", "open the graphana board", "cooper netties by hand")
	edited, err := b.Transcripts.Cue(t.Context(), old, 3)
	ok(t, err)
	ok(t, b.Transcripts.SetCue(t.Context(), old, edited.WithText("cooper netties as a joke")))

	list := []domain.Term{{Spelling: "Kubernetes", Heard: []string{"cooper netties"}}, {Spelling: "Grafana"}}
	ok(t, b.Terms.Set(t.Context(), v.WorkspaceID, list))
	got, err := b.Terms.List(t.Context(), v.WorkspaceID)
	ok(t, err)
	equal(t, "list", fmt.Sprint(got), fmt.Sprint([]domain.Term{list[0], {Spelling: "Grafana", Heard: []string{}}}))
	fresh := b.recorded(t, v, "fresh", domain.VisiblePrivate, 8)
	b.transcribed(t, fresh, "more cooper netties now")
	equal(t, "new words", b.text(t, fresh), "0 more Kubernetes now")
	equal(t, "old ones stay", b.text(t, old), "0 we use cooper netties daily|2000 nothing here|4000 open the graphana board|6000 cooper netties as a joke*")

	found, err := b.Terms.Preview(t.Context(), v, list)
	ok(t, err)
	equal(t, "preview", corrections(found), "old 0 we use cooper netties daily → we use Kubernetes daily|old 2 open the graphana board → open the Grafana board")
	fix, err := b.Terms.Apply(t.Context(), v, list)
	ok(t, err)
	equal(t, "fix", fmt.Sprint(fix.Cues, fix.Clips, fix.Terms[0].Spelling, fix.UndoneAt.IsZero()), "2 1Kubernetestrue")
	equal(t, "fixed", b.text(t, old), "0 we use Kubernetes daily|2000 nothing here|4000 open the Grafana board|6000 cooper netties as a joke*")
	equal(t, "index", b.find(t, v, "grafana"), "speech 4000 open the <mark>Grafana</mark> board")
	cue, err := b.Transcripts.Cue(t.Context(), old, 0)
	ok(t, err)
	equal(t, "times", fmt.Sprint(cue.Words), "[{0 100 we} {400 500 use} {800 1300 Kubernetes} {1600 1700 daily}]")

	changed, err := b.Transcripts.Cue(t.Context(), old, 2)
	ok(t, err)
	ok(t, b.Transcripts.SetCue(t.Context(), old, changed.WithText("open the Grafana panel"))) // meanwhile
	fix, err = b.Terms.Undo(t.Context(), v, fix.ID)
	ok(t, err)
	equal(t, "undone", fix.UndoneAt.IsZero(), false)
	equal(t, "back", b.text(t, old), "0 we use cooper netties daily|2000 nothing here|4000 open the Grafana panel*|6000 cooper netties as a joke*")
	equal(t, "index", strings.Contains(b.find(t, v, `"cooper netties"`), "we use"), true)
	_, err = b.Terms.Undo(t.Context(), v, fix.ID)
	wantKind(t, err, domain.KindConflict)
}

func TestAFixTouchesOnlyWhatOneMayCorrect(t *testing.T) {
	t.Parallel()
	b := setup(t)
	boss := b.team(t, "team")
	maxim, other := b.joins(t, boss, domain.RoleMember), b.team(t, "other")
	for _, c := range []struct {
		who   domain.Viewer
		title string
		vis   domain.Visibility
	}{{boss, "boss private", domain.VisiblePrivate}, {maxim, "max private", domain.VisiblePrivate}, {maxim, "max open", domain.VisibleWorkspace}, {other, "elsewhere", domain.VisibleLink}} {
		b.transcribed(t, b.recorded(t, c.who, c.title, c.vis, 2), "the rivercue worker")
	}
	list := []domain.Term{{Spelling: "River Queue", Heard: []string{"rivercue"}}}
	for want, who := range map[string]domain.Viewer{
		"max open|max private": maxim, "max open|boss private": boss, "elsewhere": other, "": {AccountID: maxim.AccountID, WorkspaceID: other.WorkspaceID, Role: domain.RoleGuest},
	} {
		found, err := b.Terms.Preview(t.Context(), who, list)
		ok(t, err)
		var titles []string
		for _, c := range found {
			titles = append(titles, c.Title)
		}
		equal(t, "titles", strings.Join(titles, "|"), want)
	}
	fix, err := b.Terms.Apply(t.Context(), maxim, list)
	ok(t, err)
	equal(t, "clips", fix.Clips, 2)
	_, err = b.Terms.Undo(t.Context(), boss, fix.ID)
	wantKind(t, err, domain.KindNotFound)
	mine, err := b.Terms.Fixes(t.Context(), maxim)
	ok(t, err)
	equal(t, "mine", len(mine), 1)
}
