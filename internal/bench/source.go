package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baton/internal/load"
	"baton/media/loadgen"
)

// sources makes recordings to send.
type sources struct {
	screen *loadgen.Source // 10 s of picture and sound
	speech *loadgen.Source // people speaking
}

func newSources(ctx context.Context, data string) (s sources, err error) {
	if s.screen, err = load.Screen(ctx); err != nil {
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
	return load.Encode(ctx, append(args, "-filter_complex", graph.String(), "-c:a", "libopus", "-b:a", "64k")...)
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
