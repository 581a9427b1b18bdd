package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/rounds"
)

const noBlocker = "there is no such blocker"

// Blockers keeps what is in people's way.
type Blockers struct{ db *DB }

// Create keeps one.
func (s Blockers) Create(ctx context.Context, b domain.Blocker) error {
	return s.db.inTx(ctx, "keep a blocker", func(t *tx) error {
		if err := t.insertBlocker(ctx, b); err != nil {
			return err
		}
		return t.thingChanged(domain.EventBlockerChanged, b.WorkspaceID, string(b.ID))
	})
}

func (t *tx) insertBlocker(ctx context.Context, b domain.Blocker) error {
	if err := t.InsertBlocker(ctx, sqlc.InsertBlockerParams{
		ID: b.ID, WorkspaceID: b.WorkspaceID, OwnerID: b.Owner.ID, Body: b.Body, ClipID: orNull(b.Source.ClipID), StartMs: b.Source.StartMS, EndMs: b.Source.EndMS,
		CommentID: orNull(b.Source.CommentID), OccurrenceID: orNull(b.Source.OccurrenceID), Origin: b.Origin, RaisedAt: b.RaisedAt,
	}); err != nil {
		return err
	}
	return t.postRaised(ctx, b, b.RaisedAt)
}

// List lists a workspace's, open ones first, the oldest first. state is open, cleared or empty for both.
func (s Blockers) List(ctx context.Context, w domain.WorkspaceID, state string) ([]domain.Blocker, error) {
	return s.list(ctx, sqlc.BlockersParams{WorkspaceID: w, State: state})
}

// Of lists those that came up in an occurrence of a round.
func (s Blockers) Of(ctx context.Context, w domain.WorkspaceID, o domain.OccurrenceID) ([]domain.Blocker, error) {
	return s.list(ctx, sqlc.BlockersParams{WorkspaceID: w, InOccurrence: string(o)})
}

func (s Blockers) list(ctx context.Context, p sqlc.BlockersParams) ([]domain.Blocker, error) {
	rows, err := s.db.queries().Blockers(ctx, p)
	return each(rows, toBlocker), failed("list blockers", err)
}

// Get reads one. KindNotFound.
func (s Blockers) Get(ctx context.Context, w domain.WorkspaceID, id domain.BlockerID) (domain.Blocker, error) {
	all, err := s.list(ctx, sqlc.BlockersParams{WorkspaceID: w, ID: string(id)})
	if err != nil || len(all) == 0 || id == "" {
		return domain.Blocker{}, found(0, err, noBlocker)
	}
	return all[0], nil
}

// SetCleared clears one, or opens it again with the zero time.
func (s Blockers) SetCleared(ctx context.Context, b domain.Blocker, by domain.AccountID, at time.Time) error {
	return s.db.inTx(ctx, "clear a blocker", func(t *tx) error {
		p := sqlc.ClearBlockerParams{ID: b.ID, ClearedAt: orNull(at)}
		if !at.IsZero() {
			p.ClearedBy = &by
		}
		if err := t.ClearBlocker(ctx, p); err != nil {
			return err
		}
		if err := t.postChange(ctx, b, at); err != nil {
			return err
		}
		return t.thingChanged(domain.EventBlockerChanged, b.WorkspaceID, string(b.ID))
	})
}

