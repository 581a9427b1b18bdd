package media_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"

	"baton/domain"
	"baton/media"
	"baton/media/loadgen"
)

// whipServer serves the door as api does: /{clip}/whip and /{clip}/whip/{session}.
func whipServer(tb testing.TB, d *media.Door) *httptest.Server {
	tb.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		session := ""
		if len(p) == 3 {
			session = p[2]
		}
		err := d.WHIP(w, r, domain.ClipID(p[0]), session)
		var refused *media.Refused
		switch {
		case err == nil:
			return
		case asRefused(err, &refused):
			if refused.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(refused.RetryAfter.Seconds())))
			}
			w.WriteHeader(refused.Status)
		case domain.KindOf(err) == domain.KindNotFound:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, err.Error())
	}))
	tb.Cleanup(s.Close)
	return s
}

func source(tb testing.TB, name string) *loadgen.Source {
	tb.Helper()
	s, err := loadgen.Load(sample(tb, name))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func loopback() *webrtc.SettingEngine {
	s := &webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	return s
}

func publish(tb testing.TB, url string, src *loadgen.Source, change ...func(*loadgen.WHIP)) *loadgen.Publisher {
	tb.Helper()
	cfg := loadgen.WHIP{URL: url, Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Source: src, Settings: loopback()}
	for _, f := range change {
		f(&cfg)
	}
	p, err := loadgen.Publish(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = p.Vanish() })
	return p
}

func frames(tb testing.TB, file, stream string) int {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "ffprobe", "-v", "error", "-select_streams", stream, "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file).Output()
	if err != nil {
		tb.Fatal(err)
	}
	n, _ := strconv.Atoi(strings.Trim(string(out), ",\n"))
	return n
}

// size is what a reader makes of a file's picture, e.g. "640,360".
func size(tb testing.TB, file string) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", file).Output()
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Trim(string(out), ",\n")
}

func TestWHIPRecordsEachCodec(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc1-opus.mkv", "vp9-opus.webm", "av1-opus.webm", "opus.webm", "avc1.mkv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			s := whipServer(t, b.door(t))
			clip := b.store.clip(domain.KindScreen)
			src := source(t, name)
			p := publish(t, s.URL+"/"+string(clip)+"/whip", src)
			if err := p.Play(t.Context(), src.Duration); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			if err := p.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			t.Logf("stop to playable: %v", time.Since(begin))
			o := b.store.get(clip).Outcome
			if o == nil || o.EndReason != domain.EndFinished || o.NeedsImport || o.DurationMS < 7500 || o.HasVideo != (src.VideoMime != "") || o.HasAudio != (src.AudioMime != "") {
				t.Fatalf("outcome %+v", o)
			}
			if len(o.GapsMS) > 0 {
				t.Errorf("gaps %v", o.GapsMS)
			}
			files := b.files(t, clip)
			if len(files) != 1 {
				t.Fatalf("%d init segments", len(files))
			}
			decodes(t, files[0])
			if v, a := frames(t, files[0], "v:0"), frames(t, files[0], "a:0"); v < len(src.Video)-2 || a < len(src.Audio)-3 {
				t.Errorf("%d of %d frames, %d of %d packets of sound", v, len(src.Video), a, len(src.Audio))
			}
		})
	}
}

// lossy drops some packets on their first way out; what is sent again comes through.
type lossy struct {
	interceptor.NoOp
	every   uint16
	dropped atomic.Int64
	blind   atomic.Bool // drops all
}

func (l *lossy) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossy) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	var mu sync.Mutex // what is sent again comes from another goroutine
	seen, begun := map[uint16]bool{}, false
	drop := func(seq uint16) bool {
		mu.Lock()
		defer mu.Unlock()
		first := !begun // of a packet before the first that arrives nobody can know
		begun = true
		if !l.blind.Load() && (l.every == 0 || seq%l.every != 3 || first || seen[seq]) {
			return false
		}
		seen[seq] = true
		return true
	}
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if drop(h.SequenceNumber) {
			l.dropped.Add(1)
			return len(payload), nil
		}
		return w.Write(h, payload, a)
	})
}

func TestWHIPRepairsLoss(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	l := &lossy{every: 11}
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) { c.Before = l })
	if err := p.Play(t.Context(), src.Duration); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := b.files(t, clip)[0]
	decodes(t, f)
	v, a := frames(t, f, "v:0"), frames(t, f, "a:0")
	t.Logf("%d packets dropped; %d of %d frames, %d of %d packets of sound", l.dropped.Load(), v, len(src.Video), a, len(src.Audio))
	if l.dropped.Load() < 10 || v < len(src.Video)-2 || a < len(src.Audio)-3 {
		t.Error("not repaired")
	}
}

// TestWHIPTellsGaps: an outage of 2.5 s that cannot be repaired is on the clip as a gap, and the rest is there.
func TestWHIPTellsGaps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	l := &lossy{}
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) { c.Before, c.NoRepair = l, true })
	on, off := time.AfterFunc(3*time.Second, func() { l.blind.Store(true) }), time.AfterFunc(5500*time.Millisecond, func() { l.blind.Store(false) })
	defer on.Stop()
	defer off.Stop()
	if err := p.Play(t.Context(), 2*src.Duration-4*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := b.store.get(clip).Outcome
	lost := int64(0)
	for _, g := range o.GapsMS {
		lost += g.EndMS - g.StartMS
	}
	if lost < 2000 || lost > 5500 || o.DurationMS < 10_500 {
		t.Errorf("gaps %v of %d ms", o.GapsMS, o.DurationMS)
	}
	decodes(t, b.files(t, clip)[0])
	st, err := b.Status(t.Context(), clip)
	if err != nil || len(st.GapsMS) != len(o.GapsMS) {
		t.Errorf("status %+v, %v", st, err)
	}
}

