package api

import (
	"context"

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
