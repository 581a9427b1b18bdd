package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"baton/config"
	"baton/jobs"
	"baton/transcribe"
	"baton/transcribe/models"
	"baton/transcribe/openai"
	"baton/transcribe/worker"
)

type modelsCmd struct {
	Install modelsInstallCmd `cmd:"" help:"Fetch the speech model by npm, checked against pinned hashes."`
	Check   modelsCheckCmd   `cmd:"" help:"Read the installed files and compare their hashes."`
}

type modelsInstallCmd struct {
	config.ModelsFlags `embed:""`

	Tarballs string `placeholder:"DIR" help:"A folder of the packages' tarballs, for machines without a network."`
}

// Run implements the models install command.
func (c modelsInstallCmd) Run(ctx context.Context, io streams) error {
	if models.Present(c.Dir(), models.Base) == nil {
		fmt.Fprintln(io.out, "the speech model is there")
		return nil
	}
	fmt.Fprintln(io.err, "fetching the speech model (90 MB)")
	if err := models.Install(ctx, c.Dir(), c.Tarballs, models.Base); err != nil {
		return fmt.Errorf("install the speech model: %w", err)
	}
	fmt.Fprintln(io.out, "the speech model is installed in", c.Dir())
	return nil
}

type modelsCheckCmd struct {
	config.ModelsFlags `embed:""`
}

// Run implements the models check command.
func (c modelsCheckCmd) Run(io streams) error {
	if err := models.Check(c.Dir(), models.Base); err != nil {
		return err //nolint:wrapcheck // names the file
	}
	fmt.Fprintln(io.out, "the speech model is whole")
	return nil
}

// speech is the built-in engine of this machine.
type speech struct {
	*worker.Engine

	dir string
}

func newSpeech(dir string, atOnce int, o worker.Config) (*speech, error) {
	o.Models = models.Config(dir, models.Base)
	o.Models.Parallel = atOnce
	e, err := worker.New(o)
	if err != nil {
		return nil, fmt.Errorf("prepare speech engine: %w", err)
	}
	return &speech{Engine: e, dir: dir}, nil
}

// withServer puts a transcription server before the engine, if one is configured.
func (s *speech) withServer(c config.Engine, log *slog.Logger) jobs.Speech {
	if c.URL == nil {
		return s
	}
	first := openai.New(openai.Config{URL: c.URL, APIKey: c.APIKey, Model: c.Model, Logger: log, Detect: s.detect})
	return served{transcribe.NewFallback(first, s, log)}
}

// detect finds speech with the model, or by loudness where that is not installed.
func (s *speech) detect(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	if s.Present(ctx) != nil {
		return openai.ByLoudness(ctx, pcm, o, emit)
	}
	return s.Detect(ctx, pcm, o, emit)
}

// served is an engine that needs no model on this machine.
type served struct{ *transcribe.Fallback }

// Present implements jobs.Speech.
func (served) Present(context.Context) error { return nil }

// Present tells why the engine cannot work now.
func (s *speech) Present(context.Context) error {
	if err := models.Present(s.dir, models.Base); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("it is not installed in %s: run baton models install", s.dir) //nolint:err113 // words for people
		}
		return err //nolint:wrapcheck // names the file
	}
	return nil
}
