package api

import (
	"context"
	"fmt"
	"slices"

	"baton/api/gen"
	"baton/domain"
)

// startHere keeps what somebody new to a space should see first.
type startHere interface {
	// Space reads one. KindNotFound.
	Space(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) (domain.Space, error)
	// Pin pins a clip; one that is pinned stays so. KindConflict when there are too many.
	Pin(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, clip domain.ClipID, by domain.AccountID) error
	Unpin(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, clip domain.ClipID) error
	Pins(ctx context.Context, space domain.SpaceID) ([]domain.Pin, error)
	// Replayed lists the moments to which most people went back, of clips that the viewer may watch.
	Replayed(ctx context.Context, v domain.Viewer, space domain.SpaceID, most int) ([]domain.Replayed, error)
	// Decisions lists those that hold, the newest first.
	Decisions(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, most int) ([]domain.Decision, error)
}

// What a start consists of at most: half an hour of watching and reading.
const (
	startDecisions = 20
	startMoments   = 10
)

// space reads one of the caller's workspace.
func (h *handlers) space(ctx context.Context, id string) (caller, domain.Space, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, domain.Space{}, err
	}
	s, err := h.StartHere.Space(ctx, who.WorkspaceID, domain.SpaceID(id))
	if err != nil {
		return who, s, named(err, "read space", noSpace)
	}
	return who, s, nil
}

func (h *handlers) GetStartHere(ctx context.Context, r gen.GetStartHereRequestObject) (gen.GetStartHereResponseObject, error) {
	who, s, err := h.space(ctx, r.SpaceId)
	if err != nil {
		return nil, err
	}
	out := gen.GetStartHere200JSONResponse{
		Space: gen.Space{Id: string(s.ID), Name: s.Name}, Pinned: []gen.PinnedClip{}, Decisions: []gen.Decision{}, Moments: []gen.ReplayedMoment{},
	}
	if out.Pinned, err = h.pinned(ctx, who, s.ID); err != nil {
		return nil, err
	}
	decided, err := h.StartHere.Decisions(ctx, who.WorkspaceID, s.ID, startDecisions)
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	for _, d := range decided {
		out.Decisions = append(out.Decisions, h.decisionOf(who, d))
	}
	replayed, err := h.StartHere.Replayed(ctx, who.Viewer, s.ID, startMoments)
	if err != nil {
		return nil, fmt.Errorf("list moments: %w", err)
	}
	for _, m := range replayed {
		words, err := h.spoken(ctx, m.ClipID)
		if err != nil {
			return nil, err
		}
		out.Moments = append(out.Moments, gen.ReplayedMoment{
			ClipId: string(m.ClipID), Title: m.Title, Url: h.momentURL(m.ClipID, m.StartMS), StartMs: m.StartMS, EndMs: m.EndMS,
			Words: words.Between(m.StartMS, m.EndMS), ReplayedBy: m.ReplayedBy, WatchedBy: m.WatchedBy,
		})
	}
	return out, nil
}

// pinned lists the pinned clips that the caller may watch.
func (h *handlers) pinned(ctx context.Context, who caller, space domain.SpaceID) ([]gen.PinnedClip, error) {
	pins, err := h.StartHere.Pins(ctx, space)
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	views, err := h.Clips.List(ctx, who.Viewer, domain.ClipFilter{PinnedIn: space, Limit: domain.MaxPins})
	if err != nil {
		return nil, fmt.Errorf("list clips: %w", err)
	}
	out := []gen.PinnedClip{}
	for _, p := range pins {
		if i := slices.IndexFunc(views, func(v domain.ClipView) bool { return v.ID == p.ClipID }); i >= 0 {
			out = append(out, gen.PinnedClip{Clip: h.clipOf(who, &views[i]), PinnedBy: personOf(p.By), PinnedAt: p.At.UTC()})
		}
	}
	return out, nil
}

func (h *handlers) PinClip(ctx context.Context, r gen.PinClipRequestObject) (gen.PinClipResponseObject, error) {
	who, s, err := h.space(ctx, r.SpaceId)
	if err != nil {
		return nil, err
	}
	c, err := h.gate(ctx, r.ClipId, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	if err := h.StartHere.Pin(ctx, who.WorkspaceID, s.ID, c.ID, who.AccountID); err != nil {
		return nil, named(err, "pin clip", noClip)
	}
	return gen.PinClip204Response{}, nil
}

func (h *handlers) UnpinClip(ctx context.Context, r gen.UnpinClipRequestObject) (gen.UnpinClipResponseObject, error) {
	who, s, err := h.space(ctx, r.SpaceId)
	if err != nil {
		return nil, err
	}
	if err := h.StartHere.Unpin(ctx, who.WorkspaceID, s.ID, domain.ClipID(r.ClipId)); err != nil {
		return nil, fmt.Errorf("unpin clip: %w", err)
	}
	return gen.UnpinClip204Response{}, nil
}
