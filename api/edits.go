package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// edits keeps what clips leave out.
type edits interface {
	// Set replaces the cuts of a clip. basedOn is what the author saw. KindConflict when that holds no longer; KindInvalid.
	Set(ctx context.Context, c domain.ClipID, author domain.AccountID, basedOn int, cuts []domain.Cut) error
	// Revert brings back an earlier state; 0 is the recording. Errors as Set; KindNotFound.
	Revert(ctx context.Context, c domain.ClipID, author domain.AccountID, basedOn, to int) error
	// List gives the history, the newest first; before 0: from the newest on.
	List(ctx context.Context, c domain.ClipID, before, limit int) ([]domain.Edit, error)
	// Renditions gives those of the exact version.
	Renditions(ctx context.Context, c domain.ClipID) ([]domain.Rendition, error)
}

// shownHistory is how many states are listed.
const shownHistory = 100

func (h *handlers) GetEdits(ctx context.Context, r gen.GetEditsRequestObject) (gen.GetEditsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	out, err := h.editsOf(ctx, &c)
	return gen.GetEdits200JSONResponse(out), err
}

func (h *handlers) PutEdits(ctx context.Context, r gen.PutEditsRequestObject) (gen.PutEditsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	cuts := make([]domain.Cut, len(r.Body.Cuts))
	for i, in := range r.Body.Cuts {
		cuts[i] = domain.Cut{Span: domain.Span{StartMS: in.StartMs, EndMS: in.EndMs}, Kind: domain.CutKind(in.Kind)}
	}
	if err := h.Edits.Set(ctx, c.ID, callerOf(ctx).AccountID, or(r.Body.BasedOn, c.EditNo), cuts); err != nil {
		return nil, named(err, "edit clip", noClip)
	}
	out, err := h.edited(ctx, c.ID)
	return gen.PutEdits200JSONResponse(out), err
}

func (h *handlers) RevertEdits(ctx context.Context, r gen.RevertEditsRequestObject) (gen.RevertEditsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if err := h.Edits.Revert(ctx, c.ID, callerOf(ctx).AccountID, or(r.Body.BasedOn, c.EditNo), r.Body.To); err != nil {
		return nil, named(err, "bring an edit back", "there is no such edit")
	}
	out, err := h.edited(ctx, c.ID)
	return gen.RevertEdits200JSONResponse(out), err
}

// edited reads a clip again whose edit was changed.
func (h *handlers) edited(ctx context.Context, id domain.ClipID) (gen.Edits, error) {
	c, err := h.Clips.Get(ctx, id)
	if err != nil {
		return gen.Edits{}, named(err, "read clip", noClip)
	}
	return h.editsOf(ctx, &c)
}

func (h *handlers) editsOf(ctx context.Context, c *domain.Clip) (gen.Edits, error) {
	kept := c.Kept()
	out := gen.Edits{
		No: c.EditNo, DurationMs: c.DurationMS, PlayedMs: kept.DurationMS(), Kept: *spansOf(kept), Rendered: len(c.Cuts) == 0 || c.Rendered(),
	}
	t, err := h.words(ctx, c, 0)
	if err != nil {
		return out, err
	}
	tight := domain.TightCuts(h.silences(*c, t), h.Formats.Fillers(t), c.DurationMS)
	out.Tight.Cuts = cutsOf(tight)
	out.Tight.PlayedMs = kept.Within(domain.Kept(tight, c.DurationMS)).DurationMS()
	if media, whole, err := h.media(ctx, c); err != nil {
		return out, err
	} else if !whole {
		out.Media = spansOf(media)
	}
	if !callerOf(ctx).May(domain.ActionEdit, c) {
		return out, nil
	}
	cuts := cutsOf(c.Cuts)
	out.Cuts, out.OriginalHlsUrl = &cuts, nonZero(clipPath(callerOf(ctx).base, c.ID)+"/hls/master.m3u8?original=1")
	out.History, err = h.history(ctx, c)
	return out, err
}

func (h *handlers) history(ctx context.Context, c *domain.Clip) (*[]gen.EditState, error) {
	all, err := h.Edits.List(ctx, c.ID, 0, shownHistory)
	if err != nil {
		return nil, fmt.Errorf("list edits: %w", err)
	}
	out := make([]gen.EditState, len(all))
	for i, e := range all {
		out[i] = gen.EditState{
			No: e.No, Author: gen.Person{Id: string(e.AuthorID), Name: e.AuthorName}, At: e.At.UTC(), Cuts: cutsOf(e.Cuts),
			PlayedMs: domain.Kept(e.Cuts, c.DurationMS).DurationMS(),
		}
		if e.Reverts >= 0 {
			out[i].Reverts = &all[i].Reverts
		}
	}
	return &out, nil
}

func cutsOf(all []domain.Cut) []gen.Cut {
	out := make([]gen.Cut, len(all))
	for i, c := range all {
		out[i] = gen.Cut{StartMs: c.StartMS, EndMs: c.EndMS, Kind: gen.CutKind(c.Kind)}
	}
	return out
}
