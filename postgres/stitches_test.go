package postgres_test

import (
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

	parts[1].StartMS = parts[0].Clip.Kept().DurationMS()
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
	_, err = b.Playback.ImportDone(t.Context(), whole.ID, domain.Import{DurationMS: 1000, HasAudio: true, Parts: []domain.StitchedPart{{Clip: part}, {Clip: part, StartMS: 500}}})
	ok(t, err)
	c, err = b.Clips.Get(t.Context(), whole.ID)
	ok(t, err)
	equal(t, "transcript", c.TranscriptState, domain.TranscriptPending)
}
