package api

import (
	"context"

	"baton/domain"
)

// invites keeps invitation links.
type invites interface {
	// Create keeps an invitation under the SHA-256 of its secret.
	Create(ctx context.Context, i domain.Invite, secretHash []byte) error
	// BySecret finds one, also when it is used up, expired or revoked. KindNotFound.
	BySecret(ctx context.Context, secretHash []byte) (domain.Invite, error)
	// List gives the open ones of a workspace, the newest first.
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Invite, error)
	// Revoke ends one. KindNotFound.
	Revoke(ctx context.Context, w domain.WorkspaceID, id domain.InviteID) error
	// Accept makes the account and its membership and counts the use, in one transaction. KindGone when the
	// invitation is used up, expired or revoked; KindConflict when the e-mail address has an account.
	Accept(ctx context.Context, secretHash []byte, a domain.Account) (domain.Member, error)
}
