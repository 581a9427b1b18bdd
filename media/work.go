package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"baton/domain"
	"baton/media/internal/cmaf"
	"baton/media/internal/codec"
	"baton/media/internal/spool"
)

const (
	// readBytes that the packager is fed at once, and batch segments that are put before they are recorded.
	readBytes = 256 << 10
	batch     = 8
	// puts of one recording at once.
	puts = 4
)

// work is what a pump knows: how far the source is packaged and stored. Only the pump uses it, but for parts.
type work struct {
	r        *recorder
	pack     *cmaf.Packager // nil: the source is not packaged here
	cursor   int64          // stream offset that the packager wants next
	cp       checkpoint
	parts    atomic.Int64 // cp.Parts, for others
	runs     []domain.SourceRun
	attempt  string
	pending  []cmaf.Part // closed, not yet recorded
	points   []cmaf.Checkpoint
	duration int64
	saved    savedAt
	buf      []byte
	tailed   bool // the last segment was flushed
}

// savedAt is what the store was last told.
type savedAt struct {
	segments, parts int
	next, declared  int64
	at              time.Time
}

func (w *work) partsStored() int { return int(w.parts.Load()) }

func (w *work) init(r *recorder, c checkpoint, t Take) error {
	w.r, w.cp, w.duration = r, c, t.Clip.DurationMS
	w.parts.Store(int64(c.Parts))
	w.runs = t.Recording.SourceRuns
	w.saved = savedAt{segments: c.Segments, parts: c.Parts, next: t.Recording.NextSeq, declared: t.Recording.DeclaredBytes}
	w.attempt = strconv.FormatInt(max(t.Epoch-1, 0), 36)
	switch {
	case t.Clip.Kind == domain.KindUpload:
		w.cp.Uncopied = "an upload"
	case c.Uncopied != "":
	case c.Packager != nil:
		var err error
		if w.pack, err = cmaf.ResumePackager(*c.Packager); err != nil {
			return err
		}
		w.cursor = c.Packager.Offset()
	default:
		w.pack = cmaf.NewPackager()
	}
	return nil
}

// parse feeds the packager with what is durable, until a batch of segments is closed or nothing is left.
func (w *work) parse(ctx context.Context, l *spool.Log) error {
	if w.buf == nil {
		w.buf = make([]byte, readBytes)
	}
	for w.pack != nil && len(w.pending) < batch {
		n, err := l.Read(w.buf, w.cursor)
		if errors.Is(err, spool.ErrNotHere) {
			n, err = w.fetch(ctx)
		}
		if err != nil || n == 0 {
			return err
		}
		parts, err := w.pack.Push(w.buf[:n])
		w.cursor += int64(n)
		w.closed(parts)
		if errors.Is(err, codec.ErrUnsupported) || errors.Is(err, codec.ErrMalformed) {
			w.uncopied(ctx, err)
			return nil
		}
		if err != nil {
			return fmt.Errorf("package: %w", err)
		}
	}
	return nil
}

func (w *work) closed(parts []cmaf.Part) {
	for i := range parts {
		w.points = append(w.points, w.pack.Checkpoint(&parts[i]))
	}
	w.pending = append(w.pending, parts...)
}

// uncopied gives packaging up; the bytes are kept all the same, and a job makes something of them.
func (w *work) uncopied(ctx context.Context, why error) {
	w.r.log_.InfoContext(ctx, "source cannot be packaged by copying", slog.Any("error", why))
	w.cp.Uncopied = why.Error()
	w.pack, w.buf = nil, nil
}

// fetch reads from the object store what the spool has no more: after a restart or a take-over.
func (w *work) fetch(ctx context.Context) (int, error) {
	for _, p := range w.cp.Table {
		if w.cursor < p.Offset || w.cursor >= p.Offset+p.Size {
			continue
		}
		c := w.r.clip
		body, err := w.r.in.cfg.Objects.Get(ctx, w.r.in.cfg.Keys.SourcePart(c.WorkspaceID, c.ID, p.No, domain.SourceAttempt(w.runs, p.No)))
		if err != nil {
			return 0, fmt.Errorf("get source part %d: %w", p.No, err)
		}
		b, err := io.ReadAll(io.LimitReader(body, p.Size+1))
		if err = errors.Join(err, body.Close()); err != nil {
			return 0, fmt.Errorf("get source part %d: %w", p.No, err)
		}
		if int64(len(b)) != p.Size {
			return 0, fmt.Errorf("source part %d has %d bytes, want %d", p.No, len(b), p.Size)
		}
		if len(w.buf) < len(b) {
			w.buf = make([]byte, len(b))
		}
		return copy(w.buf, b[w.cursor-p.Offset:]), nil
	}
	return 0, fmt.Errorf("source byte %d is neither in the spool nor stored", w.cursor)
}

