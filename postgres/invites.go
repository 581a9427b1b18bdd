package postgres

import (
	"context"

	"baton/domain"
)

// Invites keeps invitation links.
type Invites struct{ db *DB }

// Create keeps an invitation under the SHA-256 of its secret.
func (s Invites) Create(ctx context.Context, i domain.Invite, secretHash []byte) error {
	return errSoon
}

// BySecret finds one, also when it is used up, expired or revoked. KindNotFound.
func (s Invites) BySecret(ctx context.Context, secretHash []byte) (domain.Invite, error) {
	return domain.Invite{}, errSoon
}

// List gives the open ones of a workspace, the newest first.
func (s Invites) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Invite, error) {
	return nil, errSoon
}

// Revoke ends one. KindNotFound.
func (s Invites) Revoke(ctx context.Context, w domain.WorkspaceID, id domain.InviteID) error {
	return errSoon
}

// Accept makes the account and its membership and counts the use, in one transaction. KindGone when the
// invitation is used up, expired or revoked; KindConflict when the e-mail address has an account.
func (s Invites) Accept(ctx context.Context, secretHash []byte, a domain.Account) (domain.Member, error) {
	return domain.Member{}, errSoon
}

// AcceptExisting does the same for a person who has an account; the caller has checked that it is them.
// A member keeps the role they have, and no use is counted.
func (s Invites) AcceptExisting(ctx context.Context, secretHash []byte, account domain.AccountID) (domain.Member, error) {
	return domain.Member{}, errSoon
}
