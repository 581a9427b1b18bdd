package moonshine

import (
	"context"
	"slices"
	"sync"
)

// The lines in which streams wait for a place, in the order in which they are served.
const (
	lineAwaited = iota // somebody waits for these words
	lineDraft          // of words that come later all the same
	lineOthers
	lines
)

// turns shares the places for decoding among streams: in the order in which they ask, but what somebody
// awaits first. One place in four goes to the others all the same, so that they get on.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting [lines][]chan struct{}
	inARow  int // given to other lines while others waited
}

const awaitedInARow = 3

func newTurns(places int) *turns { return &turns{free: places} }

// lineOf is where those wait whose words somebody awaits, or nobody.
func lineOf(awaited bool) int {
	if awaited {
		return lineAwaited
	}
	return lineOthers
}

// take waits in a line for a place.
func (t *turns) take(ctx context.Context, line int) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	t.waiting[line] = append(t.waiting[line], mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(t.waiting[line], mine)
	if i >= 0 {
		t.waiting[line] = slices.Delete(t.waiting[line], i, i+1)
	}
	t.mu.Unlock()
	if i < 0 { // it was given at the same moment
		t.giveBack()
	}
	return ctx.Err()
}

// lend lets a draft go first that waits, unless others wait for words that last: drafts are short. When it fails, the place is
// given back.
func (t *turns) lend(ctx context.Context, line int) error {
	t.mu.Lock()
	wanted := len(t.waiting[lineDraft]) > 0 && len(t.waiting[lineAwaited]) == 0
	t.mu.Unlock()
	if !wanted {
		return nil
	}
	t.giveBack()
	return t.take(ctx, line)
}

// giveBack passes a place on.
func (t *turns) giveBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.next()
	if line < 0 {
		t.free++
		return
	}
	t.inARow++
	if line == lineOthers || len(t.waiting[lineOthers]) == 0 {
		t.inARow = 0
	}
	close(t.waiting[line][0])
	t.waiting[line] = t.waiting[line][1:]
}

// next is the line that is served; -1: nobody waits.
func (t *turns) next() int {
	if t.inARow >= awaitedInARow && len(t.waiting[lineOthers]) > 0 {
		return lineOthers
	}
	for line, those := range t.waiting {
		if len(those) > 0 {
			return line
		}
	}
	return -1
}
