// Command speech measures the built-in speech engine on real recordings: word error rate,
// word times, real-time factor and memory. It prints Markdown tables, the last line a summary.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"baton/internal/eval"
	"baton/transcribe/models"
	"baton/transcribe/worker"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Stdin, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "eval speech:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	data := flag.String("data", setting("BATON_TEST_DATA", filepath.Join("..", "shared", "data")), "folder that has speech/")
	sphinx := flag.String("pocketsphinx", "/usr/share/pocketsphinx/test/data", "folder of Debian's pocketsphinx-testdata")
	dir := flag.String("models", setting("BATON_TEST_MODELS", filepath.Join(cache, "baton", "models")), "folder of the speech models; what is missing is installed")
	size := flag.String("model", string(models.Base), "base or tiny")
	out := flag.String("out", "", "also put the tables into this document")
	show := flag.Bool("show", false, "print what was heard")
	flag.Parse()
	if err := models.Install(ctx, *dir, "", models.Model(*size)); err != nil {
		return err
	}
	var text bytes.Buffer
	b := &bench{model: models.Config(*dir, models.Model(*size)), show: *show, out: io.MultiWriter(os.Stdout, &text)}
	set, missing := recordings(*data, *sphinx)
	for _, m := range missing {
		fmt.Fprintln(os.Stderr, "missing:", m)
	}
	if len(set) == 0 {
		return errors.New("there is no speech to measure")
	}
	if err := b.run(ctx, set); err != nil || *out == "" {
		return err
	}
	return eval.Publish(*out, "Speech", text.String())
}

// setting is an environment variable or, if that is empty, a default.
func setting(name, otherwise string) string {
	if v := os.Getenv(name); v != "" { //nolint:forbidigo // a setting of evaluations only
		return v
	}
	return otherwise
}
