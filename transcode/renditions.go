package transcode

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"baton/domain"
	"baton/transcode/hls"
)

// Rendition is a made one: files in the box, to be uploaded and published.
type Rendition struct {
	Name string
	// Codecs as in domain.Rendition.
	Codecs        string
	Width, Height int
	Bandwidth     int64
	Inits         []InitFile
	Segments      []SegmentFile
}

// InitFile is an initialization segment on disk.
type InitFile struct {
	No    int
	Path  string
	Bytes int64
}

// SegmentFile is a media segment on disk; see domain.Segment.
type SegmentFile struct {
	No, InitNo          int
	StartMS, DurationMS int64
	Bytes               int64
	Path                string
	Discontinuity       bool
}

// DurationMS of the rendition.
func (r Rendition) DurationMS() int64 {
	if len(r.Segments) == 0 {
		return 0
	}
	last := r.Segments[len(r.Segments)-1]
	return last.StartMS + last.DurationMS
}

// Progress is told how far a piece of work is, from 0 to 1. It starts over when an
// import turns from copying to encoding. May be nil.
type Progress func(share float64)

// part scales the time that ffmpeg reached in one run of a take to the whole.
func (p Progress) part(t Take, run int) func(time.Duration) {
	if p == nil {
		return nil
	}
	total := float64(max(1, t.DurationMS()))
	start := float64(t.Runs[run].StartMS)
	most := start + float64(t.Runs[run].Media.DurationMS())
	return func(at time.Duration) { p(min(most, start+float64(at.Milliseconds())) / total) }
}

// between maps 0…1 to from…to.
func (p Progress) between(from, to float64) Progress {
	if p == nil {
		return nil
	}
	return func(share float64) { p(from + share*(to-from)) }
}

// longestCopied segment: copied video is cut at its key frames, and a player that
// must fetch more than this to seek feels broken.
const longestCopied = 15 * time.Second

// Import makes the source rendition after PlanImport. When the copy cannot be cut
// or muxed it encodes instead.
func (r *Runner) Import(ctx context.Context, t Take, progress Progress) (Rendition, error) {
	return r.importAs(ctx, t, PlanImport(t.Media()), progress)
}

func (r *Runner) importAs(ctx context.Context, t Take, plan Encoding, progress Progress) (Rendition, error) {
	made, err := r.encode(ctx, t, []Encoding{plan}, adjustment{}, progress)
	if err == nil && (plan.Video != ActionCopy || longest(made[0]) <= longestCopied) {
		return made[0], nil
	}
	encodes := plan.Video != ActionCopy && plan.Audio != ActionCopy
	if kind := domain.KindOf(err); err != nil && (encodes || ctx.Err() != nil || kind != domain.KindInternal && kind != domain.KindUnsupported) {
		return Rendition{}, fmt.Errorf("import: %w", err)
	}
	r.cfg.Log.InfoContext(ctx, "import encodes what could not be copied", slog.Any("error", err))
	again, err2 := r.encode(ctx, t, []Encoding{plan.encodeAll(t.Media())}, adjustment{}, progress)
	if err2 != nil {
		return Rendition{}, fmt.Errorf("import: %w", errors.Join(err2, err))
	}
	return again[0], nil
}

func longest(r Rendition) time.Duration {
	var d int64
	for _, s := range r.Segments {
		d = max(d, s.DurationMS)
	}
	return time.Duration(d) * time.Millisecond
}

// Ladder makes the renditions of PlanLadder, their loudness normalised.
func (r *Runner) Ladder(ctx context.Context, t Take, progress Progress) ([]Rendition, error) {
	plan := PlanLadder(t.Media())
	if len(plan) == 0 {
		return nil, nil
	}
	var adjust adjustment
	if t.HasAudio() {
		l, err := r.MeasureLoudness(ctx, t, progress.between(0, 0.1))
		if err != nil {
			return nil, fmt.Errorf("ladder: %w", err)
		}
		adjust = planLoudness(l)
	}
	made, err := r.encode(ctx, t, plan, adjust, progress.between(0.1, 1))
	if err != nil {
		return nil, fmt.Errorf("ladder: %w", err)
	}
	return made, nil
}

// encode makes all encodings of a take, run by run.
func (r *Runner) encode(ctx context.Context, t Take, encs []Encoding, adjust adjustment, progress Progress) ([]Rendition, error) {
	made := make([]Rendition, len(encs))
	for i, e := range encs {
		made[i].Name = e.Name
	}
	for n, run := range t.Runs {
		dirs := make([]string, len(encs))
		for i, e := range encs {
			var err error
			if dirs[i], err = t.box().mkdir("out-" + e.Name); err != nil {
				return nil, err
			}
		}
		args, err := scripted(t.box(), dirs[0], r.encodeArgs(run, encs, dirs, adjust))
		if err != nil {
			return nil, err
		}
		c := command{
			box: t.box(), args: args, heavy: heavy(encs),
			limits: encodeLimits(run, encs), progress: progress.part(t, n),
		}
		if _, err := r.run(ctx, c); err != nil {
			return nil, err
		}
		for i, e := range encs {
			if !e.uses(run.Media) {
				continue
			}
			if err := made[i].collect(t.box(), dirs[i], run, e); err != nil {
				return nil, t.box().excuse(err)
			}
		}
	}
	for i := range made {
		made[i].Bandwidth = hls.PeakBandwidth(made[i].rows())
	}
	if progress != nil {
		progress(1)
	}
	return made, nil
}

// uses tells whether m has a stream for e.
func (e Encoding) uses(m Media) bool {
	return e.Video != ActionNone && m.Video != nil || e.Audio != ActionNone && m.Audio != nil
}

