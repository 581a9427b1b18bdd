package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"baton/media/loadgen"
)

// source is what an encoder makes.
type source struct {
	name, mime string
	bytes      []byte
	long       time.Duration
}

// samples are a browser's recordings as they are, and how MediaRecorder names them. All are 8 s.
var samples = []source{ //nolint:gochecknoglobals // a table
	{name: "avc3-opus.mp4", mime: "video/mp4;codecs=avc3.640015,opus"},
	{name: "avc1-opus-resize.mkv", mime: "video/x-matroska;codecs=avc1,opus"},
	{name: "vp9-opus.webm", mime: "video/webm;codecs=vp9,opus"},
	{name: "av1-opus.webm", mime: "video/webm;codecs=av01,opus"},
	{name: "vp8-opus.webm", mime: "video/webm;codecs=vp8,opus"},
	{name: "opus.webm", mime: "audio/webm;codecs=opus"},
}

const (
	sampleLong = 8 * time.Second
	mkvMime    = "video/x-matroska;codecs=avc1,opus"
	shortest   = 4 * time.Second
	longest    = 10 * time.Second
	// heavyTimes longer is what has to fill a spool.
	heavyTimes = 2
	// pace is how much of a recording a chunk has at the mean, and how often one comes when it lasts as long as in life.
	pace = 250 * time.Millisecond
)

// sources makes recordings of those in testdata/media.
type sources struct {
	samples []source
	calm    *loadgen.Source // 320×180, 0.2 Mbit/s
	large   *loadgen.Source // 640×360, 3 Mbit/s
}

func newSources(ctx context.Context, dir string) (*sources, error) {
	var s sources
	for _, x := range samples {
		var err error
		if x.bytes, err = os.ReadFile(filepath.Join(dir, x.name)); err != nil {
			return nil, fmt.Errorf("read a sample: %w", err)
		}
		x.long = sampleLong
		s.samples = append(s.samples, x)
	}
	b, err := os.ReadFile(filepath.Join(dir, "avc1-opus.mkv"))
	if err != nil {
		return nil, fmt.Errorf("read a sample: %w", err)
	}
	if s.calm, err = loadgen.Load(b); err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	s.large, err = large(ctx)
	return &s, err
}

// large is a test picture with noise, so that its parts are cut by their size and not by their age.
func large(ctx context.Context) (*loadgen.Source, error) {
	var out, said bytes.Buffer
	c := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=15:d=4", "-vf", "noise=alls=20:allf=t",
		"-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "3000k", "-g", "30",
		"-x264-params", "repeat-headers=1", "-f", "matroska", "-")
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("make a recording: %w: %s", err, said.Bytes())
	}
	return loadgen.Load(out.Bytes())
}

// pick chooses a recording. heavy: one that fills a spool.
func (s *sources) pick(r *rand.Rand, heavy bool) (source, error) {
	if !heavy && r.IntN(10) < 4 {
		return s.samples[r.IntN(len(s.samples))], nil
	}
	long := between(r, shortest, longest)
	if heavy {
		long *= heavyTimes
	}
	if heavy || r.IntN(4) == 0 {
		return s.loop("test picture", s.large, long)
	}
	return s.small(long)
}

// small is a recording of so long that takes little room.
func (s *sources) small(long time.Duration) (source, error) {
	return s.loop("avc1-opus.mkv", s.calm, long)
}

func (s *sources) loop(name string, picture *loadgen.Source, long time.Duration) (source, error) {
	made, err := loadgen.Loop(picture, s.calm, long)
	if err != nil {
		return source{}, err //nolint:wrapcheck // says what it did
	}
	return source{name: name + " looped", mime: mkvMime, bytes: made.Bytes, long: long}, nil
}

// cut makes chunks, now small, now large, and never of the same size.
func (s *source) cut(r *rand.Rand) [][]byte {
	per := max(len(s.bytes)/int(s.long/pace), 64)
	var out [][]byte
	for b := s.bytes; len(b) > 0; {
		n := min(len(b), 1+r.IntN(2*per))
		out, b = append(out, b[:n]), b[n:]
	}
	return out
}

// frames decodes a file and counts its pictures, or packets of sound where there are none. Whatever the decoder
// complains about is an error.
func frames(ctx context.Context, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	count := func(stream string) (int, string, error) {
		var out, said bytes.Buffer
		c := exec.CommandContext(ctx, "ffprobe", "-v", "error", "-count_frames", "-select_streams", stream, "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path)
		c.Stdout, c.Stderr = &out, &said
		if err := c.Run(); err != nil {
			return 0, "", fmt.Errorf("probe: %w: %s", err, said.Bytes())
		}
		line, _, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
		n, _ := strconv.Atoi(strings.Trim(line, ", \n")) // none: no such stream
		return n, strings.TrimSpace(said.String()), nil
	}
	n, said, err := count("v:0")
	if err == nil && n == 0 && said == "" {
		n, said, err = count("a:0")
	}
	if err == nil && said != "" {
		err = fmt.Errorf("the decoder says: %.300s", said)
	}
	return n, err
}

// framesOf counts those of some bytes. torn: they may end in the midst of a frame.
func framesOf(ctx context.Context, dir string, b []byte, torn bool) (int, error) {
	f, err := os.CreateTemp(dir, "prefix-*")
	if err != nil {
		return 0, fmt.Errorf("make a file: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, fmt.Errorf("write a file: %w", err)
	}
	n, err := frames(ctx, f.Name())
	if torn {
		err = nil // of which the decoder complains; or there is no frame at all
	}
	return n, errors.Join(err, os.Remove(f.Name()))
}
