package media_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"baton/domain"
	"baton/media"
	"baton/media/loadgen"
)

// gone tells that a session has ended, without asking it too often.
func gone(tb testing.TB, at string) func() bool {
	tb.Helper()
	return func() bool {
		<-time.After(250 * time.Millisecond)
		return ask(tb, "GET", at, "", "", "").code == 404
	}
}

// TestPublisherThatNeverConnectsIsForgotten: it leaves the clip as it was, so that another can publish to it.
func TestPublisherThatNeverConnectsIsForgotten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t, func(c *media.DoorConfig) { c.ConnectWithin = time.Second }))
	clip := b.store.clip(domain.KindAudio)
	_, sdp := sendonly(t, webrtc.MimeTypeOpus)
	r := ask(t, "POST", s.URL+"/"+string(clip)+"/whip", sdpType, "", sdp)
	if r.code != 201 {
		t.Fatal(r.status, r.body)
	}
	eventually(t, "the session is still there", gone(t, s.URL+r.header.Get("Location")))
	if o := b.store.get(clip).Outcome; o != nil {
		t.Errorf("outcome %+v", o)
	}
	p := publish(t, s.URL+"/"+string(clip)+"/whip", source(t, "opus.webm"))
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestHandshakeThatNeverEndsIsGivenUp: ICE connects, and then nothing comes.
func TestHandshakeThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t, func(c *media.DoorConfig) { c.ConnectWithin = 3 * time.Second }))
	agent, err := ice.NewAgentWithOptions(ice.WithIncludeLoopback(), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithInterfaceFilter(func(name string) bool { return name == "lo" }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = agent.GracefulClose() }()
	if err := agent.OnCandidate(func(ice.Candidate) {}); err != nil {
		t.Fatal(err)
	}
	if err := agent.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	ufrag, pwd, err := agent.GetLocalUserCredentials()
	if err != nil {
		t.Fatal(err)
	}
	_, sdp := sendonly(t, webrtc.MimeTypeOpus)
	sdp = strings.ReplaceAll(sdp, "a=ice-ufrag:"+attribute(sdp, "ice-ufrag"), "a=ice-ufrag:"+ufrag)
	sdp = strings.ReplaceAll(sdp, "a=ice-pwd:"+attribute(sdp, "ice-pwd"), "a=ice-pwd:"+pwd)
	r := ask(t, "POST", s.URL+"/"+string(b.store.clip(domain.KindAudio))+"/whip", sdpType, "", sdp)
	if r.code != 201 {
		t.Fatal(r.status, r.body)
	}
	for line := range strings.SplitSeq(r.body, "\r\n") {
		if text, ok := strings.CutPrefix(line, "a=candidate:"); ok && strings.Contains(line, " udp ") {
			c, err := ice.UnmarshalCandidate(text)
			if err != nil {
				t.Fatal(err)
			}
			if err := agent.AddRemoteCandidate(c); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := agent.Dial(ctx, attribute(r.body, "ice-ufrag"), attribute(r.body, "ice-pwd")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the session is still there", gone(t, s.URL+r.header.Get("Location")))
}

// TestCandidatesAreBounded: a publisher cannot make the server send checks to hundreds of addresses.
func TestCandidatesAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	var asked atomic.Int64
	var candidates strings.Builder
	for i := range 150 {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprintf(&candidates, "a=candidate:%d 1 udp %d 127.0.0.1 %d typ host\r\n", i+1, 2_130_706_431-i, conn.LocalAddr().(*net.UDPAddr).Port) //nolint:forcetypeassert // it is UDP
		go func() {
			if _, _, err := conn.ReadFrom(make([]byte, 2000)); err == nil {
				asked.Add(1)
			}
		}()
	}
	_, sdp := sendonly(t, webrtc.MimeTypeOpus)
	clean := strings.Builder{}
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
			clean.WriteString(line)
		}
	}
	post := func(sdp string) reply {
		return ask(t, "POST", s.URL+"/"+string(b.store.clip(domain.KindAudio))+"/whip", sdpType, "", sdp)
	}
	first := post(clean.String())
	frag := "a=ice-ufrag:" + attribute(sdp, "ice-ufrag") + "\r\na=ice-pwd:" + attribute(sdp, "ice-pwd") + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" + candidates.String()
	if r := ask(t, "PATCH", s.URL+first.header.Get("Location"), fragType, first.header.Get("ETag"), frag); r.code != 204 {
		t.Fatal(r.status, r.body)
	}
	if r := post(clean.String() + candidates.String()); r.code != 201 {
		t.Fatal(r.status, r.body)
	}
	eventually(t, "no candidate was tried", func() bool { return asked.Load() > 30 })
	if n := asked.Load(); n > 64 {
		t.Errorf("%d addresses were asked", n)
	}
}

