package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) GetWorkspace(ctx context.Context, _ gen.GetWorkspaceRequestObject) (gen.GetWorkspaceResponseObject, error) {
	w, err := h.Workspaces.Get(ctx, callerOf(ctx).WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	return gen.GetWorkspace200JSONResponse(workspaceOf(w)), nil
}

func (h *handlers) UpdateWorkspace(ctx context.Context, r gen.UpdateWorkspaceRequestObject) (gen.UpdateWorkspaceResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	p := domain.WorkspacePatch{ReadScreen: r.Body.ReadScreen, CountViews: r.Body.CountViews}
	if r.Body.Name != nil {
		name, err := cleanName(*r.Body.Name)
		if err != nil {
			return nil, err
		}
		p.Name = &name
	}
	if err := h.Workspaces.Update(ctx, who.WorkspaceID, p); err != nil {
		return nil, fmt.Errorf("change workspace: %w", err)
	}
	w, err := h.Workspaces.Get(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	return gen.UpdateWorkspace200JSONResponse(workspaceOf(w)), nil
}

func workspaceOf(w domain.Workspace) gen.Workspace {
	return gen.Workspace{Id: string(w.ID), Name: w.Name, ReadScreen: w.ReadScreen, CountViews: w.CountViews}
}
