package api

import (
	"context"
	"fmt"
	"slices"

	"baton/api/gen"
	"baton/domain"
)

var errNotTheirSpace = domain.Errorf(domain.KindForbidden, "only the people of the space and admins may do that")

func spaceOf(s domain.Space) gen.Space {
	return gen.Space{Id: string(s.ID), Name: s.Name, Closed: nonZero(s.Closed)}
}

// runs tells who may say who is in a space.
func (c caller) runs(s domain.Space) bool {
	return c.WorkspaceID == s.WorkspaceID && (c.Admin() || c.Role != domain.RoleGuest && slices.Contains(c.Spaces, s.ID))
}

func (h *handlers) ListSpacePeople(ctx context.Context, r gen.ListSpacePeopleRequestObject) (gen.ListSpacePeopleResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	s, err := h.Spaces.Get(ctx, who.WorkspaceID, domain.SpaceID(r.SpaceId))
	if err != nil {
		return nil, named(err, "read space", noSpace)
	}
	all, err := h.Spaces.People(ctx, who.WorkspaceID, s.ID)
	if err != nil {
		return nil, fmt.Errorf("list who is in a space: %w", err)
	}
	out := gen.People{People: make([]gen.Person, 0, len(all))}
	for _, a := range all {
		out.People = append(out.People, gen.Person{Id: string(a.ID), Name: a.Name})
	}
	return gen.ListSpacePeople200JSONResponse(out), nil
}

// itsSpace loads a space for somebody who wants to say who is in it.
func (h *handlers) itsSpace(ctx context.Context, id string) (domain.Space, error) {
	who, err := insider(ctx)
	if err != nil {
		return domain.Space{}, err
	}
	s, err := h.Spaces.Get(ctx, who.WorkspaceID, domain.SpaceID(id))
	if err != nil {
		return s, named(err, "read space", noSpace)
	}
	if !who.runs(s) {
		return s, errNotTheirSpace
	}
	return s, nil
}

func (h *handlers) AddSpacePerson(ctx context.Context, r gen.AddSpacePersonRequestObject) (gen.AddSpacePersonResponseObject, error) {
	s, err := h.itsSpace(ctx, r.SpaceId)
	if err != nil {
		return nil, err
	}
	if err := h.Spaces.Join(ctx, s.WorkspaceID, s.ID, domain.AccountID(r.AccountId)); err != nil {
		return nil, named(err, "let into a space", noMember)
	}
	return gen.AddSpacePerson204Response{}, nil
}

func (h *handlers) RemoveSpacePerson(ctx context.Context, r gen.RemoveSpacePersonRequestObject) (gen.RemoveSpacePersonResponseObject, error) {
	s, err := h.itsSpace(ctx, r.SpaceId)
	if err != nil {
		return nil, err
	}
	if err := h.Spaces.Leave(ctx, s.WorkspaceID, s.ID, domain.AccountID(r.AccountId)); err != nil {
		return nil, named(err, "take out of a space", noSpace)
	}
	return gen.RemoveSpacePerson204Response{}, nil
}

func (h *handlers) ListClipSpaces(ctx context.Context, r gen.ListClipSpacesRequestObject) (gen.ListClipSpacesResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	all, err := h.spacesOf(ctx, &c)
	return gen.ListClipSpaces200JSONResponse(all), err
}

func (h *handlers) PutClipSpaces(ctx context.Context, r gen.PutClipSpacesRequestObject) (gen.PutClipSpacesResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if _, err := insider(ctx); err != nil {
		return nil, err
	}
	c.Spaces = nil
	for _, id := range unique(&r.Body.SpaceIds) {
		c.Spaces = append(c.Spaces, domain.SpaceID(id))
	}
	if err := h.Spaces.ShareWith(ctx, c.ID, c.Spaces); err != nil {
		return nil, named(err, "share with spaces", noSpace)
	}
	all, err := h.spacesOf(ctx, &c)
	return gen.PutClipSpaces200JSONResponse(all), err
}

// spacesOf names the spaces that a clip is shared with.
func (h *handlers) spacesOf(ctx context.Context, c *domain.Clip) (gen.SpaceList, error) {
	out := gen.SpaceList{Spaces: []gen.Space{}}
	all, err := h.Spaces.List(ctx, c.WorkspaceID)
	if err != nil {
		return out, fmt.Errorf("list spaces: %w", err)
	}
	for _, s := range all {
		if slices.Contains(c.Spaces, s.ID) {
			out.Spaces = append(out.Spaces, spaceOf(s))
		}
	}
	return out, nil
}

// mayPostFrom refuses to post what is shared with a closed space elsewhere, but by those who see it.
func (h *handlers) mayPostFrom(ctx context.Context, who caller, id domain.SpaceID) error {
	if id == "" {
		return nil
	}
	s, err := h.Spaces.Get(ctx, who.WorkspaceID, id)
	if err != nil {
		return named(err, "read space", noSpace)
	}
	if s.Closed && !slices.Contains(who.Spaces, s.ID) {
		return domain.Errorf(domain.KindForbidden, "this space is closed: join it first")
	}
	return nil
}
