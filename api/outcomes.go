package api

import (
	"context"

	"baton/api/gen"
	"baton/rounds"
)

func (h *handlers) GetOutcomes(ctx context.Context, q gen.GetOutcomesRequestObject) (gen.GetOutcomesResponseObject, error) {
	v, err := h.occurrence(ctx, q.OccurrenceId)
	if err != nil {
		return nil, err
	}
	var rec rounds.Record
	if err := h.outcomes(ctx, v, &rec); err != nil {
		return nil, err
	}
	out := gen.GetOutcomes200JSONResponse{Asks: []gen.Ask{}, Decisions: []gen.Decision{}}
	for _, a := range rec.Asks {
		out.Asks = append(out.Asks, h.askOf(v.who, a))
	}
	for _, d := range rec.Decisions {
		out.Decisions = append(out.Decisions, h.decisionOf(v.who, d))
	}
	out.Blockers, err = h.blockersOf(ctx, rec.Blockers)
	return out, err
}
