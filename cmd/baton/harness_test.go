package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the program: the server's children, and servers that a test kills, are started
// from it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		main()
		return
	}
	os.Exit(m.Run())
}

// system is a real server in a process of its own, with a data directory and ports of its own.
type system struct {
	t      *testing.T
	dir    string
	env    []string
	url    string
	cmd    *exec.Cmd
	exited chan error
	token  string
	log    *os.File
}

// newSystem starts a server and makes its workspace; token is the owner's.
func newSystem(t *testing.T, env ...string) *system {
	t.Helper()
	dir, err := os.MkdirTemp("", "bt") //nolint:usetesting // short: PostgreSQL's socket name is limited
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &system{t: t, dir: dir}
	port, mediaPort := freePort(t), freePort(t)
	s.url = "http://127.0.0.1:" + port
	s.env = append(os.Environ(), append([]string{ //nolint:forbidigo // the server's own, with the settings below
		"BATON_DATA_DIR=" + filepath.Join(dir, "d"), "BATON_LISTEN=127.0.0.1:" + port, "BATON_MEDIA_LISTEN=127.0.0.1:" + mediaPort,
		"BATON_MODELS_DIR=" + modelsDir(),
	}, env...)...)
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cleanup)
	s.start()
	s.command("user", "add", "--email", "owner@example.org", "--name", "Olga Owner", "--role", "owner")
	s.token = s.tokenOf("owner@example.org")
	return s
}

func modelsDir() string {
	if d := os.Getenv("BATON_MODELS_DIR"); d != "" { //nolint:forbidigo // where make has put the models
		return d
	}
	cache, _ := os.UserCacheDir()
	return filepath.Join(cache, "baton", "models")
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// in is the same system for a subtest.
func (s *system) in(t *testing.T) *system {
	t.Helper()
	c := *s
	c.t = t
	return &c
}

// start runs the server and waits until it can take a recording.
func (s *system) start() {
	s.t.Helper()
	s.cmd = exec.Command(os.Args[0], "serve")
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.env, s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.exited = make(chan error, 1)
	go func(c *exec.Cmd, exited chan error) { exited <- c.Wait() }(s.cmd, s.exited)
	s.until("the server is ready", time.Minute, func() bool {
		select {
		case err := <-s.exited:
			s.t.Fatalf("the server ended: %v\n%s", err, s.logTail())
		default:
		}
		r, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// kill9 ends the server's process as a power cut would, and waits until it is gone.
func (s *system) kill9() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	<-s.exited //nolint:errcheck // it says killed
	s.cmd = nil
}

func (s *system) cleanup() {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-s.exited:
			if err != nil {
				s.t.Errorf("the server did not end well: %v\n%s", err, s.logTail())
			}
		case <-time.After(30 * time.Second):
			_ = s.cmd.Process.Kill()
			s.t.Errorf("the server did not end within 30 s of SIGTERM\n%s", s.logTail())
		}
	}
	if s.t.Failed() {
		s.t.Logf("log:\n%s", s.logTail())
	}
	_ = s.log.Close()
	_ = os.RemoveAll(s.dir)
}

func (s *system) logTail() string {
	b, _ := os.ReadFile(s.log.Name())
	return string(b[max(0, len(b)-6000):])
}

// until waits for f, looking often.
func (s *system) until(what string, limit time.Duration, f func() bool) {
	s.t.Helper()
	end := time.Now().Add(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		if time.Now().After(end) {
			s.t.Fatalf("waited %v in vain: %s\n%s", limit, what, s.logTail())
		}
		<-tick.C
	}
}

// command runs another command of the program with the server's settings and gives its standard output.
func (s *system) command(args ...string) string {
	s.t.Helper()
	out, errOut, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("baton %s: %v\n%s", strings.Join(args, " "), err, errOut)
	}
	return strings.TrimSpace(out)
}

func (s *system) try(args ...string) (out, errOut string, err error) {
	var o, e bytes.Buffer
	c := exec.Command(os.Args[0], args...)
	c.Env = append(s.env, "BATON_SERVER="+s.url, "BATON_TOKEN="+s.token)
	c.Stdout, c.Stderr = &o, &e
	err = c.Run()
	return o.String(), e.String(), err
}

func (s *system) tokenOf(email string) string { return s.command("token", "create", "--email", email) }

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("answer %d %q: %v", a.status, a.body, err)
	}
}

