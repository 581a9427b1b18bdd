package jobs

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/postgrestest"
	"baton/transcribe"
)

// endsNow is a store with one recording, which ends just after it was found to go on. Its other methods are not called.
type endsNow struct {
	Store

	mu    sync.Mutex
	ended bool
	looks chan time.Time
}

func (s *endsNow) Clip(_ context.Context, id domain.ClipID) (domain.Clip, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := domain.Clip{ID: id, State: domain.ClipRecording, HasAudio: true}
	if s.ended {
		c.State = domain.ClipReady
	}
	return c, nil
}

func (s *endsNow) RenditionFrom(context.Context, domain.ClipID, string, int64, int) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks <- time.Now()
	if s.ended {
		return domain.Rendition{}, nil, nil, domain.Errorf(domain.KindNotFound, "enough")
	}
	s.ended = true
	return domain.Rendition{Complete: false}, nil, nil, nil
}

func (*endsNow) Transcript(context.Context, domain.ClipID) (domain.Transcript, error) {
	return domain.Transcript{}, nil
}
func (*endsNow) SetWork(context.Context, domain.ClipID, domain.Work) error   { return nil }
func (*endsNow) FailTranscript(context.Context, domain.ClipID, string) error { return nil }
func (*endsNow) Prune(context.Context) error                                 { return nil }
func (*endsNow) Abandoned(context.Context, time.Duration, int) ([]domain.Take, error) {
	return nil, nil
}

type present struct{ transcribe.Engine }

func (present) Present(context.Context) error { return nil }

type noRounds struct{}

func (noRounds) Tick(context.Context, time.Time) error { return nil }

// TestTranscriptThatFallsAsleepIsWoken: a recording ends while its transcript, which has just found it going on, lies down.
func TestTranscriptThatFallsAsleepIsWoken(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	s := &endsNow{looks: make(chan time.Time, 8)}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	r, err := NewRunner(Needs{Pool: pool, Store: s, Speech: present{}, Rounds: noRounds{}, Log: log, NodeID: "node", AbandonAfter: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	q, err := NewQueue(pool, log)
	if err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return q.EnqueueTx(t.Context(), tx, []domain.Job{{Kind: domain.JobTranscribe, ClipID: domain.NewID[domain.ClipID]()}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	first := <-s.looks
	second := <-s.looks
	var due time.Time
	if err := pool.QueryRow(t.Context(), `select scheduled_at from river_job where args->>'step' = 'transcribe'`).Scan(&due); err != nil {
		t.Fatal(err)
	}
	if due.Sub(first) >= restPause {
		t.Errorf("it was due after %v, and came after %v", due.Sub(first), second.Sub(first))
	}
}
