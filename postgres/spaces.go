package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const (
	noSpace   = "there is no such space"
	spaceName = "there is a space of this name already"
)

// Spaces keeps the folders of workspaces.
type Spaces struct{ db *DB }

// Create makes a space. KindConflict when the name is taken.
func (s Spaces) Create(ctx context.Context, space domain.Space) error {
	err := s.db.queries().InsertSpace(ctx, sqlc.InsertSpaceParams{ID: space.ID, WorkspaceID: space.WorkspaceID, Name: space.Name, Closed: space.Closed})
	return failed("create a space", orConflict(err, "space_name_unique", spaceName))
}

// List lists a workspace's spaces by name.
func (s Spaces) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Space, error) {
	rows, err := s.db.queries().Spaces(ctx, w)
	return each(rows, toSpace), failed("list spaces", err)
}

// Get reads one. KindNotFound.
func (s Spaces) Get(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) (domain.Space, error) {
	row, err := s.db.queries().Space(ctx, w, id)
	return toSpace(row), failed("read a space", orNotFound(err, noSpace))
}

// Update gives it another name, and opens or closes it. KindNotFound, KindConflict.
func (s Spaces) Update(ctx context.Context, space domain.Space) (domain.Space, error) {
	row, err := s.db.queries().UpdateSpace(ctx, sqlc.UpdateSpaceParams{WorkspaceID: space.WorkspaceID, ID: space.ID, Name: space.Name, Closed: space.Closed})
	return toSpace(row), failed("change a space", orConflict(orNotFound(err, noSpace), "space_name_unique", spaceName))
}

// Delete removes it; its clips stay, in no space, and what was shared with it is not any more. KindNotFound.
func (s Spaces) Delete(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) error {
	return s.db.inTx(ctx, "delete a space", func(t *tx) error {
		people, err := t.SpaceAudience(ctx, string(id), w)
		if err != nil {
			return err
		}
		if err := t.UnshareSpace(ctx, string(id), w); err != nil {
			return err
		}
		n, err := t.DeleteSpace(ctx, w, id)
		if err := found(n, err, noSpace); err != nil {
			return err
		}
		return t.spaceChanged(w, id, idsOf(people))
	})
}
