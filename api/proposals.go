package api

import (
	"context"
	"fmt"
	"slices"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds"
	"baton/rounds/spoken"
)

func (h *handlers) ListProposals(ctx context.Context, r gen.ListProposalsRequestObject) (gen.ListProposalsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	t, err := h.Transcripts.Transcript(ctx, c.ID)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	settled, err := h.Asks.SettledProposals(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list settled proposals: %w", err)
	}
	members, err := h.Members.List(ctx, c.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Account.Name
	}
	sections, err := h.Transcripts.Sections(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read sections: %w", err)
	}
	open, err := h.Blockers.OpenOf(ctx, c.WorkspaceID, c.OwnerID)
	if err != nil {
		return nil, fmt.Errorf("list open blockers: %w", err)
	}
	out := gen.ListProposals200JSONResponse{Proposals: []gen.Proposal{}}
	for _, p := range spoken.Find(t.Shown(&c), names, sections.Blockers...) {
		if slices.Contains(settled, p.StartMS) {
			continue
		}
		shown := gen.Proposal{Kind: gen.ProposalKind(p.Kind), Text: p.Text, StartMs: p.StartMS, EndMs: p.EndMS}
		if i := slices.Index(names, p.Name); p.Name != "" && members[i].Account.ID != c.OwnerID {
			of := personOf(members[i].Account)
			shown.Owner = &of
		}
		if p.Kind == spoken.Blocker {
			shown.Recorded = domain.Overlap(sections.Blockers, domain.Span{StartMS: p.StartMS, EndMS: p.StartMS + 1})
			if known, again := rounds.Again(p.Text, open); again {
				shown.Again = &gen.BlockerBefore{Id: string(known.ID), Body: known.Body, RaisedAt: known.RaisedAt.UTC()}
			}
		}
		out.Proposals = append(out.Proposals, shown)
	}
	return out, nil
}

func (h *handlers) DismissProposal(ctx context.Context, r gen.DismissProposalRequestObject) (gen.DismissProposalResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if err := h.Asks.DismissProposal(ctx, c.ID, r.Body.StartMs); err != nil {
		return nil, fmt.Errorf("dismiss proposal: %w", err)
	}
	return gen.DismissProposal204Response{}, nil
}
