package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baton/domain"
	"baton/media"
	"baton/postgres"
)

// eventAge is how long events are kept, so that a client that was away catches up.
const eventAge = 24 * time.Hour

// jobStore shows the stores to package jobs, which knows only what its steps need.
type jobStore struct{ db *postgres.DB }

func (s jobStore) Clip(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	return s.db.Clips.Get(ctx, id)
}

func (s jobStore) SetWork(ctx context.Context, id domain.ClipID, w domain.Work) error {
	return s.db.Clips.SetWork(ctx, id, w)
}

func (s jobStore) Take(ctx context.Context, id domain.ClipID) (domain.Take, error) {
	return s.db.Recordings.Take(ctx, id)
}

func (s jobStore) Abandoned(ctx context.Context, quiet time.Duration, limit int) ([]domain.Take, error) {
	return s.db.Recordings.Abandoned(ctx, quiet, limit)
}

func (s jobStore) Rendition(ctx context.Context, id domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return s.db.Playback.Rendition(ctx, id, name)
}

func (s jobStore) RenditionFrom(ctx context.Context, id domain.ClipID, name string, fromMS int64, most int) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return s.db.Playback.RenditionFrom(ctx, id, name, fromMS, most)
}

func (s jobStore) PublishRendition(ctx context.Context, r domain.Rendition, i []domain.InitSegment, g []domain.Segment) ([]string, error) {
	return s.db.Playback.Publish(ctx, r, i, g)
}

func (s jobStore) StitchParts(ctx context.Context, id domain.ClipID) ([]domain.ClipID, error) {
	return s.db.Clips.StitchParts(ctx, id)
}

func (s jobStore) TakeParts(ctx context.Context, id domain.ClipID) ([]domain.Clip, error) {
	return s.db.Clips.TakeParts(ctx, id)
}

func (s jobStore) ImportDone(ctx context.Context, id domain.ClipID, i domain.Import) ([]string, error) {
	return s.db.Playback.ImportDone(ctx, id, i)
}

func (s jobStore) FailClip(ctx context.Context, id domain.ClipID, reason string) error {
	return s.db.Playback.ImportFailed(ctx, id, reason)
}

func (s jobStore) PublishEdit(ctx context.Context, id domain.ClipID, e domain.RenderedEdit) ([]string, error) {
	return s.db.Edits.PublishEdit(ctx, id, e)
}

func (s jobStore) SetPictures(ctx context.Context, id domain.ClipID, p domain.Pictures) ([]string, error) {
	return s.db.Clips.SetPictures(ctx, id, p)
}

func (s jobStore) StartTranscript(ctx context.Context, id domain.ClipID) (int64, error) {
	return s.db.Transcripts.Start(ctx, id)
}

func (s jobStore) AppendCues(ctx context.Context, id domain.ClipID, step domain.TranscriptStep) error {
	return s.db.Transcripts.AppendCues(ctx, id, step)
}

func (s jobStore) SetDraft(ctx context.Context, id domain.ClipID, fromMS int64, draft []domain.Cue) error {
	return s.db.Transcripts.SetDraft(ctx, id, fromMS, draft)
}

func (s jobStore) FinishTranscript(ctx context.Context, id domain.ClipID, language string, coverage float64, state domain.TranscriptState) error {
	return s.db.Transcripts.Finish(ctx, id, language, coverage, state)
}

func (s jobStore) RestartTranscript(ctx context.Context, id domain.ClipID) error {
	return s.db.Transcripts.Restart(ctx, id)
}

func (s jobStore) FailTranscript(ctx context.Context, id domain.ClipID, reason string) error {
	return s.db.Transcripts.Fail(ctx, id, reason)
}

func (s jobStore) Transcript(ctx context.Context, id domain.ClipID) (domain.Transcript, error) {
	return s.db.Transcripts.Transcript(ctx, id)
}

func (s jobStore) Terms(ctx context.Context, w domain.WorkspaceID) ([]domain.Term, error) {
	return s.db.Terms.List(ctx, w)
}