// call sends a request as the owner. body is nil, bytes, or what becomes JSON.
func (s *system) call(method, path string, body any, headers ...string) answer {
	s.t.Helper()
	var r io.Reader
	header := http.Header{"Authorization": {"Bearer " + s.token}}
	switch b := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(j)
		header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.logTail())
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, b}
}

// must is call with the status that has to come.
func (s *system) must(status int, method, path string, body any, headers ...string) answer {
	s.t.Helper()
	a := s.call(method, path, body, headers...)
	if a.status != status {
		s.t.Fatalf("%s %s: %d instead of %d: %s", method, path, a.status, status, a.body)
	}
	return a
}

// clip is what the tests read of a clip.
type clip struct {
	ID              string `json:"id"`
	Title           string `json:"title"`
	State           string `json:"state"`
	FailureReason   string `json:"failure_reason"`
	DurationMS      int64  `json:"duration_ms"`
	HasVideo        bool   `json:"has_video"`
	HasAudio        bool   `json:"has_audio"`
	PosterURL       string `json:"poster_url"`
	TranscriptState string `json:"transcript_state"`
	Playback        struct {
		HLSURL     string `json:"hls_url"`
		Playable   bool   `json:"playable"`
		Live       bool   `json:"live"`
		Renditions []struct {
			Name, Codecs string
		} `json:"renditions"`
	} `json:"playback"`
	Work []struct {
		Kind, State, Reason string
		Progress            float64
	} `json:"work"`
}

func (s *system) clip(id string) clip {
	s.t.Helper()
	var c clip
	s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id, nil).into(s.t, &c)
	return c
}

func (s *system) newClip(kind string) string {
	s.t.Helper()
	var c clip
	s.must(http.StatusCreated, http.MethodPost, "/api/v1/clips", map[string]any{"kind": kind}).into(s.t, &c)
	return c.ID
}

// sample reads one of testdata/media.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "media", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cut makes chunks of a recording, as a timeslice would.
func cut(b []byte, size int) [][]byte {
	var out [][]byte
	for len(b) > 0 {
		n := min(size, len(b))
		out, b = append(out, b[:n]), b[n:]
	}
	return out
}

// putChunk sends one chunk and wants it acknowledged.
func (s *system) putChunk(id, mimeType string, seq int, chunk []byte) {
	s.t.Helper()
	sum := sha256.Sum256(chunk)
	s.must(http.StatusOK, http.MethodPut, fmt.Sprintf("/api/v1/clips/%s/chunks/%d", id, seq), chunk,
		"Content-Type", mimeType, "Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
}

// finish ends a recording.
func (s *system) finish(id string, chunks int, whole []byte) {
	s.t.Helper()
	s.must(http.StatusOK, http.MethodPost, "/api/v1/clips/"+id+"/finish",
		map[string]any{"chunks": chunks, "sha256": fmt.Sprintf("%x", sha256.Sum256(whole))})
}

// settled waits until nothing is being done with the clip any more.
func (s *system) settled(id string) clip {
	s.t.Helper()
	var c clip
	s.until("clip "+id+" is settled", 3*time.Minute, func() bool {
		c = s.clip(id)
		if c.State == "recording" || c.State == "processing" || c.TranscriptState == "pending" || c.TranscriptState == "running" {
			return false
		}
		for _, w := range c.Work {
			if w.State != "failed" {
				return false
			}
		}
		return true
	})
	return c
}

// play reads a rendition's playlist and all it names with ffmpeg, as a player would, and gives what ffprobe measured in
// seconds.
func (s *system) play(id, rendition string) (seconds float64) {
	s.t.Helper()
	url := s.url + "/api/v1/clips/" + id + "/hls/" + rendition + "/index.m3u8"
	header := "Authorization: Bearer " + s.token + "\r\n"
	out, err := exec.Command("ffmpeg", "-v", "error", "-headers", header, "-i", url, "-f", "null", "-").CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		s.t.Fatalf("play %s of %s: %v\n%s", rendition, id, err, out)
	}
	probe, err := exec.Command("ffprobe", "-v", "error", "-headers", header, "-show_entries", "format=duration", "-of", "csv=p=0", url).Output()
	if err != nil {
		s.t.Fatalf("probe %s of %s: %v", rendition, id, err)
	}
	if _, err := fmt.Sscan(string(probe), &seconds); err != nil {
		s.t.Fatalf("duration %q: %v", probe, err)
	}
	return seconds
}
