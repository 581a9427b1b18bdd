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

// Create adds a comment (ClipID, ParentID, Author.ID or GuestID, AtMS, EndMS, Body, PrivateTo, Drawing, and the ids of Mentions
// and Attachments are taken; an empty ID is filled in). A reply to a reply joins the thread, and has its moment and its privacy.
// KindNotFound for the clip, an attachment that the author did not upload, or when the parent is not of this clip or the
// author may not see it; KindConflict when the parent was deleted.
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
		if err := t.addComment(ctx, clip, c); err != nil {
			return err
		}
		if made, err = t.commentChanged(ctx, clip, c.ID); err != nil {
			return err
		}
		if err := t.postComment(ctx, clip, made); err != nil {
			return err
		}
		return t.tellOfComment(ctx, clip, made)
	})
	return made, err
}

func (t *tx) addComment(ctx context.Context, clip domain.Clip, c domain.Comment) (err error) {
	if c.ParentID != "" {
		if c, err = t.underParent(ctx, clip, c); err != nil {
			return err
		}
	}
	if err := t.InsertComment(ctx, sqlc.InsertCommentParams{
		ID: c.ID, ClipID: c.ClipID, ParentID: orNull(c.ParentID), AuthorID: orNull(c.Author.ID), GuestID: orNull(c.GuestID),
		PrivateTo: orNull(c.PrivateTo), AtMs: c.AtMS, EndMs: c.EndMS, Body: c.Body, Drawing: c.Drawing, ReplyClipID: orNull(c.ReplyClipID),
	}); err != nil {
		return err
	}
	if err := t.attach(ctx, c); err != nil {
		return err
	}
	return t.setMentions(ctx, clip, c.ID, c.Mentions)
}

// underParent puts a reply into its thread.
func (t *tx) underParent(ctx context.Context, clip domain.Clip, c domain.Comment) (domain.Comment, error) {
	const gone = "there is no such comment to reply to"
	row, err := t.Comment(ctx, c.ClipID, c.ParentID)
	if err != nil {
		return c, orNotFound(err, gone)
	}
	parent := toComment(sqlc.CommentsRow(row))
	if !parent.VisibleTo(domain.Viewer{AccountID: c.Author.ID}, &clip) {
		return c, domain.Errorf(domain.KindNotFound, gone)
	}
	if !parent.DeletedAt.IsZero() {
		return c, domain.Errorf(domain.KindConflict, "the comment was deleted meanwhile")
	}
	if parent.ParentID != "" {
		c.ParentID = parent.ParentID
	}
	c.AtMS, c.EndMS, c.PrivateTo = parent.AtMS, parent.EndMS, parent.PrivateTo
	return c, nil
}

// setMentions makes people all that a comment names; who is not in the workspace is left out.
func (t *tx) setMentions(ctx context.Context, clip domain.Clip, id domain.CommentID, people []domain.Account) error {
	ids := each(people, func(a domain.Account) string { return string(a.ID) })
	if err := t.ForgetMentions(ctx, id, ids); err != nil || len(ids) == 0 {
		return err
	}
	return t.AddMentions(ctx, sqlc.AddMentionsParams{CommentID: id, WorkspaceID: clip.WorkspaceID, Accounts: ids})
}

// List lists a clip's comments, private ones too, threads in order of their moment, replies after their parent in order of time.
func (s Comments) List(ctx context.Context, clip domain.ClipID) ([]domain.Comment, error) {
	q := s.db.queries()
	rows, err := q.Comments(ctx, clip)
	if err != nil {
		return nil, failed("list comments", err)
	}
	all := each(rows, toComment)
	return all, failed("list comments", addCommentParts(ctx, q, all))
}

// Get reads one. It checks no right. KindNotFound, also when deleted.
func (s Comments) Get(ctx context.Context, clip domain.ClipID, id domain.CommentID) (domain.Comment, error) {
	c, err := comment(ctx, s.db.queries(), clip, id)
	return c, failed("read a comment", err)
}

// Update changes the text, the mentions and the drawing to those of c, keeps the old text, and tells who is newly named. KindNotFound.
func (s Comments) Update(ctx context.Context, c domain.Comment) (domain.Comment, error) {
	return s.change(ctx, "change a comment", c.ClipID, c.ID, func(t *tx, clip domain.Clip, before domain.Comment) error {
		if before.Body != c.Body {
			if err := t.KeepRevision(ctx, c.ID); err != nil {
				return err
			}
		}
		if err := t.UpdateComment(ctx, sqlc.UpdateCommentParams{ID: c.ID, Body: c.Body, Drawing: c.Drawing}); err != nil {
			return err
		}
		if err := t.setMentions(ctx, clip, c.ID, c.Mentions); err != nil {
			return err
		}
		return t.tellNewlyNamed(ctx, clip, before, c)
	})
}

