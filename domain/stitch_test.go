package domain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
)

func TestStitchedWordsStandWhereTheyAreSaid(t *testing.T) {
	t.Parallel()
	first := domain.Clip{Title: "First", DurationMS: 4000, Cuts: []domain.Cut{{Span: domain.Span{StartMS: 1000, EndMS: 2000}, Kind: domain.CutByHand}}}
	parts := []domain.StitchedPart{
		{Clip: first, Span: domain.Span{EndMS: 3010}, Pieces: []domain.StitchedPiece{piece(0, 1000, 0), piece(2000, 4000, 1000)}},
		{Clip: domain.Clip{DurationMS: 5000}, Span: domain.Span{StartMS: 3010, EndMS: 8000}, Pieces: []domain.StitchedPiece{piece(0, 5000, 3010)}},
	}
	words := []domain.Transcript{
		{Language: "en", Coverage: 0.9, Speech: []domain.Span{{StartMS: 500, EndMS: 3000}}, Cues: []domain.Cue{{
			StartMS: 500, EndMS: 3000, Text: "open sesame friends", Words: []domain.Word{{StartMS: 500, EndMS: 900, Text: "open"}, {StartMS: 1100, EndMS: 1900, Text: "sesame"}, {StartMS: 2000, EndMS: 3000, Text: "friends"}},
		}}},
		{Coverage: 1, Lost: []domain.Span{{StartMS: 100, EndMS: 200}}, Cues: []domain.Cue{{StartMS: 0, EndMS: 100, Text: "hello", Words: []domain.Word{{EndMS: 100, Text: "hello"}}}}},
	}
	want := domain.Transcript{
		Language: "en", Coverage: 0.9, Speech: []domain.Span{{StartMS: 500, EndMS: 2000}}, Lost: []domain.Span{{StartMS: 3110, EndMS: 3210}},
		Cues: []domain.Cue{
			{StartMS: 500, EndMS: 2000, Text: "open friends", Words: []domain.Word{{StartMS: 500, EndMS: 900, Text: "open"}, {StartMS: 1000, EndMS: 2000, Text: "friends"}}},
			{StartMS: 3010, EndMS: 3110, Text: "hello", Words: []domain.Word{{StartMS: 3010, EndMS: 3110, Text: "hello"}}},
		},
	}
	if diff := cmp.Diff(want, domain.StitchTranscripts(parts, words)); diff != "" {
		t.Error(diff)
	}
	own := [][]domain.Chapter{{{EndMS: 1500, Title: "Sesame opens"}, {StartMS: 1500, EndMS: 4000, Title: "Friends"}}, nil}
	chapters := domain.StitchChapters(parts, own, [][]domain.Cue{words[0].Cues, words[1].Cues}, 8000)
	if diff := cmp.Diff([]domain.Chapter{
		{EndMS: 1000, Title: "First: Part 1", Edited: true}, {StartMS: 1000, EndMS: 3010, Title: "Friends", Edited: true}, {StartMS: 3010, EndMS: 8000, Title: "Part 2", Edited: true},
	}, chapters); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyReadyClipsAreStitched(t *testing.T) {
	t.Parallel()
	a := domain.Clip{WorkspaceID: "w", Kind: domain.KindAudio, Title: "A", State: domain.ClipReady, DurationMS: 1000, HasAudio: true}
	b := domain.Clip{WorkspaceID: "w", Kind: domain.KindScreen, Title: "B", State: domain.ClipReady, DurationMS: 2000, HasVideo: true}
	c, err := domain.NewStitched("c", "me", "", []domain.Clip{a, b, a})
	if err != nil || c.Title != "A + B and 1 more" || c.DurationMS != 4000 || c.Kind != domain.KindScreen || c.Visibility != domain.VisiblePrivate || c.OwnerID != "me" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := domain.NewStitched("c", "me", "", []domain.Clip{a}); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("one clip: %v", err)
	}
	b.State = domain.ClipRecording
	if _, err := domain.NewStitched("c", "me", "", []domain.Clip{a, b}); domain.KindOf(err) != domain.KindConflict {
		t.Errorf("one that records: %v", err)
	}
}

func TestWhatIsJoinedIsBounded(t *testing.T) {
	t.Parallel()
	hour := domain.Clip{WorkspaceID: "w", State: domain.ClipReady, DurationMS: 3_600_000, SizeBytes: 1 << 30}
	large := domain.Clip{WorkspaceID: "w", State: domain.ClipReady, DurationMS: 1000, SizeBytes: 9 << 30}
	for name, c := range map[string]struct {
		part  domain.Clip
		times int
		kind  domain.Kind
	}{
		"12 hours": {hour, 12, ""}, "13 hours, one clip": {hour, 13, domain.KindTooLarge}, "18 GiB": {large, 2, domain.KindTooLarge},
	} {
		parts := make([]domain.Clip, c.times)
		for i := range parts {
			parts[i] = c.part
		}
		if _, err := domain.NewStitched("c", "me", "", parts); err == nil != (c.kind == "") || err != nil && domain.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func piece(start, end, at int64) domain.StitchedPiece {
	return domain.StitchedPiece{Span: domain.Span{StartMS: start, EndMS: end}, AtMS: at}
}

func TestResumedRecordingIsStitchedByItsMedia(t *testing.T) {
	t.Parallel()
	// Recorded 0–3 and, after two seconds of which there is no media, 5–7; its time line says 9.
	resumed := domain.Clip{Title: "Resumed", DurationMS: 9000}
	parts := []domain.StitchedPart{
		{Clip: resumed, Span: domain.Span{EndMS: 5000}, Pieces: []domain.StitchedPiece{piece(0, 3000, 0), piece(5000, 7000, 3000)}},
		{Clip: domain.Clip{Title: "Next", DurationMS: 1000}, Span: domain.Span{StartMS: 5000, EndMS: 6000}, Pieces: []domain.StitchedPiece{piece(0, 1000, 5000)}},
	}
	cue := func(start, end int64, text string) domain.Cue {
		return domain.Cue{StartMS: start, EndMS: end, Text: text, Words: []domain.Word{{StartMS: start, EndMS: end, Text: text}}}
	}
	words := []domain.Transcript{{Cues: []domain.Cue{cue(1000, 2000, "before"), cue(3500, 4500, "between"), cue(5500, 6500, "after"), cue(6800, 8500, "beyond")}}, {Cues: []domain.Cue{cue(100, 200, "next")}}}
	want := []domain.Cue{cue(1000, 2000, "before"), cue(3000, 3000, "between"), cue(3500, 4500, "after"), cue(4800, 5000, "beyond"), cue(5100, 5200, "next")}
	if diff := cmp.Diff(want, domain.StitchTranscripts(parts, words).Cues); diff != "" {
		t.Error(diff)
	}
	chapters := [][]domain.Chapter{{{EndMS: 5000, Title: "Resumed"}, {StartMS: 5000, EndMS: 8000, Title: "Again"}, {StartMS: 8000, EndMS: 9000, Title: "No media"}}, nil}
	if diff := cmp.Diff([]domain.Chapter{
		{EndMS: 3000, Title: "Resumed", Edited: true}, {StartMS: 3000, EndMS: 5000, Title: "Again", Edited: true}, {StartMS: 5000, EndMS: 6000, Title: "Next", Edited: true},
	}, domain.StitchChapters(parts, chapters, [][]domain.Cue{nil, nil}, 6000)); diff != "" {
		t.Error(diff)
	}
}
