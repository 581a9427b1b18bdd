package postgres

import (
	"context"

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
