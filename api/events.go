package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// events is the log of what changed.
type events interface {
	// Listen calls listening once it hears, and then each for every new event, until ctx ends or the connection is lost;
	// it returns why. One listener per process suffices.
	Listen(ctx context.Context, listening func(), each func(domain.Event)) error
	// Since gives up to limit events of a workspace after an id, oldest first.
	Since(ctx context.Context, w domain.WorkspaceID, after int64, limit int) ([]domain.Event, error)
	// Span gives the oldest and the newest id that are kept; zeros when there is none.
	Span(ctx context.Context) (oldest, newest int64, err error)
}

const (
	// waitForHub bounds how long a stream waits for the database.
	waitForHub = 10 * time.Second
	// replayPage and maxReplay bound what a reader who comes back is sent; who missed more reads everything again.
	replayPage, maxReplay = 200, 1000
	// writeTime is how long a reader may take to accept an event.
	writeTime = 10 * time.Second
)

// pace is how often an open stream does what.
type pace struct {
	// heartbeat keeps proxies from closing a stream that has nothing to say, and finds out that its reader is gone.
	heartbeat time.Duration
	// recheck asks again who reads.
	recheck time.Duration
}

// eventStream is one reader of server-sent events.
type eventStream struct {
	handlers  *handlers
	c         echo.Context
	rc        *http.ResponseController
	workspace domain.WorkspaceID
	clip      domain.ClipID // empty: the whole workspace
	viewer    atomic.Pointer[domain.Viewer]
	last      int64 // the id of the newest event that the reader has
}

// getEvents streams the events of the caller's workspace, or of one clip that they may watch. It begins
// with `hello`, which carries the newest id, or with what was missed since Last-Event-ID; `reset` says that too much was missed:
// read everything again. `end` says why the server closes the stream.
func (h *handlers) getEvents(c echo.Context) error {
	ctx, who := c.Request().Context(), callerOf(c.Request().Context())
	s := &eventStream{handlers: h, c: c, rc: http.NewResponseController(c.Response()), workspace: who.WorkspaceID}
	s.viewer.Store(&who.Viewer)
	if id := c.QueryParam("clip_id"); id != "" {
		clip, err := h.gate(ctx, id, domain.ActionWatch)
		if err != nil {
			return err
		}
		s.clip, s.workspace = clip.ID, clip.WorkspaceID
	} else if !who.SignedIn() {
		return domain.Errorf(domain.KindUnauthorized, "sign in first, or ask for the events of one clip_id")
	}
	after, err := lastEventID(c)
	if err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead {
		c.Response().Header().Set("Content-Type", "text/event-stream")
		return c.NoContent(http.StatusOK)
	}
	key := "account " + string(who.AccountID)
	if !who.SignedIn() {
		key = "address " + network(who.address)
	}
	waiting, cancel := context.WithTimeout(ctx, waitForHub)
	defer cancel()
	queue, err := h.hub.open(waiting, key, s.wants)
	if err != nil {
		return err
	}
	defer h.hub.close(queue)
	return s.serve(queue, after)
}

// lastEventID is where the reader was; 0 for a new one. A query parameter stands in where headers cannot be set.
func lastEventID(c echo.Context) (int64, error) {
	text := c.Request().Header.Get("Last-Event-ID")
	if text == "" {
		text = c.QueryParam("last_event_id")
	}
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, domain.Errorf(domain.KindInvalid, "Last-Event-ID is not one of ours")
	}
	return id, nil
}

// wants tells whether the reader may learn of an event, and asked for such.
func (s *eventStream) wants(e *domain.Event) bool {
	return e.WorkspaceID == s.workspace && (s.clip == "" || e.ClipID == s.clip || e.Kind == domain.EventSpaceChanged) && e.VisibleTo(*s.viewer.Load())
}

// serve sends what was missed and then what comes, until one of the sides ends it. The
// stream was opened before the table is read, so nothing falls between.
func (s *eventStream) serve(queue *stream, after int64) error {
	ctx := s.c.Request().Context()
	oldest, newest, err := s.handlers.Events.Span(ctx)
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	s.begin()
	switch {
	case after == 0:
		err = s.send("hello", newest, []byte("{}"))
	case after > newest || after < oldest-1:
		err = s.send("reset", newest, []byte("{}"))
	default:
		err = s.replay(ctx, after)
	}
	if err != nil {
		return s.gone(err)
	}
	return s.gone(s.follow(ctx, queue))
}

