package api

import (
	"context"

	"baton/domain"
)

// members keeps who is in which workspace. People who left are not among them.
type members interface {
	// List gives the members of a workspace, by name.
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Member, error)
	// OfAccount gives the memberships of a person, the newest first.
	OfAccount(ctx context.Context, id domain.AccountID) ([]domain.Member, error)
	// SetRole changes a role. KindNotFound; KindConflict when it would leave no owner.
	SetRole(ctx context.Context, w domain.WorkspaceID, id domain.AccountID, r domain.Role) (domain.Member, error)
	// Remove ends a membership with its sign-ins and tokens. KindNotFound; KindConflict for the last owner.
	Remove(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) error
}