// put stores the pending segments and the closed parts, a few at a time.
func (w *work) put(ctx context.Context, l *spool.Log) (stored []spool.Part, err error) {
	g, group := errgroup.WithContext(ctx)
	g.SetLimit(puts)
	cfg, clip := w.r.in.cfg, w.r.clip
	var keys []string
	var mu sync.Mutex
	add := func(key, contentType string, body func() ([]byte, error)) {
		g.Go(func() error {
			b, err := body()
			if err != nil {
				return err
			}
			if err := cfg.Objects.Put(group, key, contentType, b); err != nil {
				return fmt.Errorf("put %s: %w", key, err)
			}
			mu.Lock()
			keys = append(keys, key)
			mu.Unlock()
			return nil
		})
	}
	for i := range w.pending {
		p := &w.pending[i]
		if p.Init != nil {
			add(cfg.Keys.InitSegment(clip.WorkspaceID, clip.ID, domain.SourceRendition, p.InitNo, w.attempt), "video/mp4", func() ([]byte, error) { return p.Init, nil })
		}
		add(cfg.Keys.Segment(clip.WorkspaceID, clip.ID, domain.SourceRendition, p.No, w.attempt), "video/mp4", func() ([]byte, error) { return p.Data, nil })
	}
	for _, p := range l.Closed() {
		if p.No < w.cp.Parts {
			continue
		}
		stored = append(stored, p)
		add(cfg.Keys.SourcePart(clip.WorkspaceID, clip.ID, p.No, w.attempt), "application/octet-stream", func() ([]byte, error) { return l.Bytes(p.No) })
		if len(stored) == batch {
			break
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if s, ok := cfg.Objects.(Syncer); ok && len(keys) > 0 {
		if err := s.Sync(ctx, keys...); err != nil {
			return nil, fmt.Errorf("sync objects: %w", err)
		}
	}
	return stored, nil
}

// save records what was put, and moves the checkpoint to the last closed segment. tail tells that
// the last pending segment is the end of the recording: should it go on after all, it is made again.
func (w *work) save(ctx context.Context, l *spool.Log, stored []spool.Part, tail bool) error {
	next := w.cp
	for _, p := range stored {
		next.Stored, next.Parts = p.End, p.No+1
		if w.pack != nil {
			next.Table = append(slices.Clip(next.Table), partRef{p.No, p.Start.Offset, p.Size()})
		}
	}
	regular := len(w.pending)
	if tail {
		regular = min(regular, len(w.points))
	}
	if regular > 0 && w.pack != nil {
		next.Packager, next.Segments = &w.points[regular-1], w.pending[regular-1].No+1
	}
	for len(next.Table) > 0 && next.Packager != nil && next.Table[0].Offset+next.Table[0].Size <= next.Packager.Offset() {
		next.Table = next.Table[1:]
	}
	runs := w.runs
	if last := len(runs) - 1; len(stored) > 0 && (last < 0 || runs[last].Attempt != w.attempt) {
		runs = append(slices.Clip(runs), domain.SourceRun{From: stored[0].No, Attempt: w.attempt})
	}
	p, err := w.progress(l, next)
	if err != nil {
		return err
	}
	p.SourceRuns = runs
	if err := w.r.in.cfg.Store.SaveProgress(ctx, p); err != nil {
		return fmt.Errorf("save progress: %w", err)
	}
	w.cp, w.runs = next, runs
	w.parts.Store(int64(next.Parts))
	w.duration = p.DurationMS
	w.saved = savedAt{segments: next.Segments, parts: next.Parts, next: p.NextSeq, declared: p.DeclaredBytes, at: time.Now()}
	w.pending, w.points = nil, nil
	w.r.mu.Lock()
	w.r.view = pumped{stored: next.Stored, durationMS: w.duration}
	w.r.mu.Unlock()
	return w.drop(l)
}

// drop deletes what is stored and packaged from the spool.
func (w *work) drop(l *spool.Log) error {
	last := -1
	for _, p := range l.Closed() {
		if p.No >= w.cp.Parts || w.pack != nil && p.End.Offset > w.cursor {
			break
		}
		last = p.No
	}
	return l.Remove(last)
}

func (w *work) progress(l *spool.Log, c checkpoint) (Progress, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return Progress{}, fmt.Errorf("write checkpoint: %w", err)
	}
	at := l.Durable()
	cfg, clip := w.r.in.cfg, w.r.clip
	w.r.mu.Lock()
	last, declared, gaps := w.r.lastChunk, w.r.declared, w.r.spans()
	w.r.mu.Unlock()
	p := Progress{
		ClipID: clip.ID, Epoch: w.r.epoch, NextSeq: at.Seq, Bytes: at.Offset, LastChunkAt: last, DeclaredBytes: declared, SourceParts: c.Parts,
		Checkpoint: text, CheckpointOffset: c.Stored.Offset, DurationMS: w.duration, GapsMS: gaps,
		Rendition: domain.Rendition{ClipID: clip.ID, Name: domain.SourceRendition},
	}
	if c.Packager != nil {
		p.CheckpointOffset = c.Packager.Offset()
	}
	if w.pack != nil {
		i := w.pack.Info()
		p.Rendition.Codecs, p.Rendition.Width, p.Rendition.Height, p.Rendition.Bandwidth = i.Codecs, i.Width, i.Height, i.Bandwidth
		p.HasVideo, p.HasAudio = i.Video, i.Audio
	}
	for _, s := range w.pending {
		if s.Init != nil {
			p.Inits = append(p.Inits, domain.InitSegment{
				ClipID: clip.ID, Rendition: domain.SourceRendition, No: s.InitNo, Bytes: int64(len(s.Init)),
				ObjectKey: cfg.Keys.InitSegment(clip.WorkspaceID, clip.ID, domain.SourceRendition, s.InitNo, w.attempt),
			})
		}
		p.Segments = append(p.Segments, domain.Segment{
			ClipID: clip.ID, Rendition: domain.SourceRendition, No: s.No, InitNo: s.InitNo, StartMS: s.StartMS, DurationMS: s.DurationMS,
			Bytes: int64(len(s.Data)), Discontinuity: s.Discontinuity,
			ObjectKey: cfg.Keys.Segment(clip.WorkspaceID, clip.ID, domain.SourceRendition, s.No, w.attempt),
		})
		p.DurationMS = s.StartMS + s.DurationMS
	}
	return p, nil
}

// flushed closes the packager's last segment, once.
func (w *work) flushed() []cmaf.Part {
	if w.tailed {
		return nil
	}
	w.tailed = true
	return w.pack.Flush()
}
