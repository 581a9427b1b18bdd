package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"baton/domain"
)

// said makes cues of one sentence each, of 2 s each, from a time on.
func said(from int64, sentences ...string) []domain.Cue {
	var cues []domain.Cue
	for _, s := range sentences {
		c := domain.Cue{StartMS: from, EndMS: from + 2000, Text: s}
		words := strings.Fields(s)
		for i, w := range words {
			at := from + 2000*int64(i)/int64(len(words))
			c.Words = append(c.Words, domain.Word{StartMS: at, EndMS: at + 100, Text: w})
		}
		cues = append(cues, c)
		from += 2000
	}
	return cues
}

// transcribed gives a clip a transcript of sentences, in steps of one.
func (b bundle) transcribed(tb testing.TB, id domain.ClipID, sentences ...string) {
	tb.Helper()
	for i, cue := range said(0, sentences...) {
		ok(tb, b.Transcripts.AppendCues(tb.Context(), id, domain.TranscriptStep{
			FromMS: cue.StartMS, UpToMS: cue.EndMS, Cues: []domain.Cue{cue}, Language: "en", Progress: float64(i+1) / float64(len(sentences)),
		}))
	}
	silence := domain.TranscriptStep{FromMS: 2000 * int64(len(sentences)), UpToMS: 3_600_000, Progress: 1}
	ok(tb, b.Transcripts.AppendCues(tb.Context(), id, silence))
	ok(tb, b.Transcripts.Finish(tb.Context(), id, "", 0.98, domain.TranscriptDone))
}

// text is a transcript as "no start text|…".
func (b bundle) text(tb testing.TB, id domain.ClipID) string {
	tb.Helper()
	tr, err := b.Transcripts.Transcript(tb.Context(), id)
	ok(tb, err)
	var out []string
	for i, c := range tr.Cues {
		if c.No != i {
			tb.Fatalf("cue %d has number %d", i, c.No)
		}
		mark := ""
		if c.Edited {
			mark = "*"
		}
		out = append(out, fmt.Sprintf("%d %s%s", c.StartMS, c.Text, mark))
	}
	return strings.Join(out, "|")
}

// find searches and returns "source start snippet|…".
func (b bundle) find(tb testing.TB, v domain.Viewer, text string) string {
	tb.Helper()
	moments, err := b.Search.Search(tb.Context(), v, domain.SearchQuery{Text: text, Limit: 20})
	ok(tb, err)
	var out []string
	for _, m := range moments {
		out = append(out, fmt.Sprintf("%s %d %s", m.Source, m.StartMS, m.Snippet))
	}
	return strings.Join(out, "|")
}

func TestATranscriptGrowsOnceAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisiblePrivate, 5)
	b.queue.take(t)
	upTo, err := b.Transcripts.Start(t.Context(), id)
	ok(t, err)
	equal(t, "up to", upTo, 0)
	step := domain.TranscriptStep{FromMS: 0, UpToMS: 4000, Cues: said(0, "the first", "and second"), Speech: []domain.Span{{EndMS: 3900}}, Language: "en", Progress: 0.4}
	for range 2 {
		ok(t, b.Transcripts.AppendCues(t.Context(), id, step))
	}
	equal(t, "cues", b.text(t, id), "0 the first|2000 and second")
	equal(t, "found while it grows", b.find(t, v, "second"), "speech 2000 and <mark>second</mark>")
	late := domain.TranscriptStep{FromMS: 6000, UpToMS: 8000, Cues: said(6000, "too late")}
	wantKind(t, b.Transcripts.AppendCues(t.Context(), id, late), domain.KindConflict)

	upTo, err = b.Transcripts.Start(t.Context(), id) // the worker was killed and comes back
	ok(t, err)
	equal(t, "up to", upTo, 4000)
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.TranscriptState, domain.TranscriptRunning)
	equal(t, "progress", c.TranscriptProgress, 0.4)
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{FromMS: 4000, UpToMS: 6000, Progress: 0.6})) // silence
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{FromMS: 6000, UpToMS: 10_000, Cues: said(6000, "third", "fourth"), Speech: []domain.Span{{StartMS: 6100, EndMS: 9000}}, Lost: []domain.Span{{StartMS: 7000, EndMS: 8000}}, Progress: 1}))
	ok(t, b.Transcripts.Finish(t.Context(), id, "", 0.97, domain.TranscriptDone))
	equal(t, "jobs", b.queue.take(t), "chapters")
	equal(t, "cues", b.text(t, id), "0 the first|2000 and second|6000 third|8000 fourth")
	tr, err := b.Transcripts.Transcript(t.Context(), id)
	ok(t, err)
	equal(t, "rest", fmt.Sprint(tr.Language, tr.Coverage, tr.Speech, tr.Lost), "en0.97 [{0 3900} {6100 9000}] [{7000 8000}]")
	c, err = b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.TranscriptState, domain.TranscriptDone)
}

func TestADraftLastsUntilItIsSettled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.recorded(t, b.team(t, "team"), "", domain.VisiblePrivate, 5)
	draft := func() string {
		tr, err := b.Transcripts.Transcript(t.Context(), id)
		ok(t, err)
		var out []string
		for _, c := range tr.Draft {
			out = append(out, c.Text)
		}
		return strings.Join(out, "|")
	}
	_, err := b.Transcripts.Start(t.Context(), id)
	ok(t, err)
	ok(t, b.Transcripts.SetDraft(t.Context(), id, 0, said(0, "the furst", "and", "then")))
	equal(t, "draft", draft(), "the furst|and|then")
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{UpToMS: 4000, Cues: said(0, "the first", "and second")}))
	equal(t, "draft of what follows", draft(), "then")
	ok(t, b.Transcripts.SetDraft(t.Context(), id, 0, said(0, "late")))
	equal(t, "draft of what is settled", draft(), "then")
	equal(t, "cues", b.text(t, id), "0 the first|2000 and second")
}

