package postgres

import (
	"context"
	"errors"

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
	unsettled, err := t.UnsettledTranscripts(ctx, each(parts, func(p domain.StitchedPart) string { return string(p.Clip.ID) }))
	if err != nil || unsettled > 0 {
		return false, err
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
