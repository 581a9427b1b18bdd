package moonshine

import (
	"context"
	"slices"
	"sync"

	"baton/domain"
)

// How soon the words of speech that goes on are drafted. Sound comes in segments of some seconds, so what counts is that all of
// one is drafted when it is there. A piece's words begin at the quietest place of the last second of the one before it, whose end may have cut
// a word, but it is heard with what was said before them: of pieces of 2 s from three recordings 19 of 42 could not be heard well alone, 10 with 1 s
// before them and 6 with 2 s. So drafts cost about as much as one hearing of the chunk (ADR 8).
const (
	draftEvery = 4 * sampleRate     // of speech, while more is there already
	draftRest  = 3 * sampleRate / 2 // enough when all that came was listened to
	draftShort = sampleRate / 2     // enough when nobody goes on
	draftPause = 2 * sampleRate / 5 // and this is when nobody does
	draftCut   = sampleRate
	draftLead  = 2 * sampleRate // is heard before a piece
	draftAgain = 6 * sampleRate // what is longer and could not be heard is not heard again
)

// drafter writes down what somebody awaits before it is settled.
type drafter struct {
	engine  *Engine
	say     func([]domain.Word)
	startMS int64

	work sync.WaitGroup

	mu      sync.Mutex
	done    int    // where the last chunk ended
	from    int    // up to where the speech was drafted
	busy    bool   // a piece is being heard, or waits for it
	waiting *piece // comes after it
	words   []domain.Word
}

// piece of a chunk that is still open, where its words begin and where those of the next do.
type piece struct {
	sound      chunk
	from, next int
}

// look is told of each window, and whether it was the last that came so far.
func (d *drafter) look(ctx context.Context, c *chunker, last bool) {
	from, to, ok := c.open()
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done, d.from = c.done, max(d.from, from)
	fresh := to - d.from
	paused := !c.in && c.pos-to >= draftPause && fresh >= draftShort
	if fresh < draftEvery && !paused && (!last || fresh < draftRest) || d.busy && !last {
		return
	}
	next := to
	if c.in {
		next = c.quietest(max(d.from, to-draftCut), to)
	}
	lead := from
	if at := d.from - draftLead; at > from {
		lead = c.quietest(max(from, at-draftCut/2), at+draftCut/2)
	}
	p := &piece{sound: c.piece(lead, to), from: d.from, next: next}
	if d.busy {
		d.waiting = p
		return
	}
	d.begin(ctx, p)
}

// begin hears a piece when there is a place for decoding; d.mu is held.
func (d *drafter) begin(ctx context.Context, p *piece) {
	d.busy, d.from = true, p.next
	d.work.Go(func() {
		yield(true)
		d.hear(ctx, p)
	})
}

// hear writes a piece down. What goes wrong with a short one is made good by the next, which begins where it began and is longer.
func (d *drafter) hear(ctx context.Context, p *piece) {
	words, ok := d.decode(ctx, p)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = false
	if ok {
		d.add(words, p)
	}
	switch next := d.waiting; {
	case next != nil:
		d.waiting = nil
		d.begin(ctx, next)
	case !ok && p.sound.to-p.from < draftAgain:
		d.from = min(d.from, p.from)
	}
}

// decode waits for a place, and gives up when the chunk comes first; not ok: what was heard is no use.
func (d *drafter) decode(ctx context.Context, p *piece) (words []word, ok bool) {
	if d.engine.turns.take(ctx, lineDraft) != nil {
		return nil, false
	}
	defer d.engine.turns.giveBack()
	d.mu.Lock()
	late := p.sound.to <= d.done
	d.mu.Unlock()
	if late {
		return nil, false
	}
	heard, err := d.engine.model.decode(p.sound.samples, ctx.Err)
	if err != nil || heard.looped || heard.truncated {
		return nil, false
	}
	words = d.engine.words(heard, p.sound)
	return words, sure(words) >= guessSure
}

// add puts the words of a piece in the place of those that were heard of its beginning before; d.mu is held. Those before it stay as they
// are shown.
func (d *drafter) add(words []word, p *piece) {
	s := stretch(p.sound, words)
	shift(&s, d.startMS)
	from := d.startMS + samplesMS(p.from)
	before := func(w domain.Word) bool { return w.StartMS+w.EndMS < 2*from }
	d.words = slices.DeleteFunc(d.words, func(w domain.Word) bool { return !before(w) })
	last := int64(0)
	if n := len(d.words); n > 0 {
		last = d.words[n-1].EndMS
	}
	for _, w := range s.Words {
		if !before(w) && w.EndMS > last {
			w.StartMS = max(w.StartMS, last)
			d.words = append(d.words, w)
		}
	}
	d.say(slices.Clone(d.words))
}

// settled forgets the words up to a moment: others have taken their place.
func (d *drafter) settled(endMS int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.words = slices.DeleteFunc(d.words, func(w domain.Word) bool { return w.StartMS < endMS })
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
