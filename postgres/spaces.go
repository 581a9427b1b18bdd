package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const (
	noSpace   = "there is no such space"
	spaceName = "there is a space of this name already"
)

// Spaces keeps the folders of workspaces.
type Spaces struct{ db *DB }

// Create makes a space. KindConflict when the name is taken.
func (s Spaces) Create(ctx context.Context, space domain.Space) error {
	err := s.db.queries().InsertSpace(ctx, sqlc.InsertSpaceParams{ID: space.ID, WorkspaceID: space.WorkspaceID, Name: space.Name})
	return failed("create a space", orConflict(err, "space_name_unique", spaceName))
}

// List lists a workspace's spaces by name.
func (s Spaces) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Space, error) {
	rows, err := s.db.queries().Spaces(ctx, w)
	return each(rows, toSpace), failed("list spaces", err)
}

// Rename gives it another name. KindNotFound, KindConflict.
func (s Spaces) Rename(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, name string) (domain.Space, error) {
	row, err := s.db.queries().RenameSpace(ctx, sqlc.RenameSpaceParams{WorkspaceID: w, ID: id, Name: name})
	return toSpace(row), failed("rename a space", orConflict(orNotFound(err, noSpace), "space_name_unique", spaceName))
}

// Delete removes it; its clips stay, in no space. KindNotFound.
func (s Spaces) Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error {
	return s.db.inTx(ctx, "delete a space", func(t *tx) error {
		n, err := t.DeleteSpace(ctx, w, id)
		return found(n, err, noSpace)
	})
}
