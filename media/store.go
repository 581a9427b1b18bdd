package media

import (
	"context"
	"io"
	"time"

	"baton/domain"
)

// Store keeps what the ingest knows, so that any node can go on with any recording.
// Package postgres implements it. Every method is one transaction and may be called
// twice with the same arguments.
type Store interface {
	// Begin makes this node the one that records a clip, and returns the clip, its recording and a
	// new epoch. It makes the recording's row if there is none, sets its type if it has
	// none, and turns an abandoned recording into one that records again (the clip into state recording).
	// With an empty mimeType it changes nothing but the epoch: the node only means to tidy up.
	// domain.KindNotFound for an unknown clip. A finished or cancelled recording is returned as it is.
	Begin(ctx context.Context, clip domain.ClipID, mimeType, node string) (Take, error)
	// Take reads the same without becoming the recorder. KindNotFound when there is no such clip;
	// a clip without a recording yet has a zero Recording but for ClipID.
	Take(ctx context.Context, clip domain.ClipID) (Take, error)
	// OpenBy counts the recordings of a person that media comes for, besides one clip's. One that was silent for longer than active
	// does not count.
	OpenBy(ctx context.Context, owner domain.AccountID, besides domain.ClipID, active time.Duration) (int, error)
	// SaveProgress records what was stored: an upsert by (clip, rendition, number) for segments and init
	// segments, an update of the recording, rendition and clip (duration, size, width, height), an event. It fails with
	// domain.KindConflict, and changes nothing, when the epoch is not the recording's newest: another node has taken over.
	SaveProgress(ctx context.Context, p Progress) error
	// Finish ends the recording and moves the clip to what follows: ready, processing (with its
	// import job) or failed, and enqueues the jobs that every new clip gets. KindConflict as SaveProgress.
	Finish(ctx context.Context, o Outcome) error
}

// What Store takes and gives is the domain's, because package postgres knows nothing of this one.
type (
	// Take is a clip with its recording, as a node takes it over.
	Take = domain.Take
	// Progress is what became durable in the object store since the last one.
	Progress = domain.Progress
	// Outcome is how a recording ended.
	Outcome = domain.Outcome
)

// ObjectStore is where media rests. Package blob implements it.
type ObjectStore interface {
	// Put stores body under key, replacing what was there, and returns when the store has confirmed it.
	Put(ctx context.Context, key, contentType string, body []byte) error
	// Get reads an object whole. The caller closes it.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

// Syncer is an ObjectStore that can promise more than confirmation: that objects survive a power cut.
// A spool part is deleted here only after Sync of its key, where the store offers it.
type Syncer interface {
	Sync(ctx context.Context, keys ...string) error
}

// Keys names the objects of a clip. Package blob knows the layout.
type Keys interface {
	SourcePart(w domain.WorkspaceID, c domain.ClipID, n int, attempt string) string
	InitSegment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string
	Segment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string
}
