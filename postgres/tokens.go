package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Tokens keeps bearer tokens.
type Tokens struct{ db *DB }

// Create keeps a token under the SHA-256 of its secret. KindNotFound when the person is no member of the workspace.
func (s Tokens) Create(ctx context.Context, token domain.APIToken, tokenHash []byte) error {
	n, err := s.db.queries().InsertToken(ctx, sqlc.InsertTokenParams{
		ID: token.ID, TokenHash: tokenHash, AccountID: token.AccountID, WorkspaceID: token.WorkspaceID, Name: token.Name,
	})
	return failed("create a token", found(n, err, noMember))
}

// ByToken finds a token that is not revoked, with the membership it acts for, and notes (at most once a
// minute) that it was used. KindNotFound, also when the person left the workspace.
func (s Tokens) ByToken(ctx context.Context, tokenHash []byte) (domain.APIToken, domain.Member, error) {
	q := s.db.queries()
	r, err := q.TokenByHash(ctx, tokenHash)
	if err == nil && r.UsedLongAgo {
		err = q.TouchToken(ctx, r.ID)
	}
	return domain.APIToken{
		ID: r.ID, AccountID: r.Account.ID, WorkspaceID: r.WorkspaceID, Name: r.TokenName,
		CreatedAt: r.TokenCreatedAt, LastUsedAt: deref(r.LastUsedAt),
	}, toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account).In(spacesOf(r.Spaces)), failed("find a token", orNotFound(err, "there is no such token"))
}

// List gives a person's tokens that are not revoked, the newest first.
func (s Tokens) List(ctx context.Context, account domain.AccountID) ([]domain.APIToken, error) {
	rows, err := s.db.queries().Tokens(ctx, account)
	return each(rows, func(r sqlc.TokensRow) domain.APIToken {
		return domain.APIToken{
			ID: r.ID, AccountID: r.AccountID, WorkspaceID: r.WorkspaceID, Name: r.Name, CreatedAt: r.CreatedAt, LastUsedAt: deref(r.LastUsedAt),
		}
	}), failed("list tokens", err)
}

// Revoke ends one of the person's tokens. KindNotFound.
func (s Tokens) Revoke(ctx context.Context, account domain.AccountID, id domain.TokenID) error {
	n, err := s.db.queries().RevokeToken(ctx, id, account)
	return failed("revoke a token", found(n, err, "there is no such token"))
}
