package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"baton/domain"
)

// Run is a stretch of media with one set of codec parameters.
type Run struct {
	File  File
	Media Media
	// StartMS is where it begins on the clip's time line.
	StartMS int64
	// Keep are the stretches of it that are used, from its own start; none: all.
	Keep []domain.Span
	// joined: others follow, so its segments have to last exactly as long as its media.
	joined bool
}

// Take is the media of one clip in a box: one run, or several where the codec
// parameters changed or time stamps jumped.
type Take struct {
	Runs []Run
	// EndMS is where the last run ends on the clip's time line, if that is known from elsewhere; 0: where its media ends.
	EndMS int64
}

// DurationMS of the whole take.
func (t Take) DurationMS() int64 {
	last := t.Runs[len(t.Runs)-1]
	return last.StartMS + last.Media.DurationMS()
}

// Media of all runs, for PlanLadder.
func (t Take) Media() []Media {
	all := make([]Media, len(t.Runs))
	for i, r := range t.Runs {
		all[i] = r.Media
	}
	return all
}

// Size is the largest picture of the take in pixels; zero for sound alone.
func (t Take) Size() (width, height int) {
	if v, _, _ := widest(t.Media()); v != nil {
		return v.DisplaySize()
	}
	return 0, 0
}

// HasVideo and HasAudio tell whether any run has a picture, or sound.
func (t Take) HasVideo() bool { v, _, _ := widest(t.Media()); return v != nil }

// HasAudio tells whether any run has sound.
func (t Take) HasAudio() bool { _, a, _ := widest(t.Media()); return a != nil }

func (t Take) box() *Box { return t.Runs[0].File.box }

// Open copies one whole file into the box and probes it. A recorder that was
// started again writes another file behind the first, and each becomes a run. See
// Box.Add and Probe for the errors.
func (r *Runner) Open(ctx context.Context, b *Box, src io.Reader) (Take, error) {
	f, err := b.Add(ctx, src)
	if err != nil {
		return Take{}, err
	}
	files, err := f.documents(ctx)
	if err != nil {
		return Take{}, err
	}
	var t Take
	for _, f := range files {
		m, err := r.Probe(ctx, f)
		if err != nil {
			return Take{}, err
		}
		run := Run{File: f, Media: m}
		if len(t.Runs) > 0 {
			run.StartMS = t.DurationMS()
		}
		t.Runs = append(t.Runs, run)
	}
	return t, nil
}

// Get opens a stored object by its key.
type Get func(ctx context.Context, key string) (io.ReadCloser, error)

// Probed remembers what was found in stored renditions, by the keys of their initialization segments, so that one that is read piece by
// piece is probed once.
type Probed map[string]Media

// OpenStored brings a stored rendition (fragmented MP4) into the box: its
// initialization and media segments in order, one file for each run of segments
// that belong together.
func (r *Runner) OpenStored(ctx context.Context, b *Box, inits []domain.InitSegment, segments []domain.Segment, get Get) (Take, error) {
	return r.OpenPiece(ctx, b, inits, segments, get, Probed{})
}

// OpenPiece is OpenStored for some segments of a rendition, of which others may have been opened before.
func (r *Runner) OpenPiece(ctx context.Context, b *Box, inits []domain.InitSegment, segments []domain.Segment, get Get, known Probed) (Take, error) {
	if len(segments) == 0 {
		return Take{}, domain.Errorf(domain.KindInvalid, "nothing was recorded")
	}
	heads := make(map[int]object, len(inits))
	for _, i := range inits {
		heads[i.No] = object{i.ObjectKey, i.Bytes}
	}
	last := segments[len(segments)-1]
	t := Take{EndMS: last.StartMS + last.DurationMS}
	for _, run := range splitRuns(segments) {
		init, ok := heads[run[0].InitNo]
		if !ok {
			return Take{}, fmt.Errorf("segment %d wants initialization segment %d, which is not there", run[0].No, run[0].InitNo) //nolint:err113 // says all
		}
		objects := []object{init}
		for _, s := range run {
			objects = append(objects, object{s.ObjectKey, s.Bytes})
		}
		src := &objectReader{ctx: ctx, get: get, left: objects}
		f, err := b.Add(ctx, src)
		if err = errors.Join(err, src.Close()); err != nil {
			return Take{}, err
		}
		end := run[len(run)-1]
		span := time.Duration(end.StartMS+end.DurationMS-run[0].StartMS) * time.Millisecond
		m, ok := known[init.key]
		if !ok {
			if m, err = r.Probe(ctx, f); err != nil {
				return Take{}, err
			}
			known[init.key] = m
			// A later run's time stamps go on from the one before: its last is not its length.
			span = max(span, m.Duration-m.Start)
		}
		m.Duration = span
		t.Runs = append(t.Runs, Run{File: f, Media: m, StartMS: run[0].StartMS})
	}
	return t, nil
}

// splitRuns cuts where the initialization segment changes or time stamps jump.
func splitRuns(segments []domain.Segment) [][]domain.Segment {
	var runs [][]domain.Segment
	start := 0
	for i := 1; i <= len(segments); i++ {
		if i == len(segments) || segments[i].Discontinuity || segments[i].InitNo != segments[i-1].InitNo {
			runs = append(runs, segments[start:i])
			start = i
		}
	}
	return runs
}

// objectReader reads objects one after the other, each opened when it is its turn.
type objectReader struct {
	ctx  context.Context //nolint:containedctx // lives as long as one call of OpenStored
	get  Get
	left []object
	open io.ReadCloser
	now  object // the open one
	read int64  // of it
}

// object is a stored one, with the size that its row tells; 0: unknown.
type object struct {
	key   string
	bytes int64
}

func (o *objectReader) Read(p []byte) (int, error) {
	for {
		if o.open == nil {
			if len(o.left) == 0 {
				return 0, io.EOF
			}
			rc, err := o.get(o.ctx, o.left[0].key)
			if err != nil {
				return 0, fmt.Errorf("get segment: %w", err)
			}
			o.open, o.now, o.left, o.read = rc, o.left[0], o.left[1:], 0
		}
		n, err := o.open.Read(p)
		o.read += int64(n)
		if !errors.Is(err, io.EOF) {
			return n, err //nolint:wrapcheck // a reader
		}
		if o.read < o.now.bytes {
			return n, fmt.Errorf("get segment: %d bytes came of %d: %w", o.read, o.now.bytes, io.ErrUnexpectedEOF)
		}
		if err := o.Close(); err != nil || n > 0 {
			return n, err
		}
	}
}

func (o *objectReader) Close() error {
	if o.open == nil {
		return nil
	}
	err := o.open.Close()
	o.open = nil
	return err //nolint:wrapcheck // a closer
}
