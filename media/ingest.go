package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"baton/domain"
	"baton/media/internal/spool"
)

// MaxChunkBytes is the size of the largest chunk.
const MaxChunkBytes = spool.MaxChunk

// unknownAge is how long the spool of a clip is kept that the store does not know.
const unknownAge = 7 * 24 * time.Hour

// Config is what the ingest needs.
type Config struct {
	Store   Store
	Objects ObjectStore
	Keys    Keys
	Logger  *slog.Logger
	// Dir is the spool's directory, this node's own, on a disk that keeps what it fsynced.
	Dir string
	// Node names this node in the store.
	Node string
	// SpoolBytes bounds the spool; 0: 4 GiB.
	SpoolBytes int64
	// Limits of what is taken; the zero value takes everything.
	Limits Limits
	// IdleAfter a recording that gets nothing is put away until its next chunk; 0: 1 minute.
	IdleAfter time.Duration
}

// Ingest is the record plane of one node. Make it with New, then Recover, and Close it.
type Ingest struct {
	cfg    Config
	node   *spool.Node
	ctx    context.Context //nolint:containedctx // the life of the background work, ended by Close
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu     sync.Mutex
	open   map[domain.ClipID]*opening
	closed bool
	held   int64 // bytes of chunks that wait for their turn
	// saidFull is when the operator was last told that there is no room.
	saidFull time.Time
}

// opening is a recorder that is there or is being opened.
type opening struct {
	ready chan struct{}
	rec   *recorder
	err   error
}

// New makes the ingest of a node. It touches the disk only.
func New(cfg Config) (*Ingest, error) {
	if cfg.SpoolBytes == 0 {
		cfg.SpoolBytes = 4 << 30
	}
	if cfg.IdleAfter == 0 {
		cfg.IdleAfter = time.Minute
	}
	node, err := spool.NewNode(filepath.Clean(cfg.Dir), cfg.SpoolBytes)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Ingest{cfg: cfg, node: node, ctx: ctx, cancel: cancel, open: map[domain.ClipID]*opening{}}, nil
}

// Recover goes on with every recording that a crash or restart left in the spool. One that cannot be
// opened is logged and left for the next start; nothing is deleted.
func (in *Ingest) Recover(ctx context.Context) error {
	names, err := in.node.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		clip := domain.ClipID(name)
		if !domain.ValidID(name) {
			continue
		}
		_, err := in.recorder(ctx, clip, "")
		var refused *Refused
		switch {
		case errors.As(err, &refused) && refused.Reason == ReasonFinished:
			// It ended elsewhere, whole: what is here is of no use.
			if err := in.node.Remove(name); err != nil {
				return err
			}
		case domain.KindOf(err) == domain.KindNotFound:
			if err := in.keepUnknown(ctx, name); err != nil {
				return err
			}
		case err != nil:
			in.cfg.Logger.ErrorContext(ctx, "recover recording", slog.String("clip_id", name), slog.Any("error", err))
		default:
			in.cfg.Logger.InfoContext(ctx, "recording recovered", slog.String("clip_id", name))
		}
	}
	return nil
}

// keepUnknown leaves the spool of a clip that is not in the store for a while: most were deleted, but the store may also be an
// old copy that somebody put back by mistake.
func (in *Ingest) keepUnknown(ctx context.Context, name string) error {
	at, err := in.node.ChangedAt(name)
	if err != nil {
		return err
	}
	if time.Since(at) > unknownAge {
		return in.node.Remove(name)
	}
	in.cfg.Logger.WarnContext(ctx, "spool of an unknown clip is kept for a week", slog.String("clip_id", name), slog.Time("changed_at", at))
	return nil
}

