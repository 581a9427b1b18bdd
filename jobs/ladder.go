package jobs

import (
	"context"
	"errors"
	"fmt"

	"baton/domain"
	"baton/transcode"
)

// ladder makes the renditions that every current browser plays, with the loudness evened out.
func (r *Runner) ladder(ctx context.Context, clip domain.Clip, report func(float64)) error {
	return r.withTake(ctx, clip, func(take transcode.Take) error {
		made, err := r.Tools.Ladder(ctx, take, func(s float64) { report(0.95 * s) })
		if err != nil {
			return err //nolint:wrapcheck // carries the words for people
		}
		attempt := newAttempt()
		for _, m := range made {
			stored, err := r.store(ctx, clip, m, attempt)
			if err != nil {
				return err
			}
			replaced, err := r.Store.PublishRendition(ctx, stored.rendition, stored.inits, stored.segments)
			if err != nil {
				return errors.Join(fmt.Errorf("publish %s: %w", m.Name, err), r.drop(ctx, stored.keys()))
			}
			if err := r.drop(ctx, replaced); err != nil {
				return err
			}
		}
		if err := r.Store.QueueSound(ctx, clip); err != nil {
			return fmt.Errorf("queue sound: %w", err)
		}
		return nil
	})
}
