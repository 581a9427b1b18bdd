package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"baton/domain"
)

func TestStitchedClipHasTheWordsOfItsParts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	first, second := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 10), b.recorded(t, v, "Answer", domain.VisibleWorkspace, 10)
	b.transcribed(t, first, "our password is swordfish", "and the harbour is closed")
	b.transcribed(t, second, "come by lorry then")
	ok(t, b.Edits.Set(t.Context(), first, v.AccountID, 0, []domain.Cut{cut(0, 2000)}))

	parts := []domain.StitchedPart{{}, {}}
	for i, id := range []domain.ClipID{first, second} {
		c, err := b.Clips.Get(t.Context(), id)
		ok(t, err)
		parts[i].Clip = c
	}
	whole, err := domain.NewStitched(domain.NewID[domain.ClipID](), v.AccountID, "", []domain.Clip{parts[0].Clip, parts[1].Clip})
	ok(t, err)
	ok(t, b.Clips.CreateStitched(t.Context(), whole, []domain.ClipID{first, second}))
	ids, err := b.Clips.StitchParts(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "parts", len(ids), 2)
	n, err := b.Clips.Requeue(t.Context())
	ok(t, err)
	equal(t, "clips that wait", n, 1)

	kept := parts[0].Clip.Kept().DurationMS()
	parts[0], parts[1] = stitchedPart(parts[0].Clip, 0), stitchedPart(parts[1].Clip, kept)
	import1 := domain.Import{
		Rendition: domain.Rendition{Codecs: "vp09.00.10.08,opus"}, Segments: []domain.Segment{{ClipID: whole.ID, Rendition: "source", DurationMS: whole.DurationMS, ObjectKey: "k"}},
		Inits: []domain.InitSegment{{ClipID: whole.ID, Rendition: "source", ObjectKey: "i"}}, DurationMS: whole.DurationMS, HasAudio: true, Parts: parts,
	}
	_, err = b.Playback.ImportDone(t.Context(), whole.ID, import1)
	ok(t, err)
	c, err := b.Clips.Get(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipReady)
	equal(t, "transcript", c.TranscriptState, domain.TranscriptDone)
	words, err := b.Transcripts.Transcript(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "text", words.Text(), "and the harbour is closed come by lorry then")
	equal(t, "the second begins", words.Cues[1].StartMS, parts[1].StartMS)
	chapters, err := b.Transcripts.Chapters(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "chapters", len(chapters), 2)
	equal(t, "title", chapters[1].Title, "Answer")
	equal(t, "found", len(b.found(t, v, "lorry")), 2)
	equal(t, "what was cut", len(b.found(t, v, "swordfish")), 0)

	// A part that goes away takes nothing with it.
	ok(t, b.Clips.Delete(t.Context(), second))
	ok(t, b.Clips.Purge(t.Context(), second))
	ids, err = b.Clips.StitchParts(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "part that is gone", ids[1], "")
	equal(t, "found after", len(b.found(t, v, "lorry")), 1)
}

// stitchedPart is a clip within another from a moment on, its media as long as its time line says.
func stitchedPart(c domain.Clip, at int64) domain.StitchedPart {
	p := domain.StitchedPart{Clip: c, Span: domain.Span{StartMS: at, EndMS: at}}
	for _, s := range c.Kept() {
		p.Pieces = append(p.Pieces, domain.StitchedPiece{Span: s, AtMS: p.EndMS})
		p.EndMS += s.EndMS - s.StartMS
	}
	return p
}

func TestStitchIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 10)
	part, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	whole, err := domain.NewStitched(domain.NewID[domain.ClipID](), v.AccountID, "Twice", []domain.Clip{part, part})
	ok(t, err)
	ok(t, b.Clips.CreateStitched(t.Context(), whole, []domain.ClipID{id, id}))
	ok(t, b.Playback.ImportFailed(t.Context(), whole.ID, "no disk"))
	ok(t, b.Clips.Retry(t.Context(), whole.ID))
	c, err := b.Clips.Get(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipProcessing)

	// Words that are not all there are not taken: the whole is listened to.
	_, err = b.Playback.ImportDone(t.Context(), whole.ID, domain.Import{DurationMS: 1000, HasAudio: true, Parts: []domain.StitchedPart{stitchedPart(part, 0), stitchedPart(part, 500)}})
	ok(t, err)
	c, err = b.Clips.Get(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "transcript", c.TranscriptState, domain.TranscriptPending)
}

