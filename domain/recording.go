package domain

import "time"

// Recording is the capture that gives a clip its media: a stream of numbered
// chunks (browser, upload) or a WHIP session. A clip has one recording; a take
// that was interrupted goes on in the same one.
type Recording struct {
	ClipID ClipID
	// MimeType as the encoder named it, codecs included, e.g. "video/x-matroska;codecs=avc1,opus".
	MimeType string
	// FileName as the uploader named it; empty for other recordings.
	FileName string
	// NextSeq is the number of the chunk that is expected next: all before it are durable.
	NextSeq int64
	// Bytes durable so far.
	Bytes int64
	// DeclaredBytes is the size an upload announced; 0 when unknown.
	DeclaredBytes int64
	// SourceParts is the number of source objects so far, SourceRuns which node stored which.
	SourceParts int
	SourceRuns  []SourceRun
	EndReason   EndReason
	// LastChunkAt is when media last arrived, for the reaper of abandoned recordings.
	LastChunkAt time.Time
	// Checkpoint is the packager's own state at its last closed segment (JSON), from which
	// any node can go on with the bytes that follow CheckpointOffset.
	Checkpoint       []byte
	CheckpointOffset int64
	// SHA256 of the whole source in hex; set when finished.
	SHA256 string
	// GapsMS are the spans in which media is known to be missing (WHIP only).
	GapsMS []Span
}

// SourceRun says that the source objects from number From on, to the next run, carry Attempt in their keys: each node that records
// has an attempt of its own, so that one that was thought dead and stores late replaces nothing.
type SourceRun struct {
	From    int    `json:"from"`
	Attempt string `json:"attempt"`
}

// SourceAttempt is the attempt of source object n; empty for one of a time before attempts.
func SourceAttempt(runs []SourceRun, n int) string {
	attempt := ""
	for _, r := range runs {
		if r.From <= n {
			attempt = r.Attempt
		}
	}
	return attempt
}

// EndReason is why a recording stopped.
type EndReason string

// The reasons. An abandoned recording may be continued, a finished one may not.
const (
	EndNone      EndReason = ""          // still recording
	EndFinished  EndReason = "finished"  // its owner stopped it
	EndAbandoned EndReason = "abandoned" // nothing arrived for too long
	EndCancelled EndReason = "cancelled" // its owner threw it away
)

// Span is a stretch of a clip, in milliseconds from its start; EndMS is not part of it.
type Span struct {
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
}

// AppendSpans adds spans to an ordered list; those that touch or overlap its last are joined with it.
func AppendSpans(list []Span, more ...Span) []Span {
	for _, s := range more {
		if n := len(list); n > 0 && s.StartMS <= list[n-1].EndMS {
			list[n-1].EndMS = max(list[n-1].EndMS, s.EndMS)
			continue
		}
		list = append(list, s)
	}
	return list
}

// SourceRendition names the rendition made of the recording's own encoded
// frames, by copying.
const SourceRendition = "source"

// Rendition is one encoding of a clip that a player can choose.
type Rendition struct {
	ClipID ClipID
	// Name is "source", "720p", "360p", "audio": it is a path element of its playlist.
	Name string
	// Codecs is the RFC 6381 string, e.g. "avc1.64001f,opus".
	Codecs        string
	Width, Height int
	// Bandwidth is the peak bit rate in bits per second.
	Bandwidth int64
	// Complete: no segment will be added.
	Complete bool
}

// InitSegment is the header (ISO BMFF ftyp+moov) that media segments with the same InitNo need.
// A change of codec parameters or resolution starts a new one (EXT-X-DISCONTINUITY).
type InitSegment struct {
	ClipID    ClipID
	Rendition string
	No        int
	ObjectKey string
	Bytes     int64
}

// Segment is one stored piece of media of a rendition: a CMAF segment that starts
// with a key frame.
type Segment struct {
	ClipID    ClipID
	Rendition string
	// No counts from 0 within the rendition, without holes.
	No         int
	InitNo     int
	StartMS    int64
	DurationMS int64
	Bytes      int64
	ObjectKey  string
	// Discontinuity: timestamps or parameters do not go on from the segment before.
	Discontinuity bool
}
