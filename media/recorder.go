package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"baton/domain"
	"baton/media/internal/spool"
)

const (
	// window is how many chunks may be under way at once, and patience how long one waits for those before it.
	window   = 8
	patience = 5 * time.Second
	// heldBytes bounds the chunks of all recordings of a node that wait for their turn.
	heldBytes = 64 << 20
)

// recorder is one recording that is open on this node. Senders call its methods; its pump carries
// what they brought on to the object store.
type recorder struct {
	in    *Ingest
	clip  domain.Clip
	epoch int64
	log_  *slog.Logger

	mu        sync.Mutex
	mime      string
	declared  int64
	log       *spool.Log
	lastChunk time.Time
	moved     chan struct{} // closed and renewed when a chunk was appended or the recording ended
	ending    *ending       // asked for; nil: still recording
	ended     *Outcome
	dead      bool // the pump has ended
	rested    bool // because nothing came for long and everything is stored
	uploading bool
	fault     error     // the newest failure of the pump
	faultAt   time.Time // when its failures began
	stepBegan time.Time // when the pump took up what it is doing; zero: it rests
	view      pumped
	gaps      []domain.Span

	wake chan struct{}
	quit chan struct{}
	once sync.Once
	done chan struct{}

	work work // the pump's own
}

// pumped is what the pump tells others.
type pumped struct {
	stored     spool.Position
	durationMS int64
}

// ending is how a recording is to end; it is kept in the spool until it has happened.
type ending struct {
	Reason domain.EndReason `json:"reason"`
}

const endingNote = "ending.json"

func newRecorder(in *Ingest, t Take) (*recorder, error) {
	c, err := parseCheckpoint(t.Recording.Checkpoint)
	if err != nil {
		return nil, err
	}
	r := &recorder{
		in: in, clip: t.Clip, epoch: t.Epoch, mime: t.Recording.MimeType, declared: t.Recording.DeclaredBytes, lastChunk: time.Now(),
		moved: make(chan struct{}), wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
		gaps: append([]domain.Span(nil), t.Recording.GapsMS...),
		log_: in.cfg.Logger.With(slog.String("clip_id", string(t.Clip.ID))),
	}
	if r.log, err = r.openLog(c); err != nil {
		return nil, err
	}
	if err := r.work.init(r, c, t); err != nil {
		return nil, errors.Join(err, r.log.Close())
	}
	r.view = pumped{stored: c.Stored, durationMS: t.Clip.DurationMS}
	var e ending
	if ok, err := in.node.Note(string(t.Clip.ID), endingNote, &e); err != nil {
		return nil, errors.Join(err, r.log.Close())
	} else if ok {
		r.ending = &e
	}
	r.kick()
	return r, nil
}

// openLog opens the spool behind what is stored. A spool that does not begin there is left over from before another node took the
// recording over: what it has beyond what is stored is taken from it, if it follows. The sender may be gone for ever, and was told that it is safe.
func (r *recorder) openLog(c checkpoint) (*spool.Log, error) {
	name := string(r.clip.ID)
	l, err := r.in.node.Open(name, c.Stored, c.Parts)
	if err != nil {
		return nil, err
	}
	if !meets(l, c) {
		r.log_.Info("spool is from before another node took over", slog.Int64("stored_bytes", c.Stored.Offset), slog.Int64("spool_bytes", l.Durable().Offset))
		if err := errors.Join(l.Close(), r.in.node.SetAside(name)); err != nil {
			return nil, err
		}
		if l, err = r.in.node.Open(name, c.Stored, c.Parts); err != nil {
			return nil, err
		}
	}
	if err := l.Remove(c.Parts - 1); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	won, err := l.Absorb()
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if won > 0 {
		r.log_.Info("chunks of an older spool are taken over", slog.Int("chunks", won))
	}
	return l, nil
}

// meets tells whether a log goes on where the stored parts end: with the part behind them, or, when it has nothing new, with the last of
// them. Another node may have cut its parts elsewhere.
func meets(l *spool.Log, c checkpoint) bool {
	closed := l.Closed()
	if i := slices.IndexFunc(closed, func(p spool.Part) bool { return p.No >= c.Parts }); i >= 0 {
		return closed[i].No == c.Parts && closed[i].Start.Offset == c.Stored.Offset
	}
	return l.Durable().Offset == c.Stored.Offset && (len(closed) == 0 || closed[len(closed)-1].No == c.Parts-1)
}

