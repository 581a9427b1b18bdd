package postgres

import (
	"context"

	"baton/domain"
)

// Tokens keeps bearer tokens.
type Tokens struct{ db *DB }

// Create keeps a token under the SHA-256 of its secret. KindNotFound when the person is no member of the workspace.
func (s Tokens) Create(ctx context.Context, token domain.APIToken, tokenHash []byte) error {
	return errSoon
}

// ByToken finds a token that is not revoked, with the membership it acts for, and notes (at most once a
// minute) that it was used. KindNotFound, also when the person left the workspace.
func (s Tokens) ByToken(ctx context.Context, tokenHash []byte) (domain.APIToken, domain.Member, error) {
	return domain.APIToken{}, domain.Member{}, errSoon
}

// List gives a person's tokens that are not revoked, the newest first.
func (s Tokens) List(ctx context.Context, account domain.AccountID) ([]domain.APIToken, error) {
	return nil, errSoon
}

// Revoke ends one of the person's tokens. KindNotFound.
func (s Tokens) Revoke(ctx context.Context, account domain.AccountID, id domain.TokenID) error {
	return errSoon
}
