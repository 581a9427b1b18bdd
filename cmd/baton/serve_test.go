package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	s3server "baton/blob/embedded"
	pgserver "baton/postgres/embedded"
)

const mkvType = "video/x-matroska;codecs=avc1,opus"

// transcript is what the tests read of one.
type transcript struct {
	State    string  `json:"state"`
	Language string  `json:"language"`
	Coverage float64 `json:"coverage"`
	Cues     []struct {
		StartMS int64  `json:"start_ms"`
		EndMS   int64  `json:"end_ms"`
		Text    string `json:"text"`
	} `json:"cues"`
}

func (s *system) transcript(id string) transcript {
	s.t.Helper()
	var tr transcript
	s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/transcript", nil).into(s.t, &tr)
	return tr
}

func (tr transcript) text() string {
	var all []string
	for _, c := range tr.Cues {
		all = append(all, c.Text)
	}
	return strings.ToLower(strings.Join(all, " "))
}

// TestJourney walks the way of a clip through the whole program by its API: recorded in chunks, playable when
// finished, transcribed, found.
func TestJourney(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	take := sample(t, "avc1-opus.mkv")
	id := s.newClip("screen")
	chunks := cut(take, 9000)
	for i, c := range chunks {
		s.putChunk(id, mkvType, i, c)
		if i == len(chunks)/2 {
			s.until("a half-finished recording can be played", 20*time.Second, func() bool { return s.clip(id).Playback.Playable })
			if c := s.clip(id); c.State != "recording" || !c.Playback.Live {
				t.Errorf("half way the clip is %s, live %t", c.State, c.Playback.Live)
			}
		}
	}
	s.finish(id, len(chunks), take)
	if c := s.clip(id); c.State != "ready" || !c.Playback.Playable || c.Playback.Live {
		t.Fatalf("after finish: state %s, playable %t, live %t", c.State, c.Playback.Playable, c.Playback.Live)
	}
	if got := s.play(id, "source"); got < 7.5 || got > 8.6 {
		t.Errorf("the source plays %.2f s, recorded were 8", got)
	}
	c := s.settled(id)
	if c.TranscriptState != "done" || c.PosterURL == "" || !c.HasAudio || !c.HasVideo || len(c.Work) > 0 {
		t.Errorf("settled: %+v", c)
	}
	if len(c.Playback.Renditions) < 2 {
		t.Errorf("renditions %+v: the ladder is missing", c.Playback.Renditions)
	}
	for _, r := range c.Playback.Renditions {
		if got := s.play(id, r.Name); got < 7.5 || got > 8.6 {
			t.Errorf("%s plays %.2f s", r.Name, got)
		}
	}
	s.checkWords(id)
}

func (s *system) checkWords(id string) {
	t := s.t
	t.Helper()
	tr := s.transcript(id)
	if !strings.Contains(tr.text(), "country") || tr.Language != "en" || tr.Coverage < 0.8 {
		t.Errorf("transcript %+v", tr)
	}
	vtt := s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/captions.vtt", nil)
	if !strings.HasPrefix(string(vtt.body), "WEBVTT\n") || !strings.HasPrefix(vtt.header.Get("Content-Type"), "text/vtt") {
		t.Errorf("captions: %s %.60q", vtt.header.Get("Content-Type"), vtt.body)
	}
	var chapters struct {
		Chapters []struct {
			StartMS int64 `json:"start_ms"`
			Title   string
		}
	}
	s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/chapters", nil).into(t, &chapters)
	if len(chapters.Chapters) == 0 || chapters.Chapters[0].StartMS != 0 || chapters.Chapters[0].Title == "" {
		t.Errorf("chapters %+v", chapters)
	}
	for _, q := range []string{"country", "contry", "countr", `"your country"`} {
		moments := s.search(q)
		if len(moments) == 0 || moments[0].ClipID != id {
			t.Errorf("search %q gave %+v", q, moments)
		}
	}
	if m := s.search("zebra"); len(m) != 0 {
		t.Errorf("search for what nobody said gave %+v", m)
	}
}

