package moonshine

import (
	"context"
	"slices"
	"sync"
)

// turns shares the places for decoding among streams: in the order in which they ask, but those that somebody
// awaits first. One place in four goes to the others all the same, so that they get on.
type turns struct {
	mu      sync.Mutex
	free    int
	awaited []chan struct{}
	others  []chan struct{}
	inARow  int // given to awaited ones while others waited
}

const awaitedInARow = 3

func newTurns(places int) *turns { return &turns{free: places} }

// take waits for a place.
func (t *turns) take(ctx context.Context, awaited bool) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	mine, line := make(chan struct{}), t.line(awaited)
	*line = append(*line, mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(*line, mine)
	if i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	}
	t.mu.Unlock()
	if i < 0 { // it was given at the same moment
		t.giveBack()
	}
	return ctx.Err()
}

// try takes a place if one is free and nobody waits.
func (t *turns) try() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free == 0 {
		return false
	}
	t.free--
	return true
}

func (t *turns) line(awaited bool) *[]chan struct{} {
	if awaited {
		return &t.awaited
	}
	return &t.others
}

// giveBack passes a place on.
func (t *turns) giveBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	awaited := len(t.awaited) > 0 && (len(t.others) == 0 || t.inARow < awaitedInARow)
	line := t.line(awaited)
	if len(*line) == 0 {
		t.free++
		return
	}
	t.inARow++
	if !awaited || len(t.others) == 0 {
		t.inARow = 0
	}
	close((*line)[0])
	*line = (*line)[1:]
}