// TestWHIPSessionGoesOn: the first publisher is cut off by a restart of the server, a second session goes on in the same recording.
func TestWHIPSessionGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	for i := range 2 {
		d := b.door(t)
		s := whipServer(t, d)
		p := publish(t, s.URL+"/"+string(clip)+"/whip", src)
		if err := p.Play(t.Context(), 5*time.Second); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o := b.store.get(clip).Outcome
	if o.DurationMS < 8500 || o.DurationMS > 10500 || o.NeedsImport {
		t.Errorf("outcome %+v", o)
	}
	if len(o.GapsMS) == 0 || o.GapsMS[0].StartMS < 3500 || o.GapsMS[0].StartMS > 5500 || o.GapsMS[0].EndMS-o.GapsMS[0].StartMS > 1000 {
		t.Errorf("the interruption is not told: %v", o.GapsMS)
	}
	for _, f := range b.files(t, clip) {
		decodes(t, f)
	}
}

func TestWHIPEndsWhenThePublisherVanishes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t, func(c *media.DoorConfig) { c.FailedAfter = time.Second }))
	clip := b.store.clip(domain.KindAudio)
	src := source(t, "opus.webm")
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src)
	if err := p.Play(t.Context(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Vanish(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the recording was not finished", func() bool { return b.store.get(clip).Outcome != nil })
	if o := b.store.get(clip).Outcome; o.EndReason != domain.EndFinished || o.DurationMS < 1000 {
		t.Errorf("outcome %+v", o)
	}
}

// reply is the answer to a bare request, which ask makes.
type reply struct {
	status string
	code   int
	header http.Header
	body   string
}

func ask(tb testing.TB, method, url, contentType, ifMatch, content string) reply {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, url, strings.NewReader(content))
	if err != nil {
		tb.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		tb.Fatal(err)
	}
	return reply{resp.Status, resp.StatusCode, resp.Header, string(b)}
}

// sendonly is a publisher's offer.
func sendonly(tb testing.TB, mimes ...string) (*webrtc.PeerConnection, string) {
	tb.Helper()
	pc := peer(tb)
	for i, m := range mimes {
		track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: m}, fmt.Sprint(i), "s")
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
			tb.Fatal(err)
		}
	}
	return pc, offer(tb, pc)
}

const sdpType, fragType = "application/sdp", "application/trickle-ice-sdpfrag"

func attribute(sdp, name string) string {
	for line := range strings.SplitSeq(sdp, "\r\n") {
		if v, ok := strings.CutPrefix(line, "a="+name+":"); ok {
			return v
		}
	}
	return ""
}

// TestWHIPKeepsVP8ForImport: it cannot be copied into CMAF, so it is stored as a Matroska file that ffmpeg reads.
func TestWHIPKeepsVP8ForImport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindCamera)
	src := source(t, "opus.webm")
	src.VideoMime, src.Video = webrtc.MimeTypeVP8, ivf(t, "vp8-opus.webm")
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src)
	if err := p.Play(t.Context(), 4*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := b.store.get(clip).Outcome; !o.NeedsImport || o.Bytes == 0 {
		t.Fatalf("outcome %+v", o)
	}
	f := filepath.Join(t.TempDir(), "source.mkv")
	if err := os.WriteFile(f, b.source(t, clip), 0o600); err != nil {
		t.Fatal(err)
	}
	decodes(t, f)
	if v, a := frames(t, f, "v:0"), frames(t, f, "a:0"); v < 55 || a < 60 {
		t.Errorf("%d frames, %d packets of sound", v, a)
	}
	if got, want := size(t, f), size(t, "../testdata/media/vp8-opus.webm"); got != want {
		t.Errorf("a reader takes it to be %s, not %s", got, want)
	}
}

// ivf takes the video frames out of a sample by way of ffmpeg.
func ivf(tb testing.TB, name string) []loadgen.Frame {
	tb.Helper()
	f := filepath.Join(tb.TempDir(), "v.ivf")
	out, err := exec.CommandContext(tb.Context(), "ffmpeg", "-v", "error", "-i", filepath.Join("../testdata/media", name), "-an", "-c", "copy", f).CombinedOutput()
	if err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(f)
	if err != nil {
		tb.Fatal(err)
	}
	r, _, err := ivfreader.NewWith(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	var list []loadgen.Frame
	for {
		data, _, err := r.ParseNextFrame()
		if err != nil {
			return list
		}
		list = append(list, loadgen.Frame{At: time.Duration(len(list)) * time.Second / 15, Data: data})
	}
}

// TestWHIPMediaGoesOnAfterAnICERestart restarts ICE in mid-session, as a publisher does that changes its network.
func TestWHIPMediaGoesOnAfterAnICERestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src)
	played := make(chan error, 1)
	go func() { played <- p.Play(t.Context(), src.Duration) }()
	<-time.After(3 * time.Second)
	if err := p.Restart(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-played; err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := b.files(t, clip)[0]
	decodes(t, f)
	if v, a := frames(t, f, "v:0"), frames(t, f, "a:0"); v < len(src.Video)-2 || a < len(src.Audio)-3 {
		t.Errorf("%d of %d frames, %d of %d packets of sound", v, len(src.Video), a, len(src.Audio))
	}
}
