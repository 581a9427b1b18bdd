package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"baton/config"
	"baton/transcribe/models"
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
