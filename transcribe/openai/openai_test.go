package openai_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/openai"
	"baton/transcribe/transcribetest"
)

func (s *server) address(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func client(t *testing.T, s *server, detect openai.Detect) *openai.Engine {
	t.Helper()
	return openai.New(openai.Config{
		URL: s.address(t), APIKey: "secret", PartMS: 20_000, Backoff: time.Millisecond,
		Client: s.Client(), Detect: detect,
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	e := builtIn(t)
	s := newServer(t, e)
	transcribetest.Run(t, transcribetest.Harness{Engine: client(t, s, e.Detect), Break: func(testing.TB) { s.fail.Store(4) }})
}

func TestConformanceWithNestedPieces(t *testing.T) {
	t.Parallel()
	s := newServer(t, builtIn(t))
	s.nested = true
	transcribetest.Run(t, transcribetest.Harness{Engine: client(t, s, nil), Break: func(testing.TB) { s.fail.Store(4) }})
}

// The server breaks after the first part; the built-in engine goes on from there.
func TestFallbackGoesOn(t *testing.T) {
	t.Parallel()
	e := builtIn(t)
	s := newServer(t, e)
	f := transcribe.NewFallback(client(t, s, e.Detect), e, slog.New(slog.DiscardHandler))
	transcribetest.Run(t, transcribetest.Harness{Engine: f})

	one := append(transcribetest.Speech(t, "jfk.wav"), transcribetest.Silence(2000)...)
	pcm := bytes.Repeat(one, 4)
	var ends []int64
	got, err := transcribe.Run(t.Context(), f, bytes.NewReader(pcm), transcribe.Options{}, domain.Transcript{}, func(u transcribe.Update) error {
		s.fail.Store(1000)
		if n := len(ends); n > 0 && u.Stretch.StartMS != ends[n-1] {
			t.Errorf("stretch at %d after %d", u.Stretch.StartMS, ends[n-1])
		}
		ends = append(ends, u.Stretch.EndMS)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(strings.Repeat(transcribetest.Text(t, "jfk.txt")+" ", 4))
	if heard := transcribetest.Plain(got.Cues); heard != want {
		t.Errorf("heard %q", heard)
	}
}

// A server that failed is left alone for a while.
func TestFallbackRestsTheServer(t *testing.T) {
	t.Parallel()
	e := builtIn(t)
	s := newServer(t, e)
	s.fail.Store(1000)
	f := transcribe.NewFallback(client(t, s, e.Detect), e, slog.New(slog.DiscardHandler))
	for range 2 {
		got, err := transcribe.Run(t.Context(), f, bytes.NewReader(transcribetest.Speech(t, "jfk.wav")), transcribe.Options{}, domain.Transcript{}, nil)
		if heard := transcribetest.Plain(got.Cues); err != nil || heard != transcribetest.Text(t, "jfk.txt") {
			t.Errorf("heard %q, %v", heard, err)
		}
	}
	if n := s.requests.Load(); n != 4 {
		t.Errorf("%d requests, want the 4 attempts of the first clip", n)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	var asked string
	s := &server{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		fmt.Fprint(w, `{"text":"Ask"}`)
	}))}
	t.Cleanup(s.Close)
	for given, want := range map[string]string{
		"": "/v1/audio/transcriptions", "/": "/v1/audio/transcriptions", "/v1": "/v1/audio/transcriptions", "/v1/": "/v1/audio/transcriptions",
		"/v1/audio/transcriptions": "/v1/audio/transcriptions", "/inference": "/inference",
	} {
		u := s.address(t)
		u.Path = given
		err := openai.New(openai.Config{URL: u, Client: s.Client()}).Transcribe(t.Context(), bytes.NewReader(transcribetest.Speech(t, "jfk.wav")), transcribe.Options{}, func(transcribe.Stretch) error { return nil })
		if err != nil || asked != want {
			t.Errorf("%q: asked %q, %v", given, asked, err)
		}
	}
}

func TestSilenceIsNotSent(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	err := client(t, s, nil).Transcribe(t.Context(), bytes.NewReader(transcribetest.Silence(100_000)), transcribe.Options{}, func(transcribe.Stretch) error { return nil })
	if err != nil || s.requests.Load() != 0 {
		t.Errorf("%d requests, %v", s.requests.Load(), err)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "because", code) }
	}
	for _, c := range []struct {
		name     string
		how      http.HandlerFunc
		fail     int64
		requests int64
		works    bool
	}{
		{"busy", status(http.StatusTooManyRequests), 2, 3, true},
		{"down", status(http.StatusBadGateway), 3, 4, true},
		{"down for long", status(http.StatusServiceUnavailable), 100, 4, false},
		{"wrong key", status(http.StatusUnauthorized), 1, 1, false},
		{"nonsense", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, 1, 1, false},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client is gone
			<-r.Context().Done()
		}, 100, 4, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, builtIn(t))
			s.how = c.how
			s.fail.Store(c.fail)
			timeout := time.Minute
			if c.name == "slow" {
				timeout = 50 * time.Millisecond
			}
			e := openai.New(openai.Config{URL: s.address(t), APIKey: "secret", Backoff: time.Millisecond, Timeout: timeout, Client: s.Client()})
			err := e.Transcribe(t.Context(), bytes.NewReader(transcribetest.Speech(t, "jfk.wav")), transcribe.Options{}, func(transcribe.Stretch) error { return nil })
			if c.works != (err == nil) || err != nil && domain.KindOf(err) != domain.KindUnavailable {
				t.Errorf("got %v", err)
			}
			if n := s.requests.Load(); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
}

