package api

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// clips keeps the clips.
type clips interface {
	// Create makes a clip in state recording, with its recording (MimeType, FileName and DeclaredBytes may be set).
	// KindNotFound when the space is not one of the workspace.
	Create(ctx context.Context, c domain.Clip, r domain.Recording) error
	// CreateReply makes one that answers another, and its place in the talk there. KindNotFound; KindConflict for an
	// answer to an answer, or in a private thread.
	CreateReply(ctx context.Context, c domain.Clip, r domain.Recording, to domain.ReplyTo) (domain.Comment, error)
	// CreateStitched makes one that joins others.
	CreateStitched(ctx context.Context, c domain.Clip, parts []domain.ClipID) error
	// StitchParts lists the clips that one was joined of, in order; empty ids for those that are gone.
	StitchParts(ctx context.Context, id domain.ClipID) ([]domain.ClipID, error)
	// Get reads one that is not deleted. It checks no right: ask the gate. KindNotFound.
	Get(ctx context.Context, id domain.ClipID) (domain.Clip, error)
	// View reads one with what its page shows. It checks no right. KindNotFound.
	View(ctx context.Context, id domain.ClipID) (domain.ClipView, error)
	// List gives those of the viewer's workspace that the viewer may watch, newest first.
	List(ctx context.Context, v domain.Viewer, f domain.ClipFilter) ([]domain.ClipView, error)
	// Tags lists the tags of the clips that the viewer may watch, the most used first.
	Tags(ctx context.Context, v domain.Viewer) ([]domain.Tag, error)
	// Update changes one and says so by an event. KindNotFound, also for a space of another workspace.
	Update(ctx context.Context, id domain.ClipID, p domain.ClipPatch) error
	// Delete makes it invisible at once and enqueues its purge. KindNotFound.
	Delete(ctx context.Context, id domain.ClipID) error
	// Retry enqueues again what failed (import or transcript). KindConflict when nothing has failed.
	Retry(ctx context.Context, id domain.ClipID) error
	// Rights reads the rights of a clip (id, workspace, owner, visibility), also of one that was deleted but not
	// yet purged, so that the event of its deletion reaches those who could see it. KindNotFound.
	Rights(ctx context.Context, id domain.ClipID) (domain.Clip, error)
}

func (h *handlers) ListClips(ctx context.Context, r gen.ListClipsRequestObject) (gen.ListClipsResponseObject, error) {
	who := callerOf(ctx)
	f := domain.ClipFilter{
		SpaceID: domain.SpaceID(or(r.Params.SpaceId, "")), Before: domain.ClipID(or(r.Params.Cursor, "")), Limit: or(r.Params.Limit, 30),
	}
	var err error
	if f.Tag, err = domain.CleanTag(or(r.Params.Tag, "")); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	switch owner := or(r.Params.Owner, ""); {
	case owner == "me":
		f.OwnerID = who.AccountID
	case owner != "" && !domain.ValidID(owner):
		return nil, domain.Errorf(domain.KindInvalid, "owner is neither `me` nor an account's id")
	default:
		f.OwnerID = domain.AccountID(owner)
	}
	views, err := h.Clips.List(ctx, who.Viewer, f)
	if err != nil {
		return nil, fmt.Errorf("list clips: %w", err)
	}
	page := gen.ClipPage{Clips: make([]gen.Clip, 0, len(views))}
	for i := range views {
		page.Clips = append(page.Clips, h.clipOf(who, &views[i]))
	}
	if len(views) == f.Limit {
		page.NextCursor = nonZero(string(views[len(views)-1].ID))
	}
	return gen.ListClips200JSONResponse(page), nil
}

func (h *handlers) CreateClip(ctx context.Context, r gen.CreateClipRequestObject) (gen.CreateClipResponseObject, error) {
	who := callerOf(ctx)
	c := domain.Clip{
		ID: domain.NewID[domain.ClipID](), WorkspaceID: who.WorkspaceID, OwnerID: who.AccountID, Kind: domain.ClipKind(r.Body.Kind),
		SpaceID: domain.SpaceID(or(r.Body.SpaceId, "")), State: domain.ClipRecording, TranscriptState: domain.TranscriptPending, LinkFor: who.only,
		Visibility: domain.Visibility(or(r.Body.Visibility, gen.Visibility(domain.VisiblePrivate))), CreatedAt: time.Now(),
	}
	rec := domain.Recording{ClipID: c.ID, DeclaredBytes: or(r.Body.SizeBytes, 0)}
	var err error
	if c.Title, err = cleanLine("title", or(r.Body.Title, "")); err != nil {
		return nil, err
	}
	if rec.MimeType, err = cleanLine("mime_type", or(r.Body.MimeType, "")); err != nil {
		return nil, err
	}
	if rec.FileName, err = cleanLine("file_name", or(r.Body.FileName, "")); err != nil {
		return nil, err
	}
	if c.Title == "" && rec.FileName != "" {
		c.Title = cut(strings.TrimSuffix(path.Base(rec.FileName), path.Ext(rec.FileName)), 200)
	}
	if who.only != "" && r.Body.ReplyTo != nil {
		return nil, domain.Errorf(domain.KindForbidden, "the link in the mail is good for answering the round; sign in to answer a clip")
	}
	place, err := h.makeClip(ctx, c, rec, r.Body.ReplyTo)
	if err != nil {
		return nil, err
	}
	at := clipPath(who.base, c.ID)
	return gen.CreateClip201JSONResponse{
		Body: gen.NewClip{
			Id: string(c.ID), Url: h.clipURL(c.ID), WhipUrl: at + "/whip", UploadUrl: at + "/upload", CommentId: nonZero(string(place)),
		},
		Headers: gen.CreateClip201ResponseHeaders{Location: nonZero(clipPath("", c.ID))},
	}, nil
}

