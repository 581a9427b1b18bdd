package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	beatEvery = 5 * time.Second
	// deadAfter is four missed beats: a node that is only slow keeps its jobs.
	deadAfter = 20 * time.Second
)

// heartbeat says that this node lives, and gives the jobs of nodes that do not to the others. River's own
// rescuer waits out a job's whole time limit first, which for a long ladder would be hours.
type heartbeat struct {
	pool   *pgxpool.Pool
	node   string
	log    *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}
}

func (h *heartbeat) start(ctx context.Context) error {
	if err := h.beat(ctx); err != nil {
		return err
	}
	// What this node ran when it was last stopped or killed is no longer running.
	if err := h.giveBack(ctx, "id = $1", h.node); err != nil {
		return err
	}
	ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	h.done = make(chan struct{})
	go h.loop(ctx)
	return nil
}

func (h *heartbeat) stop() {
	if h.cancel != nil {
		h.cancel()
		<-h.done
	}
}

func (h *heartbeat) loop(ctx context.Context) {
	defer close(h.done)
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := h.beat(ctx)
		if err == nil {
			err = h.giveBack(ctx, "seen_at < now() - $1::interval", deadAfter)
		}
		if err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "heartbeat failed", slog.String("error", err.Error()))
		}
	}
}

func (h *heartbeat) beat(ctx context.Context) error {
	_, err := h.pool.Exec(ctx, `insert into node (id) values ($1) on conflict (id) do update set seen_at = now()`, h.node)
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// giveBack makes the running jobs of the nodes that match available again.
func (h *heartbeat) giveBack(ctx context.Context, which string, arg any) error {
	tag, err := h.pool.Exec(ctx, `
		update river_job set state = 'available', scheduled_at = now()
		 where state = 'running'
		   and attempted_by[array_upper(attempted_by, 1)] in (select id from node where `+which+`)`, arg)
	if err != nil {
		return fmt.Errorf("give jobs back: %w", err)
	}
	if n := tag.RowsAffected(); n > 0 {
		h.log.InfoContext(ctx, "interrupted jobs given back", slog.Int64("jobs", n))
	}
	return nil
}
