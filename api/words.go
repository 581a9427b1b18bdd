package api

import (
	"context"

	"baton/domain"
)

// transcripts keeps the words of clips and their chapters.
type transcripts interface {
	// Transcript reads the words so far; the zero Transcript when there are none yet.
	Transcript(ctx context.Context, c domain.ClipID) (domain.Transcript, error)
	// Cue reads one line. KindNotFound.
	Cue(ctx context.Context, c domain.ClipID, no int) (domain.Cue, error)
	// SetCue replaces a line with an edited one, brings the search index up to date and says so by an
	// event. KindNotFound.
	SetCue(ctx context.Context, c domain.ClipID, cue domain.Cue) error
	Chapters(ctx context.Context, c domain.ClipID) ([]domain.Chapter, error)
	// SetChapters replaces all chapters and says so by an event.
	SetChapters(ctx context.Context, c domain.ClipID, chapters []domain.Chapter) error
}
