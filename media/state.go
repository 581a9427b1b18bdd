package media

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"baton/domain"
	"baton/media/internal/cmaf"
	"baton/media/internal/spool"
)

// State is how far a recording is, as GET …/recording tells it (docs/protocol.md).
type State struct {
	// State is recording, abandoned, finished or cancelled.
	State         string     `json:"state"`
	MimeType      string     `json:"mime_type"`
	NextSeq       int64      `json:"next_seq"`
	StoredSeq     int64      `json:"stored_seq"`
	Bytes         int64      `json:"bytes"`
	StoredBytes   int64      `json:"stored_bytes"`
	DeclaredBytes int64      `json:"declared_bytes"`
	DurationMS    int64      `json:"duration_ms"`
	LastChunkAt   *time.Time `json:"last_chunk_at"`
	SHA256        string     `json:"sha256"`
	// GapsMS is what never arrived. A span without length: sending was interrupted here, and went on later.
	GapsMS []domain.Span `json:"gaps_ms"`
	// Trouble says why what is acknowledged is not being stored: ReasonStoreAway, or empty.
	Trouble Reason `json:"trouble,omitempty"`
	// MaxBytes and MaxMS of this recording, for its sender to end it in time; 0: any.
	MaxBytes int64 `json:"max_bytes,omitempty"`
	MaxMS    int64 `json:"max_ms,omitempty"`
}

// Reason says more than a status why a chunk or a finish was refused.
type Reason string

// The reasons (docs/protocol.md).
const (
	ReasonAhead             Reason = "ahead"
	ReasonDifferent         Reason = "different"
	ReasonType              Reason = "type"
	ReasonFinished          Reason = "finished"
	ReasonMissing           Reason = "missing"
	ReasonSHA256            Reason = "sha256"
	ReasonDigest            Reason = "digest"
	ReasonChunkTooLarge     Reason = "chunk_too_large"
	ReasonRecordingTooLarge Reason = "recording_too_large"
	ReasonOffset            Reason = "offset"
	ReasonBusy              Reason = "busy"
	ReasonSpoolFull         Reason = "spool_full"
	ReasonDiskFull          Reason = "disk_full"
	ReasonStoreAway         Reason = "store_away"
	ReasonUnavailable       Reason = "unavailable"
)

// Refused is an error of the record plane with all that the sender needs to go on. It wraps a domain.Error.
type Refused struct { //nolint:errname // reads as what it is: media.Refused
	Err *domain.Error
	// Status is the HTTP status of docs/protocol.md.
	Status  int
	Reason  Reason
	NextSeq int64
	// RetryAfter is set with 429 and 503.
	RetryAfter time.Duration
}

func (r *Refused) Error() string { return r.Err.Error() }

func (r *Refused) Unwrap() error { return r.Err }

func refuse(status int, reason Reason, next int64, format string, args ...any) *Refused {
	kind := domain.KindConflict
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		kind = domain.KindInvalid
	case http.StatusRequestEntityTooLarge:
		kind = domain.KindTooLarge
	case http.StatusUnsupportedMediaType:
		kind = domain.KindUnsupported
	case http.StatusTooManyRequests:
		kind = domain.KindTooMany
	case http.StatusServiceUnavailable:
		kind = domain.KindUnavailable
	}
	return &Refused{Err: domain.Errorf(kind, format, args...), Status: status, Reason: reason, NextSeq: next}
}

func unavailable(next int64, after time.Duration, reason Reason, message string, cause error) *Refused {
	r := refuse(http.StatusServiceUnavailable, reason, next, "%s", message)
	r.Err.Cause, r.RetryAfter = cause, after
	return r
}

// checkpoint is domain.Recording.Checkpoint.
type checkpoint struct {
	// Stored is how far the source parts in the object store reach; Parts is their number.
	Stored spool.Position `json:"stored"`
	Parts  int            `json:"parts"`
	// Table locates the parts from the packager's offset on.
	Table    []partRef        `json:"table,omitempty"`
	Packager *cmaf.Checkpoint `json:"packager,omitempty"`
	// Uncopied says why the source cannot be packaged by copying; empty: it can, or is not known yet.
	Uncopied string `json:"uncopied,omitempty"`
	Segments int    `json:"segments"`
}

// partRef is a source part in the object store.
type partRef struct {
	No     int   `json:"no"`
	Offset int64 `json:"offset"`
	Size   int64 `json:"size"`
}

func parseCheckpoint(b []byte) (checkpoint, error) {
	var c checkpoint
	if len(b) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read checkpoint: %w", err)
	}
	return c, nil
}

// storedState is a recording's state by what the store knows.
func storedState(t Take) (State, error) {
	r := t.Recording
	c, err := parseCheckpoint(r.Checkpoint)
	if err != nil {
		return State{}, err
	}
	s := State{
		State: "recording", MimeType: r.MimeType, NextSeq: r.NextSeq, StoredSeq: c.Stored.Seq, Bytes: r.Bytes, StoredBytes: c.Stored.Offset,
		DeclaredBytes: r.DeclaredBytes, DurationMS: t.Clip.DurationMS, SHA256: r.SHA256, GapsMS: r.GapsMS,
	}
	if !r.LastChunkAt.IsZero() {
		s.LastChunkAt = &r.LastChunkAt
	}
	if s.GapsMS == nil {
		s.GapsMS = []domain.Span{}
	}
	if r.EndReason == domain.EndNone || r.EndReason == domain.EndAbandoned {
		// Only what is stored outlives the node that held the rest.
		s.NextSeq, s.Bytes = c.Stored.Seq, c.Stored.Offset
	}
	if r.EndReason != domain.EndNone {
		s.State = string(r.EndReason)
	}
	return s, nil
}