// makeClip keeps a new clip, and gives its place in the talk if it answers another.
func (h *handlers) makeClip(ctx context.Context, c domain.Clip, rec domain.Recording, to *gen.ReplyTo) (domain.CommentID, error) {
	if to == nil {
		if err := h.Clips.Create(ctx, c, rec); err != nil {
			return "", named(err, "make clip", noSpace)
		}
		return "", nil
	}
	parent, err := h.gate(ctx, to.ClipId, domain.ActionComment)
	if err != nil {
		return "", err
	}
	if callerOf(ctx).WorkspaceID != parent.WorkspaceID {
		return "", domain.Errorf(domain.KindForbidden, "guests answer in writing")
	}
	at := domain.ReplyTo{ClipID: parent.ID, CommentID: domain.CommentID(or(to.CommentId, "")), AtMS: or(to.AtMs, 0)}
	if err := within(&parent, at.AtMS); err != nil {
		return "", err
	}
	place, err := h.Clips.CreateReply(ctx, c, rec, at)
	if err != nil {
		return "", named(err, "make answer", "what this answers is gone")
	}
	return place.ID, nil
}

func (h *handlers) GetClip(ctx context.Context, r gen.GetClipRequestObject) (gen.GetClipResponseObject, error) {
	if _, err := h.gate(ctx, r.Id, domain.ActionWatch); err != nil {
		return nil, err
	}
	c, err := h.view(ctx, domain.ClipID(r.Id))
	return gen.GetClip200JSONResponse(c), err
}

// view reads a clip that has passed the gate.
func (h *handlers) view(ctx context.Context, id domain.ClipID) (gen.Clip, error) {
	v, err := h.Clips.View(ctx, id)
	if err != nil {
		return gen.Clip{}, named(err, "read clip", noClip)
	}
	return h.clipOf(callerOf(ctx), &v), nil
}

func (h *handlers) UpdateClip(ctx context.Context, r gen.UpdateClipRequestObject) (gen.UpdateClipResponseObject, error) {
	if _, err := h.gate(ctx, r.Id, domain.ActionEdit); err != nil {
		return nil, err
	}
	p := domain.ClipPatch{
		Visibility: (*domain.Visibility)(r.Body.Visibility), SpaceID: (*domain.SpaceID)(r.Body.SpaceId), ReadScreen: r.Body.ReadScreen,
		GuestComments: r.Body.GuestComments, Downloads: r.Body.Downloads,
	}
	if p.SpaceID != nil && *p.SpaceID != "" && !domain.ValidID(string(*p.SpaceID)) {
		return nil, domain.Errorf(domain.KindInvalid, "space_id is not an id")
	}
	if r.Body.Title != nil {
		title, err := cleanLine("title", *r.Body.Title)
		if err != nil {
			return nil, err
		}
		p.Title = &title
	}
	if r.Body.Description != nil {
		description, err := cleanLines("description", *r.Body.Description)
		if err != nil {
			return nil, err
		}
		p.Description = &description
	}
	if r.Body.Tags != nil {
		tags, err := domain.CleanTags(*r.Body.Tags)
		if err != nil {
			return nil, err //nolint:wrapcheck // words for people
		}
		p.Tags = &tags
	}
	if err := h.Clips.Update(ctx, domain.ClipID(r.Id), p); err != nil {
		return nil, named(err, "change clip", noSpace)
	}
	c, err := h.view(ctx, domain.ClipID(r.Id))
	return gen.UpdateClip200JSONResponse(c), err
}

func (h *handlers) DeleteClip(ctx context.Context, r gen.DeleteClipRequestObject) (gen.DeleteClipResponseObject, error) {
	if _, err := h.gate(ctx, r.Id, domain.ActionDelete); err != nil {
		return nil, err
	}
	if err := h.Clips.Delete(ctx, domain.ClipID(r.Id)); err != nil {
		return nil, named(err, "delete clip", noClip)
	}
	return gen.DeleteClip204Response{}, nil
}

func (h *handlers) RetryClip(ctx context.Context, r gen.RetryClipRequestObject) (gen.RetryClipResponseObject, error) {
	if _, err := h.gate(ctx, r.Id, domain.ActionEdit); err != nil {
		return nil, err
	}
	if err := h.Clips.Retry(ctx, domain.ClipID(r.Id)); err != nil {
		return nil, named(err, "try again", noClip)
	}
	c, err := h.view(ctx, domain.ClipID(r.Id))
	return gen.RetryClip202JSONResponse(c), err
}
