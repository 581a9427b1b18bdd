package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Events keeps what changed, for a day.
type Events struct{ db *DB }

// channel is what the trigger on table event notifies, with the event's id as payload.
const channel = "baton_event"

// Listen calls listening once it hears, and then each for every new event of the server, until ctx ends or the connection is
// lost; it returns why. It holds one connection of its own, outside the pool.
func (s Events) Listen(ctx context.Context, listening func(), each func(domain.Event)) error {
	conn, err := pgx.ConnectConfig(ctx, s.db.pool.Config().ConnConfig)
	if err != nil {
		return failed("connect to listen", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return failed("listen", err)
	}
	listening()
	q := sqlc.New(conn)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return failed("wait for an event", err)
		}
		id, err := strconv.ParseInt(n.Payload, 10, 64)
		if err != nil {
			return fmt.Errorf("read an event's id: %w", err)
		}
		rows, err := q.EventsByID(ctx, []int64{id})
		if err != nil {
			return failed("read an event", err)
		}
		for _, r := range rows {
			each(toEvent(r))
		}
	}
}

// Since gives up to limit events of a workspace after an id, oldest first. Within a workspace ids rise in the order of commits.
func (s Events) Since(ctx context.Context, w domain.WorkspaceID, after int64, limit int) ([]domain.Event, error) {
	rows, err := s.db.queries().EventsSince(ctx, sqlc.EventsSinceParams{WorkspaceID: w, After: after, PageSize: limit})
	return each(rows, toEvent), failed("read events", err)
}

// Span gives the oldest and the newest id that are kept; zeros when there is none.
func (s Events) Span(ctx context.Context) (oldest, newest int64, err error) {
	r, err := s.db.queries().EventSpan(ctx)
	return r.Oldest, r.Newest, failed("read the events' span", err)
}

// Prune removes events older than that.
func (s Events) Prune(ctx context.Context, age time.Duration) error {
	return failed("prune events", s.db.queries().PruneEvents(ctx, age.Seconds()))
}
