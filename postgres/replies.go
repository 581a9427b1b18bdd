package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// CreateReply makes a clip that answers another one, and its place in the talk there. Where it is seen and by whom is the
// parent's. KindNotFound for the parent, and for a comment that its author may not see; KindConflict for an answer to an answer, and in a
// private thread.
func (s Clips) CreateReply(ctx context.Context, c domain.Clip, r domain.Recording, to domain.ReplyTo) (domain.Comment, error) {
	var made domain.Comment
	err := s.db.inTx(ctx, "create an answer", func(t *tx) error {
		parent, err := t.lockClip(ctx, to.ClipID)
		if err != nil {
			return err
		}
		if parent.ParentID != "" {
			return domain.Errorf(domain.KindConflict, "answer in the talk about the clip that this one answers")
		}
		c.Visibility, c.SpaceID, c.ParentID, c.HostID = parent.Visibility, "", parent.ID, parent.OwnerID
		c.People, c.Spaces = parent.People, parent.Spaces
		if err := t.createClip(ctx, c, r); err != nil {
			return err
		}
		if err := t.showReplies(ctx, parent); err != nil {
			return err
		}
		place := domain.Comment{
			ID: domain.NewID[domain.CommentID](), ClipID: parent.ID, ParentID: to.CommentID, Author: domain.Account{ID: c.OwnerID}, AtMS: to.AtMS, ReplyClipID: c.ID,
		}
		if err := t.addComment(ctx, parent, place); err != nil {
			return err
		}
		if made, err = t.commentChanged(ctx, parent, place.ID); err == nil && made.PrivateTo != "" {
			return domain.Errorf(domain.KindConflict, "a private note is answered in writing") // the clip would be as public as its parent
		} else if err != nil {
			return err
		}
		return t.tellOfComment(ctx, parent, made)
	})
	return made, err
}

// deletePlace deletes the comment in which an answer stands.
func (t *tx) deletePlace(ctx context.Context, reply domain.ClipID) error {
	place, err := t.CommentOfReply(ctx, string(reply))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	parent, err := t.Clip(ctx, place.ClipID)
	if err != nil {
		return orNotFound(err, noClip)
	}
	cm, err := comment(ctx, t.Queries, place.ClipID, place.ID)
	if err != nil {
		return err
	}
	if err := t.EmptyComment(ctx, cm.ID); err != nil {
		return err
	}
	return t.commentDeleted(ctx, toClip(parent.Clip), cm)
}

// deleteReply deletes the clip that stands in a comment, if one does.
func (t *tx) deleteReply(ctx context.Context, cm domain.Comment) error {
	if cm.ReplyClipID == "" {
		return nil
	}
	c, err := t.lockClip(ctx, cm.ReplyClipID)
	if domain.KindOf(err) == domain.KindNotFound {
		return nil
	} else if err != nil {
		return err
	}
	return t.deleteClip(ctx, c)
}

// addReplies reads the clips that stand in comments.
func addReplies(ctx context.Context, q *sqlc.Queries, all []domain.Comment) error {
	var ids []string
	for _, c := range all {
		if c.ReplyClipID != "" && c.DeletedAt.IsZero() {
			ids = append(ids, string(c.ReplyClipID))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.Replies(ctx, ids)
	if err != nil {
		return err
	}
	for i := range all {
		for _, r := range rows {
			if r.Clip.ID == all[i].ReplyClipID {
				all[i].Reply = &domain.Reply{Clip: toClip(r.Clip), Words: r.Words}
			}
		}
	}
	return nil
}

// replyChanged tells those who follow the parent.
func (t *tx) replyChanged(c domain.Clip) error {
	parent := domain.Clip{ID: c.ParentID, WorkspaceID: c.WorkspaceID, OwnerID: c.HostID, Visibility: c.Visibility, People: c.People, Spaces: c.Spaces}
	return t.changed(domain.EventReplyChanged, parent, replyData{c.ParentID, c.ID})
}

type replyData struct {
	ClipID domain.ClipID `json:"clip_id"`
	ID     domain.ClipID `json:"id"`
}

// showReplies gives the answers to a clip its circle.
func (t *tx) showReplies(ctx context.Context, c domain.Clip) error {
	return t.ShowRepliesTo(ctx, sqlc.ShowRepliesToParams{
		ParentID: string(c.ID), Visibility: c.Visibility, People: orEmpty(textsOf(c.People)), Spaces: orEmpty(textsOf(c.Spaces)), GuestComments: c.GuestComments, Downloads: c.Downloads,
	})
}
