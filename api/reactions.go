package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) ListReactions(ctx context.Context, r gen.ListReactionsRequestObject) (gen.ListReactionsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	all, err := h.reactions(ctx, c.ID)
	return gen.ListReactions200JSONResponse(all), err
}

func (h *handlers) React(ctx context.Context, r gen.ReactRequestObject) (gen.ReactResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	if err := domain.CheckEmoji(r.Body.Emoji); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if err := within(&c, r.Body.AtMs); err != nil {
		return nil, err
	}
	who, err := h.writer(callerOf(ctx), &c)
	if err != nil {
		return nil, err
	}
	if err := h.Comments.React(ctx, c.ID, who, r.Body.Emoji, r.Body.AtMs, r.Body.On); err != nil {
		return nil, named(err, "react", noClip)
	}
	all, err := h.reactions(ctx, c.ID)
	return gen.React200JSONResponse(all), err
}

func (h *handlers) reactions(ctx context.Context, clip domain.ClipID) (gen.Reactions, error) {
	all, err := h.Comments.Reactions(ctx, clip, reactor(callerOf(ctx)))
	if err != nil {
		return gen.Reactions{}, fmt.Errorf("list reactions: %w", err)
	}
	out := gen.Reactions{Reactions: make([]gen.Reaction, len(all))}
	for i, r := range all {
		out.Reactions[i] = gen.Reaction{Emoji: r.Emoji, AtMs: r.AtMS, Count: r.Count, Mine: r.Mine}
	}
	return out, nil
}

func reactor(who caller) domain.Reactor {
	r := domain.Reactor{AccountID: who.AccountID}
	if who.Guest != nil {
		r.GuestID = who.Guest.ID
	}
	return r
}
