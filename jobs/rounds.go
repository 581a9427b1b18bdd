package jobs

import (
	"context"
	"fmt"
	"time"

	"baton/domain"
)

// rounds opens and closes rounds and tells people what they have to know, as of now.
func (r *Runner) rounds(ctx context.Context, _ domain.Clip, _ func(float64)) error {
	if err := r.Rounds.Tick(ctx, time.Now()); err != nil {
		return fmt.Errorf("look after rounds: %w", err)
	}
	return nil
}
