package api

import (
	"context"
	"fmt"
	"time"

	"baton/api/gen"
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

func (h *handlers) ListTokens(ctx context.Context, _ gen.ListTokensRequestObject) (gen.ListTokensResponseObject, error) {
	all, err := h.Tokens.List(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	out := make([]gen.Token, 0, len(all))
	for _, t := range all {
		out = append(out, gen.Token{Id: string(t.ID), Name: t.Name, CreatedAt: t.CreatedAt.UTC(), LastUsedAt: utc(t.LastUsedAt)})
	}
	return gen.ListTokens200JSONResponse{Tokens: out}, nil
}

// CreateToken wants a sign-in: a leaked token must not be able to make itself successors.
func (h *handlers) CreateToken(ctx context.Context, r gen.CreateTokenRequestObject) (gen.CreateTokenResponseObject, error) {
	who := callerOf(ctx)
	if who.token != "" {
		return nil, domain.Errorf(domain.KindForbidden, "tokens are made by people who are signed in, not by tokens")
	}
	name, err := cleanName(r.Body.Name)
	if err != nil {
		return nil, err
	}
	secret, hash := newSecret(tokenPrefix, 32)
	t := domain.APIToken{
		ID: domain.NewID[domain.TokenID](), AccountID: who.AccountID, WorkspaceID: who.WorkspaceID, Name: name, CreatedAt: time.Now(),
	}
	if err := h.Tokens.Create(ctx, t, hash); err != nil {
		return nil, fmt.Errorf("keep token: %w", err)
	}
	return gen.CreateToken201JSONResponse{Id: string(t.ID), Name: t.Name, Token: secret}, nil
}

func (h *handlers) RevokeToken(ctx context.Context, r gen.RevokeTokenRequestObject) (gen.RevokeTokenResponseObject, error) {
	if err := h.Tokens.Revoke(ctx, callerOf(ctx).AccountID, domain.TokenID(r.TokenId)); err != nil {
		return nil, named(err, "revoke token", "there is no such token")
	}
	return gen.RevokeToken204Response{}, nil
}