// Resolve ends a thread, or opens it again. KindConflict for a reply; KindNotFound.
func (s Comments) Resolve(ctx context.Context, clip domain.ClipID, id domain.CommentID, by domain.AccountID, resolved bool) (domain.Comment, error) {
	return s.change(ctx, "resolve a comment", clip, id, func(t *tx, _ domain.Clip, before domain.Comment) error {
		if before.ParentID != "" {
			return domain.Errorf(domain.KindConflict, "resolve the comment that starts the thread")
		}
		if !resolved {
			by = ""
		}
		if before.ResolvedAt.IsZero() != resolved {
			return nil // it is so already
		}
		return t.ResolveComment(ctx, sqlc.ResolveCommentParams{ID: id, Resolved: resolved, ResolvedBy: orNull(by)})
	})
}

// change does f to a comment that is there, and tells everybody.
func (s Comments) change(ctx context.Context, act string, clip domain.ClipID, id domain.CommentID, f func(*tx, domain.Clip, domain.Comment) error) (domain.Comment, error) {
	var after domain.Comment
	err := s.db.inTx(ctx, act, func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		before, err := comment(ctx, t.Queries, clip, id)
		if err != nil {
			return err
		}
		if err := f(t, c, before); err != nil {
			return err
		}
		after, err = t.commentChanged(ctx, c, id)
		return err
	})
	return after, err
}

// History gives what a comment said before, the newest first, also of one that was deleted.
func (s Comments) History(ctx context.Context, id domain.CommentID) ([]domain.Revision, error) {
	rows, err := s.db.queries().Revisions(ctx, id)
	return each(rows, func(r sqlc.RevisionsRow) domain.Revision { return domain.Revision(r) }), failed("read a comment's history", err)
}

// Delete removes a comment; one with replies stays as an empty place, until the last of them goes. KindNotFound.
func (s Comments) Delete(ctx context.Context, clip domain.ClipID, id domain.CommentID) error {
	return s.db.inTx(ctx, "delete a comment", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		return t.deleteComment(ctx, c, id)
	})
}

func (t *tx) deleteComment(ctx context.Context, c domain.Clip, id domain.CommentID) error {
	cm, err := comment(ctx, t.Queries, c.ID, id)
	if err != nil {
		return err
	}
	if err := t.DeletePassage(ctx, sqlc.DeletePassageParams{ClipID: c.ID, Source: domain.SourceComment, Ref: string(id)}); err != nil {
		return err
	}
	if err := t.KeepRevision(ctx, id); err != nil {
		return err
	}
	if err := t.EmptyComment(ctx, id); err != nil {
		return err
	}
	if err := t.deleteReply(ctx, cm); err != nil {
		return err
	}
	return t.commentDeleted(ctx, c, cm)
}