// checkType refuses a second encoder on the same clip.
func (r *recorder) checkType(mimeType string) error {
	if mimeType == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mime == "" {
		r.mime = mimeType
	}
	if r.mime != mimeType {
		return refuse(http.StatusConflict, ReasonType, r.log.Durable().Seq, "the recording is of type %q, not %q", r.mime, mimeType)
	}
	return nil
}

// CheckMimeType tells whether a recording may be of a type: audio or video, written as a media type.
func CheckMimeType(s string) error {
	t, _, err := mime.ParseMediaType(s)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || len(s) > 200 {
		return refuse(http.StatusBadRequest, ReasonType, 0, "the content type %.60q cannot be read", s)
	}
	if !strings.HasPrefix(t, "video/") && !strings.HasPrefix(t, "audio/") {
		return refuse(http.StatusUnsupportedMediaType, ReasonType, 0, "%q is neither video nor audio", t)
	}
	return nil
}

// Append takes a chunk and returns when it is durable. It may be called again with the same chunk, and with up to
// eight chunks at once in any order. sum is what the sender says the SHA-256 of data is.
// Errors are *Refused, or of the store.
func (in *Ingest) Append(ctx context.Context, clip domain.ClipID, mimeType string, seq int64, data []byte, sum [sha256.Size]byte) (State, error) {
	if err := CheckMimeType(mimeType); err != nil {
		return State{}, err
	}
	switch {
	case seq < 0 || len(data) == 0:
		return State{}, refuse(http.StatusBadRequest, "", 0, "chunk %d of %d bytes is not one", seq, len(data))
	case len(data) > MaxChunkBytes:
		return State{}, refuse(http.StatusRequestEntityTooLarge, ReasonChunkTooLarge, 0, "a chunk has at most %d bytes", MaxChunkBytes)
	case sha256.Sum256(data) != sum:
		return State{}, refuse(http.StatusUnprocessableEntity, ReasonDigest, seq, "chunk %d does not have the digest that was sent with it", seq)
	}
	return in.take(ctx, clip, mimeType, seq, data, sum)
}

// take is Append of a chunk that is known to be in order: a WHIP session makes its own.
func (in *Ingest) take(ctx context.Context, clip domain.ClipID, mimeType string, seq int64, data []byte, sum [sha256.Size]byte) (State, error) {
	for {
		r, err := in.recorder(ctx, clip, mimeType)
		if err != nil {
			return State{}, err
		}
		err = r.append(ctx, seq, data, sum)
		if errors.Is(err, errGone) || refusedFor(err, ReasonAhead) && in.putAwayStale(ctx, clip) {
			continue // put away between the two lines above, or overtaken
		}
		if err != nil {
			return State{}, err
		}
		return r.state(), nil
	}
}

// refusedFor tells whether an error is a refusal for one of some reasons.
func refusedFor(err error, reasons ...Reason) bool {
	refused, is := errors.AsType[*Refused](err)
	return is && slices.Contains(reasons, refused.Reason)
}

// errGone: the recorder was put away; open it again.
var errGone = errors.New("recorder was put away")

func (r *recorder) append(ctx context.Context, seq int64, data []byte, sum [sha256.Size]byte) error {
	for {
		if err := r.turn(ctx, seq, len(data)); err != nil {
			return err
		}
		r.mu.Lock()
		l, ended, dead := r.log, r.ending != nil, r.dead
		r.mu.Unlock()
		next := l.Written().Seq
		switch {
		case dead:
			return errGone
		case seq < next:
			return r.again(l, seq, sum)
		case ended:
			return r.endedBy(next)
		}
		if err := r.checkLimits(next, l.Written().Offset+int64(len(data))); err != nil {
			return err
		}
		err := l.Append(seq, data, sum)
		if errors.Is(err, spool.ErrOrder) {
			continue // another request brought the same chunk
		}
		if err != nil {
			return r.spoolError(l, err)
		}
		r.arrived()
		return nil
	}
}

