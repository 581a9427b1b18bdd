package jobs

import (
	"context"
	"io"
	"time"

	"baton/domain"
	"baton/ocr"
	"baton/summary"
	"baton/transcode"
	"baton/transcribe"
)

// Store is what the steps read and record. Every method is one transaction and may be called twice.
// Package postgres has the parts; cmd puts them together.
type Store interface {
	Clip(ctx context.Context, id domain.ClipID) (domain.Clip, error)
	SetWork(ctx context.Context, id domain.ClipID, w domain.Work) error

	Take(ctx context.Context, id domain.ClipID) (domain.Take, error)
	Abandoned(ctx context.Context, quiet time.Duration, limit int) ([]domain.Take, error)

	// Rendition reads one with its init segments and segments, in order.
	Rendition(ctx context.Context, id domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error)
	// RenditionFrom reads the same, but only segments from the one that holds a moment on, and at most so many.
	RenditionFrom(ctx context.Context, id domain.ClipID, name string, fromMS int64, most int) (domain.Rendition, []domain.InitSegment, []domain.Segment, error)
	// PublishRendition shows a rendition to players and gives the keys that nothing points at any more.
	PublishRendition(ctx context.Context, r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment) (replaced []string, err error)
	// StitchParts lists the clips that one joins, empty ids for those that are gone; none: it was recorded.
	StitchParts(ctx context.Context, id domain.ClipID) ([]domain.ClipID, error)
	// TakeParts reads what it joins, as it is now. KindGone when its owner may not take one of them any more.
	TakeParts(ctx context.Context, id domain.ClipID) ([]domain.Clip, error)
	// ImportDone makes the clip ready and enqueues what follows. Errors as TakeParts; KindConflict when a part was edited since.
	ImportDone(ctx context.Context, id domain.ClipID, i domain.Import) (replaced []string, err error)
	// PublishEdit shows the exact version of an edit, or none, and gives the keys that nothing points at any more. KindConflict when
	// another edit holds.
	PublishEdit(ctx context.Context, id domain.ClipID, e domain.RenderedEdit) (replaced []string, err error)
	FailClip(ctx context.Context, id domain.ClipID, reason string) error
	SetPictures(ctx context.Context, id domain.ClipID, p domain.Pictures) (replaced []string, err error)
	// Renditions gives those of what is played of a clip, with their codecs known.
	Renditions(ctx context.Context, c *domain.Clip) ([]domain.Rendition, error)
	// QueueSound has the clip's sound made as one file, where somebody wants it.
	QueueSound(ctx context.Context, c domain.Clip) error
	// Sound reads the file that there is; the zero one: none.
	Sound(ctx context.Context, id domain.ClipID) (domain.Sound, error)
	PutSound(ctx context.Context, s domain.Sound) (replaced []string, err error)

	StartTranscript(ctx context.Context, id domain.ClipID) (upToMS int64, err error)
	AppendCues(ctx context.Context, id domain.ClipID, s domain.TranscriptStep) error
	// SetDraft replaces the words of the speech that goes on behind what is settled up to fromMS.
	SetDraft(ctx context.Context, id domain.ClipID, fromMS int64, draft []domain.Cue) error
	// FinishTranscript ends it as done or no_speech and enqueues what follows. KindConflict while there is more to hear.
	FinishTranscript(ctx context.Context, id domain.ClipID, language string, coverage float64, state domain.TranscriptState) error
	// RestartTranscript forgets all but what people corrected.
	RestartTranscript(ctx context.Context, id domain.ClipID) error
	FailTranscript(ctx context.Context, id domain.ClipID, reason string) error
	Transcript(ctx context.Context, id domain.ClipID) (domain.Transcript, error)

	// Terms are the workspace's own words.
	Terms(ctx context.Context, w domain.WorkspaceID) ([]domain.Term, error)
	Chapters(ctx context.Context, id domain.ClipID) ([]domain.Chapter, error)
	// Sections reads what a clip answers in a round.
	Sections(ctx context.Context, c domain.Clip) (domain.ClipSections, error)
	// SetHeard makes sections that are announced in a clip parts of the answer that it is; changed: that made a difference.
	SetHeard(ctx context.Context, id domain.ClipID, heard []domain.SectionMark) (changed bool, err error)
	// PutChapters records generated chapters; it leaves edited ones alone.
	PutChapters(ctx context.Context, id domain.ClipID, c []domain.Chapter) error
	// SuggestTitle titles a clip that has no title.
	SuggestTitle(ctx context.Context, id domain.ClipID, title string) error

	// ReadsScreen tells whether the text on the clip's screen may be read.
	ReadsScreen(ctx context.Context, id domain.ClipID) (bool, error)
	// SetScreenChanges stores when another picture came up; chapters made without are made again.
	SetScreenChanges(ctx context.Context, id domain.ClipID, changes []int64) error
	SetScreenLines(ctx context.Context, id domain.ClipID, lines []domain.ScreenLine) error
	// SetScreenState notes why nothing was read.
	SetScreenState(ctx context.Context, id domain.ClipID, s domain.ScreenState, reason string) error
	Screen(ctx context.Context, id domain.ClipID) (domain.Screen, error)

	SetSummary(ctx context.Context, id domain.ClipID, s domain.Summary) error
	// QueueSummary has the clip summed up.
	QueueSummary(ctx context.Context, id domain.ClipID) error
	// ReplaceTitle gives a clip another title if it still has the one that was made for it.
	ReplaceTitle(ctx context.Context, id domain.ClipID, made, title string) error

	// Objects lists what a clip, deleted ones included, keeps in the object store.
	Objects(ctx context.Context, id domain.ClipID) (domain.ClipObjects, error)
	Purge(ctx context.Context, id domain.ClipID) error
	// Prune drops events and sign-ins that are past their time.
	Prune(ctx context.Context) error
}