// Accept makes a blocker of what its owner said, or notes where they said again what is open already; it gives the one that is on the board.
// KindConflict when that moment was accepted or dismissed before.
func (s Blockers) Accept(ctx context.Context, b domain.Blocker) (domain.BlockerID, error) {
	at, kept := b.Source, b.ID
	err := s.db.inTx(ctx, "accept a blocker", func(t *tx) error {
		if _, err := t.lockClip(ctx, at.ClipID); err != nil {
			return err
		}
		settled, err := t.SettledOf(ctx, []string{string(at.ClipID)})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(settled, func(r sqlc.ProposalDismissed) bool { return r.StartMs == at.StartMS }) {
			return domain.Errorf(domain.KindConflict, "this was accepted or dismissed already")
		}
		open, err := t.openBlockers(ctx, b.WorkspaceID, b.Owner.ID, "")
		if err != nil {
			return err
		}
		known, again := rounds.Again(b.Body, open)
		switch {
		case !again:
			err = t.insertBlocker(ctx, b)
		case at.OccurrenceID == "" || at.OccurrenceID == known.Source.OccurrenceID: // on the board, and no repetition
			kept, err = known.ID, t.DismissProposal(ctx, at.ClipID, at.StartMS)
		default:
			kept = known.ID
			if err = t.MentionSpoken(ctx, sqlc.MentionSpokenParams{
				BlockerID: known.ID, OccurrenceID: at.OccurrenceID, At: b.RaisedAt, ClipID: string(at.ClipID), StartMs: at.StartMS, EndMs: at.EndMS,
			}); err == nil {
				err = t.postMentioned(ctx, b, known.ID)
			}
		}
		if err != nil {
			return err
		}
		return t.thingChanged(domain.EventBlockerChanged, b.WorkspaceID, string(kept))
	})
	return kept, err
}

// OpenOf lists what is in somebody's way, the oldest first: id, words, and since when.
func (s Blockers) OpenOf(ctx context.Context, w domain.WorkspaceID, owner domain.AccountID) ([]domain.Blocker, error) {
	rows, err := s.db.queries().OpenBlockersOf(ctx, sqlc.OpenBlockersOfParams{WorkspaceID: w, OwnerID: owner})
	return each(rows, toOpenBlocker), failed("list open blockers", err)
}

// openBlockers are those of somebody that may come up again in an occurrence.
func (t *tx) openBlockers(ctx context.Context, w domain.WorkspaceID, owner domain.AccountID, o domain.OccurrenceID) ([]domain.Blocker, error) {
	rows, err := t.OpenBlockersOf(ctx, sqlc.OpenBlockersOfParams{WorkspaceID: w, OwnerID: owner, OccurrenceID: string(o)})
	return each(rows, toOpenBlocker), err
}

func toOpenBlocker(r sqlc.OpenBlockersOfRow) domain.Blocker {
	return domain.Blocker{ID: r.ID, Body: r.Body, Source: domain.Source{OccurrenceID: deref(r.OccurrenceID)}, RaisedAt: r.RaisedAt}
}

// raise makes blockers of what somebody wrote in an occurrence: what is open already, in whatever words, is mentioned again.
// What they wrote before and no longer do is taken back, or corrected when much the same stands there now.
func (t *tx) raise(ctx context.Context, w domain.WorkspaceID, o domain.OccurrenceID, owner domain.AccountID, bodies []string, now time.Time) error {
	before, err := t.TakenBack(ctx, sqlc.TakenBackParams{OccurrenceID: string(o), OwnerID: owner, Bodies: orEmpty(each(bodies, strings.ToLower))})
	if err != nil {
		return err
	}
	open, err := t.openBlockers(ctx, w, owner, o)
	if err != nil {
		return err
	}
	kept := []string{} // what is mentioned here
	for _, body := range bodies {
		there, err := t.HasBlockerOf(ctx, sqlc.HasBlockerOfParams{OccurrenceID: string(o), OwnerID: owner, Body: body})
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if known, again := rounds.Again(body, open); again {
			open = slices.DeleteFunc(open, func(b domain.Blocker) bool { return b.ID == known.ID }) // each line is one trouble
			kept = append(kept, string(known.ID))
			if known.Source.OccurrenceID == o {
				continue
			}
			if err := t.mention(ctx, domain.Blocker{
				WorkspaceID: w, Owner: domain.Account{ID: owner}, Body: body, Source: domain.Source{OccurrenceID: o}, RaisedAt: now,
			}, known.ID); err != nil {
				return err
			}
			continue
		}
		if i := slices.IndexFunc(before, func(b sqlc.TakenBackRow) bool { return corrects(body, b.Body) }); i >= 0 {
			err = t.reword(ctx, w, before[i].ID, body)
			before = slices.Delete(before, i, i+1)
		} else {
			err = t.insertBlocker(ctx, domain.Blocker{
				ID: domain.NewIDAt[domain.BlockerID](now), WorkspaceID: w, Owner: domain.Account{ID: owner}, Body: body,
				Source: domain.Source{OccurrenceID: o}, Origin: domain.OriginRound, RaisedAt: now,
			})
		}
		if err != nil {
			return err
		}
	}
	if err := t.dropMentions(ctx, w, sqlc.KeepMentionsOfParams{OccurrenceID: o, OwnerID: owner, Kept: kept}); err != nil {
		return err
	}
	return t.takeBack(ctx, w, before)
}