// turn waits until chunk seq is next, or was.
func (r *recorder) turn(ctx context.Context, seq int64, size int) error {
	var timer <-chan time.Time
	for {
		r.mu.Lock()
		next, moved, dead := r.log.Written().Seq, r.moved, r.dead
		r.mu.Unlock()
		if dead {
			return errGone
		}
		if seq <= next {
			return nil
		}
		ahead := refuse(http.StatusConflict, ReasonAhead, next, "chunk %d came, %d is next", seq, next)
		if seq >= next+window {
			return ahead
		}
		if timer == nil {
			if !r.in.hold(int64(size)) {
				return ahead
			}
			defer r.in.hold(-int64(size))
			t := time.NewTimer(patience)
			defer t.Stop()
			timer = t.C
		}
		select {
		case <-moved:
		case <-timer:
			return ahead
		case <-ctx.Done():
			return ctx.Err()
		case <-r.done:
		}
	}
}

// hold accounts for chunks in memory that wait; false: too many.
func (in *Ingest) hold(n int64) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if n > 0 && in.held+n > heldBytes {
		return false
	}
	in.held += n
	return true
}

// again answers a chunk that was here before. Its digest is compared where it is still known; the
// hash of the whole tells at the end in any case.
func (r *recorder) again(l *spool.Log, seq int64, sum [sha256.Size]byte) error {
	if was, ok := l.Digest(seq); ok && was != sum {
		return refuse(http.StatusConflict, ReasonDifferent, l.Durable().Seq, "chunk %d was something else before", seq)
	}
	if err := l.Wait(seq + 1); err != nil {
		return r.spoolError(l, err)
	}
	return nil
}

// spoolError turns an error of the log into an answer, and opens a broken log anew.
func (r *recorder) spoolError(l *spool.Log, err error) error {
	next := l.Durable().Seq
	if outOfRoom(err) {
		r.in.sayFull(err)
	} else {
		r.log_.Error("spool write", slog.Any("error", err))
	}
	if errors.Is(err, spool.ErrFull) {
		if err := l.Rotate(0); err == nil { // what is open could be on its way to the object store
			r.kick()
		}
		return noRoom(next, err)
	}
	if errors.Is(err, spool.ErrBroken) {
		r.reopen(l)
		r.kick()
	}
	return noRoom(next, err)
}

// reopen replaces a broken log by what is durable of it, once.
func (r *recorder) reopen(broken *spool.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != broken || r.dead {
		return
	}
	_ = broken.Close() // it is broken; its files are read back below
	l, err := r.in.node.Open(string(r.clip.ID), r.view.stored, r.work.partsStored())
	if err != nil {
		r.log_.Error("open spool again", slog.Any("error", err))
		return
	}
	r.log = l
}

// arrived tells waiting chunks and the pump.
func (r *recorder) arrived() {
	r.mu.Lock()
	r.lastChunk = time.Now()
	close(r.moved)
	r.moved = make(chan struct{})
	r.mu.Unlock()
	r.kick()
}

func (r *recorder) kick() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *recorder) stop() { r.once.Do(func() { close(r.quit) }) }

func (r *recorder) gone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dead
}

// state of the recording as this node knows it.
func (r *recorder) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.log.Durable()
	at := r.lastChunk.UTC()
	s := State{
		State: "recording", MimeType: r.mime, NextSeq: p.Seq, Bytes: p.Offset, StoredSeq: r.view.stored.Seq, StoredBytes: r.view.stored.Offset,
		DeclaredBytes: r.declared, DurationMS: r.view.durationMS, LastChunkAt: &at, GapsMS: r.spans(), Trouble: r.troubled(),
	}
	if o := r.ended; o != nil {
		s.State, s.SHA256, s.NextSeq, s.Bytes, s.DurationMS = string(o.EndReason), o.SHA256, o.NextSeq, o.Bytes, o.DurationMS
		s.StoredSeq, s.StoredBytes = o.NextSeq, o.Bytes
	}
	return s
}

// maxGaps that are told apart; beyond them the last one grows.
const maxGaps = 500

// noteGap records that a stretch of a clip is missing.
func (in *Ingest) noteGap(clip domain.ClipID, gap domain.Span) {
	r := in.live(clip)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.gaps); n > 0 && (gap.StartMS <= r.gaps[n-1].EndMS || n == maxGaps) {
		r.gaps[n-1].EndMS = max(r.gaps[n-1].EndMS, gap.EndMS)
		r.gaps[n-1].StartMS = min(r.gaps[n-1].StartMS, gap.StartMS)
		return
	}
	r.gaps = append(r.gaps, gap)
}

// spans is a copy of the gaps, never nil. The lock is held.
func (r *recorder) spans() []domain.Span { return append([]domain.Span{}, r.gaps...) }
