package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baton/domain"
	"baton/transcode"
	"baton/transcribe"
)

// modelPause is how often a transcript that waits for the speech model looks for it.
const modelPause = 30 * time.Second

// transcript listens to a clip and writes its words down, stretch by stretch: a run that is interrupted goes on
// where the last one was settled.
func (r *Runner) transcript(ctx context.Context, clip domain.Clip, report func(float64)) error {
	if !clip.HasAudio {
		return r.finishTranscript(ctx, clip, domain.Transcript{Coverage: 1})
	}
	if err := r.Speech.Present(ctx); err != nil {
		return &waiting{reason: "waiting for the speech model: " + err.Error(), pause: modelPause}
	}
	from, err := r.Store.StartTranscript(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("start transcript: %w", err)
	}
	kept, err := r.Store.Transcript(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read transcript: %w", err)
	}
	return r.withTake(ctx, clip, func(take transcode.Take) error {
		words, err := r.listen(ctx, clip, take, kept, from, report)
		if err != nil {
			return err
		}
		return r.finishTranscript(ctx, clip, words)
	})
}

// listen transcribes from the given millisecond on and stores what it hears as it goes.
func (r *Runner) listen(ctx context.Context, clip domain.Clip, take transcode.Take, kept domain.Transcript, from int64, report func(float64)) (words domain.Transcript, err error) {
	pcm, err := r.Tools.PCM(ctx, take, 0, from)
	if err != nil {
		return words, err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, pcm.Close()) }()
	total := float64(max(1, take.DurationMS()))
	settled := from
	o := transcribe.Options{StartMS: from, Progress: func(ms int64) { report(float64(ms) / total) }}
	return transcribe.Run(ctx, r.Speech, transcribe.Level(pcm), o, kept, func(u transcribe.Update) error {
		if u.SettledMS <= settled && len(u.Cues) == 0 {
			return nil
		}
		step := domain.TranscriptStep{
			FromMS: settled, UpToMS: u.SettledMS, Cues: u.Cues, Speech: u.Stretch.Speech, Language: u.Stretch.Language,
			Progress: min(1, float64(u.SettledMS)/total),
		}
		if err := r.Store.AppendCues(ctx, clip.ID, step); err != nil {
			return fmt.Errorf("store cues: %w", err)
		}
		settled = u.SettledMS
		return nil
	})
}

func (r *Runner) finishTranscript(ctx context.Context, clip domain.Clip, t domain.Transcript) error {
	if err := r.Store.FinishTranscript(ctx, clip.ID, t.Language, t.Coverage, transcribe.State(t)); err != nil {
		return fmt.Errorf("finish transcript: %w", err)
	}
	return nil
}