// recorder gives the clip's recorder, opening it if need be. With an empty mimeType it is opened to be
// ended or looked after, and may be one that has no type yet.
func (in *Ingest) recorder(ctx context.Context, clip domain.ClipID, mimeType string) (*recorder, error) {
	for {
		in.mu.Lock()
		if in.closed {
			in.mu.Unlock()
			return nil, unavailable(0, 2*time.Second, ReasonUnavailable, "the server is going down", nil)
		}
		o := in.open[clip]
		if o == nil {
			if most := in.cfg.Limits.Recordings; most > 0 && len(in.open) >= most && mimeType != "" {
				in.mu.Unlock()
				return nil, busy("this server takes %d recordings at once; try again in a moment", most)
			}
			o = &opening{ready: make(chan struct{})}
			in.open[clip] = o
			in.mu.Unlock()
			in.start(ctx, clip, mimeType, o)
		} else {
			in.mu.Unlock()
		}
		select {
		case <-o.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if o.err != nil {
			return nil, o.err
		}
		if o.rec.gone() {
			select { // its directory is still being tidied up
			case <-o.rec.done:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			in.forget(clip, o)
			continue
		}
		return o.rec, o.rec.checkType(mimeType)
	}
}

func (in *Ingest) start(ctx context.Context, clip domain.ClipID, mimeType string, o *opening) {
	defer close(o.ready)
	o.rec, o.err = in.openRecorder(ctx, clip, mimeType)
	if o.err != nil {
		in.forget(clip, o)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		o.err = errors.Join(unavailable(0, 2*time.Second, ReasonUnavailable, "the server is going down", nil), o.rec.log.Close())
		return
	}
	in.wait.Go(func() {
		o.rec.pump(in.ctx)
		in.forget(clip, o)
	})
}

func (in *Ingest) forget(clip domain.ClipID, o *opening) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.open[clip] == o {
		delete(in.open, clip)
	}
}

// live gives the recorder only if it is open on this node.
func (in *Ingest) live(clip domain.ClipID) *recorder {
	in.mu.Lock()
	o := in.open[clip]
	in.mu.Unlock()
	if o == nil {
		return nil
	}
	select {
	case <-o.ready:
		if o.err == nil && !o.rec.gone() {
			return o.rec
		}
	default:
	}
	return nil
}

// putAwayStale closes the clip's recorder if another node has taken the recording over since; then what the store knows counts. Without it a
// node that was frozen, or cut off, would ask for chunks that the other has stored and their sender has dropped. While the store is away
// nobody can have taken anything over just now, and the recorder's word is the best there is.
func (in *Ingest) putAwayStale(ctx context.Context, clip domain.ClipID) (stale bool) {
	r := in.live(clip)
	if r == nil {
		return false
	}
	take, err := in.cfg.Store.Take(ctx, clip)
	if err != nil || take.Epoch == r.epoch {
		return false
	}
	r.log_.InfoContext(ctx, "another node has taken this recording over", slog.Int64("epoch", r.epoch), slog.Int64("newest_epoch", take.Epoch))
	r.stop()
	select {
	case <-r.done:
	case <-ctx.Done():
	}
	return true
}

// openRecorder takes a recording over: from the store, the spool, and the object store.
func (in *Ingest) openRecorder(ctx context.Context, clip domain.ClipID, mimeType string) (*recorder, error) {
	if mimeType != "" {
		if err := in.checkOwner(ctx, clip); err != nil {
			return nil, err
		}
	}
	take, err := in.cfg.Store.Begin(ctx, clip, mimeType, in.cfg.Node)
	if err != nil {
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	if e := take.Recording.EndReason; e == domain.EndFinished || e == domain.EndCancelled {
		return nil, refuse(http.StatusConflict, ReasonFinished, take.Recording.NextSeq, "the recording is %s", e)
	}
	r, err := newRecorder(in, take)
	if err != nil {
		in.cfg.Logger.ErrorContext(ctx, "open recording", slog.String("clip_id", string(clip)), slog.Any("error", err))
		return nil, noRoom(take.Recording.NextSeq, err)
	}
	return r, r.checkType(mimeType)
}

// Recordings tells how many recordings are open on this node, and SpoolUsed the bytes of its spool.
func (in *Ingest) Recordings() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.open)
}

// SpoolUsed is the number of bytes in the spool of open recordings.
func (in *Ingest) SpoolUsed() int64 { return in.node.Used() }

// Status tells how far a recording is.
func (in *Ingest) Status(ctx context.Context, clip domain.ClipID) (State, error) {
	s, err := in.status(ctx, clip)
	s.MaxBytes, s.MaxMS = in.cfg.Limits.Bytes, in.cfg.Limits.Length.Milliseconds()
	return s, err
}

func (in *Ingest) status(ctx context.Context, clip domain.ClipID) (State, error) {
	in.putAwayStale(ctx, clip)
	if r := in.live(clip); r != nil {
		return r.state(), nil
	}
	take, err := in.cfg.Store.Take(ctx, clip)
	if err != nil {
		return State{}, fmt.Errorf("read recording: %w", err)
	}
	return storedState(take)
}

// Cancel stops a recording and forgets what the spool has of it; the clip was deleted.
func (in *Ingest) Cancel(clip domain.ClipID) error {
	if r := in.live(clip); r != nil {
		r.stop()
		<-r.done
	}
	return in.node.Remove(string(clip))
}

// Close stops taking chunks, waits for the background work in progress and closes the spool. What was acknowledged
// stays and is gone on with after the next start.
func (in *Ingest) Close() error {
	in.mu.Lock()
	in.closed = true
	in.mu.Unlock()
	in.cancel()
	in.wait.Wait()
	return nil
}
