package api

import (
	"context"
	"fmt"
	"strings"
	"time"
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
	if err := narrow(&q, r.Params); err != nil {
		return nil, err
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

// narrow reads the filters of a search.
func narrow(q *domain.SearchQuery, p gen.SearchParams) (err error) {
	if q.Tag, err = domain.CleanTag(or(p.Tag, "")); err != nil {
		return err //nolint:wrapcheck // words for people
	}
	if q.Since, err = instant("after", or(p.After, "")); err != nil {
		return err
	}
	if q.Until, err = instant("before", or(p.Before, "")); err != nil {
		return err
	}
	for _, s := range or(p.Source, nil) {
		q.Sources = append(q.Sources, domain.MomentSource(s))
	}
	return nil
}

// instant reads a time or a date, which is its beginning in UTC; empty is the zero time.
func instant(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, domain.Errorf(domain.KindInvalid, "%s is neither a date like 2026-05-17 nor a time like 2026-05-17T09:30:00Z", name)
}

func momentOf(who caller, m *domain.Moment) gen.Moment {
	out := gen.Moment{
		ClipId: string(m.ClipID), Title: m.Title, StartMs: m.StartMS, EndMs: m.EndMS, Snippet: m.Snippet, Source: gen.MomentSource(m.Source),
		Owner: &gen.Person{Id: string(m.OwnerID), Name: m.OwnerName}, ClipDurationMs: nonZero(m.ClipDurationMS), CreatedAt: utc(m.ClipCreatedAt),
	}
	if m.ParentID != "" {
		out.ReplyTo = &gen.ReplyPlace{AtMs: m.ParentAtMS, ClipId: string(m.ParentID), CommentId: string(m.CommentID)}
	}
	if m.HasPoster {
		out.PosterUrl = nonZero(clipPath(who.base, m.ClipID) + "/poster.jpg")
	}
	return out
}
