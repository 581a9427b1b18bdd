package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// maxLoose bounds the pictures that somebody uploads to a clip and never says anything with.
const maxLoose = 2 * domain.MaxAttachments

// AddAttachment keeps a picture that was uploaded for a comment yet to be made. KindTooMany when many wait already.
func (s Comments) AddAttachment(ctx context.Context, a domain.Attachment) error {
	return s.db.inTx(ctx, "keep a picture", func(t *tx) error {
		if _, err := t.lockClip(ctx, a.ClipID); err != nil {
			return err
		}
		n, err := t.LooseAttachments(ctx, a.ClipID, a.UploaderID)
		if err != nil {
			return err
		}
		if n >= maxLoose {
			return domain.Errorf(domain.KindTooMany, "%d pictures wait for their comment already", n)
		}
		return t.InsertAttachment(ctx, sqlc.InsertAttachmentParams{
			ID: a.ID, ClipID: a.ClipID, UploaderID: a.UploaderID, ObjectKey: a.ObjectKey, ContentType: a.ContentType,
			Width: a.Width, Height: a.Height, Bytes: a.Bytes,
		})
	})
}

// Attachment reads one, with the comment that it belongs to when there is one. It checks no right. KindNotFound, also when
// the comment was deleted.
func (s Comments) Attachment(ctx context.Context, clip domain.ClipID, id domain.AttachmentID) (domain.Attachment, *domain.Comment, error) {
	q := s.db.queries()
	row, err := q.Attachment(ctx, clip, id)
	if err != nil {
		return domain.Attachment{}, nil, failed("read a picture", orNotFound(err, "there is no such picture"))
	}
	a := toAttachment(row.Attachment)
	if a.CommentID == "" {
		return a, nil, nil
	}
	c, err := comment(ctx, q, clip, a.CommentID)
	return a, &c, failed("read a picture's comment", err)
}

// attach gives a new comment the pictures that its author uploaded for it.
func (t *tx) attach(ctx context.Context, c domain.Comment) error {
	if len(c.Attachments) == 0 {
		return nil
	}
	ids := each(c.Attachments, func(a domain.Attachment) string { return string(a.ID) })
	n, err := t.Attach(ctx, sqlc.AttachParams{CommentID: &c.ID, ClipID: c.ClipID, UploaderID: c.Author.ID, Ids: ids})
	if err == nil && n != int64(len(ids)) {
		return domain.Errorf(domain.KindNotFound, "a picture of this comment is not there, or was used already")
	}
	return err
}
