package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Summary reads what a language model made of a clip; the zero Summary when there is none.
func (s Transcripts) Summary(ctx context.Context, clip domain.ClipID) (domain.Summary, error) {
	r, err := s.db.queries().Summary(ctx, clip)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Summary{}, nil
	}
	return domain.Summary{Lines: r.Lines, ActionItems: r.ActionItems, Model: r.Model, MadeAt: r.MadeAt}, failed("read a summary", err)
}

// SetSummary stores a summary. KindNotFound.
func (s Transcripts) SetSummary(ctx context.Context, clip domain.ClipID, sum domain.Summary) error {
	return s.db.inTx(ctx, "store a summary", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		err = t.PutSummary(ctx, sqlc.PutSummaryParams{
			ClipID: clip, Lines: orEmpty(sum.Lines), ActionItems: orEmpty(sum.ActionItems), Model: sum.Model,
		})
		if err != nil {
			return err
		}
		return t.changed(domain.EventTranscriptChanged, c, clipData{clip})
	})
}

// QueueSummary has the clip summed up. KindNotFound.
func (s Transcripts) QueueSummary(ctx context.Context, clip domain.ClipID) error {
	return s.db.inTx(ctx, "queue a summary", func(t *tx) error {
		if _, err := t.lockClip(ctx, clip); err != nil {
			return err
		}
		t.enqueue(domain.Job{Kind: domain.JobSummary, ClipID: clip, Again: true})
		return nil
	})
}

// ReplaceTitle gives a clip another title if it still has the one that was made for it, and tells whether it did.
func (s Clips) ReplaceTitle(ctx context.Context, id domain.ClipID, made, title string) (bool, error) {
	set := false
	err := s.db.inTx(ctx, "replace a title", func(t *tx) error {
		before, err := t.lockClip(ctx, id)
		if set = err == nil && before.MadeTitle == made && title != "" && title != made; !set {
			return err
		}
		return t.makeTitle(ctx, before, title)
	})
	return set && err == nil, err
}
