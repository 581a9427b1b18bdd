package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) ListMutes(ctx context.Context, _ gen.ListMutesRequestObject) (gen.ListMutesResponseObject, error) {
	all, err := h.Notices.Mutes(ctx, callerOf(ctx).Viewer)
	if err != nil {
		return nil, fmt.Errorf("list what is muted: %w", err)
	}
	out := gen.ListMutes200JSONResponse{Mutes: make([]gen.Mute, len(all))}
	for i, m := range all {
		out.Mutes[i] = gen.Mute{Kind: muteKind(m), Id: m.About(), Name: m.Name}
	}
	return out, nil
}

func muteKind(m domain.Mute) gen.MuteKind {
	switch {
	case m.SpaceID != "":
		return gen.MuteKindSpace
	case m.RoundID != "":
		return gen.MuteKindRound
	}
	return gen.MuteKindClip
}

func (h *handlers) MuteSpace(ctx context.Context, r gen.MuteSpaceRequestObject) (gen.MuteSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Notices.Mute(ctx, who.Viewer, domain.Mute{SpaceID: domain.SpaceID(r.SpaceId)}); err != nil {
		return nil, named(err, "mute a space", noSpace)
	}
	return gen.MuteSpace204Response{}, nil
}

func (h *handlers) MuteRound(ctx context.Context, r gen.MuteRoundRequestObject) (gen.MuteRoundResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Notices.Mute(ctx, who.Viewer, domain.Mute{RoundID: domain.RoundID(r.RoundId)}); err != nil {
		return nil, named(err, "mute a round", noRound)
	}
	return gen.MuteRound204Response{}, nil
}

func (h *handlers) MuteClip(ctx context.Context, r gen.MuteClipRequestObject) (gen.MuteClipResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	if err := h.Notices.Mute(ctx, callerOf(ctx).Viewer, domain.Mute{ClipID: c.ID}); err != nil {
		return nil, named(err, "mute a clip", noClip)
	}
	return gen.MuteClip204Response{}, nil
}

// What one has muted one may hear of again, though it may not be seen any more.

func (h *handlers) UnmuteSpace(ctx context.Context, r gen.UnmuteSpaceRequestObject) (gen.UnmuteSpaceResponseObject, error) {
	return gen.UnmuteSpace204Response{}, h.unmute(ctx, r.SpaceId)
}

func (h *handlers) UnmuteRound(ctx context.Context, r gen.UnmuteRoundRequestObject) (gen.UnmuteRoundResponseObject, error) {
	return gen.UnmuteRound204Response{}, h.unmute(ctx, r.RoundId)
}

func (h *handlers) UnmuteClip(ctx context.Context, r gen.UnmuteClipRequestObject) (gen.UnmuteClipResponseObject, error) {
	return gen.UnmuteClip204Response{}, h.unmute(ctx, r.Id)
}

func (h *handlers) unmute(ctx context.Context, about string) error {
	if err := h.Notices.Unmute(ctx, callerOf(ctx).AccountID, about); err != nil {
		return fmt.Errorf("unmute: %w", err)
	}
	return nil
}