// mention notes that a blocker came up again in an occurrence, in these words, and tells of it once; where it was raised is none.
func (t *tx) mention(ctx context.Context, again domain.Blocker, id domain.BlockerID) error {
	o := again.Source.OccurrenceID
	n, err := t.MentionBlocker(ctx, sqlc.MentionBlockerParams{BlockerID: id, OccurrenceID: o, At: again.RaisedAt})
	if err != nil || n == 0 {
		return err
	}
	return t.postMentioned(ctx, again, id)
}

// takeBack removes blockers with what tells of them.
func (t *tx) takeBack(ctx context.Context, w domain.WorkspaceID, all []sqlc.TakenBackRow) error {
	for _, b := range all {
		if err := errors.Join(t.DeleteBlocker(ctx, b.ID), t.DropPosts(ctx, sqlc.DropPostsParams{WorkspaceID: w, Key: "blocker_id", ID: string(b.ID)})); err != nil {
			return err
		}
	}
	return nil
}

// dropMentions takes back what somebody no longer mentions in an occurrence, and the news of it.
func (t *tx) dropMentions(ctx context.Context, w domain.WorkspaceID, p sqlc.KeepMentionsOfParams) error {
	gone, err := t.KeepMentionsOf(ctx, p)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := t.DropPosts(ctx, sqlc.DropPostsParams{WorkspaceID: w, Key: "mention_id", ID: mentionID(id, p.OccurrenceID)}); err != nil {
			return err
		}
	}
	return nil
}

// reword keeps a blocker in other words, also where it is told of and was not yet.
func (t *tx) reword(ctx context.Context, w domain.WorkspaceID, id domain.BlockerID, body string) error {
	return errors.Join(
		t.RewordBlocker(ctx, body, id),
		t.RewordPosts(ctx, sqlc.RewordPostsParams{Excerpt: excerpt(body), Body: body, WorkspaceID: w, BlockerID: string(id)}),
	)
}

// corrects: a text takes the place of another when it begins and ends as that does, for half of it and more.
func corrects(after, before string) bool {
	a, b := []rune(strings.ToLower(after)), []rune(strings.ToLower(before))
	short, same := min(len(a), len(b)), 0
	for same < short && a[same] == b[same] {
		same++
	}
	for end := 1; same < short && a[len(a)-end] == b[len(b)-end]; end++ {
		same++
	}
	return 2*same >= max(len(a), len(b))
}

func toBlocker(r sqlc.BlockersRow) domain.Blocker {
	b := r.Blocker
	return domain.Blocker{
		ID: b.ID, WorkspaceID: b.WorkspaceID, Owner: domain.Account{ID: b.OwnerID, Name: r.OwnerName}, Body: b.Body,
		Source: toSource(b.ClipID, b.StartMs, b.EndMs, b.CommentID, b.OccurrenceID), Origin: b.Origin, RaisedAt: b.RaisedAt,
		Mentions: r.Mentions, LastMentionAt: r.LastMentionAt, ClearedAt: deref(b.ClearedAt), ClearedBy: deref(b.ClearedBy),
	}
}
