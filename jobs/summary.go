package jobs

import (
	"context"
	"fmt"

	"baton/domain"
)

// summary has a language model write titles, a summary and action items. When it cannot, the clip is as good as before.
func (r *Runner) summary(ctx context.Context, clip domain.Clip, _ func(float64)) error {
	if r.Writer == nil {
		return nil // was configured when the job was queued
	}
	words, err := r.Store.Transcript(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read transcript: %w", err)
	}
	chapters, err := r.Store.Chapters(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read chapters: %w", err)
	}
	// What is cut out is nobody's business, least of all that of a model elsewhere.
	shown := words.Shown(&clip)
	if len(shown.Cues) == 0 {
		return nil
	}
	written, err := r.Writer.Write(ctx, shown.Cues, domain.MaskedChapters(chapters, words.Cues, &clip))
	if err != nil {
		return err //nolint:wrapcheck // words for people
	}
	if err := r.Store.SetSummary(ctx, clip.ID, written.Summary); err != nil {
		return fmt.Errorf("store summary: %w", err)
	}
	if written.Title != "" && len(chapters) > 0 {
		if err := r.Store.ReplaceTitle(ctx, clip.ID, chapters[0].Title, written.Title); err != nil {
			return fmt.Errorf("replace title: %w", err)
		}
	}
	if len(written.ChapterTitles) == 0 {
		return nil
	}
	for no, title := range written.ChapterTitles {
		chapters[no].Title = title
	}
	if err := r.Store.PutChapters(ctx, clip.ID, chapters); err != nil {
		return fmt.Errorf("store chapters: %w", err)
	}
	return nil
}
