package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// ListGuests and RemoveGuest are for a clip's owner, and admins where they may delete what is said on it.
func (h *handlers) ListGuests(ctx context.Context, r gen.ListGuestsRequestObject) (gen.ListGuestsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionDelete)
	if err != nil {
		return nil, err
	}
	all, err := h.Shares.Guests(ctx, c.ID, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("list guests: %w", err)
	}
	out := gen.ListGuests200JSONResponse{Guests: make([]gen.GuestVisit, 0, len(all))}
	for _, g := range all {
		out.Guests = append(out.Guests, gen.GuestVisit{
			Id: string(g.ID), Name: g.Name, CameAt: g.CameAt.UTC(), Links: g.Links, Comments: g.Comments, Said: g.Said, RemovedAt: utc(g.RemovedAt),
		})
	}
	return out, nil
}

func (h *handlers) RemoveGuest(ctx context.Context, r gen.RemoveGuestRequestObject) (gen.RemoveGuestResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionDelete)
	if err != nil {
		return nil, err
	}
	if err := h.Shares.RemoveGuest(ctx, c.ID, domain.GuestID(r.GuestId), callerOf(ctx).AccountID); err != nil {
		return nil, named(err, "take guest out", "there is no such guest of this clip")
	}
	return gen.RemoveGuest204Response{}, nil
}
