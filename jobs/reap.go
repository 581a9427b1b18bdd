package jobs

import (
	"context"
	"errors"
	"fmt"

	"baton/domain"
)

// reapAtOnce bounds one round; the next comes in a minute.
const reapAtOnce = 100

// reap ends recordings that nothing has reached for long: they become clips up to their last chunk, and go on
// under the same link if their owner's browser comes back. It also drops rows that are past their time.
func (r *Runner) reap(ctx context.Context, _ domain.Clip, _ func(float64)) error {
	quiet, err := r.Store.Abandoned(ctx, r.AbandonAfter, reapAtOnce)
	if err != nil {
		return fmt.Errorf("list abandoned recordings: %w", err)
	}
	var errs []error
	for _, take := range quiet {
		if err := r.Ingest.Abandon(ctx, take.Clip.ID); err != nil {
			errs = append(errs, fmt.Errorf("end abandoned recording %s: %w", take.Clip.ID, err))
		}
	}
	if err := r.Store.Prune(ctx); err != nil {
		errs = append(errs, fmt.Errorf("prune: %w", err))
	}
	return errors.Join(errs...)
}
