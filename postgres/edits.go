package postgres

import (
	"context"
	"errors"
	"slices"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Edits keeps the edit lists of clips. The recording is never touched by them.
type Edits struct{ db *DB }

// Set makes cuts what the clip leaves out from now on, and queues the making of its exact version. basedOn is the edit that the
// author saw. KindConflict when another was made meanwhile, or the clip is not ready; KindInvalid for cuts that are none.
func (s Edits) Set(ctx context.Context, clip domain.ClipID, author domain.AccountID, basedOn int, cuts []domain.Cut) error {
	return s.db.inTx(ctx, "edit a clip", func(t *tx) error {
		c, err := t.lockEditable(ctx, clip, basedOn)
		if err != nil {
			return err
		}
		clean, err := domain.CleanCuts(cuts, c.DurationMS)
		if err != nil || slices.Equal(clean, c.Cuts) {
			return err
		}
		return t.setCuts(ctx, c, domain.Edit{AuthorID: author, Cuts: clean, Reverts: -1})
	})
}

// Revert brings back an edit of before, or for 0 the recording as it was made. Errors as Set; KindNotFound for no such edit.
func (s Edits) Revert(ctx context.Context, clip domain.ClipID, author domain.AccountID, basedOn, to int) error {
	return s.db.inTx(ctx, "bring an edit back", func(t *tx) error {
		c, err := t.lockEditable(ctx, clip, basedOn)
		if err != nil || to == c.EditNo {
			return err
		}
		cuts := []domain.Cut{}
		if to > 0 {
			if cuts, err = t.Edit(ctx, clip, to); err != nil {
				return orNotFound(err, "there is no such edit")
			}
		}
		return t.setCuts(ctx, c, domain.Edit{AuthorID: author, Cuts: cuts, Reverts: to})
	})
}

func (t *tx) lockEditable(ctx context.Context, clip domain.ClipID, basedOn int) (domain.Clip, error) {
	c, err := t.lockClip(ctx, clip)
	switch {
	case err != nil:
		return c, err
	case c.State != domain.ClipReady:
		return c, domain.Errorf(domain.KindConflict, "the clip is %s: it can be edited when it is ready", c.State)
	case c.EditNo != basedOn:
		return c, domain.Errorf(domain.KindConflict, "the clip was edited elsewhere meanwhile: look at it again")
	}
	return c, nil
}

// setCuts adds an edit to the history and makes it the one that holds. What is searched follows in the same transaction.
func (t *tx) setCuts(ctx context.Context, c domain.Clip, e domain.Edit) error {
	c.EditNo, c.Cuts = c.EditNo+1, e.Cuts
	err := t.InsertEdit(ctx, sqlc.InsertEditParams{ClipID: c.ID, No: c.EditNo, AuthorID: e.AuthorID, Cuts: c.Cuts, Reverts: e.Reverts})
	if err != nil {
		return err
	}
	if err := t.SetClipCuts(ctx, sqlc.SetClipCutsParams{ID: c.ID, EditNo: c.EditNo, Cuts: c.Cuts}); err != nil {
		return err
	}
	if err := t.indexShown(ctx, c); err != nil {
		return err
	}
	if c.MadeTitle != "" {
		if err := t.makeTitle(ctx, c, c.MadeTitle); err != nil {
			return err
		}
	}
	t.enqueue(domain.Job{Kind: domain.JobEdit, ClipID: c.ID, Again: true})
	for _, kind := range []domain.EventKind{domain.EventTranscriptChanged, domain.EventChaptersChanged} {
		if err := t.changed(kind, c, clipData{c.ID}); err != nil {
			return err
		}
	}
	return t.clipChanged(c)
}

// indexShown brings what the clip's edit shows of its words, chapters and screen into the search index.
func (t *tx) indexShown(ctx context.Context, c domain.Clip) error {
	if err := t.indexSpeech(ctx, c, 0); err != nil {
		return err
	}
	chapters, err := t.Chapters(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := t.indexChapters(ctx, c, each(chapters, toChapter)); err != nil {
		return err
	}
	lines, err := t.ScreenLines(ctx, c.ID)
	if err != nil {
		return err
	}
	return t.indexScreen(ctx, c, each(lines, toScreenLine))
}

// List gives the history of a clip, the newest first, before an edit or, for 0, from the newest on.
func (s Edits) List(ctx context.Context, clip domain.ClipID, before, limit int) ([]domain.Edit, error) {
	rows, err := s.db.queries().Edits(ctx, sqlc.EditsParams{ClipID: clip, Before: before, PageSize: limit})
	return each(rows, func(r sqlc.EditsRow) domain.Edit {
		return domain.Edit{
			No: r.No, AuthorID: r.AuthorID, AuthorName: r.AuthorName, At: r.CreatedAt, Cuts: r.Cuts, Reverts: r.Reverts,
		}
	}), failed("list edits", err)
}

// Renditions gives those of the exact version of the edit that holds, from large to small; none while it is not made.
func (s Edits) Renditions(ctx context.Context, clip domain.ClipID) ([]domain.Rendition, error) {
	rows, err := s.db.queries().CutRenditions(ctx, clip)
	return each(rows, toRendition), failed("list renditions of an edit", err)
}

// PublishEdit puts the exact version of an edit in the place of that of another, and returns the keys that nothing points at any
// longer. Without renditions it removes what there is. KindConflict when the edit no longer holds, KindNotFound when the clip was
// deleted: then remove the new objects.
func (s Edits) PublishEdit(ctx context.Context, clip domain.ClipID, e domain.RenderedEdit) (replaced []string, err error) {
	err = s.db.inTx(ctx, "publish an edit", func(t *tx) error {
		replaced = nil
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		n, err := t.SetClipRendered(ctx, sqlc.SetClipRenderedParams{ID: clip, EditNo: e.No, CutPosterKey: e.PosterKey})
		if err != nil {
			return err
		}
		if n == 0 {
			return domain.Errorf(domain.KindConflict, "the clip was edited again meanwhile")
		}
		if replaced, err = t.replaceCut(ctx, clip, e.Renditions); err != nil {
			return err
		}
		if c.CutPosterKey != "" && c.CutPosterKey != e.PosterKey {
			replaced = append(replaced, c.CutPosterKey)
		}
		return t.clipChanged(c)
	})
	return replaced, err
}

// editAnew has the exact version of a clip's edit made again, because its recording has changed.
func (t *tx) editAnew(ctx context.Context, clip domain.ClipID) error {
	t.enqueue(domain.Job{Kind: domain.JobEdit, ClipID: clip, Again: true})
	return t.ForgetRendered(ctx, clip)
}

// replaceCut makes renditions all that there are of an edited version.
func (t *tx) replaceCut(ctx context.Context, clip domain.ClipID, all []domain.MadeRendition) ([]string, error) {
	old, err := t.CutRenditions(ctx, clip)
	if err != nil {
		return nil, err
	}
	var replaced []string
	for _, r := range old {
		keys, err := t.RenditionKeys(ctx, clip, r.Name)
		if err := errors.Join(err, t.DeleteRendition(ctx, clip, r.Name)); err != nil {
			return nil, err
		}
		replaced = append(replaced, keys...)
	}
	for _, r := range all {
		if err := t.putRendition(ctx, r.Rendition, r.Inits, r.Segments); err != nil {
			return nil, err
		}
	}
	return replaced, nil
}
