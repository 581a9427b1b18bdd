package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Chapters lists a clip's chapters in order.
func (s Transcripts) Chapters(ctx context.Context, clip domain.ClipID) ([]domain.Chapter, error) {
	rows, err := s.db.queries().Chapters(ctx, clip)
	return each(rows, toChapter), failed("read chapters", err)
}

// SetChapters replaces the chapters by those a person made. KindInvalid when they are not in order or overlap.
func (s Transcripts) SetChapters(ctx context.Context, clip domain.ClipID, chapters []domain.Chapter) error {
	return s.db.inTx(ctx, "arrange chapters", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if err := t.SetChaptersEdited(ctx, true, clip); err != nil {
			return err
		}
		return t.replaceChapters(ctx, c, chapters)
	})
}

// ResetChapters forgets that a person arranged them, and queues the finding of others. KindNotFound.
func (s Transcripts) ResetChapters(ctx context.Context, clip domain.ClipID) error {
	return s.db.inTx(ctx, "reset chapters", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if err := t.SetChaptersEdited(ctx, false, clip); err != nil {
			return err
		}
		if err := t.ForgetEditsOfChapters(ctx, clip); err != nil {
			return err
		}
		t.enqueue(domain.Job{Kind: domain.JobChapters, ClipID: clip, Again: true})
		return t.changed(domain.EventChaptersChanged, c, clipData{clip})
	})
}

// SetGeneratedChapters replaces the chapters, unless a person has edited them, and tells whether it did.
func (s Transcripts) SetGeneratedChapters(ctx context.Context, clip domain.ClipID, chapters []domain.Chapter) (bool, error) {
	set := false
	err := s.db.inTx(ctx, "store generated chapters", func(t *tx) error {
		c, err := t.LockClip(ctx, clip)
		if set = err == nil && !c.Clip.ChaptersEdited; !set {
			return orNotFound(err, noClip)
		}
		return t.replaceChapters(ctx, toClip(c.Clip), chapters)
	})
	return set && err == nil, err
}

func (t *tx) replaceChapters(ctx context.Context, c domain.Clip, chapters []domain.Chapter) error {
	if err := t.DeleteChapters(ctx, c.ID); err != nil {
		return err
	}
	params := make([]sqlc.InsertChapterParams, len(chapters))
	for i, ch := range chapters {
		if ch.EndMS < ch.StartMS || i > 0 && ch.StartMS < chapters[i-1].EndMS {
			return domain.Errorf(domain.KindInvalid, "chapter %d does not follow the one before it", i+1)
		}
		params[i] = sqlc.InsertChapterParams{ClipID: c.ID, No: i, StartMs: ch.StartMS, EndMs: ch.EndMS, Title: ch.Title, Edited: ch.Edited}
	}
	if err := execAll(t.InsertChapter(ctx, params)); err != nil {
		return err
	}
	if err := t.indexChapters(ctx, c, chapters); err != nil {
		return err
	}
	return t.changed(domain.EventChaptersChanged, c, clipData{c.ID})
}
