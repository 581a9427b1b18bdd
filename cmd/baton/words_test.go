package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// slides makes a video of two slides of five seconds each, and gives its path.
func slides(t *testing.T, first, second string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slides.mp4")
	draw := func(text string) string {
		return "drawtext=font=sans:text='" + text + "':fontsize=44:fontcolor=black:x=90:y=120:line_spacing=16"
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c=white:s=1280x720:r=10:d=5", "-f", "lavfi", "-i", "color=c=0xffffee:s=1280x720:r=10:d=5",
		"-filter_complex", "[0]"+draw(first)+"[a];[1]"+draw(second)+"[b];[a][b]concat", "-pix_fmt", "yuv420p", path).CombinedOutput()
	if err != nil {
		t.Fatalf("make slides: %v\n%s", err, out)
	}
	return path
}

// upload sends a file by the command line and waits until all is done with it.
func (s *system) upload(path string) string {
	s.t.Helper()
	out := s.command("upload", path)
	id := out[strings.LastIndex(out, "/")+1:]
	if c := s.settled(id); c.State != "ready" {
		s.t.Fatalf("%+v", c)
	}
	return id
}

// TestLanguageModel: with a server configured, what it writes is kept where the transcript bears it out; a failure of it
// changes nothing else.
func TestLanguageModel(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	llm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			http.Error(w, "no such model", http.StatusNotFound)
			return
		}
		content := `{"title": "Ask not what your country can do", "chapters": [{"no": 0, "title": "What you can do for your country"}],
			"summary": [{"text": "Ask what you can do for your country.", "line": 0}, {"text": "Taxes will rise by 12 percent.", "line": 0}], "action_items": []}`
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": content}}}})
	}))
	t.Cleanup(llm.Close)
	s := newSystem(t, "BATON_LLM_URL="+llm.URL)
	type claims struct {
		Made    bool
		Summary []struct{ Text string }
		Actions []struct{ Text string } `json:"action_items"`
	}
	record := func() (clip, claims) {
		take := sample(t, "avc1-opus.mkv")
		id := s.newClip("screen")
		s.putChunk(id, mkvType, 0, take)
		s.finish(id, 1, take)
		c := s.settled(id)
		var sum claims
		s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/summary", nil).into(t, &sum)
		return c, sum
	}
	c, sum := record()
	if c.Title != "Ask not what your country can do" || !sum.Made || len(sum.Summary) != 1 || sum.Summary[0].Text != "Ask what you can do for your country." || sum.Actions == nil {
		t.Errorf("title %q, summary %+v\n%s", c.Title, sum, s.transcript(c.ID).text())
	}
	if ch := s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+c.ID+"/chapters", nil); !strings.Contains(string(ch.body), "What you can do for your country") {
		t.Errorf("chapters %s", ch.body)
	}
	broken.Store(true)
	c, sum = record()
	if c.State != "ready" || c.TranscriptState != "done" || c.Title == "" || sum.Made || len(c.Work) != 1 || c.Work[0].Kind != "summary" || c.Work[0].Reason == "" {
		t.Errorf("%+v %+v", c, sum)
	}
}

// TestScreenText: what was on the screen is found at its moment, and is gone when reading is turned off.
func TestScreenText(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	id := s.upload(slides(t, "Migration plan\nRetire the Zanzibar gateway", "Budget of the quarter\nForty eight thousand"))
	m := s.search("zanzibar migration")
	if len(m) != 1 || m[0].ClipID != id || m[0].Source != "screen" || m[0].StartMS > 1000 {
		t.Fatalf("found %+v", m)
	}
	if m = s.search("budget"); len(m) != 1 || m[0].Source != "screen" || m[0].StartMS < 4900 || m[0].StartMS > 6000 {
		t.Errorf("found %+v", m)
	}
	type screen struct {
		State   string
		Changes []int64 `json:"changes_ms"`
		Lines   []struct{ Text string }
	}
	read := func() (sc screen) {
		s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/screen", nil).into(t, &sc)
		return sc
	}
	if sc := read(); sc.State != "done" || len(sc.Lines) != 4 || len(sc.Changes) != 1 || sc.Changes[0] != 5000 {
		t.Errorf("%+v", sc)
	}
	s.must(http.StatusOK, http.MethodPatch, "/api/v1/clips/"+id, map[string]any{"read_screen": false})
	if sc := read(); sc.State != "off" || len(sc.Lines) != 0 || len(s.search("zanzibar")) != 0 {
		t.Errorf("turned off for the clip, but %+v is there and %+v is found", sc, s.search("zanzibar"))
	}
	s.must(http.StatusOK, http.MethodPatch, "/api/v1/clips/"+id, map[string]any{"read_screen": true})
	s.settled(id)
	if sc := read(); sc.State != "done" || len(s.search("zanzibar")) != 1 {
		t.Errorf("turned on again: %+v", sc)
	}
	s.must(http.StatusOK, http.MethodPatch, "/api/v1/workspace", map[string]any{"read_screen": false})
	if sc := read(); sc.State != "off" || len(s.search("zanzibar")) != 0 {
		t.Errorf("turned off for the workspace: %+v", sc)
	}
	if id = s.upload(slides(t, "Quokka", "Wombat")); read().State != "off" || len(s.search("quokka")) != 0 {
		t.Errorf("a screen was read though it is turned off: %+v", read())
	}
}
