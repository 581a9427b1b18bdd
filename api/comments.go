package api

import (
	"context"
	"fmt"
	"time"

	"baton/api/gen"
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

func (h *handlers) ListComments(ctx context.Context, r gen.ListCommentsRequestObject) (gen.ListCommentsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	all, err := h.Comments.List(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	out := make([]gen.Comment, 0, len(all))
	for i := range all {
		out = append(out, commentOf(callerOf(ctx), &c, &all[i]))
	}
	return gen.ListComments200JSONResponse{Comments: out}, nil
}

func commentOf(who caller, clip *domain.Clip, c *domain.Comment) gen.Comment {
	mine, there := who.SignedIn() && who.AccountID == c.Author.ID, c.DeletedAt.IsZero()
	return gen.Comment{
		Id: string(c.ID), ClipId: string(c.ClipID), ParentId: nonZero(string(c.ParentID)),
		Author: gen.Person{Id: string(c.Author.ID), Name: c.Author.Name}, AtMs: c.AtMS, EndMs: nonZero(c.EndMS), Body: c.Body,
		CreatedAt: c.CreatedAt.UTC(), EditedAt: utc(c.EditedAt), Deleted: nonZero(!there),
		MayEdit:   there && mine && who.May(domain.ActionComment, clip),
		MayDelete: there && (mine && who.May(domain.ActionComment, clip) || who.May(domain.ActionDelete, clip)),
	}
}

func (h *handlers) CreateComment(ctx context.Context, r gen.CreateCommentRequestObject) (gen.CreateCommentResponseObject, error) {
	clip, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	c := domain.Comment{
		ID: domain.NewID[domain.CommentID](), ClipID: clip.ID, ParentID: domain.CommentID(or(r.Body.ParentId, "")),
		Author: domain.Account{ID: who.AccountID}, AtMS: or(r.Body.AtMs, 0), EndMS: or(r.Body.EndMs, 0), CreatedAt: time.Now(),
	}
	if c.Body, err = domain.CheckCommentBody(r.Body.Body); err != nil {
		return nil, err
	}
	if c.EndMS != 0 && c.EndMS < c.AtMS {
		return nil, domain.Errorf(domain.KindInvalid, "end_ms lies before at_ms")
	}
	if clip.State == domain.ClipReady && max(c.AtMS, c.EndMS) > clip.DurationMS {
		return nil, domain.Errorf(domain.KindInvalid, "the clip ends at %d ms, before that moment", clip.DurationMS)
	}
	if c, err = h.Comments.Create(ctx, c); err != nil {
		return nil, named(err, "keep comment", "the comment that this answers is gone")
	}
	return gen.CreateComment201JSONResponse(commentOf(who, &clip, &c)), nil
}

func (h *handlers) UpdateComment(ctx context.Context, r gen.UpdateCommentRequestObject) (gen.UpdateCommentResponseObject, error) {
	clip, c, err := h.comment(ctx, r.Id, r.CommentId)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	if !commentOf(who, &clip, &c).MayEdit {
		return nil, domain.Errorf(domain.KindForbidden, "only its author may change a comment")
	}
	body, err := domain.CheckCommentBody(r.Body.Body)
	if err != nil {
		return nil, err
	}
	if c, err = h.Comments.Update(ctx, clip.ID, c.ID, body); err != nil {
		return nil, named(err, "change comment", noComment)
	}
	return gen.UpdateComment200JSONResponse(commentOf(who, &clip, &c)), nil
}

func (h *handlers) DeleteComment(ctx context.Context, r gen.DeleteCommentRequestObject) (gen.DeleteCommentResponseObject, error) {
	clip, c, err := h.comment(ctx, r.Id, r.CommentId)
	if err != nil {
		return nil, err
	}
	if !commentOf(callerOf(ctx), &clip, &c).MayDelete {
		return nil, domain.Errorf(domain.KindForbidden, "only its author, the clip's owner or an admin may delete a comment")
	}
	if err := h.Comments.Delete(ctx, clip.ID, c.ID); err != nil {
		return nil, named(err, "delete comment", noComment)
	}
	return gen.DeleteComment204Response{}, nil
}

const noComment = "there is no such comment"

// comment reads one of a clip that the caller may watch.
func (h *handlers) comment(ctx context.Context, clip, id string) (domain.Clip, domain.Comment, error) {
	c, err := h.gate(ctx, clip, domain.ActionWatch)
	if err != nil {
		return c, domain.Comment{}, err
	}
	found, err := h.Comments.Get(ctx, c.ID, domain.CommentID(id))
	if err != nil {
		return c, found, named(err, "read comment", noComment)
	}
	return c, found, nil
}
