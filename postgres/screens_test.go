package postgres_test

import (
	"fmt"
	"testing"

	"baton/domain"
)

func TestTheScreenIsFoundUntilItIsTurnedOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisiblePrivate, 8)
	b.queue.take(t)
	sc, err := b.Screens.Screen(t.Context(), id)
	ok(t, err)
	equal(t, "before", fmt.Sprint(sc), "{pending  [] []}")
	lines := []domain.ScreenLine{
		{StartMS: 700, EndMS: 5000, Text: "Quarterly roadmap", Confidence: 93},
		{StartMS: 700, EndMS: 9000, Text: "by the platform team", Confidence: 90},
		{StartMS: 5000, EndMS: 9000, Text: "Zanzibar <gateway>", Confidence: 81},
	}
	for range 2 { // jobs may run twice
		ok(t, b.Screens.SetChanges(t.Context(), id, []int64{5000}))
		ok(t, b.Screens.SetLines(t.Context(), id, lines))
	}
	equal(t, "jobs", b.queue.take(t), "")
	sc, err = b.Screens.Screen(t.Context(), id)
	ok(t, err)
	equal(t, "after", fmt.Sprint(sc), fmt.Sprint(domain.Screen{State: domain.ScreenDone, Changes: []int64{5000}, Lines: lines}))
	equal(t, "two lines of a slide", b.find(t, v, "roadmap platform"), "screen 700 Quarterly <mark>roadmap</mark>\nby the <mark>platform</mark> team")
	equal(t, "the other", b.find(t, v, "zanzibar"), "screen 5000 <mark>Zanzibar</mark> &lt;gateway&gt;")

	_, err = b.Transcripts.SetGeneratedChapters(t.Context(), id, []domain.Chapter{{EndMS: 16_000, Title: "All"}})
	ok(t, err)
	ok(t, b.Screens.SetChanges(t.Context(), id, []int64{5000}))
	equal(t, "chapters are made again", b.queue.take(t), "chapters")

	off, on := false, true
	ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{ReadScreen: &off}))
	equal(t, "found", b.find(t, v, "zanzibar"), "")
	ok(t, b.Screens.SetLines(t.Context(), id, lines)) // a job that was on its way
	equal(t, "found", b.find(t, v, "zanzibar"), "")
	equal(t, "lines", b.count(t, "screen_line"), 0)
	ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{ReadScreen: &on}))
	equal(t, "jobs", b.queue.take(t), "screen")
	ok(t, b.Screens.SetLines(t.Context(), id, lines))

	other := b.team(t, "other")
	ok(t, b.Workspaces.Update(t.Context(), other.WorkspaceID, domain.WorkspacePatch{ReadScreen: &off}))
	equal(t, "another team's setting", b.find(t, v, "zanzibar"), "screen 5000 <mark>Zanzibar</mark> &lt;gateway&gt;")
	name := "renamed"
	ok(t, b.Workspaces.Update(t.Context(), v.WorkspaceID, domain.WorkspacePatch{Name: &name, ReadScreen: &off}))
	equal(t, "found", b.find(t, v, "zanzibar"), "")
	w, err := b.Workspaces.Get(t.Context(), v.WorkspaceID)
	ok(t, err)
	equal(t, "workspace", fmt.Sprint(w.Name, w.ReadScreen), "renamedfalse")
	sc, err = b.Screens.Screen(t.Context(), id)
	ok(t, err)
	equal(t, "state", sc.State, domain.ScreenOff)
	wantKind(t, b.Screens.SetLines(t.Context(), domain.NewID[domain.ClipID](), lines), domain.KindNotFound)
}
