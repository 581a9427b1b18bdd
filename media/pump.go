package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"baton/domain"
	"baton/media/internal/spool"
)

const (
	// quiet is how often the store is told of new chunks when there are no new segments (for the reaper).
	quiet = 15 * time.Second
	// finishWait is how long Finish waits for the object store before it asks the sender to come again.
	finishWait = 20 * time.Second
	retryFirst = 100 * time.Millisecond
	retryLast  = 5 * time.Second
)

// pump carries a recording on until it is ended, put away or the node goes down. What fails is tried
// again for ever, more and more slowly: the spool holds it meanwhile.
func (r *recorder) pump(ctx context.Context) {
	defer r.leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-r.quit:
			cancel()
		case <-ctx.Done():
		}
	}()
	retry := retryFirst
	tick := time.NewTimer(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		over, err := r.timedStep(ctx)
		wait := time.Second
		switch {
		case ctx.Err() != nil:
			return
		case domain.KindOf(err) == domain.KindConflict, domain.KindOf(err) == domain.KindNotFound:
			// Another node has taken over, or the clip was deleted.
			r.log_.WarnContext(ctx, "recording goes on elsewhere or is gone", slog.Any("error", err))
			return
		case err != nil:
			r.failed(ctx, err)
			wait, retry = retry, min(2*retry, retryLast)
		case over:
			return
		default:
			r.failed(ctx, nil)
			retry = retryFirst
		}
		tick.Reset(wait)
		wake := r.wake
		if err != nil {
			wake = nil // chunks keep coming; they do not make the store come back sooner
		}
		select {
		case <-wake:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// timedStep is a step whose beginning others can see.
func (r *recorder) timedStep(ctx context.Context) (over bool, err error) {
	r.stepAt(time.Now())
	defer r.stepAt(time.Time{})
	return r.step(ctx)
}

func (r *recorder) stepAt(t time.Time) {
	r.mu.Lock()
	r.stepBegan = t
	r.mu.Unlock()
}

// troubled tells senders that what they bring cannot be stored, or has not been for long: the store may be away or just slow, and their
// spools grow either way. The lock is held.
func (r *recorder) troubled() Reason {
	failing := r.fault != nil && time.Since(r.faultAt) > awayAfter
	stuck := !r.stepBegan.IsZero() && time.Since(r.stepBegan) > stuckAfter
	if failing || stuck {
		return ReasonStoreAway
	}
	return ""
}

// failed logs the first failure of a series and its end.
func (r *recorder) failed(ctx context.Context, err error) {
	r.mu.Lock()
	before := r.fault
	r.fault = err
	if before == nil {
		r.faultAt = time.Now()
	}
	r.mu.Unlock()
	switch {
	case err != nil && before == nil:
		r.log_.WarnContext(ctx, "recording cannot be stored; its spool grows", slog.Any("error", err))
	case err == nil && before != nil:
		r.log_.InfoContext(ctx, "recording is stored again")
	}
}

// leave marks the recorder as dead, wakes who waits, and closes the log.
func (r *recorder) leave() {
	r.mu.Lock()
	r.dead = true
	close(r.moved)
	r.moved = make(chan struct{})
	l, remove := r.log, r.ended != nil || r.rested
	r.mu.Unlock()
	if err := l.Close(); err != nil && !errors.Is(err, spool.ErrBroken) {
		r.log_.Error("close spool", slog.Any("error", err))
	}
	if remove {
		if err := r.in.node.Remove(string(r.clip.ID)); err != nil {
			r.log_.Error("remove spool", slog.Any("error", err))
		}
	}
	close(r.done)
}

// step carries on what there is. over: nothing is left to do for this recorder.
func (r *recorder) step(ctx context.Context) (over bool, err error) {
	r.mu.Lock()
	l, last, declared := r.log, r.lastChunk, r.declared
	if at := l.Durable(); r.ending == nil && declared > 0 && at.Offset == declared {
		r.ending = &ending{Reason: domain.EndFinished} // an upload is here whole, also if nobody says so after a crash
	}
	end := r.ending
	r.mu.Unlock()
	w := &r.work
	age := spool.MaxPartAge
	if end != nil {
		age = 0
	}
	if err := l.Rotate(age); err != nil {
		return false, err
	}
	if err := w.parse(ctx, l); err != nil {
		return false, err
	}
	at := l.Durable()
	all := w.pack == nil || w.cursor == at.Offset
	tail := end != nil && all
	if tail && w.pack != nil {
		w.pending = append(w.pending, w.flushed()...)
	}
	stored, err := w.put(ctx, l)
	if err != nil {
		return false, err
	}
	news := len(w.pending) > 0 || len(stored) > 0 || declared != w.saved.declared || at.Seq > w.saved.next && time.Since(w.saved.at) > quiet
	if news {
		if err := w.save(ctx, l, stored, tail); err != nil {
			return false, err
		}
	}
	switch complete := all && w.cp.Stored.Offset == at.Offset; {
	case !all || len(stored) == batch:
		r.kick()
	case end != nil && complete:
		return true, r.conclude(ctx, l, end)
	case end == nil && complete && time.Since(last) > r.in.cfg.IdleAfter:
		return r.rest(l), nil
	}
	return false, nil
}

// rest puts an idle recorder away unless a chunk came just now.
func (r *recorder) rest(l *spool.Log) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ending != nil || r.uploading || time.Since(r.lastChunk) < r.in.cfg.IdleAfter || l.Written().Seq != r.work.cp.Stored.Seq {
		return false
	}
	r.dead, r.rested = true, true
	return true
}

// conclude tells the store that the recording has ended. Everything is stored.
func (r *recorder) conclude(ctx context.Context, l *spool.Log, end *ending) error {
	w := &r.work
	at := l.Durable()
	sum := l.Sum()
	o := Outcome{
		ClipID: r.clip.ID, Epoch: r.epoch, EndReason: end.Reason, NextSeq: at.Seq, Bytes: at.Offset, DurationMS: w.duration,
		SHA256: hex.EncodeToString(sum[:]), SourceParts: w.cp.Parts, SourceRuns: w.runs,
	}
	r.mu.Lock()
	o.GapsMS = r.spans()
	r.mu.Unlock()
	if w.pack != nil {
		i := w.pack.Info()
		o.Width, o.Height, o.HasVideo, o.HasAudio = i.Width, i.Height, i.Video, i.Audio
	}
	switch {
	case at.Offset == 0:
		o.Failure = "The recording holds no media: nothing was received before it ended."
	case w.cp.Uncopied != "":
		o.NeedsImport, o.Reason = true, w.cp.Uncopied
	case !o.HasVideo && !o.HasAudio:
		o.NeedsImport, o.Reason = true, "no segment could be cut"
	}
	if err := r.in.cfg.Store.Finish(ctx, o); err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	r.mu.Lock()
	r.ended = &o
	r.mu.Unlock()
	r.log_.InfoContext(ctx, "recording ended", slog.String("reason", string(end.Reason)), slog.Int64("duration_ms", o.DurationMS),
		slog.Int64("bytes", o.Bytes), slog.Bool("needs_import", o.NeedsImport))
	return nil
}

// Finish ends a recording of so many chunks, whose bytes together have the SHA-256 sum (hex; empty: not
// compared), and returns when its last segment is playable. The same call again gets the same answer.
func (in *Ingest) Finish(ctx context.Context, clip domain.ClipID, chunks int64, sum string) (State, error) {
	check := func(r *recorder) error {
		l := r.currentLog()
		next := l.Written().Seq
		switch {
		case chunks > next:
			return refuse(http.StatusConflict, ReasonMissing, next, "%d of %d chunks are here", next, chunks)
		case chunks < next:
			return refuse(http.StatusConflict, ReasonDifferent, next, "%d chunks are here, not %d", next, chunks)
		case sum != "" && sum != hexSum(l.Sum()):
			return refuse(http.StatusUnprocessableEntity, ReasonSHA256, next, "the chunks together do not have the hash that was sent")
		}
		if err := l.Wait(next); err != nil {
			return r.spoolError(l, err)
		}
		return nil
	}
	s, err := in.end(ctx, clip, domain.EndFinished, check)
	var refused *Refused
	if errors.As(err, &refused) && refused.Reason == ReasonFinished {
		return in.finishedBefore(ctx, clip, chunks, sum, err)
	}
	return s, err
}

// finishedBefore answers a finish that is repeated.
func (in *Ingest) finishedBefore(ctx context.Context, clip domain.ClipID, chunks int64, sum string, refused error) (State, error) {
	s, err := in.Status(ctx, clip)
	if err != nil {
		return State{}, err
	}
	if s.State != string(domain.EndFinished) || s.NextSeq != chunks || sum != "" && sum != s.SHA256 {
		return State{}, refused
	}
	return s, nil
}

// Abandon ends a recording whose sender does not come back; it can be continued.
func (in *Ingest) Abandon(ctx context.Context, clip domain.ClipID) (State, error) {
	return in.end(ctx, clip, domain.EndAbandoned, func(*recorder) error { return nil })
}

func (in *Ingest) end(ctx context.Context, clip domain.ClipID, why domain.EndReason, check func(*recorder) error) (State, error) {
	for {
		r, err := in.recorder(ctx, clip, "")
		if err != nil {
			return State{}, err
		}
		if err := check(r); refusedFor(err, ReasonMissing, ReasonDifferent, ReasonSHA256) && in.putAwayStale(ctx, clip) {
			continue
		} else if err != nil {
			return State{}, err
		}
		if err := r.askToEnd(why); errors.Is(err, errGone) {
			continue
		} else if err != nil {
			return State{}, err
		}
		return r.waitEnd(ctx)
	}
}

// askToEnd makes the wish durable, so that a crash does not forget it, and wakes the pump.
func (r *recorder) askToEnd(why domain.EndReason) error {
	if err := r.in.node.SaveNote(string(r.clip.ID), endingNote, ending{Reason: why}); err != nil {
		if r.gone() {
			return errGone // its directory was tidied up meanwhile
		}
		return unavailable(r.currentLog().Durable().Seq, time.Second, ReasonUnavailable, "the server could not note the end; finish again", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead {
		return errGone
	}
	if r.ending == nil || why == domain.EndFinished {
		r.ending = &ending{Reason: why}
	}
	r.kick()
	return nil
}

func (r *recorder) waitEnd(ctx context.Context) (State, error) {
	t := time.NewTimer(finishWait)
	defer t.Stop()
	select {
	case <-r.done:
	case <-t.C:
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
	r.mu.Lock()
	ended, fault, next := r.ended != nil, r.fault, r.log.Durable().Seq
	r.mu.Unlock()
	if !ended {
		reason := ReasonUnavailable
		if fault != nil {
			reason = ReasonStoreAway
		}
		return State{}, unavailable(next, 5*time.Second, reason, "the end of the recording could not be stored yet; nothing is lost, it goes on by itself", fault)
	}
	return r.state(), nil
}

func (r *recorder) currentLog() *spool.Log {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log
}

func hexSum(s [sha256.Size]byte) string { return hex.EncodeToString(s[:]) }
