package transcribe

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Fallback transcribes with the first engine and, when that fails, goes on with the second
// from where the first one settled. After a failure the first one rests for a while, so that
// not every clip waits for it in vain.
type Fallback struct {
	first, second Engine
	logger        *slog.Logger

	mu    sync.Mutex
	rests time.Time // until then
}

const restAfterFailure = 2 * time.Minute

// NewFallback combines two engines. It takes them over: Close closes both.
func NewFallback(first, second Engine, logger *slog.Logger) *Fallback {
	return &Fallback{first: first, second: second, logger: logger}
}

// Name gives both names.
func (f *Fallback) Name() string { return f.first.Name() + ", else " + f.second.Name() }

// Close closes both engines.
func (f *Fallback) Close() error { return errors.Join(f.first.Close(), f.second.Close()) }

// Transcribe implements Engine. It keeps the sound that the first engine has read and not
// settled: no more than that engine's longest stretch and what it reads ahead.
func (f *Fallback) Transcribe(ctx context.Context, pcm io.Reader, o Options, emit func(Stretch) error) error {
	if f.resting() {
		return f.second.Transcribe(ctx, pcm, o, emit)
	}
	t := &tape{from: pcm}
	settled := o.StartMS
	var emitErr error
	err := f.first.Transcribe(ctx, t, o, func(s Stretch) error {
		if emitErr = emit(s); emitErr == nil {
			settled = s.EndMS
			t.forget((settled - o.StartMS) * BytesPerMS)
		}
		return emitErr
	})
	if err == nil || emitErr != nil || ctx.Err() != nil || t.failed() {
		return err
	}
	f.rest()
	f.logger.WarnContext(ctx, "speech engine failed, going on with another",
		slog.String("engine", f.first.Name()), slog.String("next", f.second.Name()),
		slog.Int64("settled_ms", settled), slog.Any("error", err))
	o.StartMS = settled
	o.Progress = onlyForward(o.Progress)
	return f.second.Transcribe(ctx, t.rewind(), o, emit)
}

func (f *Fallback) resting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Before(f.rests)
}

func (f *Fallback) rest() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rests = time.Now().Add(restAfterFailure)
}

// onlyForward hides that the second engine listens again to what the first had heard.
func onlyForward(progress func(int64)) func(int64) {
	var most int64
	return func(ms int64) {
		if most = max(most, ms); progress != nil {
			progress(most)
		}
	}
}

// tape remembers what was read of a stream, from some place on. An engine may read it in
// one goroutine and settle in another.
type tape struct {
	from io.Reader

	mu   sync.Mutex
	kept []byte
	at   int64 // place of kept[0]
	err  error // that ended from
}

func (t *tape) Read(b []byte) (int, error) {
	n, err := t.from.Read(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b[:n]...)
	if err != nil {
		t.err = err
	}
	return n, err
}

// failed tells whether the stream ended for another reason than being over.
func (t *tape) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err != nil && !errors.Is(t.err, io.EOF)
}

// forget what lies before a place.
func (t *tape) forget(place int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := max(0, min(int64(len(t.kept)), place-t.at))
	t.kept = append(t.kept[:0], t.kept[n:]...)
	t.at += n
}

// part is what is kept from one place up to another.
func (t *tape) part(from, to int64) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := int64(len(t.kept))
	from, to = max(0, min(n, from-t.at)), max(0, min(n, to-t.at))
	return bytes.Clone(t.kept[from:max(from, to)])
}

// rewind gives what is kept once more, and then the rest.
func (t *tape) rewind() io.Reader {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return bytes.NewReader(t.kept) // read to its end
	}
	return io.MultiReader(bytes.NewReader(t.kept), t.from)
}
