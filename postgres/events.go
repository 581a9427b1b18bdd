package postgres

import (
	"context"
	"time"

	"baton/domain"
)

// Events keeps what changed, for a day.
type Events struct{ db *DB }

// Listen calls listening once it hears, and then each for every new event of the server, until ctx ends or the connection is
// lost; it returns why. It holds one connection of its own, outside the pool.
func (s Events) Listen(ctx context.Context, listening func(), each func(domain.Event)) error {
	return errSoon
}

// Since gives up to limit events of a workspace after an id, oldest first. Within a workspace ids rise in the order of commits.
func (s Events) Since(ctx context.Context, w domain.WorkspaceID, after int64, limit int) ([]domain.Event, error) {
	return nil, errSoon
}

// Span gives the oldest and the newest id that are kept; zeros when there is none.
func (s Events) Span(ctx context.Context) (oldest, newest int64, err error) {
	return 0, 0, errSoon
}

// Prune removes events older than that.
func (s Events) Prune(ctx context.Context, age time.Duration) error {
	return errSoon
}
