package jobs

import (
	"context"
	"time"

	"baton/domain"
)

// The queues. Each has its own workers, so that a long ladder never keeps a poster waiting.
const (
	queueQuick  = "quick"  // a poster, chapters, a purge: seconds
	queueImport = "import" // somebody waits for this clip to play
	queueEdit   = "edit"   // an author waits to show what is left
	queueSpeech = "speech" // the speech engine
	queueModel  = "model"  // waits for a language model elsewhere
	queueScreen = "screen" // nobody waits, and one at a time is enough
	queueLadder = "ladder" // nobody waits
)

// clipsPerEngine share one speech engine. Most of them are being recorded: each keeps it busy for a tenth of the time.
const clipsPerEngine = 12

// step is one line of the table: where a job waits, how often it is tried, how long it may take.
type step struct {
	queue    string
	priority int // River's: 1 first, 4 last
	attempts int
	// shown: people see it on the clip's page, and hear why it failed.
	shown bool
	// timeLimit for a clip: a fixed part and a multiple of its length.
	timeBase      time.Duration
	timePerSecond time.Duration
	run           func(r *Runner, ctx context.Context, c domain.Clip, report func(share float64)) error
}

// table lists every step. The time limits are several times what the slowest supported machine needs.
var table = map[domain.JobKind]step{ //nolint:gochecknoglobals // a table
	domain.JobImport:     {queueImport, 1, 4, true, 10 * time.Minute, 20 * time.Second, (*Runner).importMedia},
	domain.JobThumbnails: {queueQuick, 1, 5, true, 5 * time.Minute, time.Second, (*Runner).thumbnails},
	// It lasts as long as the recording; the engine has a watchdog of its own.
	domain.JobTranscribe: {queueSpeech, 1, 5, true, 24 * time.Hour, 4 * time.Second, (*Runner).transcript},
	domain.JobChapters:   {queueQuick, 2, 5, true, 2 * time.Minute, 0, (*Runner).chapters},
	domain.JobSummary:    {queueModel, 2, 3, true, 30 * time.Minute, time.Second, (*Runner).summary},
	domain.JobScreen:     {queueScreen, 2, 3, true, 20 * time.Minute, 4 * time.Second, (*Runner).screen},
	domain.JobLadder:     {queueLadder, 2, 5, true, 10 * time.Minute, 20 * time.Second, (*Runner).ladder},
	// Somebody waits for it, but what was cut is out of reach already.
	domain.JobEdit:   {queueEdit, 1, 4, true, 10 * time.Minute, 20 * time.Second, (*Runner).edit},
	domain.JobSound:  {queueQuick, 3, 3, false, 5 * time.Minute, time.Second, (*Runner).soundFile},
	domain.JobPurge:  {queueQuick, 3, 25, false, 10 * time.Minute, 0, (*Runner).purge},
	domain.JobRounds: {queueQuick, 1, 1, false, 5 * time.Minute, 0, (*Runner).rounds},
	domain.JobReap:   {queueQuick, 3, 1, false, 5 * time.Minute, 0, (*Runner).reap},
}

func (s step) timeLimit(c domain.Clip) time.Duration {
	return s.timeBase + time.Duration(c.DurationMS/1000)*s.timePerSecond
}
