package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Workspaces keeps the teams of this server.
type Workspaces struct{ db *DB }

// Any tells whether the first workspace has been made.
func (s Workspaces) Any(ctx context.Context) (bool, error) {
	made, err := s.db.queries().AnyWorkspace(ctx)
	return made, failed("look for a workspace", err)
}

// Create makes the first workspace and its owner. It works once, also among many at the same time: KindConflict afterwards.
func (s Workspaces) Create(ctx context.Context, w domain.Workspace, owner domain.Account) error {
	return s.db.inTx(ctx, "create the first workspace", func(t *tx) error {
		if err := t.LockSetup(ctx); err != nil {
			return err
		}
		made, err := t.AnyWorkspace(ctx)
		if err != nil {
			return err
		}
		if made {
			return domain.Errorf(domain.KindConflict, "this server is set up already: sign in, or ask for an invitation")
		}
		return t.createWorkspace(ctx, w, owner, domain.RoleOwner)
	})
}

// CreateFurther makes a workspace beside others. KindConflict when the owner's e-mail address has an account.
func (s Workspaces) CreateFurther(ctx context.Context, w domain.Workspace, owner domain.Account) error {
	return s.db.inTx(ctx, "create a workspace", func(t *tx) error {
		if err := t.LockSetup(ctx); err != nil {
			return err
		}
		return t.createWorkspace(ctx, w, owner, domain.RoleOwner)
	})
}

// Get reads one. KindNotFound.
func (s Workspaces) Get(ctx context.Context, id domain.WorkspaceID) (domain.Workspace, error) {
	w, err := s.db.queries().Workspace(ctx, id)
	return domain.Workspace(w), failed("read a workspace", orNotFound(err, "there is no such workspace"))
}

// First reads the oldest. KindNotFound while there is none.
func (s Workspaces) First(ctx context.Context) (domain.Workspace, error) {
	w, err := s.db.queries().FirstWorkspace(ctx)
	return domain.Workspace(w), failed("read the first workspace", orNotFound(err, "there is no workspace yet"))
}

// createWorkspace makes a workspace with a new account in it.
func (t *tx) createWorkspace(ctx context.Context, w domain.Workspace, a domain.Account, role domain.Role) error {
	if err := t.InsertWorkspace(ctx, w.ID, w.Name); err != nil {
		return err
	}
	if err := t.createAccount(ctx, a); err != nil {
		return err
	}
	_, err := t.InsertMember(ctx, sqlc.InsertMemberParams{WorkspaceID: w.ID, AccountID: a.ID, Role: role})
	return err
}
