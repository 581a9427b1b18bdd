package postgres

import (
	"context"
	"slices"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// StartHere keeps what somebody new to a space should see first.
type StartHere struct{ db *DB }

// Space reads a space. KindNotFound.
func (s StartHere) Space(ctx context.Context, w domain.WorkspaceID, id domain.SpaceID) (domain.Space, error) {
	row, err := s.db.queries().Space(ctx, w, id)
	return toSpace(row), failed("read a space", orNotFound(err, noSpace))
}

// Pin pins a clip; one that is pinned stays so. KindNotFound, KindConflict when there are too many, or it is an answer in a talk.
func (s StartHere) Pin(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, clip domain.ClipID, by domain.AccountID) error {
	return s.db.inTx(ctx, "pin a clip", func(t *tx) error {
		if _, err := t.lockClip(ctx, clip); err != nil {
			return err
		}
		n, err := t.PinClip(ctx, sqlc.PinClipParams{WorkspaceID: w, SpaceID: space, ClipID: clip, PinnedBy: by, PinnedAt: time.Now(), Most: domain.MaxPins})
		if err != nil || n > 0 {
			return err
		}
		is, err := t.IsPinned(ctx, space, clip)
		if err == nil && !is {
			return domain.Errorf(domain.KindConflict, "up to %d clips can be pinned, and none that only answers another", domain.MaxPins)
		}
		return err
	})
}

// Unpin takes it off the list, if it is on it.
func (s StartHere) Unpin(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, clip domain.ClipID) error {
	return failed("unpin a clip", s.db.queries().UnpinClip(ctx, sqlc.UnpinClipParams{WorkspaceID: w, SpaceID: space, ClipID: clip}))
}

// Pins lists what is pinned, in the order in which it was.
func (s StartHere) Pins(ctx context.Context, space domain.SpaceID) ([]domain.Pin, error) {
	rows, err := s.db.queries().Pins(ctx, space)
	return each(rows, func(r sqlc.PinsRow) domain.Pin {
		return domain.Pin{ClipID: r.ClipID, By: domain.Account{ID: r.PinnedBy, Name: r.Name}, At: r.PinnedAt}
	}), failed("list pins", err)
}

// gatherAhead is how many clips are looked at for each that is wanted: who went back to a clip need not have gone back to the same moment.
const gatherAhead = 3

// Replayed lists the moments of a space's clips to which most people went back, of those that the viewer may watch.
func (s StartHere) Replayed(ctx context.Context, v domain.Viewer, space domain.SpaceID, most int) ([]domain.Replayed, error) {
	rows, err := s.db.queries().WatchedInSpace(ctx, sqlc.WatchedInSpaceParams{WorkspaceID: v.WorkspaceID, SpaceID: string(space), ViewerID: string(v.AccountID), Most: gatherAhead * most})
	if err != nil {
		return nil, failed("list what was watched", err)
	}
	plays, clips := map[domain.ClipID][]domain.Plays{}, map[domain.ClipID]sqlc.WatchedInSpaceRow{}
	for _, r := range rows {
		clips[r.ID] = r
		plays[r.ID] = append(plays[r.ID], domain.Plays{Watched: domain.ParseSpans(r.Watched), Replayed: domain.ParseSpans(r.Replayed)})
	}
	var all []domain.Replayed
	for id, r := range clips {
		if m, found := domain.MostReplayed(plays[id], r.DurationMs); found {
			m.ClipID, m.Title = id, r.Title
			all = append(all, m)
		}
	}
	domain.SortReplayed(all)
	return slices.Clip(all[:min(len(all), most)]), nil
}

// Decisions lists the newest that hold: said in clips of the space, in its rounds, or in place of what was.
func (s StartHere) Decisions(ctx context.Context, w domain.WorkspaceID, space domain.SpaceID, most int) ([]domain.Decision, error) {
	q := s.db.queries()
	ids, err := q.DecisionsOfSpace(ctx, sqlc.DecisionsOfSpaceParams{WorkspaceID: w, SpaceID: string(space), Most: most})
	if err != nil || len(ids) == 0 {
		return nil, failed("find decisions of a space", err)
	}
	all, err := decisions(ctx, q, sqlc.DecisionsParams{WorkspaceID: w, Ids: ids, PageSize: len(ids)})
	return all, failed("list decisions of a space", err)
}
