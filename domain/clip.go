package domain

import (
	"slices"
	"time"
)

// ClipKind is what was captured.
type ClipKind string

// The kinds of clip.
const (
	KindScreen ClipKind = "screen"
	KindCamera ClipKind = "camera"
	KindAudio  ClipKind = "audio"
	KindUpload ClipKind = "upload"
)

// ClipState says whether a clip's media is arriving, being made playable,
// playable, or lost for a stated reason.
type ClipState string

// The states of a clip. See clipTransitions for the ways between them.
const (
	ClipRecording  ClipState = "recording"  // media is arriving; playable up to its last segment
	ClipProcessing ClipState = "processing" // all media is here; a job makes it playable
	ClipReady      ClipState = "ready"      // playable to its end
	ClipFailed     ClipState = "failed"     // nothing playable came of it; FailureReason says why
)

// clipTransitions is the whole table. Every state has an exit: recording ends by
// its owner or by the reaper of abandoned recordings, processing ends by its job
// succeeding or running out of attempts, failed and ready leave when the owner's
// browser comes back with the rest of an abandoned take or the job is retried.
var clipTransitions = map[ClipState][]ClipState{ //nolint:gochecknoglobals // a table
	ClipRecording:  {ClipProcessing, ClipReady, ClipFailed},
	ClipProcessing: {ClipReady, ClipFailed},
	ClipReady:      {ClipRecording, ClipProcessing},
	ClipFailed:     {ClipRecording, ClipProcessing},
}

// CanBecome tells whether a clip may go from state s to state to. Staying is always allowed,
// because every job may run twice.
func (s ClipState) CanBecome(to ClipState) bool {
	return s == to || slices.Contains(clipTransitions[s], to)
}

// Visibility is who may watch a clip.
type Visibility string

// The visibilities, from narrow to wide.
const (
	VisiblePrivate   Visibility = "private"   // its owner only, and whom it is shared with
	VisibleWorkspace Visibility = "workspace" // every member of the workspace
	VisibleLink      Visibility = "link"      // anyone who has the link
)

// Clip is what people share: one title, one recording, its transcript and the
// talk about it.
type Clip struct {
	ID          ClipID
	WorkspaceID WorkspaceID
	OwnerID     AccountID
	SpaceID     SpaceID // empty: in no space
	// ParentID is the clip that this one answers, HostID who owns that; empty: it answers none.
	ParentID ClipID
	HostID   AccountID
	// LinkFor is the occurrence of a round by whose link in a mail it was recorded; empty: somebody recorded it who was signed in.
	LinkFor OccurrenceID
	// People are members who may watch it whatever its visibility.
	People []AccountID
	// Spaces are those whose members may watch it whatever its visibility.
	Spaces []SpaceID
	// GuestComments: strangers who have the clip's own link may comment under a name; Downloads: they may download.
	GuestComments bool
	Downloads     bool
	Kind          ClipKind
	Title         string
	// MadeTitle is the title that was made from what is said; empty: a person wrote it, or there is none.
	MadeTitle   string
	Description string
	Visibility  Visibility
	State       ClipState
	// FailureReason is shown to people; set when State is failed.
	FailureReason string
	// DurationMS grows while recording.
	DurationMS int64
	// Width and Height of the source picture in pixels; 0 for sound alone.
	Width, Height int
	HasVideo      bool
	HasAudio      bool
	SizeBytes     int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
	// ReadyAt is when the clip first became playable to its end; zero before.
	ReadyAt time.Time
	// PosterKey, PreviewKey, StoryboardKey and PeaksKey are object keys; empty until made.
	PosterKey       string
	PreviewKey      string
	StoryboardKey   string
	PeaksKey        string
	TranscriptState TranscriptState
	// TranscriptProgress is the share of the sound that was transcribed, 0 to 1.
	TranscriptProgress float64
	// TranscriptReason says why TranscriptState is failed; shown to people.
	TranscriptReason string
	// ReadScreen: the text on its screen may be read, unless the workspace has turned that off.
	ReadScreen bool
	// EditNo is the edit that holds, Cuts what it leaves out; 0: it was never edited.
	EditNo int
	Cuts   []Cut
	// RenderedNo is the edit whose exact version has been made.
	RenderedNo int
	// CutPosterKey is the poster of that version.
	CutPosterKey string
}

// Kept is what the clip's edit leaves of it.
func (c *Clip) Kept() Timeline { return Kept(c.Cuts, c.DurationMS) }

// Rendered tells whether the exact version of the edit that holds has been made.
func (c *Clip) Rendered() bool { return len(c.Cuts) > 0 && c.RenderedNo == c.EditNo }

// WordsComing tells whether more of what is said in a clip will be written down by itself.
func (c *Clip) WordsComing() bool {
	if c.State == ClipRecording || c.State == ClipProcessing {
		return true
	}
	return c.State == ClipReady && (c.TranscriptState == TranscriptPending || c.TranscriptState == TranscriptRunning)
}
