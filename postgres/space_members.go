package postgres

import (
	"context"

	"baton/domain"
)

// Join lets somebody be told of new clips in a space. KindNotFound.
func (s Spaces) Join(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error {
	return s.db.inTx(ctx, "join a space", func(t *tx) error {
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: w, SpaceID: id}); err != nil {
			return err
		}
		return t.JoinSpace(ctx, string(id), a)
	})
}

// Leave ends that. KindNotFound.
func (s Spaces) Leave(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error {
	return s.db.inTx(ctx, "leave a space", func(t *tx) error {
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: w, SpaceID: id}); err != nil {
			return err
		}
		return t.LeaveSpace(ctx, string(id), a)
	})
}

// Joined lists the spaces that somebody has joined, of all workspaces.
func (s Spaces) Joined(ctx context.Context, a domain.AccountID) (map[domain.SpaceID]bool, error) {
	ids, err := s.db.queries().JoinedSpaces(ctx, a)
	out := make(map[domain.SpaceID]bool, len(ids))
	for _, id := range ids {
		out[domain.SpaceID(id)] = true
	}
	return out, failed("list spaces that somebody joined", err)
}

// tellOfClip tells those who have joined a clip's space that it can be watched.
func (t *tx) tellOfClip(ctx context.Context, c domain.Clip, owner domain.Account) error {
	if c.SpaceID == "" {
		return nil
	}
	all, err := t.SpaceAudience(ctx, string(c.SpaceID), c.WorkspaceID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if domain.AccountID(a) == c.OwnerID {
			continue
		}
		if err := t.tell(ctx, domain.Notice{
			WorkspaceID: c.WorkspaceID, AccountID: domain.AccountID(a), Kind: domain.NoticeClip, Ref: string(c.ID), ClipID: c.ID, Actor: owner.Name,
		}); err != nil {
			return err
		}
	}
	return nil
}
