// Package openai transcribes with any server that speaks OpenAI's
// POST /v1/audio/transcriptions: whisper.cpp's server, speaches, a cloud.
//
// The sound is cut at pauses into WAV parts under the size that hosted servers take. Parts
// in which nobody speaks are not sent at all, because Whisper invents words for them.
package openai

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"baton/domain"
	"baton/transcribe"
)

// Config is what the engine needs.
type Config struct {
	// URL of the server, or of the endpoint itself: "http://localhost:8000", "http://localhost:8000/v1/audio/transcriptions".
	URL *url.URL
	// APIKey goes into the Authorization header; empty: none.
	APIKey string
	// Model as the server names it; empty means "whisper-1", which servers of one model ignore.
	Model string
	// PartMS is how much sound is sent at once: after it a part ends at the next pause,
	// and after twice as much anywhere. 0 means 60 s. At most 6 minutes.
	PartMS int64
	// Timeout of one request; 0 means 5 minutes.
	Timeout time.Duration
	// Attempts at one request, 0 means 4. What may pass (429, 5xx, a broken
	// connection) is tried again.
	Attempts int
	// Backoff before the second attempt, 0 means 1 s; doubled each time. A server's
	// Retry-After goes before, up to a minute.
	Backoff time.Duration
	Client  *http.Client // nil: http.DefaultClient
	Logger  *slog.Logger
	// Detect finds speech; nil means ByLoudness.
	Detect Detect
}

// Detect finds speech and emits stretches without words, as worker.Engine's method does.
type Detect func(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error

// maxPartMS keeps a part of 16-bit sound under the 25 MB that hosted servers take.
const maxPartMS = 12 * 60_000

// livePartMS is enough context for Whisper, and what somebody waits for while they speak.
const livePartMS = 15_000

// Engine implements transcribe.Engine.
type Engine struct {
	config   Config
	endpoint string
}

// New makes an engine. It does not ask the server anything.
func New(c Config) *Engine {
	setDefault(&c.Model, "whisper-1")
	setDefault(&c.PartMS, 60_000)
	c.PartMS = min(c.PartMS, maxPartMS/2)
	setDefault(&c.Timeout, 5*time.Minute)
	setDefault(&c.Attempts, 4)
	setDefault(&c.Backoff, time.Second)
	if c.Client == nil {
		c.Client = http.DefaultClient
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Detect == nil {
		c.Detect = ByLoudness
	}
	return &Engine{c, endpoint(c.URL)}
}

// endpoint completes the address of a server.
func endpoint(u *url.URL) string {
	switch path := strings.TrimRight(u.Path, "/"); {
	case path == "":
		return u.JoinPath("v1", "audio", "transcriptions").String()
	case strings.HasSuffix(path, "/v1"):
		return u.JoinPath("audio", "transcriptions").String()
	}
	return u.String()
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Name gives the model.
func (e *Engine) Name() string { return "openai " + e.config.Model }

// Close does nothing: requests end with their contexts.
func (e *Engine) Close() error { return nil }

// Transcribe implements transcribe.Engine. When the server cannot be used the error is a
// domain.Error of KindUnavailable.
func (e *Engine) Transcribe(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	length := e.config.PartMS
	if o.Awaited {
		length = min(length, livePartMS)
	}
	if o.MaxChunkMS > 0 {
		length = min(length, int64(o.MaxChunkMS))
	}
	p := &parts{from: pcm, minBytes: int(length) * transcribe.BytesPerMS}
	at := o.StartMS
	for {
		part, err := p.next(ctx)
		if err != nil {
			return err
		}
		if part == nil {
			return ctx.Err()
		}
		length := int64(len(part)) / transcribe.BytesPerMS
		if length == 0 {
			continue // the end of the sound, less than a millisecond
		}
		if o.Progress != nil {
			o.Progress(at + length)
		}
		s, err := e.part(ctx, part, o)
		if err != nil {
			return err
		}
		move(&s, at, length)
		if err := emit(s); err != nil {
			return err
		}
		at = s.EndMS
	}
}

// part transcribes one part; times count from its beginning.
func (e *Engine) part(ctx context.Context, pcm []byte, o transcribe.Options) (transcribe.Stretch, error) {
	s := transcribe.Stretch{Language: o.Language}
	var err error
	if s.Speech, err = e.speech(ctx, pcm); err != nil || len(s.Speech) == 0 {
		return s, err
	}
	answer, err := e.ask(ctx, pcm, o)
	if err != nil {
		return s, err
	}
	answer.fill(&s, int64(len(pcm))/transcribe.BytesPerMS)
	return s, nil
}

func move(s *transcribe.Stretch, at, length int64) {
	s.StartMS, s.EndMS = at, at+length
	for i := range s.Words {
		s.Words[i].StartMS += at
		s.Words[i].EndMS += at
	}
	transcribe.Tidy(s.Words, s.StartMS, s.EndMS)
	for i := range s.Speech {
		s.Speech[i].StartMS += at
		s.Speech[i].EndMS = min(s.Speech[i].EndMS+at, s.EndMS)
	}
}

// speech finds the part's speech.
func (e *Engine) speech(ctx context.Context, pcm []byte) ([]domain.Span, error) {
	var out []domain.Span
	err := e.config.Detect(ctx, newReader(pcm), transcribe.Options{}, func(s transcribe.Stretch) error {
		out = append(out, s.Speech...)
		return nil
	})
	return out, err
}
