package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Tags lists the tags of the clips that the viewer may watch, the most used first.
func (s Clips) Tags(ctx context.Context, v domain.Viewer) ([]domain.Tag, error) {
	rows, err := s.db.queries().TagsOfWorkspace(ctx, sqlc.TagsOfWorkspaceParams{
		WorkspaceID: v.WorkspaceID, ViewerID: string(v.AccountID), Guest: v.Role == domain.RoleGuest,
	})
	return each(rows, func(r sqlc.TagsOfWorkspaceRow) domain.Tag { return domain.Tag{Name: r.Tag, Clips: r.Clips} }),
		failed("list tags", err)
}

// setTags makes tags all that a clip has.
func (t *tx) setTags(ctx context.Context, id domain.ClipID, tags []string) error {
	tags = orEmpty(tags)
	if err := t.KeepTags(ctx, id, tags); err != nil {
		return err
	}
	return t.AddTags(ctx, id, tags)
}