// TestConnectionsToAClipAreBounded, those of WHIP and of data channels.
func TestConnectionsToAClipAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	s := whipServer(t, d)
	clip := b.store.clip(domain.KindAudio)
	_, sdp := sendonly(t, webrtc.MimeTypeOpus)
	for range 60 {
		r := ask(t, "POST", s.URL+"/"+string(clip)+"/whip", sdpType, "", sdp)
		if r.code == 429 {
			if r.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			_, err := d.Channel(t.Context(), clip, sdp)
			if refused := (*media.Refused)(nil); !asRefused(err, &refused) || refused.Status != 429 {
				t.Errorf("a data channel: %v", err)
			}
			return
		}
	}
	t.Error("never")
}

// garbage makes noise of the payloads, timestamps and markers of some packets.
type garbage struct {
	interceptor.NoOp
	every int
}

func (g *garbage) NewInterceptor(string) (interceptor.Interceptor, error) { return g, nil }

func (g *garbage) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	rnd := rand.New(rand.NewPCG(1, 2)) // the same noise each time
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if rnd.IntN(g.every) > 0 {
			return w.Write(h, payload, a)
		}
		noise, head := make([]byte, rnd.IntN(1200)), h.Clone()
		for i := range noise {
			noise[i] = byte(rnd.Uint32())
		}
		head.Marker, head.Timestamp = rnd.IntN(2) == 0, h.Timestamp+rnd.Uint32()>>8
		return w.Write(&head, noise, a)
	})
}

// TestGarbageDoesNoHarm: whatever comes as RTP, the server lives, the session ends in order and the next one is whole.
func TestGarbageDoesNoHarm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	for _, name := range []string{"avc1-opus.mkv", "vp9-opus.webm", "av1-opus.webm", "opus.webm"} {
		for _, every := range []int{1, 20} {
			t.Run(fmt.Sprintf("%s/1 of %d", name, every), func(t *testing.T) {
				t.Parallel()
				clip := b.store.clip(domain.KindScreen)
				p := publish(t, s.URL+"/"+string(clip)+"/whip", source(t, name), func(c *loadgen.WHIP) { c.Before = &garbage{every: every} })
				if err := p.Play(t.Context(), 4*time.Second); err != nil {
					t.Fatal(err)
				}
				if err := p.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				if o := b.store.get(clip).Outcome; o != nil && o.DurationMS > 60_000 {
					t.Errorf("4 s became %d ms, gaps %v", o.DurationMS, o.GapsMS)
				}
			})
		}
	}
}

// TestClockThatJumps: an encoder that begins anew with another RTP timestamp does not make a clip of many hours.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	j := &jump{}
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) { c.Before = j })
	half := time.AfterFunc(4*time.Second, func() { j.by.Store(3600 * 48_000) })
	defer half.Stop()
	if err := p.Play(t.Context(), src.Duration); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := b.store.get(clip).Outcome; o.DurationMS < 7000 || o.DurationMS > 11_000 {
		t.Errorf("%d ms, gaps %v", o.DurationMS, o.GapsMS)
	}
	decodes(t, b.files(t, clip)[0])
}

// jump adds to the timestamps.
type jump struct {
	interceptor.NoOp
	by atomic.Uint32
}

func (j *jump) NewInterceptor(string) (interceptor.Interceptor, error) { return j, nil }

func (j *jump) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		head := h.Clone()
		head.Timestamp += j.by.Load()
		return w.Write(&head, payload, a)
	})
}
