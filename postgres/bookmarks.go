package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Bookmark reads where somebody was in a reel; false: nowhere, or a month ago. reel is an occurrence's or a space's id, empty for what is new for them.
func (s Rounds) Bookmark(ctx context.Context, v domain.Viewer, reel string) (domain.Bookmark, bool, error) {
	r, err := s.db.queries().ReelBookmark(ctx, sqlc.ReelBookmarkParams{AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Reel: reel})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Bookmark{}, false, nil
	}
	return domain.Bookmark{Piece: r.Piece, MS: r.Ms, At: r.At}, err == nil, failed("read a bookmark", err)
}

// PutBookmark keeps where somebody is in a reel; the zero one takes it away. It gives the moment at which it is kept.
func (s Rounds) PutBookmark(ctx context.Context, v domain.Viewer, reel string, b domain.Bookmark) (time.Time, error) {
	at := time.Now().Truncate(time.Microsecond) // as PostgreSQL keeps it
	err := s.db.inTx(ctx, "keep a bookmark", func(t *tx) error {
		if b.Piece == "" {
			return t.SweepReelBookmarks(ctx, sqlc.SweepReelBookmarksParams{AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Reel: reel})
		}
		return t.PutReelBookmark(ctx, sqlc.PutReelBookmarkParams{
			AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Reel: reel, Piece: b.Piece, Ms: b.MS, At: at,
		})
	})
	return at, err
}
