package postgres

import (
	"context"

	"baton/domain"
)

// Spaces keeps the folders of workspaces.
type Spaces struct{ db *DB }

// Create makes a space. KindConflict when the name is taken.
func (s Spaces) Create(ctx context.Context, space domain.Space) error {
	return errSoon
}

// List lists a workspace's spaces by name.
func (s Spaces) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Space, error) {
	return nil, errSoon
}

// Rename gives it another name. KindNotFound, KindConflict.
func (s Spaces) Rename(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, name string) (domain.Space, error) {
	return domain.Space{}, errSoon
}

// Delete removes it; its clips stay, in no space. KindNotFound.
func (s Spaces) Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error {
	return errSoon
}
