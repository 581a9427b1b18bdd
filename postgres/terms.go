package postgres

import (
	"context"
	"slices"
	"strings"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/terms"
)

// Terms keeps the words of teams, and what was put right with them.
type Terms struct{ db *DB }

// mostCorrections bounds how many lines one fix looks at; another one goes on.
const mostCorrections = 2000

// List gives the terms of a workspace in the order in which they were set.
func (s Terms) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Term, error) {
	rows, err := s.db.queries().Terms(ctx, w)
	return each(rows, toTerm), failed("list terms", err)
}

func toTerm(r sqlc.TermsRow) domain.Term {
	return domain.Term{Spelling: r.Spelling, Heard: orEmpty(r.Heard)}
}

// Set replaces the terms of a workspace; what is transcribed from now on has them. The list has passed terms.Clean.
func (s Terms) Set(ctx context.Context, w domain.WorkspaceID, list []domain.Term) error {
	return s.db.inTx(ctx, "set terms", func(t *tx) error {
		if _, err := t.LockWorkspace(ctx, w); err != nil {
			return orNotFound(err, "there is no such workspace")
		}
		if err := t.DeleteTerms(ctx, w); err != nil {
			return err
		}
		params := make([]sqlc.InsertTermParams, len(list))
		for i, l := range list {
			params[i] = sqlc.InsertTermParams{WorkspaceID: w, Spelling: l.Spelling, No: i, Heard: orEmpty(l.Heard)}
		}
		return execAll(t.InsertTerm(ctx, params))
	})
}

// correct puts the workspace's terms into new cues.
func (t *tx) correct(ctx context.Context, w domain.WorkspaceID, cues []domain.Cue) ([]domain.Cue, error) {
	rows, err := t.Terms(ctx, w)
	if err != nil || len(rows) == 0 {
		return cues, err
	}
	c := terms.New(each(rows, toTerm))
	out := slices.Clone(cues)
	for i, cue := range out {
		out[i], _ = c.Cue(cue)
	}
	return out, nil
}

// Preview tells which lines a list of terms would change now, the newest clips first: those of clips that the viewer may correct.
func (s Terms) Preview(ctx context.Context, v domain.Viewer, list []domain.Term) ([]domain.Correction, error) {
	const act = "look for lines to correct"
	q := s.db.queries()
	words := singleWords(list)
	like, err := q.WordsLike(ctx, v.WorkspaceID, words)
	if err != nil {
		return nil, failed(act, err)
	}
	c := terms.New(list)
	var phrases []string
	for _, w := range like {
		if _, changed := c.Text(w); changed {
			phrases = append(phrases, w)
		}
	}
	for _, t := range list {
		phrases = append(append(phrases, t.Spelling), t.Heard...)
	}
	rows, err := q.CuesWith(ctx, sqlc.CuesWithParams{
		Phrases: phrases, WorkspaceID: string(v.WorkspaceID), ViewerID: string(v.AccountID), Admin: v.Admin(), Most: mostCorrections,
	})
	if err != nil {
		return nil, failed(act, err)
	}
	out := []domain.Correction{}
	for _, r := range rows {
		if after, changed := c.Text(r.Body); changed {
			out = append(out, domain.Correction{
				ClipID: r.ClipID, Title: r.Title, CueNo: r.No, StartMS: r.StartMs, EndMS: r.EndMs, Before: r.Body, After: after,
			})
		}
	}
	return out, nil
}

// singleWords are the spellings of one word, in lower case.
func singleWords(list []domain.Term) []string {
	words := []string{}
	for _, t := range list {
		if !strings.Contains(t.Spelling, " ") {
			words = append(words, strings.ToLower(t.Spelling))
		}
	}
	return words
}

// Apply makes the changes that Preview tells of, a clip after the other, and keeps the lines as they were.
func (s Terms) Apply(ctx context.Context, v domain.Viewer, list []domain.Term) (domain.Fix, error) {
	found, err := s.Preview(ctx, v, list)
	if err != nil {
		return domain.Fix{}, err
	}
	id := domain.NewID[domain.FixID]()
	err = s.db.queries().InsertFix(ctx, sqlc.InsertFixParams{ID: id, WorkspaceID: v.WorkspaceID, AuthorID: v.AccountID, Terms: orEmpty(list)})
	if err != nil {
		return domain.Fix{}, failed("note a fix", err)
	}
	c := terms.New(list)
	for len(found) > 0 {
		n := slices.IndexFunc(found, func(f domain.Correction) bool { return f.ClipID != found[0].ClipID })
		if n < 0 {
			n = len(found)
		}
		if err := s.applyTo(ctx, id, c, found[:n]); err != nil && domain.KindOf(err) != domain.KindNotFound {
			return domain.Fix{}, err
		}
		found = found[n:]
	}
	return s.Fix(ctx, v, id)
}

