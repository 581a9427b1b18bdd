package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/reel"
)

func (h *handlers) GetReel(ctx context.Context, r gen.GetReelRequestObject) (gen.GetReelResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	s := newReelSource(h, who)
	switch p := r.Params; {
	case p.OccurrenceId != nil:
		err = s.ofOccurrence(ctx, *p.OccurrenceId)
	case p.SpaceId != nil:
		err = s.ofSpace(ctx, domain.SpaceID(*p.SpaceId))
	default:
		err = s.ofMe(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := s.heard(ctx); err != nil {
		return nil, err
	}
	mark, kept, err := h.Rounds.Bookmark(ctx, who.Viewer, reelOf(r.Params.OccurrenceId, r.Params.SpaceId))
	if err != nil {
		return nil, fmt.Errorf("read bookmark: %w", err)
	}
	plan := reel.Make(s.items, s.known, or(r.Params.BudgetMs, 0), or(r.Params.Speed, 1))
	out := gen.GetReel200JSONResponse{LengthMs: plan.LengthMS, OverMs: plan.OverMS, Fits: plan.OverMS == 0, Pieces: []gen.ReelPiece{}, Left: []gen.ReelPiece{}}
	if kept {
		out.Bookmark = &gen.Bookmark{Piece: mark.Piece, Ms: mark.MS, At: mark.At.UTC()}
	}
	for _, p := range plan.Pieces {
		out.Pieces = append(out.Pieces, s.wire(p))
	}
	for _, p := range plan.Left {
		out.Left = append(out.Left, s.wire(p))
		out.LeftMs += p.LengthMS
	}
	return out, nil
}

var ranks = map[reel.Rank]gen.ReelPieceRank{ //nolint:gochecknoglobals // a table
	reel.AskToMe: "ask", reel.Decision: "decision", reel.Blocker: "blocker", reel.Rest: "rest",
}

func (s *reelSource) wire(p reel.Piece) gen.ReelPiece {
	out := s.about[fmt.Sprint(p.Rank, p.Ref)]
	out.Rank, out.Ref, out.StartMs, out.EndMs, out.LengthMs, out.Play = ranks[p.Rank], p.Ref, p.StartMS, p.EndMS, p.LengthMS, []gen.Span{}
	if p.ClipID != "" {
		out.ClipId, out.Play, out.Url = nonZero(string(p.ClipID)), *spansOf(p.Play), s.h.momentURL(p.ClipID, p.Play[0].StartMS)
	}
	return out
}

// reelOf names a reel among those of a person.
func reelOf(occurrence, space *gen.ID) string { return or(occurrence, or(space, "")) }

// PutBookmark keeps where the caller is in a reel, or takes it away without a piece.
func (h *handlers) PutBookmark(ctx context.Context, r gen.PutBookmarkRequestObject) (gen.PutBookmarkResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	mark := domain.Bookmark{Piece: or(r.Body.Piece, ""), MS: or(r.Body.Ms, 0)}
	at, err := h.Rounds.PutBookmark(ctx, who.Viewer, reelOf(r.Body.OccurrenceId, r.Body.SpaceId), mark)
	if err != nil {
		return nil, fmt.Errorf("keep bookmark: %w", err)
	}
	return gen.PutBookmark200JSONResponse{At: at.UTC()}, nil
}

func (h *handlers) AddRead(ctx context.Context, r gen.AddReadRequestObject) (gen.AddReadResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Rounds.AddRead(ctx, who.AccountID, r.Body.Refs); err != nil {
		return nil, fmt.Errorf("note what was read: %w", err)
	}
	return gen.AddRead204Response{}, nil
}

func (h *handlers) AddHeard(ctx context.Context, r gen.AddHeardRequestObject) (gen.AddHeardResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	spans, err := domain.SpansWithin(spansIn(r.Body.Spans), c.DurationMS)
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if err := h.Rounds.AddHeard(ctx, callerOf(ctx).AccountID, c.ID, spans); err != nil {
		return nil, named(err, "note what was heard", noClip)
	}
	return gen.AddHeard204Response{}, nil
}
