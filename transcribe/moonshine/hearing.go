package moonshine

import (
	"context"
	"fmt"

	"baton/transcribe"
)

// hearing is the decoding of one chunk, which has a place while it works.
type hearing struct {
	engine *Engine
	line   int
	placed bool
}

// begin waits for a place.
func (h *hearing) begin(ctx context.Context) error {
	err := h.engine.turns.take(ctx, h.line)
	h.placed = err == nil
	return err
}

// pause lets drafts be heard that wait meanwhile; it is called between two tokens.
func (h *hearing) pause(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := h.engine.turns.lend(ctx, h.line)
	h.placed = err == nil
	return err
}

// end gives the place back.
func (h *hearing) end() {
	if h.placed {
		h.engine.turns.giveBack()
	}
}

// decode makes stretches of a chunk, which is heard twice: at normal speed and slower. A chunk that loops, runs out of tokens or gives
// nothing although there is speech is halved and tried again, tries times.
func (h *hearing) decode(ctx context.Context, k chunk, tries int) ([]transcribe.Stretch, error) {
	if len(k.speech) == 0 {
		return []transcribe.Stretch{stretch(k, nil)}, nil
	}
	d, err := h.engine.model.decode(k.samples, func() error { return h.pause(ctx) })
	if err != nil {
		return nil, fmt.Errorf("decode speech: %w", err)
	}
	trouble := judge(d, k)
	if trouble != transcribe.TroubleNone && tries > 0 && len(k.samples) > 4*sampleRate {
		first, second := k.halves()
		a, err := h.decode(ctx, first, tries-1)
		if err != nil {
			return nil, err
		}
		b, err := h.decode(ctx, second, tries-1)
		return append(a, b...), err
	}
	words := h.engine.words(d, k)
	switch {
	case trouble != transcribe.TroubleNone && len(words) > 0 && sure(words) < troubledSure:
		words, trouble = nil, transcribe.TroubleForeign
	case trouble == transcribe.TroubleNone:
		again, err := h.slowly(ctx, k)
		if err != nil {
			return nil, err
		}
		if guessed(words, again, k.voiced()) {
			words, trouble = nil, transcribe.TroubleForeign
		} else {
			words = vote(words, again)
		}
	}
	settle(words, k.samples)
	punctuate(words)
	s := stretch(k, words)
	s.Trouble = trouble
	return []transcribe.Stretch{s}, nil
}

// slowly hears a chunk played slower; nothing when that goes wrong.
func (h *hearing) slowly(ctx context.Context, k chunk) ([]word, error) {
	s := chunk{samples: slower(k.samples), voice: make([]float32, 0, len(k.voice)*5/4+2)}
	for _, sp := range k.speech {
		s.speech = append(s.speech, span{int(float64(sp.from) * slowness), int(float64(sp.to) * slowness)})
	}
	for i := 0; len(s.voice)*window < len(s.samples); i++ {
		s.voice = append(s.voice, k.voice[min(len(k.voice)-1, int(float64(i)/slowness))])
	}
	d, err := h.engine.model.decode(s.samples, func() error { return h.pause(ctx) })
	if err != nil {
		return nil, fmt.Errorf("decode slow speech: %w", err)
	}
	if judge(d, k) != transcribe.TroubleNone {
		return nil, nil
	}
	words := h.engine.words(d, s)
	for i := range words {
		words[i].from /= slowness
		words[i].to /= slowness
	}
	return words, nil
}
