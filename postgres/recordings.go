package postgres

import (
	"context"
	"time"

	"baton/domain"
)

// Recordings keeps what the ingest knows, so that any node can go on with any recording.
type Recordings struct{ db *DB }

// Begin makes a node the one that records a clip and returns a new epoch. It makes the recording's row if there is none, sets
// its type if it has none, and makes an abandoned recording, and its clip, record again. With an empty mimeType it changes
// nothing but the epoch. A finished or cancelled recording is returned as it is. KindNotFound for an unknown clip.
func (s Recordings) Begin(ctx context.Context, clip domain.ClipID, mimeType, node string) (domain.Take, error) {
	return domain.Take{}, errSoon
}

// Take reads the same without becoming the recorder. A clip without a recording has a zero Recording but for ClipID. KindNotFound.
func (s Recordings) Take(ctx context.Context, clip domain.ClipID) (domain.Take, error) {
	return domain.Take{}, errSoon
}

// SaveProgress records what was stored; saving the same twice changes nothing. KindConflict, changing nothing, when the
// epoch is not the newest (another node has taken over) or the recording was finished.
func (s Recordings) SaveProgress(ctx context.Context, p domain.Progress) error {
	return errSoon
}

// Finish ends the recording, moves the clip to ready, processing or failed and enqueues what follows. Finishing the same
// bytes again changes nothing. KindConflict as SaveProgress.
func (s Recordings) Finish(ctx context.Context, o domain.Outcome) error {
	return errSoon
}

// Abandoned lists the open recordings to which nothing was added for so long, oldest first.
func (s Recordings) Abandoned(ctx context.Context, quiet time.Duration, limit int) ([]domain.Take, error) {
	return nil, errSoon
}

// Touch notes that the recorder is alive though it has nothing to save.
func (s Recordings) Touch(ctx context.Context, clip domain.ClipID, epoch int64) error {
	return errSoon
}
