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

// CreateFor makes a workspace beside others for somebody who has an account. KindNotFound when nobody has one with the address.
func (s Workspaces) CreateFor(ctx context.Context, w domain.Workspace, email string) error {
	return s.db.inTx(ctx, "create a workspace", func(t *tx) error {
		row, err := t.AccountByEmail(ctx, email)
		if err != nil {
			return orNotFound(err, "nobody has an account with this address")
		}
		if err := t.InsertWorkspace(ctx, w.ID, w.Name); err != nil {
			return err
		}
		return t.join(ctx, w.ID, row.Account.ID, domain.RoleOwner)
	})
}

// Get reads one. KindNotFound.
func (s Workspaces) Get(ctx context.Context, id domain.WorkspaceID) (domain.Workspace, error) {
	w, err := s.db.queries().Workspace(ctx, id)
	return domain.Workspace(w), failed("read a workspace", orNotFound(err, "there is no such workspace"))
}

// Update changes one. Turning the reading of screens off removes what was read, a clip after the other: when it is
// interrupted, nothing new is read, and the next call goes on. KindNotFound.
func (s Workspaces) Update(ctx context.Context, id domain.WorkspaceID, p domain.WorkspacePatch) error {
	const act = "change a workspace"
	err := s.db.inTx(ctx, act, func(t *tx) error {
		if _, err := t.LockWorkspace(ctx, id); err != nil {
			return orNotFound(err, "there is no such workspace")
		}
		w, err := t.Workspace(ctx, id)
		if err != nil {
			return err
		}
		if p.Name != nil {
			w.Name = *p.Name
		}
		if p.ReadScreen != nil {
			w.ReadScreen = *p.ReadScreen
		}
		if p.CountViews != nil {
			w.CountViews = *p.CountViews
		}
		return t.UpdateWorkspace(ctx, sqlc.UpdateWorkspaceParams{ID: id, Name: w.Name, ReadScreen: w.ReadScreen, CountViews: w.CountViews})
	})
	if err != nil || p.ReadScreen == nil || *p.ReadScreen {
		return err
	}
	clips, err := s.db.queries().ClipsWithScreenText(ctx, id)
	if err != nil {
		return failed(act, err)
	}
	for _, c := range clips {
		if err := s.db.Screens.forget(ctx, c); err != nil && domain.KindOf(err) != domain.KindNotFound {
			return err
		}
	}
	return nil
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
