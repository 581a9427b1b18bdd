package api

import (
	"context"
	"fmt"
	"time"

	"baton/api/gen"
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
	// AcceptExisting does the same for a person who has an account. A member keeps the role they have, and no use is counted.
	AcceptExisting(ctx context.Context, secretHash []byte, account domain.AccountID) (domain.Member, error)
}

func (h *handlers) ListInvites(ctx context.Context, _ gen.ListInvitesRequestObject) (gen.ListInvitesResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Invites.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	out := make([]gen.Invite, 0, len(all))
	for _, i := range all {
		out = append(out, gen.Invite{
			Id: string(i.ID), Role: gen.Role(i.Role), Uses: i.Uses, MaxUses: i.MaxUses, CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC(),
		})
	}
	return gen.ListInvites200JSONResponse{Invites: out}, nil
}

func (h *handlers) CreateInvite(ctx context.Context, r gen.CreateInviteRequestObject) (gen.CreateInviteResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	if r.Body.Role == gen.Role(domain.RoleOwner) {
		return nil, domain.Errorf(domain.KindInvalid, "a link makes no owners; invite a member and change the role")
	}
	now := time.Now()
	i := domain.Invite{
		ID: domain.NewID[domain.InviteID](), WorkspaceID: who.WorkspaceID, Role: domain.Role(r.Body.Role), CreatedBy: who.AccountID,
		CreatedAt: now, ExpiresAt: now.Add(time.Duration(or(r.Body.ExpiresInHours, 7*24)) * time.Hour), MaxUses: or(r.Body.MaxUses, 0),
	}
	secret, hash := newSecret("", 24)
	if err := h.Invites.Create(ctx, i, hash); err != nil {
		return nil, fmt.Errorf("keep invitation: %w", err)
	}
	return gen.CreateInvite201JSONResponse{
		Id: string(i.ID), Url: h.PublicURL.JoinPath("join", secret).String(), ExpiresAt: i.ExpiresAt.UTC(),
	}, nil
}

func (h *handlers) RevokeInvite(ctx context.Context, r gen.RevokeInviteRequestObject) (gen.RevokeInviteResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Invites.Revoke(ctx, who.WorkspaceID, domain.InviteID(r.InviteId)); err != nil {
		return nil, named(err, "revoke invitation", "there is no such invitation")
	}
	return gen.RevokeInvite204Response{}, nil
}

// invitation finds what a link leads to, if it still leads somewhere. Tries are limited as passwords are.
func (h *handlers) invitation(ctx context.Context, secret string) (domain.Invite, error) {
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return domain.Invite{}, err
	}
	i, err := h.Invites.BySecret(ctx, hashSecret(secret))
	if err != nil {
		return i, named(err, "find invitation", "there is no such invitation; ask for a new link")
	}
	if !i.RevokedAt.IsZero() || time.Now().After(i.ExpiresAt) || i.MaxUses > 0 && i.Uses >= i.MaxUses {
		return i, domain.Errorf(domain.KindGone, "this invitation was used up, has expired or was revoked; ask for a new link")
	}
	return i, nil
}

func (h *handlers) GetInvite(ctx context.Context, r gen.GetInviteRequestObject) (gen.GetInviteResponseObject, error) {
	i, err := h.invitation(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	w, err := h.Workspaces.Get(ctx, i.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	by, err := h.Accounts.Get(ctx, i.CreatedBy)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	return gen.GetInvite200JSONResponse{WorkspaceName: w.Name, Role: gen.Role(i.Role), InvitedBy: by.Name}, nil
}

func (h *handlers) AcceptInvite(ctx context.Context, r gen.AcceptInviteRequestObject) (gen.AcceptInviteResponseObject, error) {
	if _, err := h.invitation(ctx, r.Secret); err != nil {
		return nil, err
	}
	a, err := h.newAccount(ctx, r.Body.Name, r.Body.Email, r.Body.Password, r.Body.TimeZone)
	if err != nil {
		return nil, err
	}
	m, err := h.Invites.Accept(ctx, hashSecret(r.Secret), a)
	if err != nil {
		return nil, fmt.Errorf("accept invitation: %w", err)
	}
	w, err := h.Workspaces.Get(ctx, m.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	cookie, err := h.startSignIn(ctx, a.ID, w.ID)
	if err != nil {
		return nil, err
	}
	return gen.AcceptInvite201JSONResponse{Body: meOf(a, w, m.Role), Headers: gen.AcceptInvite201ResponseHeaders{SetCookie: cookie}}, nil
}
