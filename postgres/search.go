package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/search"
)

// maxMoments bounds a page of search results.
const maxMoments = 100

// Search finds moments.
type Search struct{ db *DB }

// Search gives moments of clips that the viewer may watch, best first, up to q.Limit, and fewer only at the end. KindInvalid
// for a cursor that is not one of ours. Text that has no words finds nothing.
func (s Search) Search(ctx context.Context, v domain.Viewer, q domain.SearchQuery) ([]domain.Moment, error) {
	text := search.CleanQuery(q.Text)
	if !search.HasWords(text) || !v.SignedIn() {
		return []domain.Moment{}, nil
	}
	q.Limit = min(max(q.Limit, 1), maxMoments)
	p := sqlc.SearchParams{
		WorkspaceID: string(v.WorkspaceID), Txt: text, ViewerID: string(v.AccountID), Guest: v.Role == domain.RoleGuest,
		ByOwner: string(q.OwnerID), InSpace: string(q.SpaceID), WithTag: q.Tag, Since: orNull(q.Since), Until: orNull(q.Until),
		Sources: each(q.Sources, func(s domain.MomentSource) string { return string(s) }), FirstPage: q.After == "",
		// Some are left out because the next passage shows the same line.
		PageSize: q.Limit + q.Limit/4 + 1,
	}
	if q.After != "" {
		after, err := search.ParseCursor(q.After)
		if err != nil {
			return nil, err
		}
		p.AfterScore, p.AfterID = after.Score, after.Passage
	}
	moments := make([]domain.Moment, 0, q.Limit)
	for {
		rows, err := s.page(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			p.FirstPage, p.AfterScore, p.AfterID = false, r.Score, r.ID
			if r.ShownByNext {
				continue
			}
			if moments = append(moments, toMoment(r)); len(moments) == q.Limit {
				return moments, nil
			}
		}
		if len(rows) < p.PageSize {
			return moments, nil
		}
	}
}

// page gives what follows. A word that very many passages have is looked for where it occurs often: when these fill the page and the last of
// them is better than any other can be, the others need not be read.
func (s Search) page(ctx context.Context, p sqlc.SearchParams) ([]sqlc.SearchRow, error) {
	p.Often = true
	rows, err := s.db.queries().Search(ctx, p)
	n := len(rows)
	if err != nil || n > 0 && !rows[0].Often || n == p.PageSize && rows[n-1].Score > rows[0].Seldom {
		return rows, failed("search", err)
	}
	p.Often = false
	rows, err = s.db.queries().Search(ctx, p)
	return rows, failed("search", err)
}

func toMoment(r sqlc.SearchRow) domain.Moment {
	return domain.Moment{
		ClipID: r.ClipID, Title: r.Title, StartMS: r.StartMs, EndMS: r.EndMs, Snippet: search.Snippet(r.Marked),
		Source: domain.MomentSource(r.Source), Rank: r.Score, Cursor: search.Position{Score: r.Score, Passage: r.ID}.Cursor(),
		OwnerID: r.OwnerID, OwnerName: r.OwnerName, ClipDurationMS: r.DurationMs, ClipCreatedAt: r.CreatedAt, HasPoster: r.HasPoster,
		ParentID: domain.ClipID(r.ParentID), CommentID: domain.CommentID(r.CommentID), ParentAtMS: r.ParentAtMs,
	}
}
