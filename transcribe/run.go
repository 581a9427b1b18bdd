package transcribe

import (
	"context"
	"io"
	"slices"
	"sync"

	"baton/domain"
)

// Update is what a stretch added to a transcript.
type Update struct {
	Stretch Stretch
	// Cues that no later sound changes; often none. They are numbered from Draft's start on.
	Cues []domain.Cue
	// Lost are the parts of the stretch in which the engine was stopped amid words, also when it tried again.
	Lost []domain.Span
	// SettledMS is from where a restarted run has to listen again so that no word
	// is lost and none comes twice, if these cues and all before are kept.
	SettledMS int64
}

// Run transcribes pcm and gives the whole transcript at its end. update, if not nil, is
// told of each step so that it can be shown and stored.
//
// To go on with a transcription that was interrupted, pass what was kept of it in so
// and let pcm and Options.StartMS begin where it was settled: the result is the whole.
// On an error Run gives what it has. Options.Draft is told all words that are in no cue yet, never beside update.
func Run(ctx context.Context, e Engine, pcm io.Reader, o Options, so domain.Transcript, update func(Update) error) (domain.Transcript, error) {
	t := so
	c := Cutter{next: len(so.Cues)}
	var endMS int64
	d := draft{say: o.Draft}
	if d.say != nil {
		o.Draft = d.heard
	}
	err := secondTry{e}.Transcribe(ctx, pcm, o, func(s Stretch) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		endMS = s.EndMS
		u := Update{Stretch: s, Cues: c.Add(s.Words, s.EndMS), SettledMS: s.EndMS, Lost: lost(s)}
		if ms, ok := c.PendingMS(); ok {
			u.SettledMS = ms
		}
		add(&t, u)
		if update != nil {
			if err := update(u); err != nil {
				return err
			}
		}
		d.settled(c.pending, s.EndMS)
		return nil
	})
	if err != nil {
		return t, err
	}
	last := Update{Stretch: Stretch{StartMS: endMS, EndMS: endMS}, Cues: c.End(), SettledMS: endMS}
	add(&t, last)
	if update != nil && len(last.Cues) > 0 {
		err = update(last)
	}
	return t, err
}

// draft puts the words together that are in no cue yet: those of settled stretches whose sentence goes on, and the
// engine's own drafts.
type draft struct {
	say func([]domain.Word)

	mu      sync.Mutex
	pending []domain.Word
	words   []domain.Word
	endMS   int64 // of what is settled
}

// heard is told of the engine's.
func (d *draft) heard(words []domain.Word) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.words = slices.Clone(words)
	d.tell()
}

// settled is told of a stretch; d.mu is held.
func (d *draft) settled(pending []domain.Word, endMS int64) {
	d.pending, d.endMS = slices.Clone(pending), endMS
	if d.say != nil && len(pending)+len(d.words) > 0 {
		d.tell()
	}
}

func (d *draft) tell() {
	d.words = slices.DeleteFunc(d.words, func(w domain.Word) bool { return w.StartMS < d.endMS })
	d.say(append(slices.Clone(d.pending), d.words...))
}

func add(t *domain.Transcript, u Update) {
	t.Cues = append(t.Cues, u.Cues...)
	t.Speech = domain.AppendSpans(t.Speech, u.Stretch.Speech...)
	t.Lost = domain.AppendSpans(t.Lost, u.Lost...)
	if t.Language == "" && len(u.Stretch.Words) > 0 {
		t.Language = u.Stretch.Language
	}
	t.Coverage = Coverage(*t)
}

// leastHeard is the share of the speech that must have been followed for a transcript to be worth its name.
const leastHeard = 0.5

// State says what a transcript that was run to its end amounts to: failed if more than half of what was said was lost.
func State(t domain.Transcript) domain.TranscriptState {
	switch {
	case float64(spoken(t.Lost)) > (1-leastHeard)*float64(spoken(t.Speech)):
		return domain.TranscriptFailed
	case len(t.Cues) == 0:
		return domain.TranscriptNoSpeech
	}
	return domain.TranscriptDone
}
