package api

import (
	"context"

	"baton/domain"
)

// comments keeps the talk about clips. Each change is an event.
type comments interface {
	// List gives the comments of a clip by moment, replies after their parent. A deleted one that has replies is
	// among them, without body.
	List(ctx context.Context, c domain.ClipID) ([]domain.Comment, error)
	// Get reads one of a clip, not a deleted one. KindNotFound.
	Get(ctx context.Context, c domain.ClipID, id domain.CommentID) (domain.Comment, error)
	// Create adds one; Author.ID is its author. KindNotFound when the parent is not of this clip.
	Create(ctx context.Context, c domain.Comment) (domain.Comment, error)
	// Update changes the body. KindNotFound.
	Update(ctx context.Context, c domain.ClipID, id domain.CommentID, body string) (domain.Comment, error)
	// Delete removes one, or empties its place when it has replies. KindNotFound.
	Delete(ctx context.Context, c domain.ClipID, id domain.CommentID) error
}
