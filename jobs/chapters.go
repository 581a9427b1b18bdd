package jobs

import (
	"context"
	"fmt"

	"baton/chapters"
	"baton/domain"
)

// chapters cuts a transcript into titled stretches, and titles a clip that nobody titled.
func (r *Runner) chapters(ctx context.Context, clip domain.Clip, _ func(float64)) error {
	words, err := r.Store.Transcript(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read transcript: %w", err)
	}
	existing, err := r.Store.Chapters(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read chapters: %w", err)
	}
	screen, err := r.Store.Screen(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read screen changes: %w", err)
	}
	sections, err := r.Store.Sections(ctx, clip)
	if err != nil {
		return fmt.Errorf("read sections: %w", err)
	}
	if sections, err = r.heardSections(ctx, clip, words, sections); err != nil {
		return err
	}
	if len(sections.Marks) > 0 {
		existing = sections.Marks
	}
	found := chapters.Find(chapters.Input{
		Cues: words.Cues, Speech: words.Speech, ScreenChanges: screen.Changes, DurationMS: clip.DurationMS, SectionNames: sections.Names, Existing: existing,
	})
	if len(found) == 0 {
		return nil
	}
	if err := r.Store.PutChapters(ctx, clip.ID, found); err != nil {
		return fmt.Errorf("store chapters: %w", err)
	}
	if clip.Title == "" {
		if err := r.Store.SuggestTitle(ctx, clip.ID, found[0].Title); err != nil {
			return fmt.Errorf("suggest title: %w", err)
		}
	}
	if r.Writer == nil {
		return nil
	}
	// Beside the transaction above: if this node dies between, the step runs again and comes here.
	if err := r.Store.QueueSummary(ctx, clip.ID); err != nil {
		return fmt.Errorf("queue summary: %w", err)
	}
	return nil
}

// heardSections lets the sections that are announced in an answer to a round be parts of it, as those that were marked by hand are.
func (r *Runner) heardSections(ctx context.Context, clip domain.Clip, words domain.Transcript, sections domain.ClipSections) (domain.ClipSections, error) {
	heard := chapters.Announced(chapters.Input{Cues: words.Cues, Speech: words.Speech, DurationMS: clip.DurationMS, SectionNames: sections.Names})
	if len(heard) == 0 {
		return sections, nil
	}
	changed, err := r.Store.SetHeard(ctx, clip.ID, heard)
	if err != nil {
		return sections, fmt.Errorf("answer the sections that were heard: %w", err)
	}
	if changed {
		if sections, err = r.Store.Sections(ctx, clip); err != nil {
			return sections, fmt.Errorf("read sections: %w", err)
		}
	}
	return sections, nil
}
