package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// comments keeps the talk about clips. Each change is an event.
type comments interface {
	// List gives the comments of a clip by moment, private ones too, replies after their parent. A deleted one that has
	// replies is among them, without body.
	List(ctx context.Context, c domain.ClipID) ([]domain.Comment, error)
	// Get reads one of a clip, not a deleted one. KindNotFound.
	Get(ctx context.Context, c domain.ClipID, id domain.CommentID) (domain.Comment, error)
	// Create adds one; Author.ID is its author. KindNotFound when the parent is not of this clip or may not be seen.
	Create(ctx context.Context, c domain.Comment) (domain.Comment, error)
	// Update changes body, mentions and drawing. KindNotFound.
	Update(ctx context.Context, c domain.Comment) (domain.Comment, error)
	// Resolve ends a thread or opens it again. KindNotFound; KindConflict for a reply.
	Resolve(ctx context.Context, c domain.ClipID, id domain.CommentID, by domain.AccountID, resolved bool) (domain.Comment, error)
	// History gives what a comment said before, the newest first.
	History(ctx context.Context, id domain.CommentID) ([]domain.Revision, error)
	// Delete removes one, or empties its place when it has replies. KindNotFound.
	Delete(ctx context.Context, c domain.ClipID, id domain.CommentID) error
	// AddAttachment keeps a picture for a comment yet to be made. KindTooMany.
	AddAttachment(ctx context.Context, a domain.Attachment) error
	// Attachment reads one, with its comment if that is there. KindNotFound, also when the comment was deleted.
	Attachment(ctx context.Context, c domain.ClipID, id domain.AttachmentID) (domain.Attachment, *domain.Comment, error)
	// React puts an emoji at a second, or takes it away.
	React(ctx context.Context, c domain.ClipID, who domain.Reactor, emoji string, atMS int64, on bool) error
	// Reactions counts them.
	Reactions(ctx context.Context, c domain.ClipID, who domain.Reactor) ([]domain.Reaction, error)
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
	who, out := callerOf(ctx), make([]gen.Comment, 0, len(all))
	for i := range all {
		if all[i].VisibleTo(who.Viewer, &c) {
			out = append(out, commentOf(who, &c, &all[i]))
		}
	}
	return gen.ListComments200JSONResponse{Comments: out}, nil
}

func commentOf(who caller, clip *domain.Clip, c *domain.Comment) gen.Comment {
	mine, there, may := wrote(who, c), c.DeletedAt.IsZero(), who.May(domain.ActionComment, clip)
	out := gen.Comment{
		Id: string(c.ID), ClipId: string(c.ClipID), ParentId: nonZero(string(c.ParentID)),
		Author: gen.Person{Id: string(c.Author.ID), Name: c.Author.Name}, AtMs: c.AtMS, EndMs: nonZero(c.EndMS), Body: c.Body,
		CreatedAt: c.CreatedAt.UTC(), EditedAt: utc(c.EditedAt), Deleted: nonZero(!there), Private: nonZero(c.PrivateTo != ""),
		Mentions: []gen.Person{}, Attachments: []gen.Attachment{}, ResolvedAt: utc(c.ResolvedAt),
		MayEdit: there && mine && may, MayDelete: there && (mine && may || who.May(domain.ActionDelete, clip)),
		MayResolve: there && may && c.ParentID == "" && who.WorkspaceID == clip.WorkspaceID,
	}
	if c.GuestID != "" {
		out.Author = gen.Person{Id: string(c.GuestID), Name: c.Author.Name, Guest: nonZero(true)}
	}
	for _, m := range c.Mentions {
		out.Mentions = append(out.Mentions, gen.Person{Id: string(m.ID), Name: m.Name})
	}
	for i := range c.Attachments {
		out.Attachments = append(out.Attachments, attachmentOf(who, &c.Attachments[i]))
	}
	if c.Drawing != nil {
		out.Drawing = drawingOf(c.Drawing)
	}
	if r := c.Reply; r != nil {
		out.Reply = &gen.SpokenReply{
			ClipId: string(r.ID), State: gen.ClipState(r.State), DurationMs: r.DurationMS, HasVideo: r.HasVideo,
			TranscriptState: gen.TranscriptState(r.TranscriptState), Words: r.Words,
		}
	}
	if out.ResolvedAt != nil {
		out.ResolvedBy = &gen.Person{Id: string(c.ResolvedBy.ID), Name: c.ResolvedBy.Name}
	}
	return out
}

// wrote tells whether the caller is a comment's author.
func wrote(who caller, c *domain.Comment) bool {
	if c.GuestID != "" {
		return who.Guest != nil && who.Guest.ID == c.GuestID
	}
	return who.SignedIn() && who.AccountID == c.Author.ID
}