// applyTo corrects lines of one clip.
func (s Terms) applyTo(ctx context.Context, id domain.FixID, c *terms.Corrector, lines []domain.Correction) error {
	return s.db.inTx(ctx, "correct lines", func(t *tx) error {
		clip, err := t.lockClip(ctx, lines[0].ClipID)
		if err != nil {
			return err
		}
		first := -1
		for _, l := range lines {
			row, err := t.Cue(ctx, clip.ID, l.CueNo)
			if err != nil {
				return orNotFound(err, noCue)
			}
			before := toCue(row)
			after, changed := c.Cue(before)
			if !changed {
				continue
			}
			if err := t.correctCue(ctx, id, clip.ID, before, after); err != nil {
				return err
			}
			if first < 0 {
				first = l.CueNo
			}
		}
		return t.wordsChanged(ctx, clip, first)
	})
}

func (t *tx) correctCue(ctx context.Context, id domain.FixID, clip domain.ClipID, before, after domain.Cue) error {
	if _, err := t.CorrectCue(ctx, sqlc.CorrectCueParams{ClipID: clip, No: before.No, Body: after.Text, Words: orEmpty(after.Words)}); err != nil {
		return err
	}
	return t.KeepFixedCue(ctx, sqlc.KeepFixedCueParams{
		FixID: id, ClipID: clip, No: before.No, StartMs: before.StartMS, Before: before.Text, Words: orEmpty(before.Words), After: after.Text,
	})
}

// wordsChanged brings the index up to date from a cue on, and says so; -1: nothing changed.
func (t *tx) wordsChanged(ctx context.Context, c domain.Clip, first int) error {
	if first < 0 {
		return nil
	}
	if err := t.indexSpeech(ctx, c, first); err != nil {
		return err
	}
	return t.changed(domain.EventTranscriptChanged, c, clipData{c.ID})
}

// Fixes lists the viewer's own, the newest first, 50 at most.
func (s Terms) Fixes(ctx context.Context, v domain.Viewer) ([]domain.Fix, error) {
	return s.fixes(ctx, v, "")
}

// Fix reads one of the viewer's own. KindNotFound.
func (s Terms) Fix(ctx context.Context, v domain.Viewer, id domain.FixID) (domain.Fix, error) {
	all, err := s.fixes(ctx, v, id)
	if err == nil && len(all) == 0 {
		return domain.Fix{}, domain.Errorf(domain.KindNotFound, "there is no such fix, or it is not yours")
	}
	if err != nil {
		return domain.Fix{}, err
	}
	return all[0], nil
}

func (s Terms) fixes(ctx context.Context, v domain.Viewer, only domain.FixID) ([]domain.Fix, error) {
	rows, err := s.db.queries().Fixes(ctx, sqlc.FixesParams{WorkspaceID: v.WorkspaceID, AuthorID: v.AccountID, One: string(only)})
	return each(rows, func(r sqlc.FixesRow) domain.Fix {
		return domain.Fix{ID: r.ID, CreatedAt: r.CreatedAt, AuthorID: r.AuthorID, Terms: r.Terms, Cues: r.Cues, Clips: r.Clips, UndoneAt: deref(r.UndoneAt)}
	}), failed("list fixes", err)
}

// Undo brings the lines back as they were, but for those that were changed since. KindNotFound; KindConflict when it was undone already.
func (s Terms) Undo(ctx context.Context, v domain.Viewer, id domain.FixID) (domain.Fix, error) {
	f, err := s.Fix(ctx, v, id)
	if err != nil {
		return f, err
	}
	if !f.UndoneAt.IsZero() {
		return f, domain.Errorf(domain.KindConflict, "it was undone already")
	}
	clips, err := s.db.queries().FixedClips(ctx, id)
	if err != nil {
		return f, failed("undo a fix", err)
	}
	for _, c := range clips {
		if err := s.undoIn(ctx, id, c); err != nil && domain.KindOf(err) != domain.KindNotFound {
			return f, err
		}
	}
	if err := s.db.queries().MarkFixUndone(ctx, id); err != nil {
		return f, failed("undo a fix", err)
	}
	return s.Fix(ctx, v, id)
}

func (s Terms) undoIn(ctx context.Context, id domain.FixID, clip domain.ClipID) error {
	return s.db.inTx(ctx, "undo corrections", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		nos, err := t.UndoFixedCues(ctx, id, clip)
		if err != nil || len(nos) == 0 {
			return err
		}
		return t.wordsChanged(ctx, c, slices.Min(nos))
	})
}
