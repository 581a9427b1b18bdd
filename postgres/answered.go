package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// OfAnswer finds the occurrence that a clip last answered, for what is said in it or in a comment on it. Empty: none, or it is said in private.
func (s Rounds) OfAnswer(ctx context.Context, w domain.WorkspaceID, at domain.Source) (domain.OccurrenceID, error) {
	id, err := s.db.queries().OccurrenceOfClip(ctx, sqlc.OccurrenceOfClipParams{ClipID: string(at.ClipID), WorkspaceID: w, CommentID: string(at.CommentID)})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return id, failed("find what a clip answers", err)
}

// bringOutcomes: what was marked in clips before they answered came up in the occurrence that they answer.
func (t *tx) bringOutcomes(ctx context.Context, a domain.Answer) error {
	clips := each(a.Parts, func(p domain.AnswerPart) string { return string(p.ClipID) })
	clips = slices.DeleteFunc(clips, func(id string) bool { return id == "" })
	if len(clips) == 0 {
		return nil
	}
	return t.BringOutcomes(ctx, string(a.OccurrenceID), clips)
}
