package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noMember = "there is no such member"

// Members keeps who is in which workspace. People who left are not among them.
type Members struct{ db *DB }

// Add puts a person into the oldest workspace, and makes it, with the given name, if there is none. Someone who left comes
// back with the new role, and the new password if one is given. KindConflict for a member; KindInvalid when the first of all is no owner.
func (s Members) Add(ctx context.Context, workspace string, a domain.Account, role domain.Role) (domain.Member, error) {
	var m domain.Member
	err := s.db.inTx(ctx, "add a member", func(t *tx) error {
		if err := t.LockSetup(ctx); err != nil {
			return err
		}
		w, err := t.FirstWorkspace(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			if role != domain.RoleOwner {
				return domain.Errorf(domain.KindInvalid, "there is nobody yet, and the first person owns the workspace: add one with the role owner, or open the server's page and set it up there")
			}
			w.ID = domain.NewID[domain.WorkspaceID]()
			err = t.InsertWorkspace(ctx, w.ID, workspace)
		}
		if err != nil {
			return err
		}
		if a.ID, err = t.findOrCreate(ctx, a); err != nil {
			return err
		}
		if err := t.join(ctx, w.ID, a.ID, role); err != nil {
			return err
		}
		m, err = t.member(ctx, w.ID, a.ID)
		return err
	})
	return m, err
}

// List gives the members of a workspace, by name.
func (s Members) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Member, error) {
	rows, err := s.db.queries().Members(ctx, w)
	return each(rows, func(r sqlc.MembersRow) domain.Member {
		return toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account).In(spacesOf(r.Spaces))
	}), failed("list members", err)
}

// Get reads one. KindNotFound.
func (s Members) Get(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Member, error) {
	r, err := s.db.queries().Member(ctx, w, id)
	return toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account).In(spacesOf(r.Spaces)), failed("read a member", orNotFound(err, noMember))
}

// OfAccount gives the memberships of a person, the newest first.
func (s Members) OfAccount(ctx context.Context, id domain.AccountID) ([]domain.Member, error) {
	rows, err := s.db.queries().Memberships(ctx, id)
	return each(rows, func(r sqlc.MembershipsRow) domain.Member {
		return toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account)
	}), failed("list memberships", err)
}

// SetRole changes a role. KindNotFound; KindConflict when it would leave no owner.
func (s Members) SetRole(ctx context.Context, w domain.WorkspaceID, id domain.AccountID, role domain.Role) (domain.Member, error) {
	var m domain.Member
	err := s.db.inTx(ctx, "change a role", func(t *tx) error {
		if role != domain.RoleOwner {
			if err := t.spareLastOwner(ctx, w, id); err != nil {
				return err
			}
		}
		n, err := t.SetMemberRole(ctx, sqlc.SetMemberRoleParams{Role: role, WorkspaceID: w, AccountID: id})
		if err := found(n, err, noMember); err != nil {
			return err
		}
		m, err = t.member(ctx, w, id)
		return err
	})
	return m, err
}

// Remove ends a membership with its sign-ins and tokens, and mails and pushes nothing that waits; the person's clips and comments stay. KindNotFound; KindConflict for
// the last owner.
func (s Members) Remove(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) error {
	return s.db.inTx(ctx, "remove a member", func(t *tx) error {
		if err := t.spareLastOwner(ctx, w, id); err != nil {
			return err
		}
		n, err := t.MarkMemberLeft(ctx, w, id)
		if err := found(n, err, noMember); err != nil {
			return err
		}
		if err := t.CancelNoticesOf(ctx, w, id); err != nil {
			return err
		}
		if err := t.LeaveSpacesOf(ctx, w, id); err != nil {
			return err
		}
		if err := t.EndAnswerLinks(ctx, id, string(w)); err != nil { // first: what is opened meanwhile has its sign-in by then
			return err
		}
		if err := t.DeleteMemberSignIns(ctx, w, id); err != nil {
			return err
		}
		return t.RevokeMemberTokens(ctx, w, id)
	})
}

// spareLastOwner refuses to touch the only owner of a workspace. Two owners who remove each other at once come one
// after the other here, and the second finds themselves to be the last.
func (t *tx) spareLastOwner(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) error {
	if _, err := t.LockWorkspace(ctx, w); err != nil {
		return orNotFound(err, "there is no such workspace")
	}
	m, err := t.member(ctx, w, id)
	if err != nil || m.Role != domain.RoleOwner {
		return err
	}
	others, err := t.OtherOwners(ctx, w, id)
	if err == nil && others == 0 {
		return domain.Errorf(domain.KindConflict, "a workspace needs an owner: make someone else owner first")
	}
	return err
}

func (t *tx) member(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Member, error) {
	r, err := t.Member(ctx, w, id)
	return toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account), orNotFound(err, noMember)
}

// join puts an account into a workspace. KindConflict for a member.
func (t *tx) join(ctx context.Context, w domain.WorkspaceID, id domain.AccountID, role domain.Role) error {
	n, err := t.InsertMember(ctx, sqlc.InsertMemberParams{WorkspaceID: w, AccountID: id, Role: role})
	if err == nil && n == 0 {
		return domain.Errorf(domain.KindConflict, "this person is a member already")
	}
	return err
}

// findOrCreate finds the account with the e-mail address, and gives it the new password if there is one, or makes it.
func (t *tx) findOrCreate(ctx context.Context, a domain.Account) (domain.AccountID, error) {
	row, err := t.AccountByEmail(ctx, a.Email)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return a.ID, t.createAccount(ctx, a)
	case err == nil && a.PasswordHash != "":
		_, err = t.SetPasswordHash(ctx, a.PasswordHash, row.Account.ID)
	}
	return row.Account.ID, err
}
