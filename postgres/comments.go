package postgres

import (
	"context"

	"baton/domain"
)

// Comments keeps what is said about clips.
type Comments struct{ db *DB }

// Create adds a comment (ClipID, ParentID, Author.ID, AtMS, EndMS, Body are taken). A reply to a reply joins the thread, and has
// its moment. KindNotFound for the clip, or when the parent is not of this clip.
func (s Comments) Create(ctx context.Context, c domain.Comment) (domain.Comment, error) {
	return domain.Comment{}, errSoon
}

// List lists a clip's comments, threads in order of their moment, replies after their parent in order of time.
func (s Comments) List(ctx context.Context, clip domain.ClipID) ([]domain.Comment, error) {
	return nil, errSoon
}

// Get reads one. KindNotFound, also when deleted.
func (s Comments) Get(ctx context.Context, clip domain.ClipID, id domain.CommentID) (domain.Comment, error) {
	return domain.Comment{}, errSoon
}

// Update changes the text. KindNotFound.
func (s Comments) Update(ctx context.Context, clip domain.ClipID, id domain.CommentID, body string) (domain.Comment, error) {
	return domain.Comment{}, errSoon
}

// Delete removes a comment; one with replies stays as an empty place. KindNotFound.
func (s Comments) Delete(ctx context.Context, clip domain.ClipID, id domain.CommentID) error {
	return errSoon
}
