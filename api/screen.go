package api

import (
	"context"

	"baton/api/gen"
	"baton/domain"
)

// screens keeps what was on the screen of clips.
type screens interface {
	// Screen reads it; an empty one of a clip that was not looked at yet.
	Screen(ctx context.Context, c domain.ClipID) (domain.Screen, error)
}

func (h *handlers) GetScreen(ctx context.Context, r gen.GetScreenRequestObject) (gen.GetScreenResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	s, err := h.Screens.Screen(ctx, c.ID)
	if err != nil {
		return nil, named(err, "read the screen", noClip)
	}
	if !whole(ctx, &c) {
		s.Lines = domain.ShownLines(s.Lines, &c)
	}
	out := gen.GetScreen200JSONResponse{State: gen.ScreenState(s.State), Reason: nonZero(s.Reason), ChangesMs: s.Changes}
	if out.ChangesMs == nil {
		out.ChangesMs = []int64{}
	}
	out.Lines = make([]gen.ScreenLine, len(s.Lines))
	for i, l := range s.Lines {
		out.Lines[i] = gen.ScreenLine{StartMs: l.StartMS, EndMs: l.EndMS, Text: l.Text}
	}
	return out, nil
}
