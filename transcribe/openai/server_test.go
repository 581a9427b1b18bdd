package openai_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/transcribetest"
	"baton/transcribe/worker"
)

// The test program is the built-in engine's child too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Stdin, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

func builtIn(t *testing.T) *worker.Engine {
	t.Helper()
	e, err := worker.New(worker.Config{Models: transcribetest.Models(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// server answers as a real one does: the built-in engine hears what it is sent.
type server struct {
	*httptest.Server
	engine   transcribe.Engine
	nested   bool // whisper.cpp's form of words
	requests atomic.Int64
	fail     atomic.Int64 // so many requests from now on
	how      http.HandlerFunc
}

func newServer(t *testing.T, e transcribe.Engine) *server {
	t.Helper()
	s := &server{engine: e, how: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.Client().CloseIdleConnections()
		s.Close()
	})
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.fail.Add(-1) >= 0 {
		s.how(w, r)
		return
	}
	pcm, problem := s.sound(r)
	if problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	var words []domain.Word
	err := s.engine.Transcribe(r.Context(), bytes.NewReader(pcm), transcribe.Options{}, func(st transcribe.Stretch) error {
		words = append(words, st.Words...)
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.answer(words))
}

// sound checks the request and takes the samples out of it.
func (s *server) sound(r *http.Request) (pcm []byte, problem string) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, err.Error()
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(file)
	granularities := strings.Join(r.MultipartForm.Value["timestamp_granularities[]"], ",")
	switch {
	case err != nil:
		return nil, err.Error()
	case r.FormValue("response_format") != "verbose_json" || granularities != "word,segment" || r.FormValue("model") == "":
		return nil, "bad fields"
	case r.Header.Get("Authorization") != "Bearer secret":
		return nil, "no key"
	case len(b) < 44 || len(b) > 25_000_000 || string(b[:4]) != "RIFF" || string(b[8:16]) != "WAVEfmt ",
		binary.LittleEndian.Uint32(b[24:]) != 16000, int(binary.LittleEndian.Uint32(b[40:])) != len(b)-44:
		return nil, "bad WAV"
	}
	return b[44:], ""
}

type object = map[string]any

func (s *server) answer(words []domain.Word) object {
	var text []string
	var pieces []object
	for _, w := range words {
		text = append(text, w.Text)
		start, end := float64(w.StartMS)/1000, float64(w.EndMS)/1000
		if !s.nested {
			pieces = append(pieces, object{"word": strings.Trim(w.Text, ".,?!"), "start": start, "end": end})
			continue
		}
		half := (len(w.Text) + 1) / 2 // whisper.cpp gives tokens
		pieces = append(pieces, object{"word": " " + w.Text[:half], "start": start, "end": start})
		if w.Text[half:] != "" {
			pieces = append(pieces, object{"word": w.Text[half:], "start": start, "end": end})
		}
	}
	whole := strings.Join(text, " ")
	segment := object{"text": " " + whole, "avg_logprob": -0.1, "no_speech_prob": 0.01}
	if s.nested {
		segment["words"] = pieces
		return object{"language": "english", "text": whole, "segments": []object{segment}}
	}
	return object{"language": "english", "text": whole, "segments": []object{segment}, "words": pieces}
}
