package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// StitchClips joins clips in a new one. It is a copy of them, so it takes the right to take them along as files; and of each no more than its
// edit keeps, even for who may see the rest, because what they make of it they will show to others.
func (h *handlers) StitchClips(ctx context.Context, r gen.StitchClipsRequestObject) (gen.StitchClipsResponseObject, error) {
	who := callerOf(ctx)
	title, err := cleanLine("title", or(r.Body.Title, ""))
	if err != nil {
		return nil, err
	}
	all := append([]string{r.Id}, r.Body.ClipIds...)
	parts, ids := make([]domain.Clip, len(all)), make([]domain.ClipID, len(all))
	for i, id := range all {
		if parts[i], err = h.gate(ctx, id, domain.ActionDownload); err != nil {
			return nil, err
		}
		if parts[i].WorkspaceID != who.WorkspaceID {
			return nil, domain.Errorf(domain.KindForbidden, "clips of another workspace stay there")
		}
		if !who.mayStitch(&parts[i]) {
			return nil, domain.Errorf(domain.KindForbidden, "you hold only a link to one of these clips: its owner can share it with you by name, to join it")
		}
		ids[i] = parts[i].ID
	}
	c, err := domain.NewStitched(domain.NewID[domain.ClipID](), who.AccountID, title, parts)
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if err := h.Clips.CreateStitched(ctx, c, ids); err != nil {
		return nil, named(err, "join clips", noClip)
	}
	out := gen.StitchClips201JSONResponse{Headers: gen.StitchClips201ResponseHeaders{Location: nonZero(clipPath("", c.ID))}}
	out.Body.Id, out.Body.Url = string(c.ID), h.clipURL(c.ID)
	return out, nil
}

// mayStitch: who holds only a link proves it with a cookie, and the media is made later, without one.
func (c caller) mayStitch(clip *domain.Clip) bool {
	v := c.Viewer
	v.Guest = nil
	return v.SignedIn() && v.WorkspaceID == clip.WorkspaceID && v.May(domain.ActionDownload, clip)
}

// GetParts tells what a clip was joined of. Each part passes its own gate: who may not watch it learns nothing of it.
func (h *handlers) GetParts(ctx context.Context, r gen.GetPartsRequestObject) (gen.GetPartsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	ids, err := h.Clips.StitchParts(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read what it is joined of: %w", err)
	}
	out := gen.GetParts200JSONResponse{Parts: make([]gen.ClipPart, len(ids))}
	seen := map[domain.ClipID]*gen.Clip{}
	for i, id := range ids {
		part, known := seen[id]
		if !known {
			if part, err = h.shownPart(ctx, id); err != nil {
				return nil, err
			}
			seen[id] = part
		}
		out.Parts[i].Clip = part
	}
	return out, nil
}

// shownPart reads a part of a joined clip; nil when it is gone or the caller may not watch it.
func (h *handlers) shownPart(ctx context.Context, id domain.ClipID) (*gen.Clip, error) {
	if _, err := h.gate(ctx, string(id), domain.ActionWatch); err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil, nil
		}
		return nil, err
	}
	c, err := h.view(ctx, id)
	if domain.KindOf(err) == domain.KindNotFound { // it went in between
		return nil, nil
	}
	return &c, err
}
