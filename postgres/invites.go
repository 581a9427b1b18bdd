package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noInvite = "there is no such invitation"

// Invites keeps invitation links.
type Invites struct{ db *DB }

// Create keeps an invitation under the SHA-256 of its secret.
func (s Invites) Create(ctx context.Context, i domain.Invite, secretHash []byte) error {
	return failed("create an invitation", s.db.queries().InsertInvite(ctx, sqlc.InsertInviteParams{
		ID: i.ID, WorkspaceID: i.WorkspaceID, SecretHash: secretHash, Role: i.Role, CreatedBy: i.CreatedBy,
		ExpiresAt: i.ExpiresAt, MaxUses: i.MaxUses,
	}))
}

// BySecret finds one, also when it is used up, expired or revoked. KindNotFound.
func (s Invites) BySecret(ctx context.Context, secretHash []byte) (domain.Invite, error) {
	row, err := s.db.queries().InviteBySecret(ctx, secretHash)
	return toInvite(row.Invite), failed("find an invitation", orNotFound(err, noInvite))
}

// List gives the open ones of a workspace, the newest first.
func (s Invites) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Invite, error) {
	rows, err := s.db.queries().OpenInvites(ctx, w)
	return each(rows, func(r sqlc.OpenInvitesRow) domain.Invite { return toInvite(r.Invite) }), failed("list invitations", err)
}

// Revoke ends one. KindNotFound.
func (s Invites) Revoke(ctx context.Context, w domain.WorkspaceID, id domain.InviteID) error {
	n, err := s.db.queries().RevokeInvite(ctx, id, w)
	return failed("revoke an invitation", found(n, err, noInvite))
}

// Accept makes the account and its membership and counts the use, in one transaction. KindGone when the
// invitation is used up, expired or revoked; KindConflict when the e-mail address has an account.
func (s Invites) Accept(ctx context.Context, secretHash []byte, a domain.Account) (domain.Member, error) {
	var m domain.Member
	err := s.db.inTx(ctx, "accept an invitation", func(t *tx) error {
		i, err := t.openInvite(ctx, secretHash)
		if err != nil {
			return err
		}
		if err := t.createAccount(ctx, a); err != nil {
			return err
		}
		m, err = t.use(ctx, i, a.ID)
		return err
	})
	return m, err
}

// AcceptExisting does the same for a person who has an account; the caller has checked that it is them.
// A member keeps the role they have, and no use is counted.
func (s Invites) AcceptExisting(ctx context.Context, secretHash []byte, account domain.AccountID) (domain.Member, error) {
	var m domain.Member
	err := s.db.inTx(ctx, "accept an invitation", func(t *tx) error {
		i, err := t.openInvite(ctx, secretHash)
		if err != nil {
			return err
		}
		m, err = t.member(ctx, i.WorkspaceID, account)
		if domain.KindOf(err) == domain.KindNotFound {
			m, err = t.use(ctx, i, account)
		}
		return err
	})
	return m, err
}

// openInvite locks an invitation, so that each of its uses is counted. KindNotFound, KindGone.
func (t *tx) openInvite(ctx context.Context, secretHash []byte) (domain.Invite, error) {
	row, err := t.LockInvite(ctx, secretHash)
	if err != nil {
		return domain.Invite{}, orNotFound(err, noInvite)
	}
	i := toInvite(row.Invite)
	switch {
	case !i.RevokedAt.IsZero():
		return i, domain.Errorf(domain.KindGone, "the invitation was revoked: ask for a new one")
	case !i.ExpiresAt.After(time.Now()):
		return i, domain.Errorf(domain.KindGone, "the invitation has expired: ask for a new one")
	case i.MaxUses > 0 && i.Uses >= i.MaxUses:
		return i, domain.Errorf(domain.KindGone, "the invitation has been used: ask for a new one")
	}
	return i, nil
}

// use counts a use and puts the account into the workspace.
func (t *tx) use(ctx context.Context, i domain.Invite, account domain.AccountID) (domain.Member, error) {
	if err := t.UseInvite(ctx, i.ID); err != nil {
		return domain.Member{}, err
	}
	if err := t.join(ctx, i.WorkspaceID, account, i.Role); err != nil {
		return domain.Member{}, err
	}
	return t.member(ctx, i.WorkspaceID, account)
}
