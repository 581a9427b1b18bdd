package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"baton/domain"
)

// progressEvery is how often a share is written at the most: people see it move, the database hardly feels it.
const progressEvery = 500 * time.Millisecond

// progress tells people how far a step is. Losing an update is harmless, so errors are only logged.
type progress struct {
	store Store
	log   *slog.Logger
	clip  domain.ClipID
	kind  domain.JobKind
	shown bool

	mu      sync.Mutex
	last    float64
	written time.Time
}

func newProgress(s Store, log *slog.Logger, clip domain.ClipID, kind domain.JobKind, shown bool) *progress {
	return &progress{store: s, log: log, clip: clip, kind: kind, shown: shown}
}

// state writes a change of state at once.
func (p *progress) state(ctx context.Context, s domain.WorkState, reason string) {
	p.mu.Lock()
	share := p.last
	p.mu.Unlock()
	if s == domain.WorkDone {
		share = 1
	}
	p.write(ctx, domain.Work{Kind: p.kind, State: s, Progress: share, Reason: reason})
}

// share writes how much is done, now and then. A step may report from several goroutines.
func (p *progress) share(ctx context.Context, share float64) {
	share = min(max(share, 0), 1)
	p.mu.Lock()
	if share <= p.last || time.Since(p.written) < progressEvery {
		p.mu.Unlock()
		return
	}
	p.last, p.written = share, time.Now()
	p.mu.Unlock()
	p.write(ctx, domain.Work{Kind: p.kind, State: domain.WorkRunning, Progress: share})
}

func (p *progress) write(ctx context.Context, w domain.Work) {
	if !p.shown || p.clip == "" {
		return
	}
	if err := p.store.SetWork(ctx, p.clip, w); err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "progress not written", slog.String("error", err.Error()))
	}
}
