package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// View reads one with what its page shows. It checks no right. KindNotFound.
func (s Clips) View(ctx context.Context, id domain.ClipID) (domain.ClipView, error) {
	q := s.db.queries()
	row, err := q.ClipView(ctx, id)
	if err != nil {
		return domain.ClipView{}, failed("read a clip", orNotFound(err, noClip))
	}
	views := []domain.ClipView{toView(sqlc.ClipViewsRow(row))}
	if err := addParts(ctx, q, views); err != nil {
		return domain.ClipView{}, failed("read a clip's parts", err)
	}
	views[0].Joins, err = q.CountStitchParts(ctx, id)
	return views[0], failed("count what a clip was joined of", err)
}

// List gives those of the viewer's workspace that the viewer may watch, newest first.
func (s Clips) List(ctx context.Context, v domain.Viewer, f domain.ClipFilter) ([]domain.ClipView, error) {
	q := s.db.queries()
	rows, err := q.ClipViews(ctx, sqlc.ClipViewsParams{
		WorkspaceID: v.WorkspaceID, ViewerID: string(v.AccountID), Guest: v.Role == domain.RoleGuest,
		Before: string(f.Before), ByOwner: string(f.OwnerID), InSpace: string(f.SpaceID), WithTag: f.Tag, PinnedIn: string(f.PinnedIn), PageSize: f.Limit,
	})
	if err != nil {
		return nil, failed("list clips", err)
	}
	views := each(rows, toView)
	return views, failed("list clips", addParts(ctx, q, views))
}

func toView(r sqlc.ClipViewsRow) domain.ClipView {
	return domain.ClipView{
		Clip: toClip(r.Clip), OwnerName: r.OwnerName, SpaceName: r.SpaceName, CommentCount: int(r.CommentCount), Playable: r.Playable,
	}
}

// addParts reads what several clips have many of, for all of them at once.
func addParts(ctx context.Context, q *sqlc.Queries, views []domain.ClipView) error {
	ids := make([]string, len(views))
	at := map[domain.ClipID]*domain.ClipView{}
	for i := range views {
		ids[i] = string(views[i].ID)
		at[views[i].ID] = &views[i]
	}
	renditions, err := q.Renditions(ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range renditions {
		v := at[r.ClipID]
		v.Renditions = append(v.Renditions, toRendition(r))
	}
	gaps, err := q.Gaps(ctx, ids)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		at[g.ClipID].GapsMS = g.Gaps
	}
	tags, err := q.Tags(ctx, ids)
	if err != nil {
		return err
	}
	for _, t := range tags {
		v := at[t.ClipID]
		v.Tags = append(v.Tags, t.Tag)
	}
	work, err := q.Work(ctx, ids)
	if err != nil {
		return err
	}
	for _, w := range work {
		if v := at[w.ClipID]; w.State != domain.WorkDone {
			v.Work = append(v.Work, toWork(w))
		}
	}
	return nil
}

func toWork(w sqlc.WorkRow) domain.Work {
	return domain.Work{Kind: w.Kind, State: w.State, Progress: w.Progress, Reason: w.Reason}
}
