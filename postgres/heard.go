package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/rounds/reel"
)

// Heard reads what a person has heard of clips: in a reel, or on a clip's own page.
func (s Rounds) Heard(ctx context.Context, who domain.AccountID, clips []domain.ClipID) (map[domain.ClipID][]domain.Span, error) {
	ids, q := each(clips, func(c domain.ClipID) string { return string(c) }), s.db.queries()
	rows, err := q.Heard(ctx, who, ids)
	if err != nil {
		return nil, failed("read what was heard", err)
	}
	out := make(map[domain.ClipID][]domain.Span, len(rows))
	for _, r := range rows {
		out[r.ClipID] = r.Spans
	}
	watched, err := q.WatchedOf(ctx, string(who), ids)
	for _, r := range watched {
		out[r.ClipID] = reel.Merge(append(out[r.ClipID], domain.ParseSpans(r.Watched)...))
	}
	return out, failed("read what was watched", err)
}

// Read tells which of these written pieces a person has read.
func (s Rounds) Read(ctx context.Context, who domain.AccountID, refs []string) ([]string, error) {
	read, err := s.db.queries().ReadPieces(ctx, who, orEmpty(refs))
	return read, failed("read what was read", err)
}

// AddRead notes that a person has read pieces, and forgets what they read long ago.
func (s Rounds) AddRead(ctx context.Context, who domain.AccountID, refs []string) error {
	return s.db.inTx(ctx, "note what was read", func(t *tx) error {
		if err := t.SweepReadPieces(ctx, who); err != nil {
			return err
		}
		return t.AddReadPieces(ctx, who, orEmpty(refs))
	})
}

// AddHeard notes that a person has heard more of a clip. KindNotFound.
func (s Rounds) AddHeard(ctx context.Context, who domain.AccountID, clip domain.ClipID, spans []domain.Span) error {
	return s.db.inTx(ctx, "note what was heard", func(t *tx) error {
		if _, err := t.LockAccount(ctx, who); err != nil {
			return orNotFound(err, noAccount)
		}
		rows, err := t.Heard(ctx, who, []string{string(clip)})
		if err != nil {
			return err
		}
		for _, r := range rows {
			spans = append(spans, r.Spans...)
		}
		return t.PutHeard(ctx, sqlc.PutHeardParams{AccountID: who, ClipID: clip, Spans: orEmpty(reel.Merge(spans))})
	})
}

// Recent lists the occurrences of a person's rounds that opened after a moment, with answers, the newest first.
func (s Rounds) Recent(ctx context.Context, v domain.Viewer, since time.Time) ([]domain.Occurrence, error) {
	q := s.db.queries()
	rows, err := q.RecentOccurrencesOf(ctx, sqlc.RecentOccurrencesOfParams{WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, Since: since})
	if err != nil {
		return nil, failed("list recent occurrences", err)
	}
	all := each(rows, func(r sqlc.RecentOccurrencesOfRow) domain.Occurrence { return toOccurrence(r.Occurrence) })
	return all, failed("list answers", fillOccurrences(ctx, q, all))
}
