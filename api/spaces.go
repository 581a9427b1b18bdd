package api

import (
	"context"

	"baton/domain"
)

// spaces keeps the folders of workspaces.
type spaces interface {
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Space, error)
	// Create makes one. KindConflict when the name is taken.
	Create(ctx context.Context, s domain.Space) error
	// Rename changes its name. KindNotFound, KindConflict.
	Rename(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, name string) (domain.Space, error)
	// Delete removes it; its clips stay, in no space. KindNotFound.
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error
}
