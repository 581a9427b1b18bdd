package postgres

import (
	"context"

	"baton/domain"
)

// Workspaces keeps the teams of this server.
type Workspaces struct{ db *DB }

// Any tells whether the first workspace has been made.
func (s Workspaces) Any(ctx context.Context) (bool, error) {
	return false, errSoon
}

// Create makes the first workspace and its owner. It works once, also among many at the same time: KindConflict afterwards.
func (s Workspaces) Create(ctx context.Context, w domain.Workspace, owner domain.Account) error {
	return errSoon
}

// CreateFurther makes a workspace beside others. KindConflict when the owner's e-mail address has an account.
func (s Workspaces) CreateFurther(ctx context.Context, w domain.Workspace, owner domain.Account) error {
	return errSoon
}

// Get reads one. KindNotFound.
func (s Workspaces) Get(ctx context.Context, id domain.WorkspaceID) (domain.Workspace, error) {
	return domain.Workspace{}, errSoon
}

// First reads the oldest. KindNotFound while there is none.
func (s Workspaces) First(ctx context.Context) (domain.Workspace, error) {
	return domain.Workspace{}, errSoon
}
