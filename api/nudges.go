package api

import (
	"context"
	"fmt"

	"baton/api/gen"
)

// shownNudges bounds a list of nudges.
const shownNudges = 100

func (h *handlers) ListNudges(ctx context.Context, _ gen.ListNudgesRequestObject) (gen.ListNudgesResponseObject, error) {
	all, err := h.Rounds.Nudges(ctx, callerOf(ctx).Viewer, shownNudges)
	if err != nil {
		return nil, fmt.Errorf("list nudges: %w", err)
	}
	out := gen.ListNudges200JSONResponse{Nudges: []gen.Nudge{}}
	for _, n := range all {
		out.Nudges = append(out.Nudges, gen.Nudge{Kind: gen.NudgeKind(n.Kind), Ref: n.Ref, Title: n.Title, At: n.At.UTC()})
	}
	return out, nil
}
