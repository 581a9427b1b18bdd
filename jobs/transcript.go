package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"baton/domain"
	"baton/transcribe"
)

// modelPause is how often a transcript that waits for the speech model looks for it.
const modelPause = 30 * time.Second

// transcript listens to a clip and writes its words down, stretch by stretch, while it is being recorded and to its
// end. A run that is interrupted, or that rested, goes on where the last one was settled.
func (r *Runner) transcript(ctx context.Context, clip domain.Clip, report func(float64)) error {
	if clip.State == domain.ClipFailed {
		return nil // there is nothing to hear; should something come of it, this job comes again
	}
	kept, err := r.Store.Transcript(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read transcript: %w", err)
	}
	if !clip.HasAudio && kept.UpToMS == 0 {
		kept.Coverage = 1
		return r.finishTranscript(ctx, clip, kept)
	}
	if err := r.Speech.Present(ctx); err != nil {
		return &waiting{reason: "waiting for the speech model: " + err.Error(), pause: modelPause}
	}
	from := r.sound(ctx, clip.ID, kept.UpToMS)
	if found, err := from.look(); err != nil {
		return err
	} else if from.live && len(found.segments) == 0 {
		return resting() // before the engine is loaded
	}
	from.awaited = from.live || clip.DurationMS-kept.UpToMS <= awaitedMS
	if kept.UpToMS > 0 && !from.live && transcribe.State(kept) == domain.TranscriptFailed {
		return r.restart(ctx, clip) // somebody asked to try it again
	}
	if _, err := r.Store.StartTranscript(ctx, clip.ID); err != nil {
		return fmt.Errorf("start transcript: %w", err)
	}
	words, err := r.listen(ctx, clip, from, kept, report)
	if err != nil {
		return err
	}
	return r.finishTranscript(ctx, clip, words)
}

// listen transcribes and stores what it hears as it goes.
func (r *Runner) listen(ctx context.Context, clip domain.Clip, from *sound, kept domain.Transcript, report func(float64)) (domain.Transcript, error) {
	level := transcribe.Level
	if from.live {
		level = transcribe.LevelLive
	}
	settled := kept.UpToMS
	own, err := r.Store.Terms(ctx, clip.WorkspaceID)
	if err != nil {
		return kept, fmt.Errorf("read the workspace's own words: %w", err)
	}
	o := transcribe.Options{StartMS: settled, Awaited: from.awaited, Prompt: vocabularyHint(own)}
	if from.live {
		o.Draft = func(words []domain.Word) {
			// A draft that is not stored is no loss: the next one has its words, too.
			if err := r.Store.SetDraft(ctx, clip.ID, settled, transcribe.CutAll(words)); err != nil && ctx.Err() == nil {
				r.Log.WarnContext(ctx, "draft not stored", slog.String("clip_id", string(clip.ID)), slog.Any("error", err))
			}
		}
	}
	return transcribe.Run(ctx, r.Speech, level(from), o, kept, func(u transcribe.Update) error {
		if u.SettledMS <= settled && len(u.Cues) == 0 {
			return nil
		}
		step := domain.TranscriptStep{
			FromMS: settled, UpToMS: u.SettledMS, Cues: u.Cues, Speech: u.Stretch.Speech, Lost: u.Lost, Language: u.Stretch.Language,
			Progress: min(1, float64(u.SettledMS)/float64(max(1, clip.DurationMS, u.SettledMS))),
		}
		if err := r.Store.AppendCues(ctx, clip.ID, step); err != nil {
			return fmt.Errorf("store cues: %w", err)
		}
		settled = u.SettledMS
		report(step.Progress)
		return nil
	})
}

// hintLength bounds the hint, in bytes: Whisper takes 224 tokens.
const hintLength = 600

// vocabularyHint names the workspace's own words to engines that listen for them.
func vocabularyHint(own []domain.Term) string {
	var hint string
	for _, t := range own {
		if len(hint)+len(t.Spelling)+2 > hintLength {
			break
		}
		if hint != "" {
			hint += ", "
		}
		hint += t.Spelling
	}
	return hint
}

// restart begins a transcript anew.
func (r *Runner) restart(ctx context.Context, clip domain.Clip) error {
	if err := r.Store.RestartTranscript(ctx, clip.ID); err != nil {
		return fmt.Errorf("restart transcript: %w", err)
	}
	return &waiting{reason: "beginning anew"}
}

// finishTranscript ends it, unless the recording has gone on meanwhile.
func (r *Runner) finishTranscript(ctx context.Context, clip domain.Clip, t domain.Transcript) error {
	state := transcribe.State(t)
	if state == domain.TranscriptFailed {
		return domain.Errorf(domain.KindUnsupported, "most of what is said could not be written down; it may be in a language that the speech engine does not know")
	}
	err := r.Store.FinishTranscript(ctx, clip.ID, t.Language, t.Coverage, state)
	if domain.KindOf(err) == domain.KindConflict {
		return &waiting{reason: reasonFor(err), pause: soundPoll}
	}
	if err != nil {
		return fmt.Errorf("finish transcript: %w", err)
	}
	return nil
}
