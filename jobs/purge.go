package jobs

import (
	"context"
	"fmt"

	"baton/domain"
)

// purge removes a deleted clip's objects, and then its rows. The clip has been invisible since it was deleted.
func (r *Runner) purge(ctx context.Context, clip domain.Clip, _ func(float64)) error {
	o, err := r.Store.Objects(ctx, clip.ID)
	if domain.KindOf(err) == domain.KindNotFound {
		return nil // an earlier run was cut off after its last act
	} else if err != nil {
		return fmt.Errorf("list objects: %w", err)
	}
	// The whole prefix: what interrupted jobs left behind goes too.
	if _, err := r.Media.DeletePrefix(ctx, r.Keys.Clip(o.WorkspaceID, o.ClipID)); err != nil {
		return fmt.Errorf("delete objects: %w", err)
	}
	if err := r.Store.Purge(ctx, clip.ID); err != nil {
		return fmt.Errorf("delete rows: %w", err)
	}
	return nil
}
