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
	// Get reads one. KindNotFound.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) (domain.Space, error)
	// Update changes its name, and opens or closes it. KindNotFound, KindConflict.
	Update(ctx context.Context, s domain.Space) (domain.Space, error)
	// Delete removes it; its clips stay, in no space. KindNotFound.
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error
	// Join and Leave say whether somebody is in it; Joined lists those. KindNotFound.
	Join(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error
	Leave(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error
	Joined(ctx context.Context, a domain.AccountID) (map[domain.SpaceID]bool, error)
	// People lists who is in one.
	People(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) ([]domain.Account, error)
	// ShareWith makes spaces those whose people may watch a clip whatever its visibility. KindNotFound, KindTooLarge.
	ShareWith(ctx context.Context, c domain.ClipID, spaces []domain.SpaceID) error
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
		mine, one := joined[s.ID], spaceOf(s)
		one.Joined = &mine
		out = append(out, one)
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
	s := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: who.WorkspaceID, Name: name, Closed: or(r.Body.Closed, false), CreatedAt: time.Now()}
	if err := h.Spaces.Create(ctx, s); err != nil {
		return nil, named(err, "make space", noSpace)
	}
	if err := h.Spaces.Join(ctx, who.WorkspaceID, s.ID, who.AccountID); err != nil {
		return nil, named(err, "join space", noSpace)
	}
	return gen.CreateSpace201JSONResponse(spaceOf(s)), nil
}

func (h *handlers) UpdateSpace(ctx context.Context, r gen.UpdateSpaceRequestObject) (gen.UpdateSpaceResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	s, err := h.Spaces.Get(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId))
	if err != nil {
		return nil, named(err, "read space", noSpace)
	}
	if r.Body.Name != nil {
		if s.Name, err = cleanName(*r.Body.Name); err != nil {
			return nil, err
		}
	}
	if r.Body.Closed != nil && *r.Body.Closed != s.Closed {
		if !who.runs(s) {
			return nil, errNotTheirSpace
		}
		s.Closed = *r.Body.Closed
	}
	if s, err = h.Spaces.Update(ctx, s); err != nil {
		return nil, named(err, "change space", noSpace)
	}
	return gen.UpdateSpace200JSONResponse(spaceOf(s)), nil
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
	s, err := h.Spaces.Get(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId))
	if err != nil {
		return nil, named(err, "read space", noSpace)
	}
	if s.Closed && !who.runs(s) {
		return nil, domain.Errorf(domain.KindForbidden, "this space is closed: somebody who is in it lets you in")
	}
	if err := h.Spaces.Join(ctx, who.WorkspaceID, s.ID, who.AccountID); err != nil {
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
