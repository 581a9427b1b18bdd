package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noCue = "there is no such line"

// Transcripts keeps the words of clips, their chapters, and the place of both in the search index.
type Transcripts struct{ db *DB }

// Transcript reads the words so far; a clip that was not listened to has an empty one.
func (s Transcripts) Transcript(ctx context.Context, clip domain.ClipID) (domain.Transcript, error) {
	return s.TranscriptFrom(ctx, clip, 0)
}

// TranscriptFrom reads the words so far without the lines that were over before a moment, but for the last of those: what lies
// between two lines needs both.
func (s Transcripts) TranscriptFrom(ctx context.Context, clip domain.ClipID, fromMS int64) (domain.Transcript, error) {
	const act = "read a transcript"
	q := s.db.queries()
	r, err := q.Transcript(ctx, clip)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Transcript{Cues: []domain.Cue{}}, nil
	}
	if err != nil {
		return domain.Transcript{}, failed(act, err)
	}
	cues, err := q.CuesFromMoment(ctx, clip, fromMS)
	return domain.Transcript{Language: r.Language, Coverage: r.Coverage, Cues: each(cues, toCue), Speech: r.Speech, Lost: r.Lost, Draft: r.Draft, UpToMS: r.TranscribedMs}, failed(act, err)
}

// Start notes that a clip is being listened to, and returns up to where it was before. KindNotFound.
func (s Transcripts) Start(ctx context.Context, clip domain.ClipID) (upToMS int64, err error) {
	err = s.db.inTx(ctx, "start a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		r, err := t.StartTranscript(ctx, clip)
		if err != nil {
			return err
		}
		upToMS = r.TranscribedMs
		return t.setTranscriptState(ctx, c, domain.TranscriptRunning, c.TranscriptProgress, "")
	})
	return upToMS, err
}

// Restart forgets all cues but the edited ones and what was listened to, for a new transcription from the start. KindNotFound.
func (s Transcripts) Restart(ctx context.Context, clip domain.ClipID) error {
	return s.db.inTx(ctx, "restart a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		return t.restartTranscript(ctx, c)
	})
}

func (t *tx) restartTranscript(ctx context.Context, c domain.Clip) error {
	r, err := t.StartTranscript(ctx, c.ID)
	if err != nil {
		return err
	}
	rows, err := t.Cues(ctx, c.ID, 0)
	if err != nil {
		return err
	}
	edited := slices.DeleteFunc(each(rows, toCue), func(c domain.Cue) bool { return !c.Edited })
	if err := t.rewriteCues(ctx, c, 0, edited); err != nil {
		return err
	}
	err = t.SaveTranscript(ctx, sqlc.SaveTranscriptParams{ClipID: c.ID, Language: r.Language, Speech: []domain.Span{}, Lost: []domain.Span{}, Draft: []domain.Cue{}})
	if err != nil {
		return err
	}
	return t.setTranscriptState(ctx, c, domain.TranscriptPending, 0, "")
}

// AppendCues adds what a stretch of listening gave. A stretch that was added before changes nothing; KindConflict for one that
// does not begin where the last one ended. Edited cues win over new ones at the same time.
func (s Transcripts) AppendCues(ctx context.Context, clip domain.ClipID, step domain.TranscriptStep) error {
	return s.db.inTx(ctx, "add to a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		r, err := t.StartTranscript(ctx, clip)
		if err != nil || step.UpToMS <= r.TranscribedMs {
			return err
		}
		if step.FromMS != r.TranscribedMs {
			return domain.Errorf(domain.KindConflict, "the words from %d ms do not follow those up to %d ms", step.FromMS, r.TranscribedMs)
		}
		if step.Cues, err = t.correct(ctx, c.WorkspaceID, step.Cues); err != nil {
			return err
		}
		fromMS, err := t.mergeCues(ctx, c, step)
		if err != nil {
			return err
		}
		if step.Language != "" {
			r.Language = step.Language
		}
		if err := t.SaveTranscript(ctx, sqlc.SaveTranscriptParams{
			ClipID: clip, Language: r.Language, Coverage: r.Coverage,
			Speech: orEmpty(domain.AppendSpans(r.Speech, step.Speech...)),
			Lost:   orEmpty(domain.AppendSpans(r.Lost, step.Lost...)), TranscribedMs: step.UpToMS,
			Draft: orEmpty(domain.KeptCues(r.Draft, []domain.Cut{{Span: domain.Span{EndMS: step.UpToMS}}})),
		}); err != nil {
			return err
		}
		if err := t.SetTranscriptState(ctx, sqlc.SetTranscriptStateParams{ID: c.ID, State: domain.TranscriptRunning, Progress: shareOf(step.Progress)}); err != nil {
			return err
		}
		return t.changed(domain.EventTranscriptChanged, c, wordsData{clip, fromMS})
	})
}

// SetDraft replaces the words of the speech that goes on, which begins at fromMS; it does nothing once that is settled, and when
// the clip is gone.
func (s Transcripts) SetDraft(ctx context.Context, clip domain.ClipID, fromMS int64, draft []domain.Cue) error {
	return s.db.inTx(ctx, "draft a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		n, err := t.SetDraft(ctx, sqlc.SetDraftParams{ClipID: clip, FromMs: fromMS, Draft: orEmpty(draft)})
		if err != nil || n == 0 {
			return err
		}
		return t.changed(domain.EventTranscriptChanged, c, wordsData{clip, fromMS})
	})
}