// commentDeleted says so, and the same of its parent if that was only an empty place for the sake of this reply.
func (t *tx) commentDeleted(ctx context.Context, c domain.Clip, cm domain.Comment) error {
	if err := t.changedFor(audience(&cm, &c), domain.EventCommentDeleted, c, commentDeletedData{c.ID, cm.ID}); err != nil || cm.ParentID == "" {
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
	return t.commentDeleted(ctx, c, toComment(sqlc.CommentsRow(parent)))
}

// comment reads one that was not deleted. KindNotFound.
func comment(ctx context.Context, q *sqlc.Queries, clip domain.ClipID, id domain.CommentID) (domain.Comment, error) {
	row, err := q.Comment(ctx, clip, id)
	if err == nil && row.Comment.DeletedAt != nil {
		return domain.Comment{}, domain.Errorf(domain.KindNotFound, noComment)
	} else if err != nil {
		return domain.Comment{}, orNotFound(err, noComment)
	}
	one := []domain.Comment{toComment(sqlc.CommentsRow(row))}
	return one[0], addCommentParts(ctx, q, one)
}

// addCommentParts reads what several comments have many of, for all of them at once.
func addCommentParts(ctx context.Context, q *sqlc.Queries, all []domain.Comment) error {
	ids, at := make([]string, len(all)), map[domain.CommentID]*domain.Comment{}
	for i := range all {
		ids[i], at[all[i].ID] = string(all[i].ID), &all[i]
	}
	mentions, err := q.Mentions(ctx, ids)
	if err != nil {
		return err
	}
	for _, m := range mentions {
		c := at[m.CommentID]
		c.Mentions = append(c.Mentions, domain.Account{ID: m.AccountID, Name: m.Name})
	}
	pictures, err := q.Attachments(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		if c := at[*p.Attachment.CommentID]; c.DeletedAt.IsZero() {
			c.Attachments = append(c.Attachments, toAttachment(p.Attachment))
		}
	}
	return addReplies(ctx, q, all)
}

// commentChanged indexes a comment as it is now, unless it is private, and tells those who may see it.
func (t *tx) commentChanged(ctx context.Context, c domain.Clip, id domain.CommentID) (domain.Comment, error) {
	cm, err := comment(ctx, t.Queries, c.ID, id)
	if err != nil {
		return cm, err
	}
	if cm.PrivateTo == "" && cm.Body != "" {
		if err := t.indexComment(ctx, c, cm); err != nil {
			return cm, err
		}
	}
	return cm, t.changedFor(audience(&cm, &c), domain.EventCommentChanged, c, commentChangedData{c.ID, toCommentData(&cm)})
}

// audience is who alone may learn of a comment; nil: whoever may watch the clip.
func audience(cm *domain.Comment, c *domain.Clip) []domain.AccountID {
	if cm.PrivateTo == "" {
		return nil
	}
	return []domain.AccountID{cm.PrivateTo, c.OwnerID}
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
	ID          domain.CommentID `json:"id"`
	ClipID      domain.ClipID    `json:"clip_id"`
	ParentID    domain.CommentID `json:"parent_id,omitempty"`
	Author      personData       `json:"author"`
	AtMS        int64            `json:"at_ms"`
	EndMS       int64            `json:"end_ms,omitempty"`
	Body        string           `json:"body"`
	CreatedAt   time.Time        `json:"created_at"`
	EditedAt    *time.Time       `json:"edited_at,omitempty"`
	Private     bool             `json:"private,omitempty"`
	Mentions    []personData     `json:"mentions"`
	Drawing     *domain.Drawing  `json:"drawing,omitempty"`
	Attachments []attachmentData `json:"attachments"`
	ResolvedAt  *time.Time       `json:"resolved_at,omitempty"`
	ResolvedBy  *personData      `json:"resolved_by,omitempty"`
	Reply       *answerData      `json:"reply,omitempty"`
}

// answerData is the clip that stands in a comment. What changes of it later is told by reply.changed.
type answerData struct {
	ClipID          domain.ClipID          `json:"clip_id"`
	State           domain.ClipState       `json:"state"`
	DurationMS      int64                  `json:"duration_ms"`
	HasVideo        bool                   `json:"has_video"`
	TranscriptState domain.TranscriptState `json:"transcript_state"`
	Words           string                 `json:"words"`
}

type personData struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Guest bool   `json:"guest,omitempty"`
}

func toPersonData(a domain.Account) personData { return personData{ID: string(a.ID), Name: a.Name} }

// attachmentData has its address without the server's: a browser finds it from the page's.
type attachmentData struct {
	ID          domain.AttachmentID `json:"id"`
	URL         string              `json:"url"`
	ContentType string              `json:"content_type"`
	Width       int                 `json:"width"`
	Height      int                 `json:"height"`
	Bytes       int64               `json:"bytes"`
}

func toAttachmentData(a domain.Attachment) attachmentData {
	return attachmentData{
		ID: a.ID, URL: "/api/v1/clips/" + string(a.ClipID) + "/attachments/" + string(a.ID), ContentType: a.ContentType,
		Width: a.Width, Height: a.Height, Bytes: a.Bytes,
	}
}

func toCommentData(c *domain.Comment) commentData {
	d := commentData{
		ID: c.ID, ClipID: c.ClipID, ParentID: c.ParentID, Author: toPersonData(c.Author), AtMS: c.AtMS, EndMS: c.EndMS, Body: c.Body,
		CreatedAt: c.CreatedAt.UTC(), EditedAt: utc(c.EditedAt), Private: c.PrivateTo != "", Mentions: each(c.Mentions, toPersonData),
		Drawing: c.Drawing, Attachments: each(c.Attachments, toAttachmentData), ResolvedAt: utc(c.ResolvedAt),
	}
	if c.GuestID != "" {
		d.Author = personData{ID: string(c.GuestID), Name: c.Author.Name, Guest: true}
	}
	if r := c.Reply; r != nil {
		d.Reply = &answerData{ClipID: r.ID, State: r.State, DurationMS: r.DurationMS, HasVideo: r.HasVideo, TranscriptState: r.TranscriptState, Words: r.Words}
	}
	if d.ResolvedAt != nil {
		by := toPersonData(c.ResolvedBy)
		d.ResolvedBy = &by
	}
	return d
}

// utc is null for the zero time.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
