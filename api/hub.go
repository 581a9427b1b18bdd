package api

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"baton/domain"
)

const (
	// queueLength is how far a stream's reader may fall behind before it is let go; it comes back
	// with the id of its last event and gets what it missed from the table.
	queueLength = 128
	// maxStreams bounds the streams of events of this node, maxStreamsEach those of one person or one stranger's address.
	maxStreams, maxStreamsEach = 4096, 32
	// relisten is how long the hub waits after it lost the database.
	relisten = time.Second
)

// hub hands each new event to the streams that are open on this node. It hears of them through one
// connection to the database.
type hub struct {
	events events
	log    *slog.Logger

	mu      sync.Mutex
	hearing chan struct{} // closed while events are heard
	streams map[*stream]struct{}
	perKey  map[string]int
}

// stream is one open stream of events.
type stream struct {
	queue chan domain.Event
	// over is closed when the hub ends the stream; why tells the reason afterwards.
	over chan struct{}
	why  string
	key  string
	// wants is called with the hub's lock held.
	wants func(*domain.Event) bool
}

func newHub(e events, log *slog.Logger) *hub {
	return &hub{events: e, log: log, hearing: make(chan struct{}), streams: map[*stream]struct{}{}, perKey: map[string]int{}}
}

// run listens until ctx ends, then ends all streams.
func (h *hub) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := h.events.Listen(ctx, h.listening, h.publish)
		if ctx.Err() != nil {
			break
		}
		// What happens until we hear again is in the table; clients come back for it.
		h.deaf("the server lost its database for a moment")
		h.log.WarnContext(ctx, "events are not heard", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(relisten):
		}
	}
	h.deaf("the server restarts")
}

func (h *hub) listening() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.hearing:
	default:
		close(h.hearing)
	}
}

// deaf ends all streams, and lets new ones wait.
func (h *hub) deaf(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		h.end(s, why)
	}
	select {
	case <-h.hearing:
		h.hearing = make(chan struct{})
	default:
	}
}

// publish queues an event for the streams that want it. It never waits: a stream whose queue is full is ended.
func (h *hub) publish(e domain.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if !s.wants(&e) {
			continue
		}
		select {
		case s.queue <- e:
		default:
			h.end(s, "you read too slowly")
		}
	}
}

// end closes a stream. The lock is held.
func (h *hub) end(s *stream, why string) {
	if _, open := h.streams[s]; !open {
		return
	}
	delete(h.streams, s)
	if h.perKey[s.key]--; h.perKey[s.key] == 0 {
		delete(h.perKey, s.key)
	}
	s.why = why
	close(s.over)
}

// open waits until events are heard, then starts a stream of those that are wanted. key is who reads. Close it by close.
func (h *hub) open(ctx context.Context, key string, wants func(*domain.Event) bool) (*stream, error) {
	h.mu.Lock()
	hearing := h.hearing
	h.mu.Unlock()
	select {
	case <-hearing:
	case <-ctx.Done():
		return nil, domain.Errorf(domain.KindUnavailable, "events are not available right now").Because(ctx.Err()).After(2 * time.Second)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) >= maxStreams || h.perKey[key] >= maxStreamsEach {
		return nil, domain.Errorf(domain.KindTooMany, "too many streams of events are open").After(10 * time.Second)
	}
	s := &stream{queue: make(chan domain.Event, queueLength), over: make(chan struct{}), key: key, wants: wants}
	h.streams[s] = struct{}{}
	h.perKey[key]++
	return s, nil
}

func (h *hub) close(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end(s, "")
}