// Objects is the object store. Package blob implements it.
type Objects interface {
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	Put(ctx context.Context, key, contentType string, body []byte) error
	PutFile(ctx context.Context, key, contentType string, f io.ReadSeeker) error
	Delete(ctx context.Context, keys ...string) error
	DeletePrefix(ctx context.Context, prefix string) (int, error)
}

// Keys names objects. Package blob knows the layout.
type Keys interface {
	Clip(w domain.WorkspaceID, c domain.ClipID) string
	SourcePart(w domain.WorkspaceID, c domain.ClipID, n int, attempt string) string
	InitSegment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string
	Segment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string
	Poster(w domain.WorkspaceID, c domain.ClipID, attempt string) string
	Preview(w domain.WorkspaceID, c domain.ClipID, attempt string) string
	Storyboard(w domain.WorkspaceID, c domain.ClipID, attempt string) string
	Peaks(w domain.WorkspaceID, c domain.ClipID, attempt string) string
	Sound(w domain.WorkspaceID, c domain.ClipID, attempt string) string
}

// Rounds does what is to be done for rounds and asks at a moment. Package rounds implements it.
type Rounds interface {
	Tick(ctx context.Context, now time.Time) error
}

// Ingest ends recordings whose owner went away. Package media implements it.
type Ingest interface {
	Abandon(ctx context.Context, id domain.ClipID) error
}

// Speech is the engine of transcripts. Present tells why it cannot work now (the model is not
// installed); transcripts wait meanwhile.
type Speech interface {
	transcribe.Engine
	Present(ctx context.Context) error
}

// Reader reads the text of pictures; *ocr.Reader. Present tells why it cannot.
type Reader interface {
	Present(ctx context.Context) error
	Read(ctx context.Context, picture []byte) ([]ocr.Line, error)
}

// Writer writes about a transcript; *summary.Writer.
type Writer interface {
	Write(ctx context.Context, cues []domain.Cue, chapters []domain.Chapter) (summary.Written, error)
}

// Transcoder is what the steps ask of ffmpeg; *transcode.Runner.
type Transcoder interface {
	Box() (*transcode.Box, error)
	Open(ctx context.Context, b *transcode.Box, src io.Reader) (transcode.Take, error)
	OpenStored(ctx context.Context, b *transcode.Box, inits []domain.InitSegment, segments []domain.Segment, get transcode.Get) (transcode.Take, error)
	// OpenPiece opens some segments of a rendition that is read piece by piece.
	OpenPiece(ctx context.Context, b *transcode.Box, inits []domain.InitSegment, segments []domain.Segment, get transcode.Get, known transcode.Probed) (transcode.Take, error)
	Import(ctx context.Context, t transcode.Take, progress transcode.Progress) (transcode.Rendition, error)
	Join(ctx context.Context, takes []transcode.Take, progress transcode.Progress) (transcode.Joined, error)
	Ladder(ctx context.Context, t transcode.Take, progress transcode.Progress) ([]transcode.Rendition, error)
	Cut(ctx context.Context, t transcode.Take, kept domain.Timeline, progress transcode.Progress) ([]transcode.Rendition, error)
	OpenMade(ctx context.Context, b *transcode.Box, made transcode.Rendition) (transcode.Take, error)
	Poster(ctx context.Context, t transcode.Take) ([]byte, error)
	Preview(ctx context.Context, t transcode.Take) ([]byte, error)
	Storyboard(ctx context.Context, t transcode.Take, progress transcode.Progress) (transcode.Storyboard, error)
	Peaks(ctx context.Context, t transcode.Take, durationMS int64, progress transcode.Progress) (transcode.Peaks, error)
	SoundFile(ctx context.Context, t transcode.Take) (path string, durationMS int64, err error)
	PCM(ctx context.Context, t transcode.Take, gainDB float64, startMS int64) (io.ReadCloser, error)
	Frames(ctx context.Context, t transcode.Take, atMS []int64, each func(atMS int64, pgm []byte) error) error
	SceneChanges(ctx context.Context, t transcode.Take, progress transcode.Progress) ([]transcode.SceneChange, error)
}
