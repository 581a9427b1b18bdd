package moonshine

import (
	"context"
	"slices"
	"sync"

	"baton/domain"
)

// How soon the words of speech that goes on are drafted. Each piece is heard once and alone, so that drafts cost no more
// than half of what the words cost that take their place.
const (
	draftEvery = 5 * sampleRate / 2 // of speech
	draftShort = sampleRate / 2     // enough when nobody goes on
	draftPause = 2 * sampleRate / 5 // and this is when nobody does
	draftCut   = sampleRate         // a piece ends at the quietest place of so much
)

// drafter writes down what somebody awaits before it is settled, when there is a place for decoding free at the moment.
type drafter struct {
	engine  *Engine
	say     func([]domain.Word)
	startMS int64

	done, from int // where the last chunk ended, and up to where the speech since then was drafted
	work       sync.WaitGroup

	mu    sync.Mutex
	busy  bool
	chunk int // counts chunks: what was heard of an earlier one is of no use any more
	words []domain.Word
}

// look is told of each window.
func (d *drafter) look(ctx context.Context, c *chunker) {
	from, to, ok := c.open()
	if !ok {
		return
	}
	if c.done != d.done {
		d.done, d.from = c.done, from
		d.mu.Lock()
		d.chunk++
		d.words = nil
		d.mu.Unlock()
	}
	d.from = max(d.from, from)
	paused := !c.in && c.pos-to >= draftPause && to-d.from >= draftShort
	if to-d.from < draftEvery && !paused || !d.begin() {
		return
	}
	if c.in {
		to = c.quietest(to-draftCut, to)
	}
	k := c.piece(d.from, to)
	d.from = to
	chunk := d.chunk
	d.work.Go(func() { d.hear(ctx, k, chunk) })
}

// begin takes a place for decoding, if there is one.
func (d *drafter) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy || !d.engine.turns.try() {
		return false
	}
	d.busy = true
	return true
}

// hear writes a piece down. What goes wrong with it does not matter: it is heard again.
func (d *drafter) hear(ctx context.Context, k chunk, chunk int) {
	heard, err := d.engine.model.decode(k.samples, ctx.Err)
	d.engine.turns.giveBack()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = false
	if err != nil || heard.looped || heard.truncated || chunk != d.chunk {
		return
	}
	words := d.engine.words(heard, k)
	if sure(words) < guessSure {
		return
	}
	s := stretch(k, words)
	shift(&s, d.startMS)
	d.words = append(d.words, s.Words...)
	d.say(slices.Clone(d.words))
}

// open is the speech that is in no chunk yet.
func (c *chunker) open() (from, to int, ok bool) {
	switch n := len(c.pending); {
	case n > 0 && c.in:
		return c.pending[0].from, c.pos, true
	case n > 0:
		return c.pending[0].from, min(c.pos, c.pending[n-1].to+padding), true
	case c.in:
		return c.start, c.pos, true
	}
	return 0, 0, false
}

// piece copies a part of what is held.
func (c *chunker) piece(from, to int) chunk {
	k := chunk{from: from, to: to, at: from, speech: []span{{0, to - from}}}
	k.samples = slices.Clone(c.samples[from-c.base : to-c.base])
	k.voice = slices.Clone(c.voice[(from-c.base)/window : min(len(c.voice), (to-c.base+window-1)/window)])
	return k
}
