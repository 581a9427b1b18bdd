package postgres

import (
	"context"

	"baton/domain"
)

// Transcripts keeps the words of clips, their chapters, and the place of both in the search index.
type Transcripts struct{ db *DB }

// Transcript reads the words so far; a clip that was not listened to has an empty one.
func (s Transcripts) Transcript(ctx context.Context, clip domain.ClipID) (domain.Transcript, error) {
	return domain.Transcript{}, errSoon
}

// Start notes that a clip is being listened to, and returns up to where it was before. KindNotFound.
func (s Transcripts) Start(ctx context.Context, clip domain.ClipID) (upToMS int64, err error) {
	return 0, errSoon
}

// Restart forgets all cues but the edited ones and what was listened to, for a new transcription from the start. KindNotFound.
func (s Transcripts) Restart(ctx context.Context, clip domain.ClipID) error {
	return errSoon
}

// AppendCues adds what a stretch of listening gave. A stretch that was added before changes nothing; KindConflict for one that
// does not begin where the last one ended. Edited cues win over new ones at the same time.
func (s Transcripts) AppendCues(ctx context.Context, clip domain.ClipID, step domain.TranscriptStep) error {
	return errSoon
}

// Finish ends a transcription as done or no_speech, and enqueues the chapters when there are words.
func (s Transcripts) Finish(ctx context.Context, clip domain.ClipID, language string, coverage float64, state domain.TranscriptState) error {
	return errSoon
}

// Fail ends a transcription for a reason shown to people.
func (s Transcripts) Fail(ctx context.Context, clip domain.ClipID, reason string) error {
	return errSoon
}

// Cue reads one line. KindNotFound.
func (s Transcripts) Cue(ctx context.Context, clip domain.ClipID, no int) (domain.Cue, error) {
	return domain.Cue{}, errSoon
}

// SetCue replaces a line with an edited one. KindNotFound. See domain.Cue.WithText for the word times.
func (s Transcripts) SetCue(ctx context.Context, clip domain.ClipID, cue domain.Cue) error {
	return errSoon
}

// Chapters lists a clip's chapters in order.
func (s Transcripts) Chapters(ctx context.Context, clip domain.ClipID) ([]domain.Chapter, error) {
	return nil, errSoon
}

// SetChapters replaces the chapters by those a person made. KindInvalid when they are not in order or overlap.
func (s Transcripts) SetChapters(ctx context.Context, clip domain.ClipID, chapters []domain.Chapter) error {
	return errSoon
}

// SetGeneratedChapters replaces the chapters, unless a person has edited them, and tells whether it did.
func (s Transcripts) SetGeneratedChapters(ctx context.Context, clip domain.ClipID, chapters []domain.Chapter) (bool, error) {
	return false, errSoon
}
