package postgres

import (
	"context"

	"baton/domain"
)

// Members keeps who is in which workspace. People who left are not among them.
type Members struct{ db *DB }

// Add puts a person into the oldest workspace, and makes it, with the given name, if there is none. Someone who left comes
// back with the new role, and the new password if one is given. KindConflict for a member.
func (s Members) Add(ctx context.Context, workspace string, a domain.Account, role domain.Role) (domain.Member, error) {
	return domain.Member{}, errSoon
}

// List gives the members of a workspace, by name.
func (s Members) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Member, error) {
	return nil, errSoon
}

// Get reads one. KindNotFound.
func (s Members) Get(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Member, error) {
	return domain.Member{}, errSoon
}

// OfAccount gives the memberships of a person, the newest first.
func (s Members) OfAccount(ctx context.Context, id domain.AccountID) ([]domain.Member, error) {
	return nil, errSoon
}

// SetRole changes a role. KindNotFound; KindConflict when it would leave no owner.
func (s Members) SetRole(ctx context.Context, w domain.WorkspaceID, id domain.AccountID, role domain.Role) (domain.Member, error) {
	return domain.Member{}, errSoon
}

// Remove ends a membership with its sign-ins and tokens; the person's clips and comments stay. KindNotFound; KindConflict for the last owner.
func (s Members) Remove(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) error {
	return errSoon
}