// heavy work encodes pictures.
func heavy(encs []Encoding) bool {
	for _, e := range encs {
		if e.Video == ActionEncode {
			return true
		}
	}
	return false
}

// collect reads what ffmpeg wrote for one run.
func (r *Rendition) collect(b *Box, dir string, run Run, e Encoding) error {
	root := filepath.Join(b.dir, dir)
	segments, err := readPlaylist(filepath.Join(root, playlistName))
	if err != nil {
		return err
	}
	if _, err := wholeSize(filepath.Join(root, initName)); err != nil {
		return err
	}
	header, err := os.ReadFile(filepath.Join(root, initName))
	if err != nil {
		return fmt.Errorf("read initialization segment: %w", err)
	}
	codecs, err := codecString(header)
	if err != nil {
		return err
	}
	if r.Codecs == "" || strings.Count(codecs, ",") > strings.Count(r.Codecs, ",") {
		r.Codecs = codecs
	}
	if v := run.Media.Video; v != nil && e.Video != ActionNone {
		w, h := v.DisplaySize()
		if e.Video == ActionEncode {
			w, h = fit(*v, e.ShortSide)
		}
		if w*h > r.Width*r.Height {
			r.Width, r.Height = w, h
		}
	}
	if run.Media.Video != nil && e.Video != ActionNone && (e.Name != domain.SourceRendition || run.joined) {
		reachEnd(segments, run)
	}
	initNo := len(r.Inits)
	r.Inits = append(r.Inits, InitFile{No: initNo, Path: filepath.Join(root, initName), Bytes: int64(len(header))})
	for i, s := range segments {
		s.No, s.InitNo, s.StartMS = len(r.Segments), initNo, r.DurationMS()
		s.Discontinuity = i == 0 && initNo > 0
		r.Segments = append(r.Segments, s)
	}
	return nil
}

// reachEnd lets the last segment last until the end of the run. ffmpeg adds up the durations that it gives the packets since the last
// cut, and of frames at a changing rate, copied ones above all, these are guesses: a last segment of 2.6 s was said to be of 0.04 s, and players ended there.
func reachEnd(segments []SegmentFile, run Run) {
	left := run.lengthMS()
	last := len(segments) - 1
	for _, s := range segments[:last] {
		left -= s.DurationMS
	}
	segments[last].DurationMS = max(segments[last].DurationMS, left)
}

// readPlaylist reads ffmpeg's own playlist: durations and names, which it wrote in
// pairs. Rounding is carried on, so that a thousand segments do not drift.
func readPlaylist(path string) ([]SegmentFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, domain.Errorf(domain.KindUnsupported, "the file holds nothing that could be converted").Because(err)
	}
	defer func() { _ = f.Close() }()
	var segments []SegmentFile
	var exact, written float64
	ended := false
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if d, ok := strings.CutPrefix(lines.Text(), "#EXTINF:"); ok {
			v, err := strconv.ParseFloat(strings.TrimSuffix(d, ","), 64)
			if err != nil {
				return nil, fmt.Errorf("read playlist: %w", err)
			}
			exact += v * 1000
			segments = append(segments, SegmentFile{DurationMS: max(1, int64(math.Round(exact-written)))})
			written += float64(segments[len(segments)-1].DurationMS)
		} else if name := lines.Text(); strings.HasSuffix(name, ".m4s") && len(segments) > 0 {
			s := &segments[len(segments)-1]
			s.Path = filepath.Join(filepath.Dir(path), filepath.Base(name))
			if s.Bytes, err = wholeSize(s.Path); err != nil {
				return nil, err
			}
		} else if name == "#EXT-X-ENDLIST" {
			ended = true
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read playlist: %w", err)
	}
	if !ended {
		return nil, unfinished(path)
	}
	if len(segments) == 0 {
		return nil, domain.Errorf(domain.KindUnsupported, "the file holds nothing that could be converted")
	}
	return segments, nil
}

// rows are the segments as stored ones, without clip and keys.
func (r Rendition) rows() []domain.Segment {
	rows := make([]domain.Segment, len(r.Segments))
	for i, s := range r.Segments {
		rows[i] = domain.Segment{
			Rendition: r.Name, No: s.No, InitNo: s.InitNo, StartMS: s.StartMS,
			DurationMS: s.DurationMS, Bytes: s.Bytes, Discontinuity: s.Discontinuity,
		}
	}
	return rows
}

// encodeLimits follow from what has to be done. A slow and busy core encodes a
// second of 1080p in well under 20 s; copying is bound by the disk.
func encodeLimits(run Run, encs []Encoding) limits {
	l := limits{wall: 2 * time.Minute, output: 64 << 20}
	seconds := int64(run.Media.Duration/time.Second) + 1
	for _, e := range encs {
		switch e.Video {
		case ActionEncode:
			l.wall += run.Media.Duration * 20
			l.output += seconds * e.MaxRate / 8 * 2
		case ActionCopy:
			l.wall += run.Media.Duration
			l.output += run.File.size * 3 / 2
		case ActionNone:
		}
		if e.Audio != ActionNone {
			l.wall += run.Media.Duration
			l.output += max(run.File.size*3/2, seconds*e.AudioRate/8*2)
		}
	}
	l.wall = min(l.wall, 24*time.Hour)
	l.cpu = 2 * l.wall
	return l
}

// lightLimits suit work that decodes once and writes next to nothing.
func lightLimits(m Media) limits {
	wall := 2*time.Minute + 2*m.Duration
	return limits{wall: wall, cpu: 2 * wall, output: 256 << 20}
}
