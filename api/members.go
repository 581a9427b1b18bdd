package api

import (
	"context"
	"fmt"
	"slices"

	"baton/api/gen"
	"baton/domain"
)

// members keeps who is in which workspace. People who left are not among them.
type members interface {
	// Get reads one. KindNotFound, also for who left.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) (domain.Member, error)
	// List gives the members of a workspace, by name.
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Member, error)
	// OfAccount gives the memberships of a person, the newest first.
	OfAccount(ctx context.Context, id domain.AccountID) ([]domain.Member, error)
	// SetRole changes a role. KindNotFound; KindConflict when it would leave no owner.
	SetRole(ctx context.Context, w domain.WorkspaceID, id domain.AccountID, r domain.Role) (domain.Member, error)
	// Remove ends a membership with its sign-ins and tokens. KindNotFound; KindConflict for the last owner.
	Remove(ctx context.Context, w domain.WorkspaceID, id domain.AccountID) error
}

func (h *handlers) ListMembers(ctx context.Context, _ gen.ListMembersRequestObject) (gen.ListMembersResponseObject, error) {
	who := callerOf(ctx)
	all, err := h.Members.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	out := make([]gen.Member, 0, len(all))
	for _, m := range all {
		// Guests are from outside: they see names, not addresses.
		if who.Role == domain.RoleGuest && m.Account.ID != who.AccountID {
			m.Account.Email = ""
		}
		out = append(out, memberOf(m))
	}
	return gen.ListMembers200JSONResponse{Members: out}, nil
}

func memberOf(m domain.Member) gen.Member {
	return gen.Member{
		Id: string(m.Account.ID), Name: m.Account.Name, Email: m.Account.Email, Role: gen.Role(m.Role), JoinedAt: m.JoinedAt.UTC(),
	}
}

func (h *handlers) UpdateMember(ctx context.Context, r gen.UpdateMemberRequestObject) (gen.UpdateMemberResponseObject, error) {
	who, err := h.overMember(ctx, domain.AccountID(r.AccountId))
	if err != nil {
		return nil, err
	}
	role := domain.Role(r.Body.Role)
	if role == domain.RoleOwner && who.Role != domain.RoleOwner {
		return nil, domain.Errorf(domain.KindForbidden, "only an owner can make an owner")
	}
	m, err := h.Members.SetRole(ctx, who.WorkspaceID, domain.AccountID(r.AccountId), role)
	if err != nil {
		return nil, named(err, "change role", noMember)
	}
	return gen.UpdateMember200JSONResponse(memberOf(m)), nil
}

func (h *handlers) RemoveMember(ctx context.Context, r gen.RemoveMemberRequestObject) (gen.RemoveMemberResponseObject, error) {
	who, err := h.overMember(ctx, domain.AccountID(r.AccountId))
	if err != nil {
		return nil, err
	}
	if err := h.Members.Remove(ctx, who.WorkspaceID, domain.AccountID(r.AccountId)); err != nil {
		return nil, named(err, "remove member", noMember)
	}
	return gen.RemoveMember204Response{}, nil
}

const noMember = "there is no such member"

// overMember lets admins act on a member, and only owners on an owner.
func (h *handlers) overMember(ctx context.Context, id domain.AccountID) (caller, error) {
	who, err := admin(ctx)
	if err != nil {
		return who, err
	}
	all, err := h.Members.List(ctx, who.WorkspaceID)
	if err != nil {
		return who, fmt.Errorf("list members: %w", err)
	}
	i := slices.IndexFunc(all, func(m domain.Member) bool { return m.Account.ID == id })
	if i < 0 {
		return who, domain.Errorf(domain.KindNotFound, noMember)
	}
	if all[i].Role == domain.RoleOwner && who.Role != domain.RoleOwner {
		return who, domain.Errorf(domain.KindForbidden, "only an owner can change an owner")
	}
	return who, nil
}