// hear gives the engine one answer to a second of loud and soft sound.
func hear(t *testing.T, answer string) []transcribe.Stretch {
	t.Helper()
	s := &server{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))}
	t.Cleanup(s.Close)
	e := openai.New(openai.Config{URL: s.address(t), Client: s.Client()})
	var out []transcribe.Stretch
	if err := e.Transcribe(t.Context(), bytes.NewReader(transcribetest.Speech(t, "jfk.wav")), transcribe.Options{}, func(st transcribe.Stretch) error {
		out = append(out, st)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// What servers were seen to answer.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer, want string
		trouble            transcribe.Trouble
	}{
		{"bare words", `{"language":"english","text":"And so, my fellow Americans: ask!","words":[{"word":"And","start":0.5,"end":0.7},{"word":"so","start":0.7,"end":1},{"word":"my","start":1,"end":1.1},{"word":"fellow","start":1.1,"end":1.4},{"word":"Americans","start":1.4,"end":2},{"word":"ask","start":3.3,"end":3.6}]}`, "And so, my fellow Americans: ask!", ""},
		{"no words", `{"text":"ignored","segments":[{"start":0.3,"end":2.2,"text":" And so my fellow Americans"},{"start":3.3,"end":4.3,"text":" ask not"}]}`, "And so my fellow Americans ask not", ""},
		{"text only", `{"text":"And so my fellow Americans"}`, "And so my fellow Americans", ""},
		{"pieces", `{"segments":[{"start":0,"end":1,"text":" That's it.","words":[{"word":" That","start":0.5,"end":0.6},{"word":"'s","start":0.6,"end":0.7},{"word":" it","start":0.7,"end":0.8},{"word":".","start":0.8,"end":0.8}]}]}`, "That's it.", ""},
		{"made up of nothing", `{"segments":[{"start":0.5,"end":2,"text":" Thanks for watching!","no_speech_prob":0.9,"avg_logprob":-1.4}]}`, "", ""},
		{"made up in a far silence", `{"words":[{"word":"ask","start":3.5,"end":4},{"word":"bye","start":900,"end":901}]}`, "ask", ""},
		{"loop", `{"text":"` + strings.Repeat("ask what you ", 6) + `can","segments":[{"start":0.5,"end":9,"text":"` + strings.Repeat("ask what you ", 6) + `can"}]}`, "ask what you can", transcribe.TroubleLoop},
		{"nothing", `{}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := hear(t, c.answer)
			var words []string
			for _, w := range list[0].Words {
				words = append(words, w.Text)
			}
			if got := strings.Join(words, " "); got != c.want || list[0].Trouble != c.trouble || len(list) != 1 {
				t.Errorf("%q, trouble %q, %d stretches", got, list[0].Trouble, len(list))
			}
		})
	}
}
