package postgres

import (
	"context"

	"baton/domain"
)

// Search finds moments.
type Search struct{ db *DB }

// Search gives moments of clips that the viewer may watch, best first, up to q.Limit, and fewer only at the end. KindInvalid
// for a cursor that is not one of ours. Text that has no words finds nothing.
func (s Search) Search(ctx context.Context, v domain.Viewer, q domain.SearchQuery) ([]domain.Moment, error) {
	return nil, errSoon
}
