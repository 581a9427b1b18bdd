package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"baton/domain"
)

// rouser wakes transcripts that fall asleep while their recording ends. The end of a recording wakes a job that rests, but one that is just
// lying down is still running then, and would sleep for its whole pause while somebody waits for the words.
type rouser struct {
	r      *Runner
	cancel func()
	wait   sync.WaitGroup
}

// start listens for jobs that were put to rest: the queue tells of them when they are.
func (u *rouser) start(ctx context.Context) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	events, unsubscribe := u.r.client.Subscribe(river.EventKindJobSnoozed)
	u.cancel = func() {
		unsubscribe() // which closes events
		stop()
	}
	u.wait.Go(func() {
		for e := range events {
			if err := u.look(ctx, e.Job); err != nil && ctx.Err() == nil {
				u.r.Log.WarnContext(ctx, "a resting job is not looked at", slog.String("error", err.Error())) // it wakes by itself
			}
		}
	})
}

func (u *rouser) stop() {
	if u.cancel != nil {
		u.cancel()
		u.wait.Wait()
	}
}

// look wakes a transcript whose recording has ended, and for which the engine is there: for that it may wait longer.
func (u *rouser) look(ctx context.Context, job *rivertype.JobRow) error {
	clip, is := transcriptOf(job)
	if !is {
		return nil
	}
	if missing := u.r.Speech.Present(ctx); missing != nil {
		return nil //nolint:nilerr // it waits for the engine, too
	}
	c, err := u.r.Store.Clip(ctx, clip)
	if err != nil || c.State != domain.ClipReady {
		return err //nolint:wrapcheck // says what it did
	}
	_, err = u.r.Pool.Exec(ctx, `update river_job set state = 'available', scheduled_at = now() where id = $1 and state = 'scheduled'`, job.ID)
	if err != nil {
		return fmt.Errorf("wake a job: %w", err)
	}
	return nil
}
