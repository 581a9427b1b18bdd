package api

import (
	"context"
	"log/slog"
	"testing"

	"baton/domain"
)

// scripted lets a test say what is heard.
type scripted struct{ each chan func(domain.Event) }

func (s scripted) Listen(ctx context.Context, listening func(), each func(domain.Event)) error {
	listening()
	s.each <- each
	<-ctx.Done()
	return ctx.Err()
}

func (scripted) Since(context.Context, domain.WorkspaceID, int64, int) ([]domain.Event, error) {
	return nil, nil
}

func (scripted) Span(context.Context) (oldest, newest int64, err error) { return 0, 0, nil }

func TestSlowReadersAreLetGo(t *testing.T) {
	t.Parallel()
	source := scripted{make(chan func(domain.Event), 1)}
	h := newHub(source, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); h.run(ctx) }()
	defer func() { cancel(); <-done }()
	publish := <-source.each
	all := func(*domain.Event) bool { return true }
	slow, err := h.open(t.Context(), "slow", all)
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.open(t.Context(), "other", func(e *domain.Event) bool { return e.ID == 1 })
	if err != nil {
		t.Fatal(err)
	}
	for i := range queueLength + 1 {
		publish(domain.Event{ID: int64(i)})
	}
	<-slow.over
	if slow.why != "you read too slowly" || len(slow.queue) != queueLength {
		t.Errorf("%q with %d queued", slow.why, len(slow.queue))
	}
	if e := <-other.queue; e.ID != 1 {
		t.Errorf("%+v", e)
	}
	h.close(slow) // again: nothing happens
	h.close(other)
	if len(h.streams) != 0 || len(h.perKey) != 0 {
		t.Errorf("%d streams, %v", len(h.streams), h.perKey)
	}
}
