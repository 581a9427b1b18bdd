package transcode

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

func TestProbeReadsWhatPeopleUpload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		make []string
		want func(Media) bool
	}{
		{"h264 and aac", join(picture("640x360", "25", "1"), sound("1"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "a.mp4"}), func(m Media) bool {
			return m.Video.Codec == "h264" && m.Video.PixelFormat == "yuv420p" && m.Audio.Codec == "aac" && m.Video.FrameRate.Float() == 25 && m.DurationMS() > 900 && !m.Video.Variable()
		}},
		{"a stream without a duration", join(picture("320x240", "30", "2"), []string{"-c:v", "libvpx", "-deadline", "realtime", "-f", "webm", "-live", "1", "a.webm"}), func(m Media) bool {
			return m.Format == FormatWebM && m.Video.Codec == "vp8" && m.Audio == nil && m.DurationMS() >= 1900 && m.DurationMS() <= 2100
		}},
		{"six channels", join([]string{"-f", "lavfi", "-i", "anoisesrc=d=1"}, []string{"-ac", "6", "-c:a", "aac", "a.m4a"}), func(m Media) bool { return m.Audio.Channels == 6 && m.Video == nil }},
		{"mp3 with a cover", join(sound("1"), []string{"-f", "lavfi", "-i", "color=red:s=64x64:d=0.04", "-map", "0", "-map", "1", "-c:v", "png", "-frames:v", "1", "-disposition:v", "attached_pic", "-c:a", "libmp3lame", "a.mp3"}), func(m Media) bool {
			return m.Format == FormatMP3 && m.Video == nil && m.Audio.Codec == "mp3"
		}},
		{"wav", join(sound("1"), []string{"a.wav"}), func(m Media) bool { return m.Format == FormatWAV && m.Audio.SampleRate == 44100 }},
		{"a fifth of a second", join(picture("320x240", "30", "0.2"), []string{"-c:v", "libx264", "a.mp4"}), func(m Media) bool { return m.DurationMS() >= 190 && m.DurationMS() < 300 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			f, err := b.AddPath(ctx, generate(t, c.make...))
			if err != nil {
				t.Fatal(err)
			}
			m, err := r.Probe(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			if !c.want(m) {
				t.Errorf("%+v video %+v audio %+v", m, m.Video, m.Audio)
			}
		})
	}
}

// turned makes an MP4 whose track header asks for a quarter turn clockwise.
func turned(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	matrix := bytes.Index(b, []byte("tkhd")) + 4 + 40
	for i, v := range []uint32{0, 0x10000, 0, 0xffff0000, 0, 0} {
		binary.BigEndian.PutUint32(b[matrix+4*i:], v)
	}
	return write(t, "turned.mp4", b)
}

