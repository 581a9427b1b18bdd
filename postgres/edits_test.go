package postgres_test

import (
	"slices"
	"testing"

	"baton/domain"
)

func cut(start, end int64) domain.Cut {
	return domain.Cut{Span: domain.Span{StartMS: start, EndMS: end}, Kind: domain.CutByHand}
}

// found tells whether a search of a viewer finds words, and what it shows.
func (b bundle) found(t *testing.T, v domain.Viewer, text string) []string {
	t.Helper()
	all, err := b.Search.Search(t.Context(), v, domain.SearchQuery{Text: text, Limit: 20})
	ok(t, err)
	out := []string{}
	for _, m := range all {
		out = append(out, m.Snippet)
	}
	return out
}

func TestWordsThatAreCutOutAreNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 10)
	b.transcribed(t, id, "our password is swordfish", "and the harbour is closed")
	ok(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{EndMS: 2000, Title: "Swordfish"}, {StartMS: 2000, EndMS: 20_000, Title: "Harbour", Edited: true}}))
	ok(t, b.Screens.SetLines(t.Context(), id, []domain.ScreenLine{{StartMS: 500, EndMS: 1500, Text: "hunter2"}, {StartMS: 2500, EndMS: 4000, Text: "timetable"}}))
	equal(t, "before", len(b.found(t, v, "swordfish")), 2)

	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))
	for _, gone := range []string{"swordfish", "password", "hunter2"} {
		if hits := b.found(t, v, gone); len(hits) > 0 {
			t.Errorf("%s is found: %q", gone, hits)
		}
	}
	for _, kept := range []string{"harbour", "timetable"} {
		for _, snippet := range b.found(t, v, kept) {
			if snippet == "" || slices.Contains([]string{"swordfish"}, snippet) {
				t.Errorf("%q", snippet)
			}
		}
	}
	equal(t, "harbour", len(b.found(t, v, "harbour")), 2)
	equal(t, "timetable", len(b.found(t, v, "timetable")), 1)

	// A word in the middle of a line: the snippet shows the rest of the line only.
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 1, []domain.Cut{{Span: domain.Span{StartMS: 2500, EndMS: 2700}, Kind: domain.CutFiller}}))
	cue, err := b.Transcripts.Cue(t.Context(), id, 1)
	ok(t, err)
	for _, w := range cue.Words {
		if w.StartMS < 2700 && w.EndMS > 2500 {
			equal(t, "hits of "+w.Text, len(b.found(t, v, w.Text)), 0)
		}
	}
	equal(t, "swordfish again", len(b.found(t, v, "swordfish")), 2)

	ok(t, b.Edits.Revert(t.Context(), id, v.AccountID, 2, 0))
	equal(t, "closed again", len(b.found(t, v, "closed")), 1)
	history, err := b.Edits.List(t.Context(), id, 0, 10)
	ok(t, err)
	equal(t, "states", len(history), 3)
	equal(t, "the newest brings back the recording", history[0].Reverts, 0)
	equal(t, "the others bring back nothing", history[1].Reverts, -1)
	equal(t, "cuts of the first", history[2].Cuts[0], cut(0, 2000))
}

func TestEditsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 10)
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))
	wantKind(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(3000, 4000)}), domain.KindConflict)
	wantKind(t, b.Edits.Revert(t.Context(), id, v.AccountID, 0, 0), domain.KindConflict)
	wantKind(t, b.Edits.Revert(t.Context(), id, v.AccountID, 1, 7), domain.KindNotFound)
	wantKind(t, b.Edits.Set(t.Context(), id, v.AccountID, 1, []domain.Cut{cut(0, 20_001)}), domain.KindInvalid)
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 1, []domain.Cut{cut(0, 1000), cut(1000, 2000)})) // the same: no new state
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.EditNo, 1)

	recording := b.clip(t, v, "Still going", domain.VisibleWorkspace)
	wantKind(t, b.Edits.Set(t.Context(), recording, v.AccountID, 0, []domain.Cut{}), domain.KindConflict)
}

