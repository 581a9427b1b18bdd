package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"baton/media/loadgen"
)

const (
	mkvType = "video/x-matroska;codecs=avc1,opus"
	// mbits is what an encoder of a browser makes of a screen at 1280×720 and 30 frames a second.
	mbits = 2.5
)

// sources makes recordings to send.
type sources struct {
	screen *loadgen.Source // 10 s of picture and sound
	speech *loadgen.Source // people speaking
}

func newSources(ctx context.Context, data string) (s sources, err error) {
	if s.screen, err = screen(ctx); err != nil {
		return s, err
	}
	files, err := filepath.Glob(filepath.Join(data, "speech", "*.[wm][ap][v3]"))
	if err != nil {
		return s, fmt.Errorf("list speech: %w", err)
	}
	if len(files) == 0 {
		files = []string{filepath.Join("testdata", "media", "opus.webm")}
	}
	s.speech, err = spoken(ctx, files)
	return s, err
}

// screen is a moving test picture with noise, so that it costs the bits of a real one.
func screen(ctx context.Context) (*loadgen.Source, error) {
	return encode(ctx, "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=10", "-f", "lavfi", "-i", "sine=d=10", "-vf", "noise=alls=12:allf=t",
		"-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "2436k", "-maxrate", "2436k", "-bufsize", "2436k",
		"-g", "60", "-x264-params", "repeat-headers=1", "-c:a", "libopus", "-b:a", "64k", "-ar", "48000")
}

// spoken are the recordings one after the other, a second of silence between them.
func spoken(ctx context.Context, files []string) (*loadgen.Source, error) {
	var args []string
	var graph, heard strings.Builder
	for i, f := range files {
		args = append(args, "-i", f)
		fmt.Fprintf(&graph, "[%d:a]aresample=48000,aformat=channel_layouts=mono,apad=pad_dur=1[a%d];", i, i)
		fmt.Fprintf(&heard, "[a%d]", i)
	}
	fmt.Fprintf(&graph, "%sconcat=n=%d:v=0:a=1", &heard, len(files))
	return encode(ctx, append(args, "-filter_complex", graph.String(), "-c:a", "libopus", "-b:a", "64k")...)
}

func encode(ctx context.Context, args ...string) (*loadgen.Source, error) {
	var out, said bytes.Buffer
	c := exec.CommandContext(ctx, "ffmpeg", append(append([]string{"-nostdin", "-v", "error"}, args...), "-f", "matroska", "-")...)
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("make a recording: %w: %s", err, said.Bytes())
	}
	return loadgen.Load(out.Bytes())
}

// recording of so long, with the test tone or with people speaking.
func (s sources) recording(long time.Duration, speech bool) (*loadgen.Source, error) {
	if speech {
		return loadgen.Loop(s.screen, s.speech, long)
	}
	return loadgen.Loop(s.screen, s.screen, long)
}

// file holds so much speech, for the command that transcribes one.
func (s sources) file(dir string, long time.Duration) (string, error) {
	r, err := s.recording(long, true)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "speech.mkv")
	return path, os.WriteFile(path, r.Bytes, 0o600)
}