func (s jobStore) Chapters(ctx context.Context, id domain.ClipID) ([]domain.Chapter, error) {
	return s.db.Transcripts.Chapters(ctx, id)
}

func (s jobStore) Sections(ctx context.Context, c domain.Clip) (domain.ClipSections, error) {
	return s.db.Transcripts.Sections(ctx, c)
}

func (s jobStore) SetHeard(ctx context.Context, id domain.ClipID, heard []domain.SectionMark) (bool, error) {
	return s.db.Transcripts.SetHeard(ctx, id, heard)
}

func (s jobStore) PutChapters(ctx context.Context, id domain.ClipID, c []domain.Chapter) error {
	_, err := s.db.Transcripts.SetGeneratedChapters(ctx, id, c)
	return err
}

func (s jobStore) SuggestTitle(ctx context.Context, id domain.ClipID, title string) error {
	_, err := s.db.Clips.SuggestTitle(ctx, id, title)
	return err
}

func (s jobStore) SetSummary(ctx context.Context, id domain.ClipID, sum domain.Summary) error {
	return s.db.Transcripts.SetSummary(ctx, id, sum)
}

func (s jobStore) Renditions(ctx context.Context, c *domain.Clip) ([]domain.Rendition, error) {
	if c.Rendered() {
		return s.db.Edits.Renditions(ctx, c.ID)
	}
	return s.db.Playback.Renditions(ctx, c.ID)
}

func (s jobStore) QueueSound(ctx context.Context, c domain.Clip) error {
	return s.db.Podcasts.QueueSound(ctx, c)
}

func (s jobStore) Sound(ctx context.Context, id domain.ClipID) (domain.Sound, error) {
	all, err := s.db.Podcasts.Sounds(ctx, []domain.ClipID{id})
	return all[id], err
}

func (s jobStore) PutSound(ctx context.Context, sound domain.Sound) ([]string, error) {
	return s.db.Podcasts.PutSound(ctx, sound)
}

func (s jobStore) QueueSummary(ctx context.Context, id domain.ClipID) error {
	return s.db.Transcripts.QueueSummary(ctx, id)
}

func (s jobStore) ReplaceTitle(ctx context.Context, id domain.ClipID, made, title string) error {
	_, err := s.db.Clips.ReplaceTitle(ctx, id, made, title)
	return err
}

func (s jobStore) Screen(ctx context.Context, id domain.ClipID) (domain.Screen, error) {
	return s.db.Screens.Screen(ctx, id)
}

func (s jobStore) ReadsScreen(ctx context.Context, id domain.ClipID) (bool, error) {
	return s.db.Screens.Reads(ctx, id)
}

func (s jobStore) SetScreenChanges(ctx context.Context, id domain.ClipID, changes []int64) error {
	return s.db.Screens.SetChanges(ctx, id, changes)
}

func (s jobStore) SetScreenLines(ctx context.Context, id domain.ClipID, lines []domain.ScreenLine) error {
	return s.db.Screens.SetLines(ctx, id, lines)
}

func (s jobStore) SetScreenState(ctx context.Context, id domain.ClipID, state domain.ScreenState, reason string) error {
	return s.db.Screens.SetState(ctx, id, state, reason)
}

func (s jobStore) Objects(ctx context.Context, id domain.ClipID) (domain.ClipObjects, error) {
	return s.db.Clips.Objects(ctx, id)
}

func (s jobStore) Purge(ctx context.Context, id domain.ClipID) error {
	return s.db.Clips.Purge(ctx, id)
}

func (s jobStore) Prune(ctx context.Context) error {
	if err := errors.Join(s.db.Events.Prune(ctx, eventAge), s.db.SignIns.Prune(ctx), s.db.Notices.Prune(ctx), s.db.Webhooks.Prune(ctx)); err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	return nil
}

// reaper shows the ingest to package jobs.
type reaper struct{ ingest *media.Ingest }

func (r reaper) Abandon(ctx context.Context, id domain.ClipID) error {
	_, err := r.ingest.Abandon(ctx, id)
	return err
}
