package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// transcriber is a server that speaks OpenAI's API, with an engine of its own: this program's.
type transcriber struct {
	*httptest.Server
	t        *testing.T
	s        *system
	requests atomic.Int64
	broken   atomic.Int64 // so many requests from now on fail
	mu       sync.Mutex   // one at a time: each loads a model
	hint     atomic.Value
}

func newTranscriber(t *testing.T) *transcriber {
	t.Helper()
	r := &transcriber{t: t}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *transcriber) serve(w http.ResponseWriter, q *http.Request) {
	r.requests.Add(1)
	if q.URL.Path != "/v1/audio/transcriptions" || q.Header.Get("Authorization") != "Bearer sesame" || q.FormValue("model") != "large" {
		http.Error(w, "no such thing", http.StatusNotFound)
		return
	}
	if r.broken.Add(-1) >= 0 {
		http.Error(w, "out of memory", http.StatusServiceUnavailable)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hint.Store(q.FormValue("prompt"))
	words, err := r.hear(q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// Another word shows who wrote it.
	for i := range words {
		if strings.Contains(strings.ToLower(words[i].Word), "americans") {
			words[i].Word = "Martians"
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"language": "english", "words": words})
}

type spokenWord struct {
	Word  string  `json:"word"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// hear transcribes the request's file by the command line.
func (r *transcriber) hear(q *http.Request) ([]spokenWord, error) {
	file, _, err := q.FormFile("file")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	path := filepath.Join(r.t.TempDir(), "part.wav")
	to, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if _, err := to.ReadFrom(file); err != nil {
		return nil, err
	}
	if err := to.Close(); err != nil {
		return nil, err
	}
	out, errOut, err := r.s.try("transcribe", "--format", "json", path)
	if err != nil {
		r.t.Logf("transcribe: %v %s", err, errOut)
		return nil, err
	}
	var heard struct {
		Cues []struct {
			Words []struct {
				StartMS int64 `json:"start_ms"`
				EndMS   int64 `json:"end_ms"`
				Text    string
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &heard); err != nil {
		return nil, err
	}
	var words []spokenWord
	for _, c := range heard.Cues {
		for _, w := range c.Words {
			words = append(words, spokenWord{w.Text, float64(w.StartMS) / 1000, float64(w.EndMS) / 1000})
		}
	}
	return words, nil
}

// TestTranscriptionServer: with a server configured the words come from it, also when it fails once; when it is gone, the
// built-in engine writes them.
func TestTranscriptionServer(t *testing.T) {
	t.Parallel()
	r := newTranscriber(t)
	s := newSystem(t, "BATON_TRANSCRIBE_URL="+r.URL, "BATON_TRANSCRIBE_API_KEY=sesame", "BATON_TRANSCRIBE_MODEL=large")
	r.s = s
	s.must(http.StatusOK, http.MethodPut, "/api/v1/vocabulary", map[string]any{"terms": []map[string]any{{"spelling": "Kubernetes"}}})
	take := webm(t, "-i", speechData(t, "jfk.wav"))
	record := func() string {
		id := s.newClip("audio")
		s.putChunk(id, webmType, 0, take)
		s.finish(id, 1, take)
		if c := s.settled(id); c.State != "ready" || c.TranscriptState != "done" {
			t.Fatalf("%+v", c)
		}
		return s.transcript(id).text()
	}
	r.broken.Store(1)
	if text := record(); !strings.Contains(text, "fellow martians") || r.requests.Load() < 2 || r.hint.Load() != "Kubernetes" {
		t.Errorf("of the server, after %d requests and with the hint %q: %q", r.requests.Load(), r.hint.Load(), text)
	}
	r.CloseClientConnections()
	r.Close()
	began := time.Now()
	if text := record(); !strings.Contains(text, "fellow americans") {
		t.Errorf("of the built-in engine: %q", text)
	}
	t.Logf("without the server it took %v", time.Since(began))
}
