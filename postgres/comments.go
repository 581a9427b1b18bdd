package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noComment = "there is no such comment"

// Comments keeps what is said about clips.
type Comments struct{ db *DB }

// Create adds a comment (ClipID, ParentID, Author.ID, AtMS, EndMS, Body are taken; an empty ID is filled in). A reply to a
// reply joins the thread, and has its moment. KindNotFound for the clip, or when the parent is not of this clip;
// KindConflict when the parent was deleted.
func (s Comments) Create(ctx context.Context, c domain.Comment) (domain.Comment, error) {
	if c.ID == "" {
		c.ID = domain.NewID[domain.CommentID]()
	}
	var made domain.Comment
	err := s.db.inTx(ctx, "add a comment", func(t *tx) error {
		clip, err := t.lockClip(ctx, c.ClipID)
		if err != nil {
			return err
		}
		if c.ParentID != "" {
			if c, err = t.underParent(ctx, c); err != nil {
				return err
			}
		}
		if err := t.InsertComment(ctx, sqlc.InsertCommentParams{
			ID: c.ID, ClipID: c.ClipID, ParentID: orNull(c.ParentID), AuthorID: c.Author.ID, AtMs: c.AtMS, EndMs: c.EndMS, Body: c.Body,
		}); err != nil {
			return err
		}
		made, err = t.commentChanged(ctx, clip, c.ID)
		return err
	})
	return made, err
}

// underParent puts a reply into its thread.
func (t *tx) underParent(ctx context.Context, c domain.Comment) (domain.Comment, error) {
	row, err := t.Comment(ctx, c.ClipID, c.ParentID)
	if err != nil {
		return c, orNotFound(err, "there is no such comment to reply to")
	}
	parent := row.Comment
	if parent.DeletedAt != nil {
		return c, domain.Errorf(domain.KindConflict, "the comment was deleted meanwhile")
	}
	if parent.ParentID != nil {
		c.ParentID = *parent.ParentID
	}
	c.AtMS, c.EndMS = parent.AtMs, parent.EndMs
	return c, nil
}

// List lists a clip's comments, threads in order of their moment, replies after their parent in order of time.
func (s Comments) List(ctx context.Context, clip domain.ClipID) ([]domain.Comment, error) {
	rows, err := s.db.queries().Comments(ctx, clip)
	return each(rows, func(r sqlc.CommentsRow) domain.Comment { return toComment(r.Comment, r.AuthorName) }), failed("list comments", err)
}

// Get reads one. KindNotFound, also when deleted.
func (s Comments) Get(ctx context.Context, clip domain.ClipID, id domain.CommentID) (domain.Comment, error) {
	c, err := comment(ctx, s.db.queries(), clip, id)
	return c, failed("read a comment", err)
}

// Update changes the text. KindNotFound.
func (s Comments) Update(ctx context.Context, clip domain.ClipID, id domain.CommentID, body string) (domain.Comment, error) {
	var after domain.Comment
	err := s.db.inTx(ctx, "change a comment", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if _, err := comment(ctx, t.Queries, clip, id); err != nil {
			return err
		}
		if err := t.UpdateComment(ctx, body, id); err != nil {
			return err
		}
		after, err = t.commentChanged(ctx, c, id)
		return err
	})
	return after, err
}

// Delete removes a comment; one with replies stays as an empty place, until the last of them goes. KindNotFound.
func (s Comments) Delete(ctx context.Context, clip domain.ClipID, id domain.CommentID) error {
	return s.db.inTx(ctx, "delete a comment", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		cm, err := comment(ctx, t.Queries, clip, id)
		if err != nil {
			return err
		}
		if err := t.DeletePassage(ctx, sqlc.DeletePassageParams{ClipID: clip, Source: domain.SourceComment, Ref: string(id)}); err != nil {
			return err
		}
		replies, err := t.HasReplies(ctx, string(id))
		if err != nil {
			return err
		}
		if replies {
			if err := t.EmptyComment(ctx, id); err != nil {
				return err
			}
			return t.changed(domain.EventCommentDeleted, c, commentDeletedData{clip, id})
		}
		return t.removeComment(ctx, c, cm)
	})
}

// removeComment deletes a comment without replies, and its parent if that is only an empty place now.
func (t *tx) removeComment(ctx context.Context, c domain.Clip, cm domain.Comment) error {
	if err := t.DeleteComment(ctx, cm.ID); err != nil {
		return err
	}
	if err := t.changed(domain.EventCommentDeleted, c, commentDeletedData{c.ID, cm.ID}); err != nil || cm.ParentID == "" {
		return err
	}
	parent, err := t.Comment(ctx, c.ID, cm.ParentID)
	if err != nil || parent.Comment.DeletedAt == nil {
		return err
	}
	others, err := t.HasReplies(ctx, string(cm.ParentID))
	if err != nil || others {
		return err
	}
	return t.removeComment(ctx, c, toComment(parent.Comment, parent.AuthorName))
}

// comment reads one that was not deleted. KindNotFound.
func comment(ctx context.Context, q *sqlc.Queries, clip domain.ClipID, id domain.CommentID) (domain.Comment, error) {
	row, err := q.Comment(ctx, clip, id)
	if err == nil && row.Comment.DeletedAt != nil {
		return domain.Comment{}, domain.Errorf(domain.KindNotFound, noComment)
	}
	return toComment(row.Comment, row.AuthorName), orNotFound(err, noComment)
}

// commentChanged indexes a comment as it is now and tells everybody.
func (t *tx) commentChanged(ctx context.Context, c domain.Clip, id domain.CommentID) (domain.Comment, error) {
	cm, err := comment(ctx, t.Queries, c.ID, id)
	if err != nil {
		return cm, err
	}
	if err := t.indexComment(ctx, c, cm); err != nil {
		return cm, err
	}
	return cm, t.changed(domain.EventCommentChanged, c, commentChangedData{c.ID, toCommentData(cm)})
}

type commentDeletedData struct {
	ClipID domain.ClipID    `json:"clip_id"`
	ID     domain.CommentID `json:"id"`
}

type commentChangedData struct {
	ClipID  domain.ClipID `json:"clip_id"`
	Comment commentData   `json:"comment"`
}

// commentData is a comment as the API shows it, but for what depends on who asks.
type commentData struct {
	ID        domain.CommentID `json:"id"`
	ClipID    domain.ClipID    `json:"clip_id"`
	ParentID  domain.CommentID `json:"parent_id,omitempty"`
	Author    personData       `json:"author"`
	AtMS      int64            `json:"at_ms"`
	EndMS     int64            `json:"end_ms,omitempty"`
	Body      string           `json:"body"`
	CreatedAt time.Time        `json:"created_at"`
	EditedAt  *time.Time       `json:"edited_at,omitempty"`
}

type personData struct {
	ID   domain.AccountID `json:"id"`
	Name string           `json:"name"`
}

func toCommentData(c domain.Comment) commentData {
	d := commentData{
		ID: c.ID, ClipID: c.ClipID, ParentID: c.ParentID, Author: personData{c.Author.ID, c.Author.Name}, AtMS: c.AtMS, EndMS: c.EndMS,
		Body: c.Body, CreatedAt: c.CreatedAt.UTC(),
	}
	if !c.EditedAt.IsZero() {
		at := c.EditedAt.UTC()
		d.EditedAt = &at
	}
	return d
}
