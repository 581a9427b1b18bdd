package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) GetChapters(ctx context.Context, r gen.GetChaptersRequestObject) (gen.GetChaptersResponseObject, error) {
	all, _, err := h.chapters(ctx, r.Id)
	return gen.GetChapters200JSONResponse(chaptersOf(all)), err
}

func (h *handlers) GetChaptersVTT(ctx context.Context, r gen.GetChaptersVTTRequestObject) (gen.GetChaptersVTTResponseObject, error) {
	_, c, err := h.chapters(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	all, err := h.shownChapters(ctx, &c)
	if err != nil {
		return nil, err
	}
	text := h.Formats.Chapters(c.Kept().PlayedChapters(all))
	return gen.GetChaptersVTT200TextvttResponse{Body: strings.NewReader(text), ContentLength: int64(len(text))}, nil
}

// chapters reads the chapters of a clip that the caller may watch, as the caller may see them.
func (h *handlers) chapters(ctx context.Context, id string) ([]domain.Chapter, domain.Clip, error) {
	c, err := h.gate(ctx, id, domain.ActionWatch)
	if err != nil {
		return nil, c, err
	}
	if !whole(ctx, &c) {
		all, err := h.shownChapters(ctx, &c)
		return all, c, err
	}
	all, err := h.Transcripts.Chapters(ctx, c.ID)
	if err != nil {
		return nil, c, fmt.Errorf("read chapters: %w", err)
	}
	return all, c, nil
}

func chaptersOf(all []domain.Chapter) gen.Chapters {
	out := gen.Chapters{Chapters: make([]gen.Chapter, 0, len(all))}
	for _, c := range all {
		out.Chapters = append(out.Chapters, gen.Chapter{StartMs: c.StartMS, EndMs: c.EndMS, Title: c.Title, Edited: nonZero(c.Edited)})
	}
	return out
}

func (h *handlers) PutChapters(ctx context.Context, r gen.PutChaptersRequestObject) (gen.PutChaptersResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	all := make([]domain.Chapter, 0, len(r.Body.Chapters))
	for i, in := range r.Body.Chapters {
		title, err := cleanName(in.Title)
		if err != nil {
			return nil, err
		}
		if i > 0 && in.StartMs <= all[i-1].StartMS {
			return nil, domain.Errorf(domain.KindInvalid, "chapter %d does not begin after the one before it", i+1)
		}
		if in.StartMs >= max(c.DurationMS, 1) {
			return nil, domain.Errorf(domain.KindInvalid, "chapter %d begins after the end of the clip", i+1)
		}
		if i > 0 {
			all[i-1].EndMS = in.StartMs
		}
		all = append(all, domain.Chapter{StartMS: in.StartMs, EndMS: max(c.DurationMS, in.StartMs+1), Title: title})
	}
	before, err := h.Transcripts.Chapters(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read chapters: %w", err)
	}
	for i := range all {
		all[i].Edited = !slices.ContainsFunc(before, func(b domain.Chapter) bool {
			return !b.Edited && b.StartMS == all[i].StartMS && b.Title == all[i].Title
		})
	}
	if err := h.Transcripts.SetChapters(ctx, c.ID, all); err != nil {
		return nil, named(err, "change chapters", noClip)
	}
	return gen.PutChapters200JSONResponse(chaptersOf(all)), nil
}

func (h *handlers) ResetChapters(ctx context.Context, r gen.ResetChaptersRequestObject) (gen.ResetChaptersResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if err := h.Transcripts.ResetChapters(ctx, c.ID); err != nil {
		return nil, named(err, "reset chapters", noClip)
	}
	return gen.ResetChapters202Response{}, nil
}
