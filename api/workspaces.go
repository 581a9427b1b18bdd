package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// AcceptInviteAsMe lets somebody who has an account join another workspace.
func (h *handlers) AcceptInviteAsMe(ctx context.Context, r gen.AcceptInviteAsMeRequestObject) (gen.AcceptInviteAsMeResponseObject, error) {
	who := callerOf(ctx)
	if err := h.guesses.try(who.address, ""); err != nil {
		return nil, err
	}
	m, err := h.Invites.AcceptExisting(ctx, hashSecret(r.Secret), who.AccountID)
	if err != nil {
		return nil, named(err, "accept invitation", "there is no such invitation; ask for a new link")
	}
	me, cookie, err := h.enter(ctx, m)
	if err != nil {
		return nil, err
	}
	return gen.AcceptInviteAsMe200JSONResponse{Body: me, Headers: gen.AcceptInviteAsMe200ResponseHeaders{SetCookie: cookie}}, nil
}

func (h *handlers) ListMyWorkspaces(ctx context.Context, _ gen.ListMyWorkspacesRequestObject) (gen.ListMyWorkspacesResponseObject, error) {
	all, err := h.Members.OfAccount(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("find memberships: %w", err)
	}
	var out gen.ListMyWorkspaces200JSONResponse
	for _, m := range all {
		w, err := h.Workspaces.Get(ctx, m.WorkspaceID)
		if err != nil {
			return nil, fmt.Errorf("read workspace: %w", err)
		}
		out.Workspaces = append(out.Workspaces, struct {
			Id   gen.ID   `json:"id"`
			Name string   `json:"name"`
			Role gen.Role `json:"role"`
		}{Id: string(w.ID), Name: w.Name, Role: gen.Role(m.Role)})
	}
	return out, nil
}

func (h *handlers) EnterWorkspace(ctx context.Context, r gen.EnterWorkspaceRequestObject) (gen.EnterWorkspaceResponseObject, error) {
	m, err := h.Members.Get(ctx, domain.WorkspaceID(r.WorkspaceId), callerOf(ctx).AccountID)
	if err != nil {
		return nil, named(err, "read membership", "there is no such workspace, or you are not in it")
	}
	me, cookie, err := h.enter(ctx, m)
	if err != nil {
		return nil, err
	}
	return gen.EnterWorkspace200JSONResponse{Body: me, Headers: gen.EnterWorkspace200ResponseHeaders{SetCookie: cookie}}, nil
}

// enter takes the caller's browser into a workspace: a sign-in belongs to one, so it gets a new one. A bearer token stays where it is.
func (h *handlers) enter(ctx context.Context, m domain.Member) (gen.Me, *string, error) {
	who := callerOf(ctx)
	w, err := h.Workspaces.Get(ctx, m.WorkspaceID)
	if err != nil {
		return gen.Me{}, nil, fmt.Errorf("read workspace: %w", err)
	}
	me := meOf(m.Account, w, m.Role)
	if who.signIn == "" || who.WorkspaceID == w.ID {
		return me, nil, nil
	}
	cookie, err := h.startSignIn(ctx, who.AccountID, w.ID)
	if err != nil {
		return me, nil, err
	}
	if err := h.SignIns.Delete(ctx, who.AccountID, who.signIn); err != nil && domain.KindOf(err) != domain.KindNotFound {
		return me, nil, fmt.Errorf("end the sign-in of before: %w", err)
	}
	return me, cookie, nil
}