func TestProbeTurnsPortraitVideo(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	f, err := b.AddPath(ctx, turned(t, generate(t, join(picture("640x360", "25", "0.5"), []string{"-c:v", "libx264", "a.mp4"})...)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Probe(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := m.Video.DisplaySize(); w != 360 || h != 640 || m.Video.Rotation != 90 {
		t.Errorf("%dx%d turned by %d", w, h, m.Video.Rotation)
	}
}

// knockDoor listens where no request may arrive.
func knockDoor(t *testing.T) (url string, knocks func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n, done := make(chan int, 1), make(chan struct{})
	n <- 0
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n <- <-n + 1
			_ = c.Close()
		}
	}()
	return "http://" + l.Addr().String() + "/x.ts", func() int { _ = l.Close(); <-done; return <-n }
}

func TestHostileFilesAreRefusedWithAClearAnswer(t *testing.T) { //nolint:tparallel // its cases share one runner and one box
	t.Parallel()
	url, knocks := knockDoor(t)
	good := generate(t, join(picture("320x240", "30", "1"), []string{"-c:v", "libx264", "a.mp4"})...)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	giant := generate(t, "-f", "lavfi", "-i", "color=red:s=16000x16000:r=1:d=1", "-frames:v", "1", "-c:v", "mjpeg", "a.mkv")
	hls := "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n"
	for _, c := range []struct {
		name, content, says string
		kind                domain.Kind
	}{
		{"a text file", "hello, this is no film\n", "a text file", domain.KindUnsupported},
		{"nothing", "", "empty", domain.KindInvalid},
		{"HLS to a local file", hls + "file://" + good + "\n#EXT-X-ENDLIST\n", "HLS", domain.KindUnsupported},
		{"HLS to a loopback URL", hls + url + "\n#EXT-X-ENDLIST\n", "HLS", domain.KindUnsupported},
		{"DASH", "<?xml version=\"1.0\"?>\n<MPD><BaseURL>" + url + "</BaseURL></MPD>", "XML", domain.KindUnsupported},
		{"ffconcat", "ffconcat version 1.0\nfile a.mp4\n", "ffconcat", domain.KindUnsupported},
		{"HLS behind an MP4 head", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomisom" + hls + url, "cut off", domain.KindUnsupported},
		{"a truncated MP4", string(whole[:len(whole)/2]), "cut off", domain.KindUnsupported},
		{"a Matroska head and noise", "\x1a\x45\xdf\xa3" + strings.Repeat("noise", 400), "damaged", domain.KindUnsupported},
		{"a picture of 256 megapixels", read(t, giant), "too large", domain.KindTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, r, b := setup(t)
			f, err := b.Add(ctx, strings.NewReader(c.content))
			if err == nil {
				_, err = r.Probe(ctx, f)
			}
			if domain.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("kind %s, error %v", domain.KindOf(err), err)
			}
		})
	}
	if n := knocks(); n > 0 {
		t.Errorf("%d requests reached the listener", n)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestGuardsHoldWithoutTheSniffer hands playlists to ffmpeg as if they had been
// taken for MP4: the option lists alone must refuse them.
func TestGuardsHoldWithoutTheSniffer(t *testing.T) {
	t.Parallel()
	url, knocks := knockDoor(t)
	ctx, r, b := setup(t)
	for _, content := range []string{
		"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + url + "\n#EXT-X-ENDLIST\n",
		"ffconcat version 1.0\nfile " + url + "\n",
		`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="0" bandwidth="1"><BaseURL>` + url + `</BaseURL></Representation></AdaptationSet></Period></MPD>`,
	} {
		f, _ := b.Add(ctx, strings.NewReader(content))
		f.format = FormatMP4
		if _, err := r.Probe(ctx, f); err == nil {
			t.Errorf("taken: %q", content)
		}
	}
	if n := knocks(); n > 0 {
		t.Errorf("%d requests reached the listener", n)
	}
}

func TestTimeOutEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	r.cfg.FFmpeg = script(t, "#!/bin/sh\nsleep 1000 &\necho $! > child\nwait\n")
	_, err := r.run(ctx, command{box: b, limits: limits{wall: 500 * time.Millisecond, cpu: time.Minute, output: 1 << 20}})
	if domain.KindOf(err) != domain.KindUnavailable || !strings.Contains(err.Error(), "stopped after") {
		t.Fatalf("error %v", err)
	}
	pid := strings.TrimSpace(read(t, filepath.Join(b.dir, "child")))
	for alive(pid) { // an orphan is reaped by init a moment later
		if ctx.Err() != nil {
			t.Fatalf("process %s lives on", pid)
		}
	}
}

// alive tells whether a process runs; a zombie does not.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func script(t *testing.T, text string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "baton-script-") //nolint:usetesting // t.TempDir is closed to the child's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ffmpeg")
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFullQueueSaysSo(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	r.cfg.Queue = 0
	_, err := r.run(ctx, command{box: b})
	if domain.KindOf(err) != domain.KindTooMany {
		t.Fatalf("error %v", err)
	}
}

func TestCancelledWaitersLeave(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	if err := r.heavy.Acquire(ctx, 2); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.run(ctx, command{box: b, heavy: true}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
}

func TestLimitsAreInForce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script string
		limits       limits
		kind         domain.Kind
	}{
		{"processor time", "#!/bin/sh\nsleep 0.1\nwhile :; do :; done\n", limits{time.Minute, time.Second, 1 << 20}, domain.KindTooLarge},
		{"file size", "#!/bin/sh\nsleep 0.1\nexec cat /dev/zero > big\n", limits{time.Minute, time.Minute, 1 << 20}, domain.KindTooLarge},
		{"all files", "#!/bin/sh\nsleep 0.1\nfor i in 1 2 3 4; do head -c 600000 /dev/zero > f$i; done; sleep 100\n", limits{time.Minute, time.Minute, 1 << 20}, domain.KindTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			r.cfg.FFmpeg = script(t, c.script)
			_, err := r.run(ctx, command{box: b, limits: c.limits})
			if domain.KindOf(err) != c.kind {
				t.Fatalf("error %v", err)
			}
		})
	}
}

