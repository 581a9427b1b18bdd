package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
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
