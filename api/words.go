package api

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/api/gen"
	"baton/domain"
)

// transcripts keeps the words of clips and their chapters.
type transcripts interface {
	// Transcript reads the words so far; the zero Transcript when there are none yet.
	Transcript(ctx context.Context, c domain.ClipID) (domain.Transcript, error)
	// TranscriptFrom reads the same without the lines that were over before a moment, but for the last of those.
	TranscriptFrom(ctx context.Context, c domain.ClipID, fromMS int64) (domain.Transcript, error)
	// Cue reads one line. KindNotFound.
	Cue(ctx context.Context, c domain.ClipID, no int) (domain.Cue, error)
	// SetCue replaces a line with an edited one, brings the search index up to date and says so by an
	// event. KindNotFound.
	SetCue(ctx context.Context, c domain.ClipID, cue domain.Cue) error
	// Summary reads what a language model wrote; the zero Summary when there is none.
	Summary(ctx context.Context, c domain.ClipID) (domain.Summary, error)
	Chapters(ctx context.Context, c domain.ClipID) ([]domain.Chapter, error)
	// Sections reads what a clip answers in a round; nothing when it answers none.
	Sections(ctx context.Context, c domain.Clip) (domain.ClipSections, error)
	// SetChapters replaces all chapters and says so by an event.
	SetChapters(ctx context.Context, c domain.ClipID, chapters []domain.Chapter) error
	// ResetChapters queues the finding of others, as if nobody had arranged them.
	ResetChapters(ctx context.Context, c domain.ClipID) error
	// QueueSummary has a language model write anew.
	QueueSummary(ctx context.Context, c domain.ClipID) error
}

func (h *handlers) GetTranscript(ctx context.Context, r gen.GetTranscriptRequestObject) (gen.GetTranscriptResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	from := or(r.Params.FromMs, 0)
	t, err := h.words(ctx, &c, from)
	if err != nil {
		return nil, err
	}
	out := gen.Transcript{
		State: gen.TranscriptState(c.TranscriptState), Reason: nonZero(c.TranscriptReason), Language: t.Language,
		Coverage: float32(t.Coverage), Cues: make([]gen.Cue, 0, len(t.Cues)), Speech: spansOf(since(from, t.Speech)), Lost: spansOf(since(from, t.Lost)),
		Progress: float32(c.TranscriptProgress), Draft: draftOf(t.Draft),
	}
	for _, cue := range t.Cues {
		if cue.EndMS >= from {
			out.Cues = append(out.Cues, cueOf(cue))
		}
	}
	out.Silences, out.Fillers = spansOf(since(from, h.silences(c, t))), h.fillers(t, from)
	return gen.GetTranscript200JSONResponse(out), nil
}

// silences are those of what was listened to: while it is being transcribed nothing is known of the rest.
func (h *handlers) silences(c domain.Clip, t domain.Transcript) []domain.Span {
	if len(t.Speech) == 0 {
		return nil
	}
	end := c.DurationMS
	if c.TranscriptState != domain.TranscriptDone {
		end = t.Speech[len(t.Speech)-1].EndMS
	}
	return h.Formats.Silences(t, end)
}

// since leaves out what was over before a moment.
func since(fromMS int64, spans []domain.Span) []domain.Span {
	i := slices.IndexFunc(spans, func(s domain.Span) bool { return s.EndMS >= fromMS })
	if i < 0 {
		i = len(spans)
	}
	return spans[i:]
}

func (h *handlers) fillers(t domain.Transcript, fromMS int64) *[]gen.Filler {
	out := []gen.Filler{}
	for _, f := range h.Formats.Fillers(t) {
		if f.EndMS < fromMS {
			continue
		}
		out = append(out, gen.Filler{StartMs: f.StartMS, EndMs: f.EndMS, Text: nonZero(f.Text)})
	}
	return &out
}

func cueOf(c domain.Cue) gen.Cue {
	return gen.Cue{No: c.No, StartMs: c.StartMS, EndMs: c.EndMS, Text: c.Text, Words: wordsOf(c.Words), Edited: nonZero(c.Edited)}
}

func wordsOf(all []domain.Word) []gen.Word {
	out := make([]gen.Word, len(all))
	for i, w := range all {
		out[i] = gen.Word{StartMs: w.StartMS, EndMs: w.EndMS, Text: w.Text}
	}
	return out
}

// draftOf is absent when there is none.
func draftOf(all []domain.Cue) *[]gen.DraftCue {
	if len(all) == 0 {
		return nil
	}
	out := make([]gen.DraftCue, len(all))
	for i, c := range all {
		out[i] = gen.DraftCue{StartMs: c.StartMS, EndMs: c.EndMS, Text: c.Text, Words: wordsOf(c.Words)}
	}
	return &out
}

func (h *handlers) UpdateCue(ctx context.Context, r gen.UpdateCueRequestObject) (gen.UpdateCueResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	text, err := cleanLine("text", strings.Join(strings.Fields(r.Body.Text), " "))
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, domain.Errorf(domain.KindInvalid, "the text is empty")
	}
	cue, err := h.Transcripts.Cue(ctx, c.ID, r.No)
	if err != nil {
		return nil, named(err, "read cue", "the transcript has no such line")
	}
	before := cue.Text
	cue = cue.WithText(text)
	if err := h.Transcripts.SetCue(ctx, c.ID, cue); err != nil {
		return nil, named(err, "change cue", "the transcript has no such line")
	}
	now := cueOf(cue)
	out := gen.UpdateCue200JSONResponse{No: now.No, StartMs: now.StartMs, EndMs: now.EndMs, Text: now.Text, Words: now.Words, Edited: now.Edited}
	if term, others := h.offer(ctx, before, cue.Text); len(others) > 0 {
		out.Offer = &gen.FixOffer{Term: termsOf([]domain.Term{term})[0], Cues: len(others), Clips: clipsOf(others)}
	}
	return out, nil
}

func (h *handlers) GetCaptions(ctx context.Context, r gen.GetCaptionsRequestObject) (gen.GetCaptionsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	t, err := h.played(ctx, &c)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := h.Formats.Captions(&b, t.Cues); err != nil {
		return nil, fmt.Errorf("write captions: %w", err)
	}
	return gen.GetCaptions200TextvttResponse{Body: &b, ContentLength: int64(b.Len())}, nil
}