type moment struct {
	ClipID  string `json:"clip_id"`
	StartMS int64  `json:"start_ms"`
	Snippet string `json:"snippet"`
	Source  string `json:"source"`
}

func (s *system) search(q string) []moment {
	s.t.Helper()
	var r struct{ Moments []moment }
	s.must(http.StatusOK, http.MethodGet, "/api/v1/search?q="+url.QueryEscape(q), nil).into(s.t, &r)
	return r.Moments
}

// TestKill9 kills the server in the middle of a recording and in the middle of the jobs: nothing acknowledged is
// lost, and everything is finished afterwards.
func TestKill9(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	take := sample(t, "avc1-opus.mkv")
	chunks := cut(take, 5000)
	id := s.newClip("screen")
	half := len(chunks) / 2
	for i, c := range chunks[:half] {
		s.putChunk(id, mkvType, i, c)
	}
	s.kill9()
	s.start()
	var state struct {
		NextSeq int    `json:"next_seq"`
		State   string `json:"state"`
	}
	s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/recording", nil).into(t, &state)
	if state.NextSeq < half {
		t.Fatalf("%d chunks were acknowledged, after the kill the server has %d", half, state.NextSeq)
	}
	s.until("the recording can be played up to where it came", 20*time.Second, func() bool { return s.clip(id).Playback.Playable })
	for i := state.NextSeq; i < len(chunks); i++ {
		s.putChunk(id, mkvType, i, chunks[i])
	}
	s.finish(id, len(chunks), take) // the hash of the whole is compared by the server
	s.kill9()                       // in the middle of its jobs
	s.start()
	c := s.settled(id)
	if c.State != "ready" || c.TranscriptState != "done" || c.PosterURL == "" || len(c.Playback.Renditions) < 2 {
		t.Fatalf("after two kills: %+v", c)
	}
	if got := s.play(id, "source"); got < 7.5 || got > 8.6 {
		t.Errorf("the source plays %.2f s", got)
	}
	if tr := s.transcript(id); strings.Count(tr.text(), "fellow americans") > 1 {
		t.Errorf("words came twice: %s", tr.text())
	}
}