func TestATranscriptMayHaveNoSpeechOrFail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.recorded(t, b.team(t, "team"), "", domain.VisiblePrivate, 5)
	b.queue.take(t)
	tr, err := b.Transcripts.Transcript(t.Context(), id)
	ok(t, err)
	equal(t, "cues", len(tr.Cues), 0)
	ok(t, b.Transcripts.Fail(t.Context(), id, "The model is missing."))
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", fmt.Sprint(c.TranscriptState, c.TranscriptReason), "failedThe model is missing.")
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{UpToMS: 10_000, Progress: 1}))
	ok(t, b.Transcripts.Finish(t.Context(), id, "en", 1, domain.TranscriptNoSpeech))
	c, err = b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", fmt.Sprint(c.TranscriptState, c.TranscriptReason), "no_speech")
	equal(t, "jobs", b.queue.take(t), "")
	_, err = b.Transcripts.Start(t.Context(), domain.NewID[domain.ClipID]())
	wantKind(t, err, domain.KindNotFound)
}

func TestACorrectedLineIsFoundAndSurvivesANewRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisiblePrivate, 8)
	lines := []string{"alpha one", "beta two", "gamma three", "delta four", "epsilon five", "zeta six", "eta seven"}
	b.transcribed(t, id, lines...)
	before, err := b.Transcripts.Cue(t.Context(), id, 4)
	ok(t, err)
	ok(t, b.Transcripts.SetCue(t.Context(), id, before.WithText("Kubernetes five")))
	equal(t, "new word", b.find(t, v, "kubernetes"), "speech 8000 <mark>Kubernetes</mark> five")
	equal(t, "old word", b.find(t, v, "epsilon"), "")
	after, err := b.Transcripts.Cue(t.Context(), id, 4)
	ok(t, err)
	equal(t, "unchanged word", after.Words[1], before.Words[1])
	wantKind(t, b.Transcripts.SetCue(t.Context(), id, domain.Cue{No: 7, Text: "x"}), domain.KindNotFound)
	_, err = b.Transcripts.Cue(t.Context(), id, 7)
	wantKind(t, err, domain.KindNotFound)

	ok(t, b.Transcripts.Restart(t.Context(), id))
	equal(t, "left", b.text(t, id), "8000 Kubernetes five*")
	equal(t, "not found meanwhile", b.find(t, v, "alpha"), "")
	for i := range lines {
		lines[i] = "new " + lines[i]
	}
	b.transcribed(t, id, lines...)
	equal(t, "after", b.text(t, id), "0 new alpha one|2000 new beta two|4000 new gamma three|6000 new delta four|8000 Kubernetes five*|10000 new zeta six|12000 new eta seven")
	equal(t, "found", b.find(t, v, "kubernetes"), "speech 8000 <mark>Kubernetes</mark> five")
	equal(t, "found", b.find(t, v, "seven"), "speech 12000 new eta <mark>seven</mark>")
	ok(t, b.Clips.Delete(t.Context(), id))
	equal(t, "words left", b.count(t, "vocabulary"), 0)
}

func TestGeneratedChaptersLeaveEditedOnesAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "", domain.VisiblePrivate, 8)
	generated := []domain.Chapter{{StartMS: 0, EndMS: 5000, Title: "Introduction"}, {StartMS: 5000, EndMS: 16_000, Title: "Migration plan"}}
	for range 2 {
		set, err := b.Transcripts.SetGeneratedChapters(t.Context(), id, generated)
		ok(t, err)
		equal(t, "set", set, true)
	}
	equal(t, "found", b.find(t, v, "migration"), "chapter 5000 <mark>Migration</mark> plan")
	wantKind(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{StartMS: 5, EndMS: 9, Title: "b"}, {StartMS: 0, EndMS: 5, Title: "a"}}), domain.KindInvalid)
	ok(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{StartMS: 0, EndMS: 16_000, Title: "Everything", Edited: true}}))
	set, err := b.Transcripts.SetGeneratedChapters(t.Context(), id, generated)
	ok(t, err)
	equal(t, "set", set, false)
	chapters, err := b.Transcripts.Chapters(t.Context(), id)
	ok(t, err)
	equal(t, "chapters", fmt.Sprint(chapters), "[{0 16000 Everything true}]")
	equal(t, "gone", b.find(t, v, "migration"), "")
	ok(t, b.Transcripts.SetChapters(t.Context(), id, nil)) // none is also a choice
	set, err = b.Transcripts.SetGeneratedChapters(t.Context(), id, generated)
	ok(t, err)
	equal(t, "set", set, false)
	ok(t, b.Transcripts.ResetChapters(t.Context(), id))
	set, err = b.Transcripts.SetGeneratedChapters(t.Context(), id, generated)
	ok(t, err)
	equal(t, "set after a reset", set, true)
	_, err = b.Transcripts.SetGeneratedChapters(t.Context(), domain.NewID[domain.ClipID](), generated)
	wantKind(t, err, domain.KindNotFound)
}
