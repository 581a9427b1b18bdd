// Package worker runs the built-in speech engine in a child process, so that a fault or a
// leak of native code never touches the server. The child is the server's own binary; it
// is niced, first in line for the OOM killer, dies with its parent and gives its memory
// back when there is nothing to transcribe.
//
// All transcriptions share one child: the model is loaded once, and recordings that go on
// for hours wait for their next words without keeping anything from others.
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

const (
	// linger is how long a child without work stays: the next clip often follows at once.
	linger = 3 * time.Second
	// aloneAfterCrash is how long each transcription has a child to itself after one died: what killed it must
	// not keep killing those beside it. It is longer than the first pauses between the attempts of a job.
	aloneAfterCrash = 2 * time.Minute
	// alone is how many may have one at once. Each takes about 500 MiB.
	alone = 2
)

// Config is what the engine needs.
type Config struct {
	// Models says where the files are and how many chunks of sound are decoded at once.
	Models moonshine.Config
	// Argv starts the child. Empty: this program with Command.
	Argv []string
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

// Engine implements transcribe.Engine.
type Engine struct {
	config Config
	closed chan struct{}
	once   sync.Once
	calls  sync.WaitGroup
	alone  chan struct{} // the places of children that are not shared

	mu       sync.Mutex
	shared   *process // nil: none runs
	crashed  time.Time
	children sync.WaitGroup
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
	return &Engine{config: c, closed: make(chan struct{}), alone: make(chan struct{}, alone)}, nil
}

// Name of the engine.
func (e *Engine) Name() string { return "moonshine" }

// Close ends what runs and waits until the children are gone and their callers are told.
func (e *Engine) Close() error {
	e.once.Do(func() { close(e.closed) })
	e.calls.Wait()
	e.mu.Lock()
	if e.shared != nil {
		e.shared.retire()
		e.shared = nil
	}
	e.mu.Unlock()
	e.children.Wait()
	return nil
}

// Transcribe implements transcribe.Engine. Besides errors of ctx, pcm and emit it returns
// a domain.Error of KindUnavailable when the models are not installed, ErrStalled,
// ErrClosed, or an error that says how the child ended. pcm must return from Read
// when ctx is done, as the pipe of a command started with ctx does.
func (e *Engine) Transcribe(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	return e.do(ctx, pcm, header{Config: e.config.Models, Options: o, Drafts: o.Draft != nil}, emit)
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
	p, release, err := e.process(ctx)
	if err != nil {
		return err
	}
	defer release()
	s, err := p.open(cancel)
	if err != nil {
		return fmt.Errorf("open speech process: %w", err)
	}
	return s.run(ctx, h, pcm, emit)
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

// process gives a child that runs, and what gives it back.
func (e *Engine) process(ctx context.Context) (*process, func(), error) {
	for {
		p, wait, err := e.sharedProcess()
		if err != nil || p != nil {
			return p, func() { e.release(p) }, err
		}
		patience := time.NewTimer(wait)
		select {
		case e.alone <- struct{}{}:
			patience.Stop()
			return e.ownProcess()
		case <-patience.C:
		case <-ctx.Done():
			patience.Stop()
			return nil, nil, context.Cause(ctx) //nolint:wrapcheck // the caller's
		}
	}
}

// sharedProcess gives the child of all; nil: not before that time has passed.
func (e *Engine) sharedProcess() (*process, time.Duration, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if wait := time.Until(e.crashed.Add(aloneAfterCrash)); wait > 0 {
		return nil, wait, nil
	}
	if e.shared == nil || e.shared.ended() {
		p, err := e.start()
		if err != nil {
			return nil, 0, err
		}
		e.shared = p
	}
	e.shared.users++
	return e.shared, 0, nil
}

// ownProcess starts a child for one caller, who has taken a place.
func (e *Engine) ownProcess() (*process, func(), error) {
	p, err := e.start()
	if err != nil {
		<-e.alone
		return nil, nil, err
	}
	return p, func() {
		p.retire()
		<-e.alone
	}, nil
}

func (e *Engine) release(p *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.users--; p.users > 0 {
		return
	}
	time.AfterFunc(linger, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if p.users == 0 && e.shared == p {
			p.retire()
			e.shared = nil
		}
	})
}

// gone notes how a child ended.
func (e *Engine) gone(p *process) {
	usage := p.usage()
	e.config.Logger.Debug("speech process ended", slog.Duration("cpu", usage.CPU), slog.Int64("max_bytes", usage.MaxBytes))
	if !p.retired.Load() {
		e.mu.Lock()
		e.crashed = time.Now()
		e.mu.Unlock()
		e.config.Logger.Warn("speech process died", slog.Any("error", p.proc.Err()), slog.String("stderr", p.errs.String()))
	}
	if e.config.OnExit != nil {
		e.config.OnExit(usage)
	}
}