func TestChildHasNoRootNoNetworkNoSecrets(t *testing.T) {
	t.Setenv("BATON_SECRET", "hush")
	ctx, r, b := setup(t)
	r.cfg.FFmpeg = script(t, "#!/bin/sh\nsleep 0.1\n(id -u; cat /proc/net/dev; env; ulimit -v; cat /proc/self/stat; exit 0) > seen\n")
	if _, err := r.run(ctx, command{box: b, limits: limits{time.Minute, time.Minute, 1 << 20}}); err != nil {
		t.Fatal(err)
	}
	seen := read(t, filepath.Join(b.dir, "seen"))
	if strings.Contains(seen, "hush") {
		t.Error("the environment leaks")
	}
	if r.sandbox.drop != nil && strings.HasPrefix(seen, "0\n") {
		t.Error("runs as root")
	}
	if r.sandbox.cloneFlags != 0 && strings.Contains(seen, "eth0") {
		t.Error("sees the network")
	}
	if !strings.Contains(seen, "3145728\n") {
		t.Errorf("no limit on memory: %s", seen)
	}
	own, child := nicenessIn(t, read(t, "/proc/self/stat")), nicenessIn(t, seen[strings.LastIndex(seen, "(cat)"):])
	if child != min(own+10, 19) {
		t.Errorf("nice %d of %d", child, own)
	}
}

// Work that somebody awaits goes before other work, also when that has all places.
func TestAwaitedWorkGoesFirst(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	r.cfg.FFmpeg = script(t, "#!/bin/sh\nsleep 0.1\n(cat /proc/self/stat; exit 0) > seen\n")
	if err := r.light.Acquire(ctx, int64(4*r.cfg.Parallel)); err != nil {
		t.Fatal(err)
	}
	b.Hurry()
	if _, err := r.run(ctx, command{box: b, limits: limits{time.Minute, time.Minute, 1 << 20}}); err != nil {
		t.Fatal(err)
	}
	own, child := nicenessIn(t, read(t, "/proc/self/stat")), nicenessIn(t, read(t, filepath.Join(b.dir, "seen")))
	if child != min(own+2, 19) {
		t.Errorf("nice %d of %d", child, own)
	}
}

// nicenessIn is the 19th field of a stat line of /proc.
func nicenessIn(t *testing.T, stat string) int {
	t.Helper()
	_, rest, _ := strings.Cut(stat, ") ")
	n, err := strconv.Atoi(strings.Fields(rest)[16])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestChildDiesWithItsParent starts this test binary again, which starts a long
// ffmpeg and is then killed without a chance to clean up.
func TestChildDiesWithItsParent(t *testing.T) {
	t.Parallel()
	ff := script(t, "#!/bin/sh\ncase \"$*\" in *-version*|*-filters*) exec ffmpeg \"$@\";; esac\nd=${0%/*}\necho $$ > $d/new && mv $d/new $d/pid && exec sleep 1000\n")
	pipe := filepath.Join(filepath.Dir(ff), "pid")
	if err := os.Chmod(filepath.Dir(ff), 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TRANSCODE_TEST_CHILD="+ff, "TMPDIR="+t.TempDir()) //nolint:forbidigo // the child is this test
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var pid string
	for pid == "" && ctx.Err() == nil {
		text, _ := os.ReadFile(pipe)
		pid = strings.TrimSpace(string(text))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for alive(pid) {
		if ctx.Err() != nil {
			t.Fatalf("process %s outlives its parent", pid)
		}
	}
}

func childMain() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "baton-orphan-")
	if err != nil {
		panic(err)
	}
	r, err := New(ctx, Config{Dir: dir, FFmpeg: os.Getenv("TRANSCODE_TEST_CHILD")}) //nolint:forbidigo // how a test tells its own child
	if err != nil {
		panic(err)
	}
	b, err := r.Box()
	if err != nil {
		panic(err)
	}
	_, _ = r.run(ctx, command{box: b, limits: limits{time.Hour, time.Hour, 1 << 20}})
}

func TestCheckFindsWhatWeNeed(t *testing.T) {
	t.Parallel()
	ctx, r, _ := setup(t)
	rep, err := r.Check(ctx)
	if err != nil || len(rep.Missing) > 0 || !strings.HasPrefix(rep.Version, "ffmpeg version") {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestAbandonedBoxesAreRemovedAndHeldOnesAreNot(t *testing.T) {
	t.Parallel()
	ctx, r, held := setup(t)
	left := filepath.Join(r.cfg.Dir, boxPrefix+"left")
	if err := os.MkdirAll(filepath.Join(left, "out-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, dir := range []string{left, held.dir} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New(ctx, r.cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the abandoned box is there: %v", err)
	}
	if _, err := os.Stat(held.dir); err != nil {
		t.Errorf("the held box is gone: %v", err)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x18ftypisom"))
	f.Add([]byte("\xff\xf1\x50\x80\x00\x1f\xfc"))
	f.Add([]byte("#EXTM3U"))
	f.Fuzz(func(t *testing.T, b []byte) {
		format, err := Sniff(b)
		if (format == "") == (err == nil) {
			t.Errorf("format %q, error %v", format, err)
		}
	})
}