func (h *handlers) CreateComment(ctx context.Context, r gen.CreateCommentRequestObject) (gen.CreateCommentResponseObject, error) {
	clip, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	writer, err := h.writer(who, &clip)
	if err != nil {
		return nil, err
	}
	c := domain.Comment{
		ID: domain.NewID[domain.CommentID](), ClipID: clip.ID, ParentID: domain.CommentID(or(r.Body.ParentId, "")),
		Author: domain.Account{ID: writer.AccountID}, GuestID: writer.GuestID, AtMS: or(r.Body.AtMs, 0), EndMS: or(r.Body.EndMs, 0), CreatedAt: time.Now(),
		Mentions: mentioned(r.Body.Mentions),
	}
	if c.GuestID != "" && (or(r.Body.Private, false) || len(c.Mentions) > 0) {
		return nil, domain.Errorf(domain.KindForbidden, "guests name nobody and write no private notes")
	}
	if or(r.Body.Private, false) {
		c.PrivateTo = who.AccountID
	}
	for _, id := range unique(r.Body.AttachmentIds) {
		c.Attachments = append(c.Attachments, domain.Attachment{ID: domain.AttachmentID(id)})
	}
	if c.Drawing, err = drawn(r.Body.Drawing); err != nil {
		return nil, err
	}
	if c.Body, err = domain.CheckCommentBody(r.Body.Body, c.Drawing != nil || len(c.Attachments) > 0); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if c.EndMS != 0 && c.EndMS < c.AtMS {
		return nil, domain.Errorf(domain.KindInvalid, "end_ms lies before at_ms")
	}
	if err := within(&clip, max(c.AtMS, c.EndMS)); err != nil {
		return nil, err
	}
	if c, err = h.Comments.Create(ctx, c); err != nil {
		return nil, named(err, "keep comment", "the comment that this answers, or a picture of it, is gone")
	}
	return gen.CreateComment201JSONResponse(commentOf(who, &clip, &c)), nil
}

// within refuses a moment after a clip's end.
func within(clip *domain.Clip, atMS int64) error {
	if clip.State == domain.ClipReady && atMS > clip.DurationMS {
		return domain.Errorf(domain.KindInvalid, "the clip ends at %d ms, before that moment", clip.DurationMS)
	}
	return nil
}

// unique gives the ids of a list that may be absent, each once.
func unique(ids *[]string) []string {
	all := slices.Clone(or(ids, nil))
	slices.Sort(all)
	return slices.Compact(all)
}

func mentioned(ids *[]string) []domain.Account {
	var out []domain.Account
	for _, id := range unique(ids) {
		out = append(out, domain.Account{ID: domain.AccountID(id)})
	}
	return out
}

// ListClipMembers lists whom a comment can name. Guests name nobody.
func (h *handlers) ListClipMembers(ctx context.Context, r gen.ListClipMembersRequestObject) (gen.ListClipMembersResponseObject, error) {
	clip, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	if callerOf(ctx).WorkspaceID != clip.WorkspaceID {
		return nil, domain.Errorf(domain.KindForbidden, "only %s may do that", whoMay(domain.ActionComment))
	}
	all, err := h.Members.List(ctx, clip.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	out := make([]gen.ClipMember, 0, len(all))
	for _, m := range all {
		out = append(out, gen.ClipMember{Id: string(m.Account.ID), Name: m.Account.Name, MayWatch: viewer(m).May(domain.ActionWatch, &clip)})
	}
	return gen.ListClipMembers200JSONResponse{Members: out}, nil
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
	if r.Body.Mentions != nil {
		c.Mentions = mentioned(r.Body.Mentions)
	}
	if r.Body.Drawing != nil {
		if c.Drawing, err = drawn(r.Body.Drawing); err != nil {
			return nil, err
		}
	}
	if c.Body, err = domain.CheckCommentBody(or(r.Body.Body, c.Body), c.Drawing != nil || len(c.Attachments) > 0); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if c, err = h.Comments.Update(ctx, c); err != nil {
		return nil, named(err, "change comment", noComment)
	}
	return gen.UpdateComment200JSONResponse(commentOf(who, &clip, &c)), nil
}

func (h *handlers) ResolveComment(ctx context.Context, r gen.ResolveCommentRequestObject) (gen.ResolveCommentResponseObject, error) {
	clip, c, err := h.comment(ctx, r.Id, r.CommentId)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	if !who.May(domain.ActionComment, &clip) || who.WorkspaceID != clip.WorkspaceID {
		return nil, domain.Errorf(domain.KindForbidden, "only %s may do that", whoMay(domain.ActionComment))
	}
	if c, err = h.Comments.Resolve(ctx, clip.ID, c.ID, who.AccountID, r.Body.Resolved); err != nil {
		return nil, named(err, "resolve comment", noComment)
	}
	return gen.ResolveComment200JSONResponse(commentOf(who, &clip, &c)), nil
}

func (h *handlers) GetCommentHistory(ctx context.Context, r gen.GetCommentHistoryRequestObject) (gen.GetCommentHistoryResponseObject, error) {
	_, c, err := h.comment(ctx, r.Id, r.CommentId)
	if err != nil {
		return nil, err
	}
	all, err := h.Comments.History(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	out := make([]gen.Revision, 0, len(all))
	for _, v := range all {
		out = append(out, gen.Revision{Body: v.Body, Until: v.Until.UTC()})
	}
	return gen.GetCommentHistory200JSONResponse{Revisions: out}, nil
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

// comment reads one that the caller may see.
func (h *handlers) comment(ctx context.Context, clip, id string) (domain.Clip, domain.Comment, error) {
	c, err := h.gate(ctx, clip, domain.ActionWatch)
	if err != nil {
		return c, domain.Comment{}, err
	}
	found, err := h.Comments.Get(ctx, c.ID, domain.CommentID(id))
	if err != nil {
		return c, found, named(err, "read comment", noComment)
	}
	if !found.VisibleTo(callerOf(ctx).Viewer, &c) {
		return c, domain.Comment{}, domain.Errorf(domain.KindNotFound, noComment)
	}
	return c, found, nil
}
