package api

import (
	"context"

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
