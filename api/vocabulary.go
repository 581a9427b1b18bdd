package api

import (
	"context"
	"fmt"
	"log/slog"

	"baton/api/gen"
	"baton/domain"
	"baton/terms"
)

// vocabulary keeps the words of teams, and what was put right with them.
type vocabulary interface {
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Term, error)
	// Set replaces the list.
	Set(ctx context.Context, w domain.WorkspaceID, list []domain.Term) error
	// Preview tells which lines a list would change, of clips that the viewer may correct (domain.ActionCorrect).
	Preview(ctx context.Context, v domain.Viewer, list []domain.Term) ([]domain.Correction, error)
	// Apply makes these changes.
	Apply(ctx context.Context, v domain.Viewer, list []domain.Term) (domain.Fix, error)
	// Fixes lists the viewer's own.
	Fixes(ctx context.Context, v domain.Viewer) ([]domain.Fix, error)
	// Undo takes one of the viewer's own back. KindNotFound, KindConflict.
	Undo(ctx context.Context, v domain.Viewer, id domain.FixID) (domain.Fix, error)
}

func (h *handlers) GetVocabulary(ctx context.Context, _ gen.GetVocabularyRequestObject) (gen.GetVocabularyResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	list, err := h.Vocabulary.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list terms: %w", err)
	}
	return gen.GetVocabulary200JSONResponse{Terms: termsOf(list)}, nil
}

func (h *handlers) PutVocabulary(ctx context.Context, r gen.PutVocabularyRequestObject) (gen.PutVocabularyResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	list, err := terms.Clean(termsFrom(r.Body.Terms))
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if err := h.Vocabulary.Set(ctx, who.WorkspaceID, list); err != nil {
		return nil, fmt.Errorf("set terms: %w", err)
	}
	return gen.PutVocabulary200JSONResponse{Terms: termsOf(list)}, nil
}

func (h *handlers) PreviewFix(ctx context.Context, r gen.PreviewFixRequestObject) (gen.PreviewFixResponseObject, error) {
	who, list, err := h.fixing(ctx, r.Body.Terms)
	if err != nil {
		return nil, err
	}
	found, err := h.Vocabulary.Preview(ctx, who.Viewer, list)
	if err != nil {
		return nil, fmt.Errorf("preview fix: %w", err)
	}
	const mostShown = 200
	out := gen.PreviewFix200JSONResponse{Cues: len(found), Clips: clipsOf(found), Moments: []gen.Correction{}}
	for _, c := range found[:min(len(found), mostShown)] {
		out.Moments = append(out.Moments, gen.Correction{
			ClipId: string(c.ClipID), Title: c.Title, No: c.CueNo, StartMs: c.StartMS, EndMs: c.EndMS, Before: c.Before, After: c.After,
		})
	}
	return out, nil
}

func (h *handlers) ApplyFix(ctx context.Context, r gen.ApplyFixRequestObject) (gen.ApplyFixResponseObject, error) {
	who, list, err := h.fixing(ctx, r.Body.Terms)
	if err != nil {
		return nil, err
	}
	if or(r.Body.Remember, false) && r.Body.Terms != nil {
		if err := h.remember(ctx, who, list); err != nil {
			return nil, err
		}
	}
	fix, err := h.Vocabulary.Apply(ctx, who.Viewer, list)
	if err != nil {
		return nil, fmt.Errorf("apply fix: %w", err)
	}
	return gen.ApplyFix201JSONResponse(fixOf(fix)), nil
}

// fixing gives the terms of a request, or the workspace's.
func (h *handlers) fixing(ctx context.Context, asked *[]gen.Term) (caller, []domain.Term, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, nil, err
	}
	if asked != nil {
		list, err := terms.Clean(termsFrom(*asked))
		return who, list, err //nolint:wrapcheck // words for people
	}
	list, err := h.Vocabulary.List(ctx, who.WorkspaceID)
	if err != nil {
		return who, nil, fmt.Errorf("list terms: %w", err)
	}
	return who, list, nil
}

// remember adds terms to the workspace's.
func (h *handlers) remember(ctx context.Context, who caller, more []domain.Term) error {
	list, err := h.Vocabulary.List(ctx, who.WorkspaceID)
	if err != nil {
		return fmt.Errorf("list terms: %w", err)
	}
	if list, err = terms.Clean(append(list, more...)); err != nil {
		return err //nolint:wrapcheck // words for people
	}
	if err := h.Vocabulary.Set(ctx, who.WorkspaceID, list); err != nil {
		return fmt.Errorf("set terms: %w", err)
	}
	return nil
}

func (h *handlers) ListFixes(ctx context.Context, _ gen.ListFixesRequestObject) (gen.ListFixesResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Vocabulary.Fixes(ctx, who.Viewer)
	if err != nil {
		return nil, fmt.Errorf("list fixes: %w", err)
	}
	out := gen.ListFixes200JSONResponse{Fixes: make([]gen.Fix, 0, len(all))}
	for _, f := range all {
		out.Fixes = append(out.Fixes, fixOf(f))
	}
	return out, nil
}

func (h *handlers) UndoFix(ctx context.Context, r gen.UndoFixRequestObject) (gen.UndoFixResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	f, err := h.Vocabulary.Undo(ctx, who.Viewer, domain.FixID(r.FixId))
	if err != nil {
		return nil, named(err, "undo fix", "there is no such fix, or it is not yours")
	}
	return gen.UndoFix200JSONResponse(fixOf(f)), nil
}

// offer tells whether what was put right in a line stands in others too. It is a courtesy: when it fails, there is none.
func (h *handlers) offer(ctx context.Context, before, after string) (term domain.Term, others []domain.Correction) {
	term, ok := terms.Difference(before, after)
	if !ok {
		return term, nil
	}
	others, err := h.Vocabulary.Preview(ctx, callerOf(ctx).Viewer, []domain.Term{term})
	if err != nil {
		h.Log.WarnContext(ctx, "no offer to fix other lines", slog.Any("error", err))
	}
	return term, others
}

func clipsOf(found []domain.Correction) int {
	clips := map[domain.ClipID]bool{}
	for _, c := range found {
		clips[c.ClipID] = true
	}
	return len(clips)
}

func termsFrom(in []gen.Term) []domain.Term {
	out := make([]domain.Term, len(in))
	for i, t := range in {
		out[i] = domain.Term{Spelling: t.Spelling, Heard: or(t.Heard, nil)}
	}
	return out
}

func termsOf(in []domain.Term) []gen.Term {
	out := make([]gen.Term, len(in))
	for i, t := range in {
		heard := append([]string{}, t.Heard...)
		out[i] = gen.Term{Spelling: t.Spelling, Heard: &heard}
	}
	return out
}

func fixOf(f domain.Fix) gen.Fix {
	return gen.Fix{Id: string(f.ID), CreatedAt: f.CreatedAt.UTC(), Terms: termsOf(f.Terms), Cues: f.Cues, Clips: f.Clips, UndoneAt: utc(f.UndoneAt)}
}
