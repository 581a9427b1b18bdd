package domain

// JobKind names a step that happens after media has arrived, durably and safe to run twice.
type JobKind string

// The kinds of job, in the order in which a clip meets them.
const (
	JobImport     JobKind = "import"     // an uploaded file, or frames that cannot be copied → the source rendition
	JobThumbnails JobKind = "thumbnails" // poster, storyboard, speech ribbon
	JobTranscribe JobKind = "transcribe" // sound → cues
	JobChapters   JobKind = "chapters"   // cues → chapters
	JobSummary    JobKind = "summary"    // cues and chapters → titles, summary, action items, by a language model
	JobScreen     JobKind = "screen"     // picture → times of change, and the text that was on the screen
	JobLadder     JobKind = "ladder"     // renditions that every browser plays, loudness normalised
	JobEdit       JobKind = "edit"       // the exact version of the edit that holds
	JobSound      JobKind = "sound"      // the sound as one file, for those who listen in a podcast program
	JobPurge      JobKind = "purge"      // objects and rows of a deleted clip
	JobRounds     JobKind = "rounds"     // opens and closes rounds, tells people; periodic, of no clip
	JobReap       JobKind = "reap"       // ends abandoned recordings; periodic, of no clip
)

// Job is a step to be done for a clip.
type Job struct {
	Kind   JobKind
	ClipID ClipID
	// Again: it is queued even when one like it waits or runs, because that one may have read what is no longer so.
	Again bool
}

// AfterRecording lists what follows when a recording ends. needsImport says that its frames could not
// be copied into segments while they arrived.
func AfterRecording(c ClipID, needsImport bool) []Job {
	if needsImport {
		return []Job{{Kind: JobImport, ClipID: c}}
	}
	return AfterPlayable(c)
}

// AfterPlayable lists what follows when a clip can be played to its end.
func AfterPlayable(c ClipID) []Job {
	return []Job{
		{Kind: JobTranscribe, ClipID: c}, {Kind: JobThumbnails, ClipID: c}, {Kind: JobScreen, ClipID: c}, {Kind: JobLadder, ClipID: c},
	}
}

// MadeAnew marks jobs to be queued even when such are running, because the recording is longer now than when those began. A transcript goes on
// by itself to where the recording ends.
func MadeAnew(jobs []Job) []Job {
	for i := range jobs {
		jobs[i].Again = jobs[i].Kind != JobTranscribe
	}
	return jobs
}

// AfterTranscript lists what follows when the words are complete.
func AfterTranscript(c ClipID) []Job { return []Job{{Kind: JobChapters, ClipID: c}} }

// WorkState is where a job of a clip stands, in words for people.
type WorkState string

// The states of a piece of work.
const (
	WorkWaiting  WorkState = "waiting"
	WorkRunning  WorkState = "running"
	WorkRetrying WorkState = "retrying"
	WorkDone     WorkState = "done"
	WorkFailed   WorkState = "failed"
)

// Work is a job of a clip as its watch page shows it.
type Work struct {
	Kind  JobKind
	State WorkState
	// Progress is a share, 0 to 1.
	Progress float64
	// Reason says why it waits, is tried again or failed; shown to people.
	Reason string
}
