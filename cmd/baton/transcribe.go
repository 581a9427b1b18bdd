package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"baton/config"
	"baton/domain"
	"baton/transcode"
	"baton/transcribe"
	"baton/transcribe/captions"
	"baton/transcribe/worker"
)

type transcribeCmd struct {
	config.ModelsFlags `embed:""`

	File   string `arg:"" type:"existingfile" help:"A video or audio file."`
	Format string `enum:"json,vtt,srt,txt" default:"txt" help:"${enum}."`
}

// Run implements the transcribe command. It needs ffmpeg and the speech model, and no server.
func (c transcribeCmd) Run(ctx context.Context, io streams) (err error) {
	log := leveled(io.err, "warn")
	tools, err := transcode.New(ctx, transcode.Config{Dir: os.TempDir(), Log: log})
	if err != nil {
		return err //nolint:wrapcheck // says what to install
	}
	engine, err := newSpeech(c.Dir(), min(2, runtime.NumCPU()), worker.Config{Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	box, err := tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	take, err := tools.Open(ctx, box, f)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(c.File), err)
	}
	if !take.HasAudio() {
		return domain.Errorf(domain.KindInvalid, "%s has no sound", filepath.Base(c.File))
	}
	if err := engine.Present(ctx); err != nil {
		return domain.Errorf(domain.KindUnavailable, "the speech model: %v", err)
	}
	pcm, err := tools.PCM(ctx, take, 0, 0)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, pcm.Close()) }()
	words, err := transcribe.Run(ctx, engine, transcribe.Level(pcm), transcribe.Options{}, domain.Transcript{}, nil)
	if err != nil {
		return fmt.Errorf("transcribe: %w", err)
	}
	return captions.Write(io.out, captions.Format(c.Format), words) //nolint:wrapcheck // writing to standard output
}