// mergeCues puts new cues among those that are there, and tells from which moment on the transcript is another. Only edited ones can
// stand so late, so it mostly appends.
func (t *tx) mergeCues(ctx context.Context, c domain.Clip, step domain.TranscriptStep) (fromMS int64, err error) {
	if len(step.Cues) == 0 {
		return step.FromMS, nil
	}
	rows, err := t.CuesEndingAfter(ctx, c.ID, step.Cues[0].StartMS)
	if err != nil {
		return 0, err
	}
	n, err := t.CountCues(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	fromMS = min(step.FromMS, step.Cues[0].StartMS)
	if len(rows) > 0 {
		fromMS = min(fromMS, rows[0].StartMs)
	}
	return fromMS, t.rewriteCues(ctx, c, int(n)-len(rows), domain.MergeCues(each(rows, toCue), step.Cues))
}

// rewriteCues makes cues all that there is from a number on, numbers them anew and indexes them.
func (t *tx) rewriteCues(ctx context.Context, c domain.Clip, from int, cues []domain.Cue) error {
	if err := t.DeleteCuesFrom(ctx, c.ID, from); err != nil {
		return err
	}
	params := make([]sqlc.InsertCueParams, len(cues))
	for i, cue := range cues {
		params[i] = sqlc.InsertCueParams{
			ClipID: c.ID, No: from + i, StartMs: cue.StartMS, EndMs: cue.EndMS, Body: cue.Text, Words: orEmpty(cue.Words), Edited: cue.Edited,
		}
	}
	if err := execAll(t.InsertCue(ctx, params)); err != nil {
		return err
	}
	return t.indexSpeech(ctx, c, from)
}

// Finish ends a transcription as done or no_speech, and enqueues the chapters when there are words, and the sound without silences where
// somebody has a feed. KindConflict while there is more to hear: the clip records, or has sound beyond what was listened to.
func (s Transcripts) Finish(ctx context.Context, clip domain.ClipID, language string, coverage float64, state domain.TranscriptState) error {
	return s.db.inTx(ctx, "finish a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		r, err := t.StartTranscript(ctx, clip)
		if err != nil {
			return err
		}
		if err := t.heardAll(ctx, c, r.TranscribedMs); err != nil {
			return err
		}
		if language == "" {
			language = r.Language
		}
		if err := t.SaveTranscript(ctx, sqlc.SaveTranscriptParams{
			ClipID: clip, Language: language, Coverage: coverage, Speech: orEmpty(r.Speech), Lost: orEmpty(r.Lost), TranscribedMs: r.TranscribedMs,
			Draft: []domain.Cue{},
		}); err != nil {
			return err
		}
		if state == domain.TranscriptDone {
			t.enqueue(domain.AfterTranscript(clip)...)
		}
		if err := t.queueSound(ctx, c); err != nil {
			return err
		}
		return t.setTranscriptState(ctx, c, state, 1, "")
	})
}

// hearingSlackMS is what roundings may leave of a clip's sound.
const hearingSlackMS = 100

func (t *tx) heardAll(ctx context.Context, c domain.Clip, upToMS int64) error {
	if c.State == domain.ClipRecording || c.State == domain.ClipProcessing {
		return domain.Errorf(domain.KindConflict, "the clip is %s: there will be more to hear", c.State)
	}
	end, err := t.RenditionEnd(ctx, c.ID, domain.SourceRendition)
	if err != nil || !c.HasAudio || upToMS+hearingSlackMS >= end {
		return err
	}
	return domain.Errorf(domain.KindConflict, "the clip was listened to for %d of %d ms", upToMS, end)
}

// Fail ends a transcription for a reason shown to people.
func (s Transcripts) Fail(ctx context.Context, clip domain.ClipID, reason string) error {
	return s.db.inTx(ctx, "fail a transcript", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if err := t.queueSound(ctx, c); err != nil {
			return err
		}
		return t.setTranscriptState(ctx, c, domain.TranscriptFailed, c.TranscriptProgress, reason)
	})
}

// Cue reads one line. KindNotFound.
func (s Transcripts) Cue(ctx context.Context, clip domain.ClipID, no int) (domain.Cue, error) {
	row, err := s.db.queries().Cue(ctx, clip, no)
	return toCue(row), failed("read a line", orNotFound(err, noCue))
}

// SetCue replaces a line with an edited one. KindNotFound. See domain.Cue.WithText for the word times.
func (s Transcripts) SetCue(ctx context.Context, clip domain.ClipID, cue domain.Cue) error {
	return s.db.inTx(ctx, "correct a line", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		n, err := t.UpdateCue(ctx, sqlc.UpdateCueParams{
			ClipID: clip, No: cue.No, StartMs: cue.StartMS, EndMs: cue.EndMS, Body: cue.Text, Words: orEmpty(cue.Words),
		})
		if err := found(n, err, noCue); err != nil {
			return err
		}
		if err := t.indexSpeech(ctx, c, cue.No); err != nil {
			return err
		}
		return t.changed(domain.EventTranscriptChanged, c, clipData{clip})
	})
}

func (t *tx) setTranscriptState(ctx context.Context, c domain.Clip, state domain.TranscriptState, progress float64, reason string) error {
	err := t.SetTranscriptState(ctx, sqlc.SetTranscriptStateParams{ID: c.ID, State: state, Progress: shareOf(progress), Reason: reason})
	if err != nil {
		return err
	}
	return t.changed(domain.EventTranscriptChanged, c, clipData{c.ID})
}

// shareOf keeps a share between 0 and 1.
func shareOf(progress float64) float64 { return min(max(progress, 0), 1) }