// TestUploads sends files of every sort by the command line: each is played, or refused in words.
func TestUploads(t *testing.T) { //nolint:tparallel // its cases use one server and two processors
	t.Parallel()
	s := newSystem(t)
	dir := t.TempDir()
	movie := func(name string, args ...string) string {
		path := filepath.Join(dir, name)
		if out, err := exec.Command("ffmpeg", append(append([]string{"-v", "error", "-y"}, args...), path)...).CombinedOutput(); err != nil {
			t.Fatalf("make %s: %v\n%s", name, err, out)
		}
		return path
	}
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	video := []string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4"}
	sound := []string{"-f", "lavfi", "-i", "sine=d=4"}
	for name, tc := range map[string]struct {
		path        string
		ready       bool
		transcript  string
		reason      string // part of what people read
		renditions  int
		wantSeconds float64
	}{
		"video with sound":       {movie("both.mp4", append(append([]string{}, video...), append(sound, "-pix_fmt", "yuv420p")...)...), true, "no_speech", "", 2, 4},
		"video without sound":    {movie("mute.mp4", append(video, "-pix_fmt", "yuv420p")...), true, "no_speech", "", 1, 4},
		"sound without video":    {movie("tone.mp3", sound...), true, "no_speech", "", 1, 4},
		"a fifth of a second":    {movie("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=0.2", "-pix_fmt", "yuv420p"), true, "no_speech", "", 1, 0.2},
		"text renamed":           {write("notes.mp4", strings.Repeat("just words, no video\n", 200)), false, "", "not", 0, 0},
		"playlist to a file":     {write("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), false, "", "playlist", 0, 0},
		"playlist to ourselves":  {write("list2.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n"+s.url+"/metrics\n#EXT-X-ENDLIST\n"), false, "", "playlist", 0, 0},
		"a video cut off at 2 k": {write("cut.mp4", string(sample(t, "avc3-opus.mp4")[:600])), false, "", "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			out := s.command("upload", tc.path)
			id := out[strings.LastIndex(out, "/")+1:]
			c := s.settled(id)
			if !tc.ready {
				if c.State != "failed" || c.FailureReason == "" || !strings.Contains(strings.ToLower(c.FailureReason), tc.reason) {
					t.Fatalf("state %s, reason %q", c.State, c.FailureReason)
				}
				return
			}
			if c.State != "ready" || c.TranscriptState != tc.transcript || len(c.Playback.Renditions) < tc.renditions {
				t.Fatalf("%+v", c)
			}
			if got := s.play(id, "source"); got < tc.wantSeconds-0.15 || got > tc.wantSeconds+0.4 {
				t.Errorf("plays %.2f s instead of %.2f", got, tc.wantSeconds)
			}
		})
	}
	if _, errOut, err := s.try("upload", write("empty.mp4", "")); err == nil || !strings.Contains(errOut, "empty") {
		t.Errorf("an empty file: %v %s", err, errOut)
	}
}

// TestShortRecordings: a take that ends at once, and one without a single byte.
func TestShortRecordings(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	take := sample(t, "opus.webm")
	id := s.newClip("audio")
	s.putChunk(id, "audio/webm;codecs=opus", 0, take[:2000])
	s.finish(id, 1, take[:2000])
	if c := s.settled(id); c.State == "failed" && c.FailureReason == "" {
		t.Errorf("%+v", c)
	}
	none := s.newClip("screen")
	s.call(http.MethodPost, "/api/v1/clips/"+none+"/finish", map[string]any{"chunks": 0})
	if c := s.settled(none); c.State != "failed" || c.FailureReason == "" {
		t.Errorf("a take of nothing: %+v", c)
	}
}

// TestOddInput: text from people is kept as it is and never becomes HTML; odd searches get an answer.
func TestOddInput(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	id := s.newClip("upload")
	body := `<img src=x onerror=alert(1)> & "quoted" <script>alert(2)</script>`
	var c struct{ Body string }
	s.must(http.StatusCreated, http.MethodPost, "/api/v1/clips/"+id+"/comments", map[string]any{"body": body, "at_ms": 7000}).into(t, &c)
	if c.Body != body {
		t.Errorf("the body came back as %q", c.Body)
	}
	for _, m := range s.search("quoted") {
		if strings.Contains(m.Snippet, "<script") || strings.Contains(m.Snippet, "<img") {
			t.Errorf("snippet has HTML of a person: %s", m.Snippet)
		}
	}
	for _, q := range []string{strings.Repeat("!?&|:*()<->'\\", 23), "'; drop table clip; --", "\"", "-", "((((", "a:* & b", strings.Repeat("x", 300)} {
		if a := s.call(http.MethodGet, "/api/v1/search?q="+url.QueryEscape(q), nil); a.status != http.StatusOK {
			t.Errorf("search %.20q: %d %s", q, a.status, a.body)
		}
	}
	if a := s.call(http.MethodGet, "/api/v1/search?q="+strings.Repeat("x", 301), nil); a.status != http.StatusBadRequest {
		t.Errorf("301 characters: %d", a.status)
	}
}

// TestCommands: each works beside the running server, prints data on standard output and fails in one line.
func TestCommands(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	doctor := s.command("doctor")
	for _, want := range []string{"database", "object store", "ffmpeg", "speech model", "web port", "media port", "public URL"} {
		if !strings.Contains(doctor, want) {
			t.Errorf("doctor does not speak of %s:\n%s", want, doctor)
		}
	}
	if got := s.command("version"); !strings.HasPrefix(got, "baton ") {
		t.Errorf("version printed %q", got)
	}
	s.command("migrate")
	for _, args := range [][]string{{"--email", "owner@example.org"}, {"--email", "new@example.org", "--name", "Nora"}} {
		if got := s.command(append([]string{"workspace", "add", "Other"}, args...)...); !strings.HasPrefix(got, "made Other; "+args[1]+" owns it") || strings.Contains(got, "password") != (len(args) > 2) {
			t.Errorf("workspace add printed %q", got)
		}
	}
	first := s.command("user", "password", "--email", "owner@example.org")
	second := s.command("user", "password", "--email", "Owner@example.org")
	for said, status := range map[string]int{first: http.StatusUnauthorized, second: http.StatusOK} {
		_, secret, found := strings.Cut(said, "password: ")
		if !found || !strings.HasPrefix(said, "owner@example.org has a new password and is signed out everywhere\n") {
			t.Errorf("user password printed %q", said)
		}
		s.must(status, http.MethodPost, "/api/v1/sign-in", map[string]any{"email": "owner@example.org", "password": secret})
	}
	for name, args := range map[string][]string{
		"unknown role":      {"user", "add", "--email", "x@example.org", "--name", "X", "--role", "king"},
		"no such person":    {"token", "create", "--email", "nobody@example.org"},
		"taken address":     {"user", "add", "--email", "owner@example.org", "--name", "O", "--role", "member"},
		"nobody's password": {"user", "password", "--email", "nobody@example.org"},
		"no owner":          {"workspace", "add", "Other", "--email", "nobody@example.org"},
		"no such file":      {"upload", "missing.mp4"},
		"unknown flag":      {"serve", "--nonsense"},
		"not a transcript":  {"chapters", "serve_test.go"},
	} {
		out, errOut, err := s.try(args...)
		lines := strings.Count(strings.TrimSpace(errOut), "\n") + 1
		if err == nil || strings.TrimSpace(errOut) == "" || out != "" || lines > 1 {
			t.Errorf("%s: error %v, stdout %q, stderr %q", name, err, out, errOut)
		}
	}
	for _, c := range []string{"serve", "user add", "user password", "workspace add", "token create", "upload", "transcribe", "chapters", "migrate", "doctor", "version", "models install"} {
		if out := s.command(append(strings.Fields(c), "--help")...); !strings.Contains(out, "Usage: baton "+c) {
			t.Errorf("%s --help printed %.80q", c, out)
		}
	}
	if got := s.command("transcribe", "--format", "txt", filepath.Join("..", "..", "testdata", "media", "opus.webm")); !strings.Contains(strings.ToLower(got), "country") {
		t.Errorf("transcribe printed %q", got)
	}
}

// TestConfiguredParts: with a database and an object store configured, those are used and neither is brought up here.
func TestConfiguredParts(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "bg") //nolint:usetesting // short: PostgreSQL's socket name is limited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pg, err := pgserver.Start(t.Context(), pgserver.Options{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	s3, err := s3server.Start(t.Context(), s3server.Options{Dir: filepath.Join(dir, "s3")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s3.Stop(context.Background()) })
	s := newSystem(t,
		"BATON_DATABASE_URL="+pg.DSN(), "BATON_S3_ENDPOINT="+overTCP(t, strings.TrimPrefix(s3.Endpoint(), "unix:")),
		"BATON_S3_BUCKET=elsewhere", "BATON_S3_ACCESS_KEY_ID="+s3.AccessKey(), "BATON_S3_SECRET_ACCESS_KEY="+s3.SecretKey())
	take := sample(t, "avc3-opus.mp4")
	id := s.newClip("screen")
	s.putChunk(id, "video/mp4;codecs=avc3.640015,opus", 0, take)
	s.finish(id, 1, take)
	if got := s.play(id, "source"); got < 7.5 || got > 8.6 {
		t.Errorf("plays %.2f s", got)
	}
	for _, own := range []string{"postgres", "s3"} {
		if _, err := os.Stat(filepath.Join(s.dir, "d", own)); err == nil {
			t.Errorf("an embedded %s was made although another one is configured", own)
		}
	}
}

// overTCP gives a loopback URL that leads to a Unix socket.
func overTCP(t *testing.T, socket string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("unix", socket)
			if err != nil {
				_ = from.Close()
				continue
			}
			go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
			go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
		}
	}()
	return "http://" + l.Addr().String()
}