func TestExactVersionBelongsToItsEdit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 10)
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))
	made := func(no int, key string) domain.RenderedEdit {
		return domain.RenderedEdit{No: no, PosterKey: key + "/poster", Renditions: []domain.MadeRendition{{
			Rendition: domain.Rendition{ClipID: id, Name: "cut720p", Codecs: "avc1.64001f,mp4a.40.2", Complete: true},
			Inits:     []domain.InitSegment{{ObjectKey: key + "/init"}},
			Segments:  []domain.Segment{{DurationMS: 18_000, ObjectKey: key + "/seg"}},
		}}}
	}
	_, err := b.Edits.PublishEdit(t.Context(), id, made(0, "stale"))
	wantKind(t, err, domain.KindConflict)
	_, err = b.Edits.PublishEdit(t.Context(), id, made(1, "first"))
	ok(t, err)
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "rendered", c.Rendered(), true)
	view, err := b.Clips.View(t.Context(), id)
	ok(t, err)
	equal(t, "renditions of the recording", len(view.Renditions), 1)
	objects, err := b.Clips.Objects(t.Context(), id)
	ok(t, err)
	for _, key := range []string{"first/init", "first/seg", "first/poster"} {
		if !slices.Contains(objects.Keys, key) {
			t.Errorf("%s is nobody's", key)
		}
	}
	replaced, err := b.Edits.PublishEdit(t.Context(), id, made(1, "again"))
	ok(t, err)
	equal(t, "replaced", len(replaced), 3)

	ok(t, b.Edits.Revert(t.Context(), id, v.AccountID, 1, 0))
	c, err = b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "rendered", c.Rendered(), false)
	replaced, err = b.Edits.PublishEdit(t.Context(), id, domain.RenderedEdit{No: 2})
	ok(t, err)
	equal(t, "removed", len(replaced), 3)
	left, err := b.Edits.Renditions(t.Context(), id)
	ok(t, err)
	equal(t, "left", len(left), 0)
}

func TestMadeTitleFollowsTheCuts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisibleWorkspace, 10)
	b.transcribed(t, id, "our password is swordfish", "and the harbour is closed")
	ok(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{EndMS: 2000, Title: "Password is swordfish"}, {StartMS: 2000, EndMS: 20_000, Title: "Harbour closed"}}))
	title := func(want string) {
		t.Helper()
		c, err := b.Clips.Get(t.Context(), id)
		ok(t, err)
		equal(t, "title", c.Title, want)
	}
	set, err := b.Clips.SuggestTitle(t.Context(), id, "Password is swordfish")
	ok(t, err)
	equal(t, "set", set, true)
	title("Password is swordfish")
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))
	title("Harbour closed")
	equal(t, "found by its title", len(b.found(t, v, "swordfish")), 0)
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 1, []domain.Cut{cut(0, 2000), cut(2000, 4000)}))
	title("") // nothing is left that could be told
	ok(t, b.Edits.Revert(t.Context(), id, v.AccountID, 2, 0))
	title("Password is swordfish")

	// A better title that is made later follows as well; one that a person writes is theirs.
	set, err = b.Clips.ReplaceTitle(t.Context(), id, "Password is swordfish", "Swordfish and harbour")
	ok(t, err)
	equal(t, "replaced", set, true)
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 3, []domain.Cut{cut(0, 2000)}))
	title("Harbour closed")
	own := "Swordfish for dinner"
	ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{Title: &own}))
	ok(t, b.Edits.Revert(t.Context(), id, v.AccountID, 4, 0))
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 5, []domain.Cut{cut(0, 2000)}))
	title(own)
	set, err = b.Clips.ReplaceTitle(t.Context(), id, "Swordfish and harbour", "Other")
	ok(t, err)
	equal(t, "a person's title is replaced", set, false)
}

func TestTitleMadeAfterTheCutTellsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisibleWorkspace, 10)
	b.transcribed(t, id, "our password is swordfish")
	ok(t, b.Edits.Set(t.Context(), id, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))
	_, err := b.Clips.SuggestTitle(t.Context(), id, "Password is swordfish")
	ok(t, err)
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "title", c.Title, "")
}
