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
	if !whole(ctx, &c) {
		s.Lines, s.ActionItems = domain.ShownClaims(s.Lines, &c), domain.ShownClaims(s.ActionItems, &c)
	}
	return gen.GetSummary200JSONResponse{
		Available: h.HasWriter, Made: !s.MadeAt.IsZero(), MadeAt: utc(s.MadeAt), Model: nonZero(s.Model), Summary: claimsOf(s.Lines), ActionItems: claimsOf(s.ActionItems),
	}, nil
}

func (h *handlers) MakeSummary(ctx context.Context, r gen.MakeSummaryRequestObject) (gen.MakeSummaryResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if !h.HasWriter {
		return nil, domain.Errorf(domain.KindConflict, "this server has no language model (BATON_LLM_URL)")
	}
	if err := h.Transcripts.QueueSummary(ctx, c.ID); err != nil {
		return nil, named(err, "queue summary", noClip)
	}
	return gen.MakeSummary202Response{}, nil
}

func claimsOf(all []domain.Claim) []gen.Claim {
	out := make([]gen.Claim, len(all))
	for i, c := range all {
		out[i] = gen.Claim{Text: c.Text, StartMs: c.StartMS, EndMs: c.EndMS}
	}
	return out
}
