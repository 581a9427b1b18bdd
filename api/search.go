package api

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/api/gen"
	"baton/domain"
)

// searcher finds moments that a viewer may watch, best first.
type searcher interface {
	Search(ctx context.Context, v domain.Viewer, q domain.SearchQuery) ([]domain.Moment, error)
}

func (h *handlers) Search(ctx context.Context, r gen.SearchRequestObject) (gen.SearchResponseObject, error) {
	who := callerOf(ctx)
	q := domain.SearchQuery{
		SpaceID: domain.SpaceID(or(r.Params.SpaceId, "")), OwnerID: domain.AccountID(or(r.Params.From, "")),
		After: or(r.Params.Cursor, ""), Limit: or(r.Params.Limit, 20),
	}
	if !utf8.ValidString(r.Params.Q) || !utf8.ValidString(q.After) {
		return nil, domain.Errorf(domain.KindInvalid, "the query is not valid text")
	}
	// Tabs and other controls separate words as blanks do; a trailing blank means that the last word is whole.
	q.Text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, r.Params.Q)
	out := gen.SearchResult{Moments: []gen.Moment{}}
	if strings.TrimSpace(q.Text) == "" {
		return gen.Search200JSONResponse(out), nil
	}
	moments, err := h.Needs.Search.Search(ctx, who.Viewer, q)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	for i := range moments {
		out.Moments = append(out.Moments, momentOf(who, &moments[i]))
	}
	if len(moments) == q.Limit {
		out.NextCursor = nonZero(moments[len(moments)-1].Cursor)
	}
	return gen.Search200JSONResponse(out), nil
}

func momentOf(who caller, m *domain.Moment) gen.Moment {
	out := gen.Moment{
		ClipId: string(m.ClipID), Title: m.Title, StartMs: m.StartMS, EndMs: m.EndMS, Snippet: m.Snippet, Source: gen.MomentSource(m.Source),
		Owner: &gen.Person{Id: string(m.OwnerID), Name: m.OwnerName}, ClipDurationMs: nonZero(m.ClipDurationMS), CreatedAt: utc(m.ClipCreatedAt),
	}
	if m.HasPoster {
		out.PosterUrl = nonZero(clipPath(who.base, m.ClipID) + "/poster.jpg")
	}
	return out
}
