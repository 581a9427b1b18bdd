package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// PutDueFeed gives a person's calendar of what is due a new address, by the SHA-256 of its secret; an old one ends.
func (s Rounds) PutDueFeed(ctx context.Context, v domain.Viewer, tokenHash []byte) error {
	return failed("make a calendar", s.db.queries().PutDueFeed(ctx, sqlc.PutDueFeedParams{WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, TokenHash: tokenHash}))
}

// DueFeedSince is when the address was made; zero: there is none.
func (s Rounds) DueFeedSince(ctx context.Context, v domain.Viewer) (time.Time, error) {
	at, err := s.db.queries().DueFeedSince(ctx, v.WorkspaceID, v.AccountID)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return at, failed("read a calendar's address", err)
}

// DeleteDueFeed ends the address.
func (s Rounds) DeleteDueFeed(ctx context.Context, v domain.Viewer) error {
	return failed("end a calendar's address", s.db.queries().DeleteDueFeed(ctx, v.WorkspaceID, v.AccountID))
}

// DueFeedOwner finds whose calendar an address is. KindNotFound, also when they left the workspace.
func (s Rounds) DueFeedOwner(ctx context.Context, tokenHash []byte) (domain.Viewer, error) {
	r, err := s.db.queries().DueFeedOwner(ctx, tokenHash)
	return domain.Viewer{WorkspaceID: r.WorkspaceID, AccountID: r.AccountID, Role: r.Role}, failed("find a calendar", orNotFound(err, "there is no such calendar"))
}

// UrgentPosts tells to how many channels of the workspace each of the asks went at once, and where it has arrived.
func (s Asks) UrgentPosts(ctx context.Context, w domain.WorkspaceID, ids []domain.AskID) (map[domain.AskID]domain.Posted, error) {
	rows, err := s.db.queries().UrgentPosts(ctx, w, each(ids, func(id domain.AskID) string { return string(id) }))
	out := map[domain.AskID]domain.Posted{}
	for _, r := range rows {
		out[domain.AskID(r.Ref)] = domain.Posted{Channels: r.Channels, Arrived: r.Arrived}
	}
	return out, failed("count what was posted", err)
}
