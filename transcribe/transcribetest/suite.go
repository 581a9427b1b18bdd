// Package transcribetest is the conformance suite that every transcribe.Engine passes,
// and the real speech and models that it runs on.
package transcribetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/domain"
	"baton/transcribe"
)

// Harness is what the suite needs of an implementation.
type Harness struct {
	// Engine under test, shared by all cases.
	Engine transcribe.Engine
	// Break makes the transcription that runs now fail: it kills the child, or cuts
	// the connection. It is called from emit.
	Break func(t testing.TB)
}

// prompt bounds how long an engine may take to stop.
const prompt = 5 * time.Second

// Run checks all that transcribe.Engine promises.
func Run(t *testing.T, h Harness) {
	t.Helper()
	cases := []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"words", words},
		{"a place in the clip", startsLater},
		{"no speech", noSpeech},
		{"hardly any sound", hardlyAny},
		{"emits while it reads", emitsWhileReading},
		{"several at once", several},
		{"cancel", cancelled},
		{"cancel while waiting for sound", cancelledWaiting},
		{"error of emit", emitFails},
		{"error of the sound", soundFails},
		{"breaks and goes on", breaks},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, h) })
	}
}

// collect runs the engine and checks the form of all it emits.
func collect(tb testing.TB, e transcribe.Engine, pcm []byte, o transcribe.Options) []transcribe.Stretch {
	tb.Helper()
	end := o.StartMS + int64(len(pcm)/transcribe.BytesPerMS)
	var out []transcribe.Stretch
	var listened int64
	o.Progress = func(ms int64) {
		if ms < listened {
			tb.Errorf("progress went back from %d to %d", listened, ms)
		}
		listened = ms
	}
	err := e.Transcribe(tb.Context(), bytes.NewReader(pcm), o, func(s transcribe.Stretch) error {
		out = append(out, s)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	checkStretches(tb, out, o.StartMS, end)
	if len(pcm) > 0 && listened != end {
		tb.Errorf("listened to %d of %d ms", listened, end)
	}
	return out
}

// checkStretches fails unless the stretches tile the sound and hold their words in order.
func checkStretches(tb testing.TB, list []transcribe.Stretch, from, to int64) {
	tb.Helper()
	at := from
	for _, s := range list {
		if s.StartMS != at || s.EndMS <= s.StartMS {
			tb.Errorf("stretch %d..%d after %d", s.StartMS, s.EndMS, at)
		}
		last := s.StartMS
		for _, w := range s.Words {
			if w.StartMS < last || w.EndMS <= w.StartMS || w.EndMS > s.EndMS || strings.TrimSpace(w.Text) != w.Text || w.Text == "" {
				tb.Errorf("word %+v after %d in stretch %d..%d", w, last, s.StartMS, s.EndMS)
			}
			last = w.EndMS
		}
		checkSpans(tb, s)
		at = s.EndMS
	}
	if at != to {
		tb.Errorf("stretches end at %d, sound at %d", at, to)
	}
}

func checkSpans(tb testing.TB, s transcribe.Stretch) {
	tb.Helper()
	last := s.StartMS
	for _, v := range s.Speech {
		if v.StartMS < last || v.EndMS <= v.StartMS || v.EndMS > s.EndMS {
			tb.Errorf("speech %+v after %d in stretch %d..%d", v, last, s.StartMS, s.EndMS)
		}
		last = v.EndMS
	}
	if len(s.Words) > 0 && len(s.Speech) == 0 {
		tb.Errorf("words without speech at %d", s.StartMS)
	}
}

// said is the plain text: lower case, letters and single spaces only.
func said(list []transcribe.Stretch) string {
	var words []string
	for _, s := range list {
		for _, w := range s.Words {
			plain := strings.Map(func(r rune) rune {
				if r == '\'' || r >= 'a' && r <= 'z' {
					return r
				}
				return -1
			}, strings.ToLower(w.Text))
			words = append(words, plain)
		}
	}
	return strings.Join(words, " ")
}

func words(t *testing.T, h Harness) {
	t.Helper()
	list := collect(t, h.Engine, Speech(t, "jfk.wav"), transcribe.Options{})
	if got, want := said(list), Text(t, "jfk.txt"); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	// Where a person hears these words begin.
	near(t, list, "fellow", 1000)
	near(t, list, "ask", 3400)
	near(t, list, "what", 5400) // behind a long pause
}

// nearMS is how exact a time has to be that a person took by ear.
const nearMS = 300

// near checks when the first such word begins.
func near(tb testing.TB, list []transcribe.Stretch, text string, want int64) {
	tb.Helper()
	for _, s := range list {
		for _, w := range s.Words {
			if strings.EqualFold(strings.Trim(w.Text, ",.?!"), text) {
				if d := w.StartMS - want; d < -nearMS || d > nearMS {
					tb.Errorf("%q begins at %d ms, want %d", text, w.StartMS, want)
				}
				return
			}
		}
	}
	tb.Errorf("no word %q", text)
}

func startsLater(t *testing.T, h Harness) {
	t.Helper()
	const at = 3_600_000
	list := collect(t, h.Engine, Speech(t, "jfk.wav"), transcribe.Options{StartMS: at})
	near(t, list, "ask", at+3400)
}

func noSpeech(t *testing.T, h Harness) {
	t.Helper()
	sounds := map[string]func(i int) float64{
		"silence": func(int) float64 { return 0 },
		"noise":   func(int) float64 { return 1000 * rand.NormFloat64() }, //nolint:gosec // noise
		"tone":    func(i int) float64 { return 8000 * math.Sin(2*math.Pi*440*float64(i)/transcribe.SampleRate) },
		"hum":     func(i int) float64 { return 3000 * math.Sin(2*math.Pi*50*float64(i)/transcribe.SampleRate) },
	}
	for name, f := range sounds {
		for _, s := range collect(t, h.Engine, synthesize(45_000, f), transcribe.Options{}) {
			if len(s.Words) > 0 {
				t.Errorf("%s: heard %v", name, s.Words)
			}
		}
	}
}

func synthesize(ms int, f func(i int) float64) []byte {
	b := Silence(ms)
	for i := range len(b) / 2 {
		v := int16(max(-32768, min(32767, f(i))))
		b[2*i], b[2*i+1] = byte(v), byte(v>>8) //nolint:gosec // two's complement
	}
	return b
}

func hardlyAny(t *testing.T, h Harness) {
	t.Helper()
	for _, n := range []int{0, 32, 640, 3200} { // bytes: nothing to 100 ms
		for _, s := range collect(t, h.Engine, make([]byte, n), transcribe.Options{}) {
			if len(s.Words) > 0 {
				t.Errorf("%d bytes: heard %v", n, s.Words)
			}
		}
	}
	if err := h.Engine.Transcribe(t.Context(), bytes.NewReader(make([]byte, 33)), transcribe.Options{}, ignore); err != nil {
		t.Errorf("half a sample at the end: %v", err)
	}
}

func ignore(transcribe.Stretch) error { return nil }

// emitsWhileReading gives a talk whose second half waits until something of the first came out.
func emitsWhileReading(t *testing.T, h Harness) {
	t.Helper()
	talk := bytes.Repeat(append(Speech(t, "jfk.wav"), Silence(4000)...), 6)
	emitted := make(chan struct{})
	var once sync.Once
	second := readerFunc(func([]byte) (int, error) {
		select {
		case <-emitted:
		case <-t.Context().Done():
		case <-time.After(time.Minute):
			t.Error("nothing was emitted of the first half")
		}
		return 0, io.EOF
	})
	sound := io.MultiReader(bytes.NewReader(talk), second)
	err := h.Engine.Transcribe(t.Context(), sound, transcribe.Options{}, func(transcribe.Stretch) error {
		once.Do(func() { close(emitted) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func several(t *testing.T, h Harness) {
	t.Helper()
	pcm, want := Speech(t, "jfk.wav"), Text(t, "jfk.txt")
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			var list []transcribe.Stretch
			err := h.Engine.Transcribe(t.Context(), bytes.NewReader(pcm), transcribe.Options{}, func(s transcribe.Stretch) error {
				list = append(list, s)
				return nil
			})
			if got := said(list); err != nil || got != want {
				t.Errorf("heard %q, %v", got, err)
			}
		})
	}
	all.Wait()
}

// endless repeats a talk; after so many bytes it calls then.
func endless(talk []byte, after int, then func()) io.Reader {
	n := 0
	return readerFunc(func(b []byte) (int, error) {
		k := copy(b, talk[n%len(talk):])
		if n < after && n+k >= after {
			then()
		}
		n += k
		return k, nil
	})
}

func cancelled(t *testing.T, h Harness) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var at time.Time
	sound := endless(Speech(t, "jfk.wav"), 8000*transcribe.BytesPerMS, func() { at = time.Now(); cancel() })
	err := h.Engine.Transcribe(ctx, sound, transcribe.Options{}, ignore)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(at); took > prompt {
		t.Errorf("it took %v to stop", took)
	}
}

func cancelledWaiting(t *testing.T, h Harness) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sound, feed := io.Pipe()
	defer context.AfterFunc(ctx, func() { feed.CloseWithError(ctx.Err()) })()
	go func() {
		_, _ = feed.Write(Silence(200))
		cancel()
	}()
	if err := h.Engine.Transcribe(ctx, sound, transcribe.Options{}, ignore); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func emitFails(t *testing.T, h Harness) {
	t.Helper()
	want := errors.New("the database is away")
	sound := endless(append(Speech(t, "jfk.wav"), Silence(4000)...), 0, nil)
	err := h.Engine.Transcribe(t.Context(), sound, transcribe.Options{}, func(transcribe.Stretch) error { return want })
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func soundFails(t *testing.T, h Harness) {
	t.Helper()
	want := errors.New("the decoder failed")
	broken := io.MultiReader(bytes.NewReader(Silence(500)), readerFunc(func([]byte) (int, error) { return 0, want }))
	if err := h.Engine.Transcribe(t.Context(), broken, transcribe.Options{}, ignore); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func breaks(t *testing.T, h Harness) {
	t.Helper()
	if h.Break == nil {
		return // an engine that cannot break, as it goes on with another
	}
	broken := false
	sound := endless(append(Speech(t, "jfk.wav"), Silence(4000)...), 0, nil)
	err := h.Engine.Transcribe(t.Context(), sound, transcribe.Options{}, func(transcribe.Stretch) error {
		if !broken {
			broken = true
			h.Break(t)
		}
		return nil
	})
	if err == nil || err.Error() == "" || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	t.Logf("the error reads: %v", err)
	words(t, h)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// Plain words of a transcript, for other tests.
func Plain(cues []domain.Cue) string {
	var s transcribe.Stretch
	for _, c := range cues {
		s.Words = append(s.Words, c.Words...)
	}
	return said([]transcribe.Stretch{s})
}
