package api

import (
	"context"
	"fmt"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// spaces keeps the folders of workspaces.
type spaces interface {
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Space, error)
	// Create makes one. KindConflict when the name is taken.
	Create(ctx context.Context, s domain.Space) error
	// Rename changes its name. KindNotFound, KindConflict.
	Rename(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, name string) (domain.Space, error)
	// Delete removes it; its clips stay, in no space. KindNotFound.
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error
	// Join and Leave say whether somebody is told of new clips in it; Joined lists those. KindNotFound.
	Join(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error
	Leave(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error
	Joined(ctx context.Context, a domain.AccountID) (map[domain.SpaceID]bool, error)
}

func (h *handlers) ListSpaces(ctx context.Context, _ gen.ListSpacesRequestObject) (gen.ListSpacesResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Spaces.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list spaces: %w", err)
	}
	joined, err := h.Spaces.Joined(ctx, who.AccountID)
	if err != nil {
		return nil, fmt.Errorf("list spaces: %w", err)
	}
	out := make([]gen.Space, 0, len(all))
	for _, s := range all {
		mine := joined[s.ID]
		out = append(out, gen.Space{Id: string(s.ID), Name: s.Name, Joined: &mine})
	}
	return gen.ListSpaces200JSONResponse{Spaces: out}, nil
}

func (h *handlers) CreateSpace(ctx context.Context, r gen.CreateSpaceRequestObject) (gen.CreateSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	name, err := cleanName(r.Body.Name)
	if err != nil {
		return nil, err
	}
	s := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: who.WorkspaceID, Name: name, CreatedAt: time.Now()}
	if err := h.Spaces.Create(ctx, s); err != nil {
		return nil, named(err, "make space", noSpace)
	}
	if err := h.Spaces.Join(ctx, who.WorkspaceID, s.ID, who.AccountID); err != nil {
		return nil, named(err, "join space", noSpace)
	}
	return gen.CreateSpace201JSONResponse{Id: string(s.ID), Name: s.Name}, nil
}

func (h *handlers) UpdateSpace(ctx context.Context, r gen.UpdateSpaceRequestObject) (gen.UpdateSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	name, err := cleanName(r.Body.Name)
	if err != nil {
		return nil, err
	}
	s, err := h.Spaces.Rename(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId), name)
	if err != nil {
		return nil, named(err, "rename space", noSpace)
	}
	return gen.UpdateSpace200JSONResponse{Id: string(s.ID), Name: s.Name}, nil
}

func (h *handlers) DeleteSpace(ctx context.Context, r gen.DeleteSpaceRequestObject) (gen.DeleteSpaceResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Spaces.Delete(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId)); err != nil {
		return nil, named(err, "delete space", noSpace)
	}
	return gen.DeleteSpace204Response{}, nil
}

func (h *handlers) JoinSpace(ctx context.Context, r gen.JoinSpaceRequestObject) (gen.JoinSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Spaces.Join(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId), who.AccountID); err != nil {
		return nil, named(err, "join space", noSpace)
	}
	return gen.JoinSpace204Response{}, nil
}

func (h *handlers) LeaveSpace(ctx context.Context, r gen.LeaveSpaceRequestObject) (gen.LeaveSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Spaces.Leave(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId), who.AccountID); err != nil {
		return nil, named(err, "leave space", noSpace)
	}
	return gen.LeaveSpace204Response{}, nil
}

const noSpace = "there is no such space"
