// Package worker runs the built-in speech engine in a child process, so that a fault, a
// leak or a cancelled run of native code never touches the server. The child is the
// server's own binary; it is niced, first in line for the OOM killer, dies with its
// parent and gives its memory back when it ends.
package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/moonshine"
)

// Command is the hidden command by which the program calls Main.
const Command = "internal-transcribe"

// ErrStalled means that the child took no sound and said nothing for Config.Stall, and was killed.
var ErrStalled = errors.New("the speech process stalled")

// ErrClosed means that the engine was closed.
var ErrClosed = errors.New("the speech engine is closed")

// Config is what the engine needs.
type Config struct {
	// Models says where the files are and how many chunks are decoded at once.
	Models moonshine.Config
	// Argv starts the child. Empty: this program with Command.
	Argv []string
	// Slots is how many children may run at once, 0 means 1; further calls wait. Each
	// takes about 500 MiB.
	Slots int
	// Stall is how long a child may do nothing while there is work; 0 means 2 minutes.
	Stall  time.Duration
	Logger *slog.Logger
	// OnExit, if set, is told what each child used. It may be called by several goroutines.
	OnExit func(Usage)
}

// Usage is what a child used of the machine.
type Usage struct {
	CPU      time.Duration // user and system
	MaxBytes int64         // most memory resident at once
}

// Engine implements transcribe.Engine with one child for each transcription.
type Engine struct {
	config Config
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once
	calls  sync.WaitGroup
}

// New makes an engine. It starts nothing and does not look for the models: a missing
// one is reported by Transcribe, so that a server can start without.
func New(c Config) (*Engine, error) {
	if len(c.Argv) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find own program: %w", err)
		}
		c.Argv = []string{self, Command}
	}
	if c.Stall == 0 {
		c.Stall = 2 * time.Minute
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{config: c, slots: make(chan struct{}, max(1, c.Slots)), closed: make(chan struct{})}, nil
}

// Name of the engine.
func (e *Engine) Name() string { return "moonshine" }

// Close kills the children that run and waits for their callers to be told.
func (e *Engine) Close() error {
	e.once.Do(func() { close(e.closed) })
	e.calls.Wait()
	return nil
}

// Transcribe implements transcribe.Engine. Besides errors of ctx, pcm and emit it returns
// a domain.Error of KindUnavailable when the models are not installed, ErrStalled,
// ErrClosed, or an error that says how the child ended. pcm must return from Read
// when ctx is done, as the pipe of a command started with ctx does.
func (e *Engine) Transcribe(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	return e.do(ctx, pcm, header{Config: e.config.Models, Options: o}, emit)
}

// Detect finds speech without writing it down: its stretches have no words. It takes a
// hundredth of the work, and keeps the promises of Transcribe.
func (e *Engine) Detect(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	return e.do(ctx, pcm, header{Config: e.config.Models, Options: o, DetectOnly: true}, emit)
}

func (e *Engine) do(ctx context.Context, pcm io.Reader, h header, emit func(transcribe.Stretch) error) error {
	e.calls.Add(1)
	defer e.calls.Done()
	if err := e.modelsThere(); err != nil {
		return err
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closed:
		return ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-e.closed:
			cancel(ErrClosed)
		case <-ended:
		}
	}()
	return e.run(ctx, cancel, pcm, h, emit)
}

// modelsThere looks without reading; package models checks what is in them.
func (e *Engine) modelsThere() error {
	m := e.config.Models
	for _, path := range []string{m.Runtime, m.Model, m.VAD} {
		if _, err := os.Stat(path); err != nil {
			return domain.Errorf(domain.KindUnavailable, "The speech model is not installed").Because(err)
		}
	}
	return nil
}

func (e *Engine) run(ctx context.Context, cancel context.CancelCauseFunc, pcm io.Reader, h header, emit func(transcribe.Stretch) error) error {
	c, err := e.start(ctx, cancel)
	if err != nil {
		return fmt.Errorf("start speech process: %w", err)
	}
	var feeding sync.WaitGroup
	feeding.Go(func() { c.feed(h, pcm) })
	c.listen(h.Options.Progress, emit)
	<-c.proc.Done()
	_ = c.out.Close()
	exit := c.proc.Err()
	cause := context.Cause(ctx)
	feeding.Wait()
	c.dog.rest()
	usage := c.usage()
	e.config.Logger.DebugContext(ctx, "speech process ended", slog.Duration("cpu", usage.CPU), slog.Int64("max_bytes", usage.MaxBytes))
	if e.config.OnExit != nil {
		e.config.OnExit(usage)
	}
	return c.verdict(cause, exit)
}
