package api

import (
	"context"

	"baton/domain"
)

// tokens keeps bearer tokens.
type tokens interface {
	// Create keeps a token under the SHA-256 of its secret.
	Create(ctx context.Context, t domain.APIToken, tokenHash []byte) error
	// ByToken finds a token that is not revoked, with the membership it acts for, and notes (at most once a
	// minute) that it was used. KindNotFound, also when the person left the workspace.
	ByToken(ctx context.Context, tokenHash []byte) (domain.APIToken, domain.Member, error)
	// List gives a person's tokens that are not revoked, the newest first.
	List(ctx context.Context, a domain.AccountID) ([]domain.APIToken, error)
	// Revoke ends one of the person's tokens. KindNotFound.
	Revoke(ctx context.Context, a domain.AccountID, id domain.TokenID) error
}
