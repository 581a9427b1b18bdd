package postgres

import (
	"context"
	"errors"

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

// bringOutcomes: what somebody marked in clips before these answered came up in the occurrence that they answer now. What is made of an
// answer from then on says so itself, or is between two.
func (t *tx) bringOutcomes(ctx context.Context, before domain.Occurrence, a domain.Answer) error {
	known := map[domain.ClipID]bool{"": true}
	for _, b := range before.Answers {
		for _, p := range b.Parts {
			known[p.ClipID] = true
		}
	}
	var clips []string
	for _, p := range a.Parts {
		if !known[p.ClipID] {
			clips = append(clips, string(p.ClipID))
		}
	}
	if len(clips) == 0 {
		return nil
	}
	return t.BringOutcomes(ctx, sqlc.BringOutcomesParams{OccurrenceID: string(a.OccurrenceID), Clips: clips, AuthorID: a.Author.ID})
}
