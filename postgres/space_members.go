package postgres

import (
	"context"
	"slices"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Join puts a member of the workspace into a space: what is shared with it is theirs to watch, and they are told of new clips in it.
// KindNotFound for the space, and for who is no member or a guest.
func (s Spaces) Join(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error {
	return s.db.inTx(ctx, "join a space", func(t *tx) error {
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: w, SpaceID: id}); err != nil {
			return err
		}
		m, err := t.member(ctx, w, a)
		if err != nil {
			return err
		}
		if m.Role == domain.RoleGuest {
			return domain.Errorf(domain.KindConflict, "guests see the clips that they were sent, and are in no space")
		}
		if err := t.JoinSpace(ctx, string(id), a); err != nil {
			return err
		}
		return t.spaceChanged(w, id, []domain.AccountID{a})
	})
}

// Leave ends that at once: open players are asked again. KindNotFound.
func (s Spaces) Leave(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID, a domain.AccountID) error {
	return s.db.inTx(ctx, "leave a space", func(t *tx) error {
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: w, SpaceID: id}); err != nil {
			return err
		}
		if err := t.LeaveSpace(ctx, string(id), a); err != nil {
			return err
		}
		return t.spaceChanged(w, id, []domain.AccountID{a})
	})
}

// People lists who is in a space, by name.
func (s Spaces) People(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) ([]domain.Account, error) {
	rows, err := s.db.queries().SpacePeople(ctx, id, w)
	return each(rows, func(r sqlc.SpacePeopleRow) domain.Account { return domain.Account{ID: r.AccountID, Name: r.Name} }), failed("list who is in a space", err)
}

// spaceChanged tells people that they are in a space now, or no longer.
func (t *tx) spaceChanged(w domain.WorkspaceID, id domain.SpaceID, people []domain.AccountID) error {
	if len(people) == 0 {
		return nil
	}
	return t.changedFor(people, domain.EventSpaceChanged, domain.Clip{WorkspaceID: w}, map[string]domain.SpaceID{"id": id})
}

// ShareWith makes spaces those whose people may watch a clip whatever its visibility. KindNotFound for the clip, and a space of
// another workspace; KindTooLarge.
func (s Spaces) ShareWith(ctx context.Context, clip domain.ClipID, spaces []domain.SpaceID) error {
	return s.db.inTx(ctx, "share with spaces", func(t *tx) error {
		before, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if before.ParentID != "" {
			return domain.Errorf(domain.KindConflict, "an answer is seen by those who see the clip that it answers")
		}
		if len(spaces) > domain.MaxClipSpaces {
			return domain.Errorf(domain.KindTooLarge, "a clip is shared with at most %d spaces", domain.MaxClipSpaces)
		}
		n, err := t.CountSpaces(ctx, before.WorkspaceID, orEmpty(textsOf(spaces)))
		if err != nil {
			return err
		}
		if n != len(spaces) {
			return domain.Errorf(domain.KindNotFound, noSpace)
		}
		after := before
		after.Spaces = spaces
		return t.shareWith(ctx, before, after)
	})
}

func (t *tx) shareWith(ctx context.Context, before, after domain.Clip) error {
	if err := t.SetClipSpaces(ctx, orEmpty(textsOf(after.Spaces)), after.ID); err != nil {
		return err
	}
	if err := t.showReplies(ctx, after); err != nil {
		return err
	}
	if err := t.postClip(ctx, before, after); err != nil {
		return err
	}
	// The people of a space that was left out have to learn it: their open players look again.
	after.Spaces = slices.Concat(after.Spaces, before.Spaces)
	return t.clipChanged(after)
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

// tellOfClip tells those who are in a space that a clip there can be watched.
func (t *tx) tellOfClip(ctx context.Context, c domain.Clip, space domain.SpaceID, owner domain.Account) error {
	if space == "" {
		return nil
	}
	all, err := t.SpaceAudience(ctx, string(space), c.WorkspaceID)
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
