package api

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// workspaces keeps the teams of this server.
type workspaces interface {
	// Any tells whether the first workspace has been made.
	Any(ctx context.Context) (bool, error)
	// Create makes the first workspace and its owner (ids, names, e-mail and password hash are
	// given). KindConflict when there is a workspace already, also when two come at once.
	Create(ctx context.Context, w domain.Workspace, owner domain.Account) error
	// Get reads one. KindNotFound.
	Get(ctx context.Context, id domain.WorkspaceID) (domain.Workspace, error)
	// Update changes one; turning the reading of screens off removes what was read. KindNotFound.
	Update(ctx context.Context, id domain.WorkspaceID, p domain.WorkspacePatch) error
}

func (h *handlers) GetHealth(context.Context, gen.GetHealthRequestObject) (gen.GetHealthResponseObject, error) {
	return gen.GetHealth200TextResponse("ok\n"), nil
}

func (h *handlers) GetReady(ctx context.Context, _ gen.GetReadyRequestObject) (gen.GetReadyResponseObject, error) {
	if err := h.Ready(ctx); err != nil {
		return nil, domain.Errorf(domain.KindUnavailable, "not ready to take a recording").Because(err)
	}
	return gen.GetReady200TextResponse("ready\n"), nil
}

func (h *handlers) GetOpenAPI(context.Context, gen.GetOpenAPIRequestObject) (gen.GetOpenAPIResponseObject, error) {
	return gen.GetOpenAPI200ApplicationyamlResponse{Body: bytes.NewReader(document), ContentLength: int64(len(document))}, nil
}

// GetSetup tells strangers no more than that somebody has been here first.
func (h *handlers) GetSetup(ctx context.Context, _ gen.GetSetupRequestObject) (gen.GetSetupResponseObject, error) {
	done, err := h.Workspaces.Any(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for a workspace: %w", err)
	}
	answer := gen.GetSetup200JSONResponse{Needed: !done}
	if !done && h.Checks != nil {
		list := []gen.Check{}
		for _, c := range h.Checks(ctx) {
			list = append(list, gen.Check{Name: c.Name, Ok: c.OK, Detail: c.Detail, Mend: nonZero(c.Mend)})
		}
		answer.Checks = &list
	}
	return answer, nil
}

func (h *handlers) CreateWorkspace(ctx context.Context, r gen.CreateWorkspaceRequestObject) (gen.CreateWorkspaceResponseObject, error) {
	done, err := h.Workspaces.Any(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for a workspace: %w", err)
	}
	if done {
		return nil, domain.Errorf(domain.KindConflict, "this server has been set up; ask its owner for an invitation")
	}
	name, err := cleanName(r.Body.WorkspaceName)
	if err != nil {
		return nil, err
	}
	owner, err := h.newAccount(ctx, r.Body.Name, r.Body.Email, r.Body.Password, r.Body.TimeZone)
	if err != nil {
		return nil, err
	}
	w := domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: name, CreatedAt: time.Now()}
	if err := h.Workspaces.Create(ctx, w, owner); err != nil {
		return nil, fmt.Errorf("make workspace: %w", err)
	}
	cookie, err := h.startSignIn(ctx, owner.ID, w.ID)
	if err != nil {
		return nil, err
	}
	return gen.CreateWorkspace201JSONResponse{
		Body:    meOf(owner, w, domain.RoleOwner),
		Headers: gen.CreateWorkspace201ResponseHeaders{SetCookie: cookie},
	}, nil
}

// newAccount checks what a person wrote and hashes the password.
func (h *handlers) newAccount(ctx context.Context, name, email, pass string, zone *string) (domain.Account, error) {
	a := domain.Account{ID: domain.NewID[domain.AccountID](), TimeZone: "UTC", CreatedAt: time.Now()}
	var err error
	if a.Name, err = cleanName(name); err != nil {
		return a, err
	}
	if a.Email, err = domain.NormaliseEmail(email); err != nil {
		return a, err
	}
	if zone != nil {
		if a.TimeZone, err = cleanTimeZone(*zone); err != nil {
			return a, err
		}
	}
	if err = domain.CheckPassword(pass); err != nil {
		return a, err
	}
	if a.PasswordHash, err = h.hash(ctx, pass); err != nil {
		return a, err
	}
	return a, nil
}
