package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Finish ends the recording, moves the clip to ready, processing or failed and enqueues what follows. Finishing the same
// bytes again changes nothing. KindConflict as SaveProgress.
func (s Recordings) Finish(ctx context.Context, o domain.Outcome) error {
	return s.db.inTx(ctx, "finish a recording", func(t *tx) error {
		c, r, err := t.lockTake(ctx, o.ClipID, o.Epoch)
		if err != nil {
			return err
		}
		if r.EndReason == domain.EndFinished || r.EndReason == domain.EndCancelled {
			return nil
		}
		if err := t.EndRecording(ctx, sqlc.EndRecordingParams{
			ClipID: o.ClipID, EndReason: o.EndReason, NextSeq: o.NextSeq, Bytes: o.Bytes, Sha256: o.SHA256,
			Gaps: orEmpty(o.GapsMS), SourceParts: o.SourceParts, SourceRuns: orEmpty(o.SourceRuns),
		}); err != nil {
			return err
		}
		err = t.CompleteRendition(ctx, sqlc.CompleteRenditionParams{ClipID: o.ClipID, Name: domain.SourceRendition, Complete: true})
		if err != nil {
			return err
		}
		if c.State == domain.ClipRecording || o.Bytes > r.EndedBytes {
			if err := t.afterRecording(ctx, &c, o, r.EndedBytes > 0); err != nil {
				return err
			}
		}
		return t.clipChanged(c)
	})
}

// afterRecording moves the clip on. One that was abandoned before, and to which its node found more bytes, passes through recording. again: it
// has ended before, so jobs that work on what there was then may be running.
func (t *tx) afterRecording(ctx context.Context, c *domain.Clip, o domain.Outcome, again bool) error {
	if err := t.SetClipMedia(ctx, sqlc.SetClipMediaParams{
		ID: o.ClipID, DurationMs: o.DurationMS, SizeBytes: o.Bytes, Width: o.Width, Height: o.Height, HasVideo: o.HasVideo, HasAudio: o.HasAudio,
	}); err != nil {
		return err
	}
	if err := t.EndChapters(ctx, o.DurationMS, o.ClipID); err != nil {
		return err
	}
	if c.State == domain.ClipFailed {
		if err := t.setState(ctx, c, domain.ClipRecording, ""); err != nil {
			return err
		}
	}
	if o.Failure != "" || o.EndReason == domain.EndCancelled {
		if o.Failure == "" {
			o.Failure = "The recording was cancelled."
		}
		return t.setState(ctx, c, domain.ClipFailed, o.Failure)
	}
	to := domain.ClipReady
	if o.NeedsImport {
		to = domain.ClipProcessing
	}
	follows := domain.AfterRecording(o.ClipID, o.NeedsImport)
	if again {
		follows = domain.MadeAnew(follows)
	}
	if again && len(c.Cuts) > 0 {
		if err := t.editAnew(ctx, c.ID); err != nil {
			return err
		}
	}
	t.enqueue(follows...)
	return t.setState(ctx, c, to, "")
}