// joined makes a clip of somebody's that joins others, and what its job would publish of them as they are now.
func (b bundle) joined(t *testing.T, v domain.Viewer, ids ...domain.ClipID) (domain.ClipID, domain.Import) {
	t.Helper()
	clips := make([]domain.Clip, len(ids))
	for i, id := range ids {
		var err error
		clips[i], err = b.Clips.Get(t.Context(), id)
		ok(t, err)
	}
	whole, err := domain.NewStitched(domain.NewID[domain.ClipID](), v.AccountID, "Whole", clips)
	ok(t, err)
	ok(t, b.Clips.CreateStitched(t.Context(), whole, ids))
	made := domain.Import{
		Rendition: domain.Rendition{Codecs: "vp09.00.10.08,opus"}, DurationMS: whole.DurationMS, HasAudio: true,
		Segments: []domain.Segment{{DurationMS: whole.DurationMS, Bytes: 700, ObjectKey: "segment"}}, Inits: []domain.InitSegment{{ObjectKey: "init", Bytes: 50}},
	}
	at := int64(0)
	for _, c := range clips {
		made.Parts = append(made.Parts, stitchedPart(c, at))
		at += c.Kept().DurationMS()
	}
	return whole.ID, made
}

func TestPartsThatMayNotBeTakenAnyMoreAreNotPublished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	private := domain.VisiblePrivate
	for name, c := range map[string]struct {
		change func(part domain.ClipID, maker domain.Viewer) error
		kind   domain.Kind
	}{
		"private": {func(p domain.ClipID, _ domain.Viewer) error {
			return b.Clips.Update(t.Context(), p, domain.ClipPatch{Visibility: &private})
		}, domain.KindGone},
		"deleted": {func(p domain.ClipID, _ domain.Viewer) error { return b.Clips.Delete(t.Context(), p) }, domain.KindGone},
		"purged": {func(p domain.ClipID, _ domain.Viewer) error {
			return errors.Join(b.Clips.Delete(t.Context(), p), b.Clips.Purge(t.Context(), p))
		}, domain.KindGone},
		"left": {func(_ domain.ClipID, m domain.Viewer) error {
			return b.Members.Remove(t.Context(), m.WorkspaceID, m.AccountID)
		}, domain.KindGone},
		"now a guest": {func(_ domain.ClipID, m domain.Viewer) error {
			_, err := b.Members.SetRole(t.Context(), m.WorkspaceID, m.AccountID, domain.RoleGuest)
			return err
		}, domain.KindGone},
		"cut": {func(p domain.ClipID, _ domain.Viewer) error {
			return b.Edits.Set(t.Context(), p, v.AccountID, 0, []domain.Cut{cut(0, 2000)})
		}, domain.KindConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			maker := b.joins(t, v, domain.RoleMember)
			first, second := b.recorded(t, v, "First", domain.VisibleWorkspace, 5), b.recorded(t, v, "Second", domain.VisibleWorkspace, 5)
			id, made := b.joined(t, maker, first, second)
			ok(t, c.change(second, maker))
			_, err := b.Playback.ImportDone(t.Context(), id, made)
			wantKind(t, err, c.kind)
			whole, err := b.Clips.Get(t.Context(), id)
			ok(t, err)
			equal(t, "state", whole.State, domain.ClipProcessing)
			_, err = b.Clips.TakeParts(t.Context(), id)
			if c.kind == domain.KindConflict {
				ok(t, err)
				return
			}
			wantKind(t, err, domain.KindGone)
			ok(t, b.Playback.ImportFailed(t.Context(), id, "gone"))
			wantKind(t, b.Clips.Retry(t.Context(), id), domain.KindGone)
		})
	}
}

func TestJoinedClipIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	first, second := b.recorded(t, v, "Talk", domain.VisibleWorkspace, 5), b.recorded(t, v, "Answer", domain.VisibleWorkspace, 5)
	b.transcribed(t, first, "the harbour is closed")
	b.transcribed(t, second, "come by lorry then")
	id, made := b.joined(t, v, first, second)
	_, err := b.Playback.ImportDone(t.Context(), id, made)
	ok(t, err)
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "size", c.SizeBytes, int64(750))
	ok(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{EndMS: 5000, Title: "Arranged", Edited: true}}))

	// The node died before the end of its job was noted: it runs again, of parts that are others now.
	ok(t, b.Clips.Delete(t.Context(), second))
	made.Segments[0].ObjectKey, made.Inits[0].ObjectKey = "segment again", "init again"
	replaced, err := b.Playback.ImportDone(t.Context(), id, made)
	ok(t, err)
	equal(t, "to remove", strings.Join(replaced, "|"), "init again|segment again")
	chapters, err := b.Transcripts.Chapters(t.Context(), id)
	ok(t, err)
	equal(t, "chapters", len(chapters), 1)
	equal(t, "chapter", chapters[0].Title, "Arranged")
}