// gone is how a stream ends after its header was sent: there is nothing to answer any more.
func (s *eventStream) gone(err error) error {
	s.handlers.Log.DebugContext(s.c.Request().Context(), "stream of events ended", slog.String("clip_id", string(s.clip)), slog.Any("error", err))
	return nil
}

func (s *eventStream) begin() {
	h := s.c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events into blocks
	s.c.Response().WriteHeader(http.StatusOK)
	_ = s.write("retry: 2000\n\n") // a reader that is gone is noticed at the next write
}

// replay sends what the table has after an id.
func (s *eventStream) replay(ctx context.Context, after int64) error {
	s.last = after
	for sent := 0; sent < maxReplay; {
		page, err := s.handlers.Events.Since(ctx, s.workspace, s.last, replayPage)
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		for i := range page {
			if err := s.pass(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < replayPage {
			return nil
		}
		sent += len(page)
	}
	_, newest, err := s.handlers.Events.Span(ctx)
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	return s.send("reset", newest, []byte("{}"))
}

// follow sends events as they happen.
func (s *eventStream) follow(ctx context.Context, queue *stream) error {
	beat, again := time.NewTicker(s.handlers.pace.heartbeat), time.NewTicker(s.handlers.pace.recheck)
	defer beat.Stop()
	defer again.Stop()
	for {
		var err error
		select {
		case e := <-queue.queue:
			fresh := e.ID > s.last
			if err = s.pass(&e); err == nil && fresh && s.mayHaveLost(&e) {
				err = s.recheck(ctx)
			}
		case <-beat.C:
			err = s.write(": still here\n\n")
		case <-again.C:
			err = s.recheck(ctx)
		case <-queue.over:
			return s.end(queue.why, false)
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// mayHaveLost tells whether after an event the reader may see less than before, or more.
func (s *eventStream) mayHaveLost(e *domain.Event) bool {
	return e.Kind == domain.EventSpaceChanged || s.clip != "" && (e.Kind == domain.EventClipChanged || e.Kind == domain.EventClipDeleted)
}

// pass sends an event that is new to the reader and theirs to know.
func (s *eventStream) pass(e *domain.Event) error {
	if e.ID <= s.last || !s.wants(e) {
		s.last = max(s.last, e.ID)
		return nil
	}
	return s.send(string(e.Kind), e.ID, e.Data)
}

// recheck asks again who reads and whether they still may: a sign-in is revoked, a clip becomes private.
func (s *eventStream) recheck(ctx context.Context) error {
	who, err := s.handlers.identify(s.c) //nolint:contextcheck // the request has it
	if err != nil && domain.KindOf(err) != domain.KindUnauthorized {
		return err
	}
	s.viewer.Store(&who.Viewer)
	if s.clip == "" {
		if who.WorkspaceID != s.workspace {
			return s.end("you are signed out", true)
		}
		return nil
	}
	if _, err := s.handlers.gate(withCaller(ctx, who), string(s.clip), domain.ActionWatch); err != nil {
		// What made us look again may be older than what closed the clip: the last news, such as that it was deleted, is in the table.
		if err := s.replay(ctx, s.last); err != nil {
			return err
		}
		return s.end("you may not see this clip any more", true)
	}
	return nil
}

// errEnded ends follow after the reader was told why.
var errEnded = errors.New("ended by the server")

// end tells the reader why, and whether coming back is of no use.
func (s *eventStream) end(why string, final bool) error {
	data, err := json.Marshal(map[string]any{"reason": why, "final": final})
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	_ = s.write("event: end\ndata: " + string(data) + "\n\n") // the reader may be gone
	return errEnded
}

// send writes one event. Data is JSON without line ends.
func (s *eventStream) send(kind string, id int64, data []byte) error {
	s.last = max(s.last, id)
	return s.write(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", id, kind, bytes.ReplaceAll(data, []byte("\n"), []byte(" "))))
}

func (s *eventStream) write(text string) error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeTime)) // unsupported by test recorders only
	if _, err := io.WriteString(s.c.Response(), text); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := s.rc.Flush(); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}
