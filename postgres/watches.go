package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/rounds/ledger"
)

// tellSeconds is how often the owner of a clip is told at the most that one viewer goes on.
const tellSeconds = 5

// Watches keeps what was watched.
type Watches struct{ db *DB }

// Add notes what somebody has played of a clip, where they are, and how long it took them by the clock. Of a clip's owner, and where views are
// not counted, it keeps where they are, and the time without a name; of strangers then nothing.
func (s Watches) Add(ctx context.Context, c domain.Clip, viewer string, account domain.AccountID, spans []domain.Span, positionMS int64, took time.Duration) error {
	counted, err := s.db.queries().CountsViews(ctx, c.WorkspaceID)
	if err != nil {
		return failed("read a workspace", err)
	}
	if !counted || account == c.OwnerID {
		spans = nil
	}
	if len(spans) == 0 && account == "" {
		return nil
	}
	return s.db.inTx(ctx, "note what was watched", func(t *tx) error {
		if err := t.bookTime(ctx, c, account, took, time.Now()); err != nil {
			return err
		}
		tell, err := t.AddWatched(ctx, sqlc.AddWatchedParams{
			ClipID: c.ID, Viewer: viewer, AccountID: orNull(account), Watched: domain.FormatSpans(spans), PositionMs: positionMS, QuietSeconds: tellSeconds,
		})
		if err != nil {
			return err
		}
		if account != "" {
			if err := t.readClip(ctx, c, account); err != nil {
				return err
			}
		}
		if !tell || len(spans) == 0 {
			return nil
		}
		return t.changedFor([]domain.AccountID{c.OwnerID}, domain.EventViewsChanged, c, clipData{c.ID})
	})
}

// bookTime adds to what clips took of people's time; that of strangers is not theirs to count.
func (t *tx) bookTime(ctx context.Context, c domain.Clip, who domain.AccountID, took time.Duration, now time.Time) error {
	if who == "" || took <= 0 {
		return nil
	}
	until, err := t.LockWatchClock(ctx, who)
	if err != nil {
		return err
	}
	until, took = ledger.Book(until, now, took)
	if took.Milliseconds() == 0 {
		return nil
	}
	if err := t.SetWatchClock(ctx, until, who); err != nil {
		return err
	}
	return t.AddWatchTime(ctx, sqlc.AddWatchTimeParams{WorkspaceID: c.WorkspaceID, ClipID: c.ID, OnDay: domain.DateOf(now.UTC()).Midnight(), Ms: took.Milliseconds()})
}

// Mine gives what somebody has watched of a clip, and where and when they stopped; the zero Watched: never.
func (s Watches) Mine(ctx context.Context, clip domain.ClipID, viewer string) (domain.Watched, error) {
	r, err := s.db.queries().WatchedBy(ctx, clip, viewer)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Watched{}, nil
	}
	return domain.Watched{Spans: domain.ParseSpans(r.Watched), PositionMS: r.PositionMs, At: r.LastAt}, failed("read what was watched", err)
}

// Of lists who has watched a clip, in the order in which they began.
func (s Watches) Of(ctx context.Context, clip domain.ClipID) ([]domain.Watch, error) {
	rows, err := s.db.queries().Watches(ctx, clip)
	return each(rows, func(r sqlc.WatchesRow) domain.Watch {
		return domain.Watch{
			Viewer: r.Viewer, Account: domain.Account{ID: domain.AccountID(r.Account), Name: r.Name}, Watched: domain.ParseSpans(r.Watched),
			FirstAt: r.FirstAt, LastAt: r.LastAt,
		}
	}), failed("list who watched", err)
}
