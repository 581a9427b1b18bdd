package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) GetSummary(ctx context.Context, r gen.GetSummaryRequestObject) (gen.GetSummaryResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	s, err := h.Transcripts.Summary(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read summary: %w", err)
	}
	return gen.GetSummary200JSONResponse{
		Made: !s.MadeAt.IsZero(), MadeAt: utc(s.MadeAt), Model: nonZero(s.Model), Summary: claimsOf(s.Lines), ActionItems: claimsOf(s.ActionItems),
	}, nil
}

func claimsOf(all []domain.Claim) []gen.Claim {
	out := make([]gen.Claim, len(all))
	for i, c := range all {
		out[i] = gen.Claim{Text: c.Text, StartMs: c.StartMS, EndMs: c.EndMS}
	}
	return out
}
