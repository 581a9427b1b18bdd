package api

import (
	"context"

	"baton/domain"
)

// searcher finds moments that a viewer may watch, best first.
type searcher interface {
	Search(ctx context.Context, v domain.Viewer, q domain.SearchQuery) ([]domain.Moment, error)
}
