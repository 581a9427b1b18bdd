package transcode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"baton/domain"
)

// Config is what a Runner needs. The zero value works.
type Config struct {
	// Dir is where boxes are made; the system's temporary directory when empty.
	// It must have room for a source and its renditions.
	Dir string
	// FFmpeg and FFprobe are the programs; looked up in PATH when empty.
	FFmpeg, FFprobe string
	// Parallel is how many encoders may run at a time; half the cores when 0.
	// Light work (probes, PCM, pictures) has four times as many places of its own, and so has what is awaited of it.
	Parallel int
	// Queue is how many callers may wait for a place; 256 when 0. One more gets KindTooMany.
	Queue int
	// Threads of one process; 2 when 0. It bounds memory on machines with many cores.
	Threads int
	// MaxPixels of one picture; 22 million when 0 (a 6016x3384 screen has 20.4).
	MaxPixels int
	// Room is what has to be free in Dir, in bytes, for a failure to be put down to anything but a full disk; 16 MiB when 0.
	Room int64
	// MaxMemory is the address space of one process in bytes; 3 GiB when 0.
	MaxMemory uint64
	Log       *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Dir == "" {
		c.Dir = os.TempDir()
	}
	if c.Parallel == 0 {
		c.Parallel = max(1, runtime.NumCPU()/2)
	}
	if c.Queue == 0 {
		c.Queue = 256
	}
	if c.Threads == 0 {
		c.Threads = 2
	}
	if c.MaxPixels == 0 {
		c.MaxPixels = 22_000_000
	}
	if c.Room == 0 {
		c.Room = 16 << 20
	}
	if c.MaxMemory == 0 {
		c.MaxMemory = 3 << 30
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Runner starts ffmpeg and ffprobe in the sandbox, a bounded number at a time.
// It holds no goroutine between calls and needs no Close.
type Runner struct {
	cfg         Config
	sandbox     sandbox
	version     string
	heavy       *semaphore.Weighted
	light       *semaphore.Weighted
	hurried     *semaphore.Weighted
	waiting     atomic.Int64
	toneMapping bool
}

// New finds ffmpeg and what this machine allows for a sandbox, and logs once what
// it lacks. It removes the boxes of processes that died. The error has KindUnavailable when ffmpeg is missing or does not start.
func New(ctx context.Context, cfg Config) (*Runner, error) {
	cfg = cfg.withDefaults()
	if err := findPrograms(&cfg); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("make directory for transcoding: %w", err)
	}
	if err := sweep(cfg.Dir); err != nil {
		cfg.Log.WarnContext(ctx, "abandoned transcoding files stay on disk", slog.Any("error", err))
	}
	r := &Runner{
		cfg: cfg, heavy: semaphore.NewWeighted(int64(cfg.Parallel)),
		light: semaphore.NewWeighted(int64(4 * cfg.Parallel)), hurried: semaphore.NewWeighted(int64(4 * cfg.Parallel)),
	}
	box, version, err := findSandbox(ctx, cfg.FFmpeg)
	if err != nil {
		return nil, err
	}
	r.sandbox, r.version = box, version
	if missing := box.missing(); len(missing) > 0 {
		cfg.Log.WarnContext(ctx, "transcoding runs with a weaker sandbox", slog.Any("missing", missing))
	}
	filters, err := exec.CommandContext(ctx, cfg.FFmpeg, "-hide_banner", "-filters").Output()
	if err != nil {
		return nil, fmt.Errorf("list ffmpeg filters: %w", err)
	}
	r.toneMapping = listed(string(filters), "zscale") && listed(string(filters), "tonemap")
	return r, nil
}

func findPrograms(cfg *Config) error {
	for _, p := range []struct {
		path *string
		name string
	}{{&cfg.FFmpeg, "ffmpeg"}, {&cfg.FFprobe, "ffprobe"}} {
		if *p.path == "" {
			*p.path = p.name
		}
		found, err := exec.LookPath(*p.path)
		if err != nil {
			return domain.Errorf(domain.KindUnavailable, "%s is not installed (on Debian or Ubuntu: apt-get install ffmpeg)", p.name).Because(err)
		}
		*p.path = found
	}
	return nil
}

// Report is what Check found, for `baton doctor`.
type Report struct {
	// Version is ffmpeg's first line, e.g. "ffmpeg version 5.1.9-0+deb12u1 …".
	Version string
	// Missing encoders and filters that Baton needs; empty is well.
	Missing []string
	// Unprotected names the parts of the sandbox that this machine does not allow.
	Unprotected []string
}

// Check asks ffmpeg what it can do.
func (r *Runner) Check(ctx context.Context) (Report, error) {
	rep := Report{Version: r.version, Unprotected: r.sandbox.missing()}
	for _, ask := range []struct {
		flag  string
		needs []string
	}{
		{"-encoders", []string{"libx264", "aac", "mjpeg", "pcm_s16le"}},
		{"-decoders", []string{"h264", "hevc", "vp9", "vp8", "aac", "mp3float"}},
		{"-filters", []string{"scale", "fps", "aresample", "ebur128", "alimiter", "thumbnail"}},
		{"-muxers", []string{"hls", "mp4"}},
	} {
		out, err := exec.CommandContext(ctx, r.cfg.FFmpeg, "-hide_banner", ask.flag).Output()
		if err != nil {
			return rep, fmt.Errorf("ask ffmpeg for its %s: %w", strings.TrimPrefix(ask.flag, "-"), err)
		}
		for _, name := range ask.needs {
			if !listed(string(out), name) {
				rep.Missing = append(rep.Missing, strings.TrimSuffix(strings.TrimPrefix(ask.flag, "-"), "s")+" "+name)
			}
		}
	}
	return rep, nil
}

// listed tells whether one of ffmpeg's tables has a row for name: flags, name, description.
func listed(table, name string) bool {
	for line := range strings.Lines(table) {
		if f := strings.Fields(line); len(f) >= 2 && slices.Contains(strings.Split(f[1], ","), name) {
			return true
		}
	}
	return false
}

// place waits for one of the bounded places and returns the function that gives it back.
func (r *Runner) place(ctx context.Context, s *semaphore.Weighted) (func(), error) {
	if r.waiting.Add(1) > int64(r.cfg.Queue) {
		r.waiting.Add(-1)
		return nil, domain.Errorf(domain.KindTooMany, "too many conversions are waiting; try again later")
	}
	err := s.Acquire(ctx, 1)
	r.waiting.Add(-1)
	if err != nil {
		return nil, fmt.Errorf("wait for a place to convert: %w", errors.Join(err, context.Cause(ctx)))
	}
	return func() { s.Release(1) }, nil
}
