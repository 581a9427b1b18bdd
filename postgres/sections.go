package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"baton/domain"
)

// Sections reads what a clip answers in a round; nothing when it answers none.
func (s Transcripts) Sections(ctx context.Context, c domain.Clip) (domain.ClipSections, error) {
	rows, err := s.db.queries().SectionsOfClip(ctx, string(c.ID))
	if err != nil || len(rows) == 0 {
		return domain.ClipSections{}, failed("read a clip's sections", err)
	}
	return domain.NewClipSections(c.ID, rows[0].Sections, rows[0].Parts, c.DurationMS), nil
}

// SetHeard makes the sections that are spoken in a clip parts of the answer that it is, as if its author had marked them; it tells whether that
// changed anything. What the author marked stays.
func (s Transcripts) SetHeard(ctx context.Context, clip domain.ClipID, heard []domain.SectionMark) (changed bool, err error) {
	err = s.db.inTx(ctx, "answer sections", func(t *tx) error {
		changed = false
		of, err := t.AnswerOfClip(ctx, string(clip))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := t.LockOccurrence(ctx, of.OccurrenceID); err != nil {
			return orNotFound(err, noOccurrence)
		}
		now, err := t.AnswerParts(ctx, of.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // taken back meanwhile
		} else if err != nil {
			return err
		}
		parts, cut := domain.WithHeard(clip, now.Sections, now.Parts, heard)
		if !cut || slices.Equal(parts, now.Parts) {
			return nil
		}
		changed = true
		if err := t.SetAnswerParts(ctx, parts, of.ID); err != nil {
			return err
		}
		others := func(p domain.AnswerPart) bool { return p.ClipID != clip }
		if err := t.chapterSections(ctx, now.Sections, slices.DeleteFunc(slices.Clone(parts), others)); err != nil {
			return err
		}
		return t.roundChanged(of.WorkspaceID, of.RoundID, of.OccurrenceID)
	})
	return changed, err
}

// chapterSections lets the sections of an answer become the chapters of its clips, unless a person has arranged these: at once where its
// author marked them, or by finding where they are spoken.
func (t *tx) chapterSections(ctx context.Context, sections []domain.Section, parts []domain.AnswerPart) error {
	done := map[domain.ClipID]bool{}
	for _, p := range parts {
		if p.ClipID == "" || done[p.ClipID] {
			continue
		}
		done[p.ClipID] = true
		c, err := t.LockClip(ctx, p.ClipID)
		if err != nil {
			return orNotFound(err, noClip)
		}
		if c.Clip.ChaptersEdited {
			continue
		}
		clip := toClip(c.Clip)
		if marks := domain.NewClipSections(clip.ID, sections, parts, clip.DurationMS).Marks; len(marks) > 0 {
			if err := t.replaceChapters(ctx, clip, marks); err != nil {
				return err
			}
			continue
		}
		if err := t.ForgetEditsOfChapters(ctx, clip.ID); err != nil {
			return err
		}
		if clip.TranscriptState == domain.TranscriptDone {
			t.enqueue(domain.Job{Kind: domain.JobChapters, ClipID: clip.ID, Again: true})
		}
	}
	return nil
}
