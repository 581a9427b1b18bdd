package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// CreateStitched makes a clip that joins others and queues the making of its media, which is an import of theirs.
func (s Clips) CreateStitched(ctx context.Context, c domain.Clip, parts []domain.ClipID) error {
	return s.db.inTx(ctx, "join clips", func(t *tx) error {
		if err := t.createClip(ctx, c, domain.Recording{}); err != nil {
			return err
		}
		for i, p := range parts {
			if err := t.InsertStitchPart(ctx, sqlc.InsertStitchPartParams{ClipID: c.ID, No: i, PartID: orNull(p)}); err != nil {
				return err
			}
		}
		if err := t.SetClipMedia(ctx, sqlc.SetClipMediaParams{
			ID: c.ID, DurationMs: c.DurationMS, Width: c.Width, Height: c.Height, HasVideo: c.HasVideo, HasAudio: c.HasAudio,
		}); err != nil {
			return err
		}
		if err := t.EndRecording(ctx, sqlc.EndRecordingParams{
			ClipID: c.ID, EndReason: domain.EndFinished, Gaps: []domain.Span{}, SourceRuns: []domain.SourceRun{},
		}); err != nil {
			return err
		}
		c.State = domain.ClipRecording
		if err := t.setState(ctx, &c, domain.ClipProcessing, ""); err != nil {
			return err
		}
		t.enqueue(domain.Job{Kind: domain.JobImport, ClipID: c.ID})
		return t.clipChanged(c)
	})
}

// StitchParts lists the clips that one was joined of, in order; empty ids for those that are gone. None: it was recorded.
func (s Clips) StitchParts(ctx context.Context, id domain.ClipID) ([]domain.ClipID, error) {
	rows, err := s.db.queries().StitchParts(ctx, id)
	return each(rows, func(r string) domain.ClipID { return domain.ClipID(r) }), failed("read what a clip was joined of", err)
}

// TakeParts reads the clips that one joins, in order, as they are now. KindGone when its owner may not take one of them along any more.
func (s Clips) TakeParts(ctx context.Context, id domain.ClipID) (parts []domain.Clip, err error) {
	err = s.db.inTx(ctx, "read what a clip joins", func(t *tx) error {
		c, err := t.lockClip(ctx, id)
		if err != nil {
			return err
		}
		parts, err = t.takeParts(ctx, c)
		return err
	})
	return parts, err
}

// takeParts is TakeParts for a clip that is locked; they stay as they are until the end.
func (t *tx) takeParts(ctx context.Context, c domain.Clip) ([]domain.Clip, error) {
	ids, err := t.StitchParts(ctx, c.ID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	role, err := t.HoldRole(ctx, c.WorkspaceID, c.OwnerID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, domain.Errorf(domain.KindGone, "who joined these clips is no longer a member of the workspace")
	} else if err != nil {
		return nil, err
	}
	rows, err := t.HoldClips(ctx, ids)
	if err != nil {
		return nil, err
	}
	held := map[string]domain.Clip{}
	for _, r := range rows {
		held[string(r.Clip.ID)] = toClip(r.Clip)
	}
	parts := make([]domain.Clip, len(ids))
	for i, id := range ids {
		var there bool
		if parts[i], there = held[id]; !there {
			return nil, domain.Errorf(domain.KindGone, "one of the clips that were to be joined has been deleted")
		}
	}
	in, err := t.JoinedSpaces(ctx, c.OwnerID)
	if err != nil {
		return nil, err
	}
	return parts, domain.Viewer{AccountID: c.OwnerID, WorkspaceID: c.WorkspaceID, Role: role, Spaces: spacesOf(in)}.MayStitch(parts)
}

// checkParts refuses to publish what was made of clips that may not be taken any more, or that are others now: KindConflict, it is made again.
func (t *tx) checkParts(ctx context.Context, c domain.Clip, made []domain.StitchedPart) error {
	now, err := t.takeParts(ctx, c)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(now, made, func(n domain.Clip, m domain.StitchedPart) bool {
		return n.ID == m.Clip.ID && n.EditNo == m.Clip.EditNo && n.DurationMS == m.Clip.DurationMS
	}) {
		return domain.Errorf(domain.KindConflict, "one of the clips was edited while they were joined")
	}
	for i := range made {
		made[i].Clip = now[i]
	}
	return nil
}

// stitchWords gives a clip the words and chapters of its parts, and tells whether it did: where they are not all there it is listened to anew.
func (t *tx) stitchWords(ctx context.Context, c domain.Clip, parts []domain.StitchedPart, durationMS int64) (bool, error) {
	words, chapters, cues := make([]domain.Transcript, len(parts)), make([][]domain.Chapter, len(parts)), make([][]domain.Cue, len(parts))
	for i := range parts {
		var err error
		if words[i], chapters[i], err = t.wordsOf(ctx, parts[i].Clip.ID); err != nil {
			return false, err
		}
		cues[i] = words[i].Cues
	}
	if err := t.SetChaptersEdited(ctx, true, c.ID); err != nil {
		return false, err
	}
	if err := t.replaceChapters(ctx, c, domain.StitchChapters(parts, chapters, cues, durationMS)); err != nil {
		return false, err
	}
	for i := range parts {
		if s := parts[i].Clip.TranscriptState; s != domain.TranscriptDone && s != domain.TranscriptNoSpeech {
			return false, nil
		}
	}
	all := domain.StitchTranscripts(parts, words)
	if _, err := t.StartTranscript(ctx, c.ID); err != nil {
		return false, err
	}
	if err := t.rewriteCues(ctx, c, 0, all.Cues); err != nil {
		return false, err
	}
	if err := t.SaveTranscript(ctx, sqlc.SaveTranscriptParams{
		ClipID: c.ID, Language: all.Language, Coverage: all.Coverage, Speech: orEmpty(all.Speech), Lost: orEmpty(all.Lost), TranscribedMs: durationMS, Draft: []domain.Cue{},
	}); err != nil {
		return false, err
	}
	state := domain.TranscriptNoSpeech
	if len(all.Cues) > 0 {
		state = domain.TranscriptDone
		t.enqueue(domain.AfterTranscript(c.ID)...)
	}
	return true, t.setTranscriptState(ctx, c, state, 1, "")
}

// wordsOf reads the transcript and the chapters of a clip.
func (t *tx) wordsOf(ctx context.Context, id domain.ClipID) (domain.Transcript, []domain.Chapter, error) {
	r, err := t.Transcript(ctx, id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return domain.Transcript{}, nil, err
	}
	cues, err := t.Cues(ctx, id, 0)
	if err != nil {
		return domain.Transcript{}, nil, err
	}
	chapters, err := t.Chapters(ctx, id)
	return domain.Transcript{Language: r.Language, Coverage: r.Coverage, Cues: each(cues, toCue), Speech: r.Speech, Lost: r.Lost}, each(chapters, toChapter), err
}
