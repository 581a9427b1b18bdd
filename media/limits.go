package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"syscall"
	"time"

	"baton/domain"
	"baton/media/internal/spool"
)

// Limits are what an operator allows. 0 is no limit, everywhere.
type Limits struct {
	// Recordings at once on this node, and PerOwner of one person on all nodes.
	Recordings, PerOwner int
	// Bytes and Length of one recording. Length counts only what is packaged while it arrives: not uploads and not VP8.
	Bytes  int64
	Length time.Duration
}

const (
	// activeTime is how long after its last sign of life a recording counts against its owner's limit; a living one gives a sign at
	// least every quiet.
	activeTime = 2 * quiet
	// busyRetry, fullRetry and soonRetry are when senders are asked to come again.
	busyRetry = 5 * time.Second
	fullRetry = 5 * time.Second
	soonRetry = time.Second
	// awayAfter failures to store have gone on for so long, and stuckAfter one attempt has, senders are told.
	awayAfter  = 3 * time.Second
	stuckAfter = 8 * time.Second
)

// busy refuses a recording that may come again.
func busy(format string, args ...any) error {
	r := refuse(http.StatusTooManyRequests, ReasonBusy, 0, format, args...)
	r.RetryAfter = busyRetry
	return r
}

// outOfRoom tells whether the spool, or its disk, has no room.
func outOfRoom(err error) bool {
	return errors.Is(err, spool.ErrFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// sayFull tells the operator, once a minute at the most: every chunk of every sender meets it.
func (in *Ingest) sayFull(err error) {
	in.mu.Lock()
	again := time.Since(in.saidFull) < time.Minute
	if !again {
		in.saidFull = time.Now()
	}
	in.mu.Unlock()
	if !again {
		in.cfg.Logger.Warn("no room in the spool: recordings stay with their senders until there is",
			slog.Int64("spool_used", in.node.Used()), slog.Int64("spool_limit", in.cfg.SpoolBytes), slog.String("dir", in.cfg.Dir), slog.Any("error", err))
	}
}

// noRoom is the answer when the spool cannot take a chunk. The sender keeps it.
func noRoom(next int64, err error) error {
	switch {
	case errors.Is(err, spool.ErrFull):
		return unavailable(next, fullRetry, ReasonSpoolFull, "the server holds as much as it may until its storage has caught up; nothing is lost, it goes on by itself", err)
	case outOfRoom(err):
		return unavailable(next, fullRetry, ReasonDiskFull, "the server's disk is full; nothing is lost, it goes on by itself when there is room", err)
	}
	return unavailable(next, soonRetry, ReasonUnavailable, "the server could not store this piece; nothing is lost, send it again", err)
}

// closing answers a chunk for a recording that is being put away because nothing came for long: it is taken a moment later, when
// that is done.
func closing(next int64) error {
	return unavailable(next, soonRetry, ReasonUnavailable, "the recording was put away and is being opened again; send this piece again", nil)
}

// checkOwner refuses a person's new recording when there are enough. One that has begun is always gone on with.
func (in *Ingest) checkOwner(ctx context.Context, clip domain.ClipID) error {
	most := in.cfg.Limits.PerOwner
	if most <= 0 {
		return nil
	}
	take, err := in.cfg.Store.Take(ctx, clip)
	if err != nil {
		return fmt.Errorf("read recording: %w", err)
	}
	if take.Recording.NextSeq > 0 || take.Epoch > 0 {
		return nil
	}
	n, err := in.cfg.Store.OpenBy(ctx, take.Clip.OwnerID, clip, activeTime)
	if err != nil {
		return fmt.Errorf("count recordings: %w", err)
	}
	if n >= most {
		return busy("you are recording already, and this server allows one person %d at a time; finish one first", most)
	}
	return nil
}

// checkLimits refuses a chunk that makes the recording larger than allowed, or that is for one which is long enough.
func (r *recorder) checkLimits(next, bytes int64) error {
	limits := r.in.cfg.Limits
	if limits.Bytes > 0 && bytes > limits.Bytes {
		return refuse(http.StatusRequestEntityTooLarge, ReasonRecordingTooLarge, next, "a recording has at most %s here; finish it", humane(limits.Bytes))
	}
	r.mu.Lock()
	long := time.Duration(r.view.durationMS) * time.Millisecond
	r.mu.Unlock()
	if limits.Length > 0 && long >= limits.Length {
		return refuse(http.StatusRequestEntityTooLarge, ReasonRecordingTooLarge, next, "a recording is at most %v long here; finish it", limits.Length)
	}
	return nil
}

// humane writes a size as people do.
func humane(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%d kB", bytes/1000)
	}
	return fmt.Sprintf("%d MB", bytes/1_000_000)
}

// endedBy answers a chunk that comes after the end.
func (r *recorder) endedBy(next int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ending != nil && r.ending.Reason == domain.EndAbandoned {
		return closing(next)
	}
	return refuse(http.StatusConflict, ReasonFinished, next, "the recording was ended")
}
