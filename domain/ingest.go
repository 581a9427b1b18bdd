package domain

import (
	"slices"
	"time"
)

// Take is a clip with its recording, as a node takes it over.
type Take struct {
	Clip      Clip
	Recording Recording
	// Epoch counts the nodes that recorded this clip; it fences off the ones before.
	Epoch int64
}

// Progress is what became durable in the object store since the last one.
type Progress struct {
	ClipID ClipID
	Epoch  int64
	// NextSeq and Bytes are acknowledged; LastChunkAt is when the newest came.
	NextSeq     int64
	Bytes       int64
	LastChunkAt time.Time
	// DeclaredBytes is the announced size of an upload; 0: not known.
	DeclaredBytes int64
	// SourceParts are stored so far, as SourceRuns say: see Recording.
	SourceParts int
	SourceRuns  []SourceRun
	// Checkpoint (JSON, opaque) and CheckpointOffset: see Recording.
	Checkpoint       []byte
	CheckpointOffset int64
	// Rendition is the state of the source rendition; its Codecs are empty while nothing is known of the media.
	Rendition Rendition
	// Inits and Segments are the new ones; their objects are stored already.
	Inits    []InitSegment
	Segments []Segment
	// DurationMS is the end of the last segment; HasVideo and HasAudio what it holds.
	DurationMS         int64
	HasVideo, HasAudio bool
	GapsMS             []Span
}

// Outcome is how a recording ended.
type Outcome struct {
	ClipID        ClipID
	Epoch         int64
	EndReason     EndReason
	NextSeq       int64
	Bytes         int64
	DurationMS    int64
	Width, Height int
	HasVideo      bool
	HasAudio      bool
	// SHA256 of the whole source, hex.
	SHA256 string
	GapsMS []Span
	// SourceParts is the number of source objects, 0 to SourceParts-1.
	SourceParts int
	SourceRuns  []SourceRun
	// NeedsImport: the source cannot be played by copying; a job makes the playable renditions from
	// the source parts. Segments that were recorded stay until it replaces them. Reason says why, for the log.
	NeedsImport bool
	Reason      string
	// Failure, shown to people, is set when nothing can come of the recording: no byte arrived.
	Failure string
}

// Import is what a job made of a source that could not be copied.
type Import struct {
	// Rendition is the source rendition with its segments, complete.
	Rendition          Rendition
	Inits              []InitSegment
	Segments           []Segment
	DurationMS         int64
	Width, Height      int
	HasVideo, HasAudio bool
	// Parts are the clips that it was joined of; none: it was recorded.
	Parts []StitchedPart
}

// Keys lists the objects of its rendition.
func (i *Import) Keys() []string {
	var all []string
	for _, s := range i.Inits {
		all = append(all, s.ObjectKey)
	}
	for _, s := range i.Segments {
		all = append(all, s.ObjectKey)
	}
	return all
}

// Bytes of them.
func (i *Import) Bytes() int64 {
	var sum int64
	for _, s := range i.Inits {
		sum += s.Bytes
	}
	for _, s := range i.Segments {
		sum += s.Bytes
	}
	return sum
}

// Pictures are the keys of a clip's poster, animated preview, storyboard and peaks; StoryboardVTT is the storyboard's index.
type Pictures struct {
	PosterKey     string
	PreviewKey    string
	StoryboardKey string
	StoryboardVTT string
	PeaksKey      string
}

// Keys lists those of the objects that there are.
func (p Pictures) Keys() []string {
	return slices.DeleteFunc([]string{p.PosterKey, p.PreviewKey, p.StoryboardKey, p.PeaksKey}, func(k string) bool { return k == "" })
}
