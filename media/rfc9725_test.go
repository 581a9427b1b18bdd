package media_test

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"baton/domain"
	"baton/media"
	"baton/media/loadgen"
)

// TestWHIPConformance goes through RFC 9725 line by line.
func TestWHIPConformance(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t, func(c *media.DoorConfig) {
		c.ICEServers = []media.ICEServer{{URL: "stun:stun.example.org"}, {URL: "turn:turn.example.org?transport=udp", Username: "u", Credential: "c"}}
	})
	s := whipServer(t, d)
	fresh := func() string { return s.URL + "/" + string(b.store.clip(domain.KindScreen)) + "/whip" }
	status := func(t *testing.T, r reply, want int) {
		t.Helper()
		if r.code != want {
			t.Errorf("%s, want %d: %.200s", r.status, want, r.body)
		}
	}
	session := func(t *testing.T) (location, etag string, resp reply, pc *webrtc.PeerConnection) {
		t.Helper()
		pc, sdp := sendonly(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
		r := ask(t, "POST", fresh(), sdpType, "", sdp)
		status(t, r, 201)
		return s.URL + r.header.Get("Location"), r.header.Get("ETag"), r, pc
	}

	t.Run("GET on the endpoint and the session is 2xx without content", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		for _, url := range []string{fresh(), at} {
			r := ask(t, "GET", url, "", "", "")
			if status(t, r, 204); r.body != "" {
				t.Error("content")
			}
		}
	})
	t.Run("OPTIONS tells Accept-Post and CORS", func(t *testing.T) {
		t.Parallel()
		r := ask(t, "OPTIONS", fresh(), "", "", "")
		status(t, r, 200)
		if r.header.Get("Accept-Post") != sdpType || r.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(r.header.Get("Access-Control-Allow-Methods"), "PATCH") ||
			!strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "If-Match") {
			t.Errorf("headers %v", r.header)
		}
	})
	t.Run("POST answers 201 with Location, ETag, Link and an SDP answer that receives only", func(t *testing.T) {
		t.Parallel()
		at, etag, r, pc := session(t)
		sdp := r.body
		if r.header.Get("Content-Type") != sdpType || !strings.HasPrefix(sdp, "v=0") || strings.Contains(sdp, "sendonly") || strings.Contains(sdp, "sendrecv") || strings.Count(sdp, "a=recvonly") != 2 {
			t.Errorf("answer %s", sdp)
		}
		if len(etag) < 34 || etag[0] != '"' || strings.HasPrefix(etag, "W/") {
			t.Errorf("entity tag %s is not a strong one", etag)
		}
		if id := at[strings.LastIndex(at, "/")+1:]; len(id) < 32 {
			t.Errorf("the session's URL %s could be guessed", at)
		}
		if l := r.header.Values("Link"); len(l) != 2 || l[0] != `<stun:stun.example.org>; rel="ice-server"` || !strings.Contains(l[1], `username="u"; credential="c"; credential-type="password"`) {
			t.Errorf("links %v", l)
		}
		if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
			t.Error(err)
		}
	})
	t.Run("all candidates are in the answer, UDP and TCP on one port", func(t *testing.T) {
		t.Parallel()
		_, _, r, _ := session(t)
		sdp := r.body
		port := " " + strconv.Itoa(d.Port()) + " typ host"
		if !strings.Contains(sdp, "udp") || strings.Count(sdp, port) < 2 || !strings.Contains(sdp, "tcptype passive") || !strings.Contains(sdp, "a=end-of-candidates") {
			t.Errorf("answer %s", sdp)
		}
	})
	t.Run("the answer bundles, muxes RTCP and leaves DTLS to the publisher", func(t *testing.T) {
		t.Parallel()
		_, _, r, _ := session(t)
		sdp := r.body
		if !strings.Contains(sdp, "a=group:BUNDLE") || strings.Count(sdp, "a=rtcp-mux") < 2 || !strings.Contains(sdp, "a=setup:passive") || strings.Contains(sdp, "a=ice-lite") || strings.Count(sdp, "a=rtcp-mux-only") != 2 {
			t.Errorf("answer %s", sdp)
		}
	})
	t.Run("H.264 is chosen before VP8, and the bandwidth estimate may begin high", func(t *testing.T) {
		t.Parallel()
		_, _, r, _ := session(t) // pion's track offers all of its codecs in the section
		if sdp := r.body; !strings.Contains(sdp, "H264/90000") || strings.Contains(sdp, "VP8/90000") || !strings.Contains(sdp, "x-google-start-bitrate=") {
			t.Errorf("answer %s", sdp)
		}
	})
	t.Run("another content type is 415", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", fresh(), "text/plain", "", sdp), 415)
	})
	t.Run("a malformed SDP is 400", func(t *testing.T) {
		t.Parallel()
		for _, bad := range []string{"", "nonsense", "v=0\r\n", "v=0\r\nnonsense"} {
			status(t, ask(t, "POST", fresh(), sdpType, "", bad), 400)
		}
	})
	t.Run("an offer that receives is 400", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", fresh(), sdpType, "", strings.Replace(sdp, "a=sendonly", "a=recvonly", 1)), 400)
	})
	t.Run("sendrecv is answered with recvonly", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		r := ask(t, "POST", fresh(), sdpType, "", strings.Replace(sdp, "a=sendonly", "a=sendrecv", 1))
		if status(t, r, 201); strings.Count(r.body, "a=recvonly") != 1 || strings.Contains(r.body, "a=sendrecv") {
			t.Errorf("answer %s", r.body)
		}
	})
	t.Run("too many tracks are 422 for the whole POST", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", fresh(), sdpType, "", sdp), 422)
	})
	t.Run("no usable codec is 406", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", fresh(), sdpType, "", strings.ReplaceAll(sdp, "opus", "speex")), 406)
	})
	t.Run("tracks of two MediaStreams are 422", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
		at := strings.LastIndex(sdp, "a=msid:s ")
		status(t, ask(t, "POST", fresh(), sdpType, "", sdp[:at]+"a=msid:other "+sdp[at+len("a=msid:s "):]), 422)
	})
	t.Run("tracks that are not bundled, or RTCP beside RTP, are 422", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", fresh(), sdpType, "", strings.Replace(sdp, "a=group:BUNDLE 0 1", "a=group:BUNDLE 0", 1)), 422)
		status(t, ask(t, "POST", fresh(), sdpType, "", strings.Replace(sdp, "a=rtcp-mux\r\n", "", 1)), 422)
	})
	t.Run("a publisher that only starts DTLS handshakes is taken, one that only answers them is 422", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		r := ask(t, "POST", fresh(), sdpType, "", strings.ReplaceAll(sdp, "a=setup:actpass", "a=setup:active"))
		if status(t, r, 201); !strings.Contains(r.body, "a=setup:passive") {
			t.Errorf("answer %s", r.body)
		}
		status(t, ask(t, "POST", fresh(), sdpType, "", strings.ReplaceAll(sdp, "a=setup:actpass", "a=setup:passive")), 422)
	})
	t.Run("simulcast is declined as a whole", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeH264)
		r := ask(t, "POST", fresh(), sdpType, "", sdp+"a=rid:h send\r\na=rid:l send\r\na=simulcast:send h;l\r\n")
		if status(t, r, 201); strings.Contains(r.body, "simulcast") || strings.Contains(r.body, "a=rid") {
			t.Errorf("answer %s", r.body)
		}
	})
	t.Run("a preflight has no ICE servers, and no answer is an extension or a redirect", func(t *testing.T) {
		t.Parallel()
		if l := ask(t, "OPTIONS", fresh(), "", "", "").header.Values("Link"); len(l) > 0 {
			t.Errorf("links %v", l)
		}
		_, _, r, _ := session(t)
		for _, l := range r.header.Values("Link") {
			if !strings.Contains(l, `rel="ice-server"`) {
				t.Errorf("link %s", l)
			}
		}
	})
	t.Run("a second session on a clip is 409", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", at[:strings.LastIndex(at, "/")], sdpType, "", sdp), 409)
	})
	t.Run("PATCH without an entity tag is 428", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		status(t, ask(t, "PATCH", at, fragType, "", "a=end-of-candidates\r\n"), 428)
	})
	t.Run("PATCH with another entity tag is 412", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		status(t, ask(t, "PATCH", at, fragType, `"old"`, "a=end-of-candidates\r\n"), 412)
	})
	t.Run("PATCH with another content type is 415, malformed 400", func(t *testing.T) {
		t.Parallel()
		at, etag, _, _ := session(t)
		status(t, ask(t, "PATCH", at, sdpType, etag, "a=end-of-candidates\r\n"), 415)
		status(t, ask(t, "PATCH", at, fragType, etag, "nonsense"), 400)
		status(t, ask(t, "PATCH", at, fragType, etag, ""), 400)
	})
	t.Run("trickled candidates are 204 without body and ETag, unusable ones dropped silently", func(t *testing.T) {
		t.Parallel()
		at, etag, _, _ := session(t)
		r := ask(t, "PATCH", at, fragType, etag, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host\r\na=candidate:x nonsense\r\na=candidate:2 1 udp 1 host.invalid 9 typ host\r\na=end-of-candidates\r\n")
		if status(t, r, 204); r.body != "" || r.header.Get("ETag") != "" {
			t.Error("body or entity tag")
		}
	})
	t.Run("ICE restart answers 200 with new credentials, candidates and entity tag", func(t *testing.T) {
		t.Parallel()
		at, etag, first, _ := session(t)
		old := first.body
		frag := "a=ice-ufrag:newufrag\r\na=ice-pwd:0123456789012345678901234\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host\r\n"
		r := ask(t, "PATCH", at, fragType, "*", frag)
		status(t, r, 200)
		got := r.body
		if r.header.Get("Content-Type") != fragType || r.header.Get("ETag") == etag || len(r.header.Get("ETag")) < 34 {
			t.Errorf("headers %v", r.header)
		}
		ufrag := attribute(got, "ice-ufrag")
		if ufrag == "" || ufrag == attribute(old, "ice-ufrag") || attribute(got, "ice-pwd") == attribute(old, "ice-pwd") || !strings.Contains(got, "a=candidate:") {
			t.Errorf("fragment %s", got)
		}
		status(t, ask(t, "PATCH", at, fragType, etag, "a=end-of-candidates\r\n"), 412) // the old tag is void
		status(t, ask(t, "PATCH", at, fragType, r.header.Get("ETag"), "a=end-of-candidates\r\n"), 204)
	})
	t.Run("an impossible ICE restart is an error and the session is kept", func(t *testing.T) {
		t.Parallel()
		at, etag, _, _ := session(t)
		status(t, ask(t, "PATCH", at, fragType, "*", "a=ice-ufrag:short\r\na=ice-pwd:short\r\n"), 400)
		status(t, ask(t, "PATCH", at, fragType, etag, "a=end-of-candidates\r\n"), 204)
	})
	t.Run("ICE restart takes the asterisk in quotes too, as the RFC's example has it", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		status(t, ask(t, "PATCH", at, fragType, `"*"`, "a=ice-ufrag:newufrag\r\na=ice-pwd:0123456789012345678901234\r\n"), 200)
		status(t, ask(t, "PATCH", at, fragType, `"*"`, "a=end-of-candidates\r\n"), 412) // for candidates the tag is needed
	})
	t.Run("If-Match may be a list, and a weak tag matches nothing", func(t *testing.T) {
		t.Parallel()
		at, etag, _, _ := session(t)
		status(t, ask(t, "PATCH", at, fragType, `"old", `+etag, "a=end-of-candidates\r\n"), 204)
		status(t, ask(t, "PATCH", at, fragType, "W/"+etag, "a=end-of-candidates\r\n"), 412)
	})
	t.Run("DELETE ends the session, whatever the entity tag", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		status(t, ask(t, "DELETE", at, "", `"any"`, ""), 200)
		status(t, ask(t, "DELETE", at, "", "", ""), 404)
		status(t, ask(t, "GET", at, "", "", ""), 404)
	})
	t.Run("other methods are 405 with Allow", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		for _, r := range []reply{ask(t, "PUT", at, "", "", ""), ask(t, "POST", at, sdpType, "", "v=0"), ask(t, "PUT", fresh(), "", "", "")} {
			if status(t, r, 405); r.header.Get("Allow") == "" {
				t.Error("no Allow")
			}
		}
	})
	t.Run("too many requests are 429 with Retry-After", func(t *testing.T) {
		t.Parallel()
		at, _, _, _ := session(t)
		for range 100 {
			if r := ask(t, "GET", at, "", "", ""); r.code == 429 {
				if r.header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				return
			}
		}
		t.Error("never")
	})
	t.Run("a full server is 503 with Retry-After", func(t *testing.T) {
		t.Parallel()
		full := whipServer(t, b.door(t, func(c *media.DoorConfig) { c.MaxSessions = 1 }))
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		url := func() string { return full.URL + "/" + string(b.store.clip(domain.KindScreen)) + "/whip" }
		status(t, ask(t, "POST", url(), sdpType, "", sdp), 201)
		r := ask(t, "POST", url(), sdpType, "", sdp)
		if status(t, r, 503); r.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	})
	t.Run("an unknown clip is 404", func(t *testing.T) {
		t.Parallel()
		_, sdp := sendonly(t, webrtc.MimeTypeOpus)
		status(t, ask(t, "POST", s.URL+"/"+string(domain.NewID[domain.ClipID]())+"/whip", sdpType, "", sdp), 404)
	})
}

// TestWHIPDeleteRevokesConsentAtOnce: the publisher hears of the end over DTLS, before its own timers run out (RFC 7675, 5.2).
func TestWHIPDeleteRevokesConsentAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	p := publish(t, s.URL+"/"+string(b.store.clip(domain.KindAudio))+"/whip", source(t, "opus.webm"))
	if err := p.Play(t.Context(), 2*time.Second); err != nil { // by then the server, too, knows that they are connected
		t.Fatal(err)
	}
	closed := make(chan struct{})
	p.Connection().GetTransceivers()[0].Sender().Transport().OnStateChange(func(s webrtc.DTLSTransportState) {
		if s == webrtc.DTLSTransportStateClosed {
			close(closed)
		}
	})
	if r := ask(t, "DELETE", p.Location, "", "", ""); r.code != http.StatusOK {
		t.Fatal(r.status)
	}
	select {
	case <-closed:
	case <-time.After(30 * time.Second):
		t.Error("the publisher was not told")
	}
}

// cable is a socket that can be cut without a word to either side.
type cable struct {
	net.PacketConn
	cut atomic.Bool
}

func (c *cable) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if err != nil || !c.cut.Load() {
			return n, from, err
		}
	}
}

func (c *cable) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.cut.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// wired makes a publisher send through a cable.
func wired(tb testing.TB) (*cable, func(*loadgen.WHIP)) {
	tb.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	c := &cable{PacketConn: conn}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: c})
	tb.Cleanup(func() { _ = mux.Close() })
	return c, func(cfg *loadgen.WHIP) {
		s := loopback()
		s.SetICEUDPMux(mux)
		cfg.Settings = s
	}
}

// TestWHIPEndsWhenConsentIsLost: nothing comes from the publisher any more, and nobody says so (RFC 7675, 5.1). An ICE
// restart that fails does not keep the session alive.
func TestWHIPEndsWhenConsentIsLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t, func(c *media.DoorConfig) { c.FailedAfter = time.Second }))
	clip := b.store.clip(domain.KindAudio)
	line, through := wired(t)
	p := publish(t, s.URL+"/"+string(clip)+"/whip", source(t, "opus.webm"), through)
	if err := p.Play(t.Context(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	line.cut.Store(true)
	if r := ask(t, "PATCH", p.Location, fragType, "*", "a=ice-ufrag:newufrag\r\na=ice-pwd:0123456789012345678901234\r\n"); r.code != http.StatusOK {
		t.Errorf("restart: %s %s", r.status, r.body)
	}
	eventually(t, "the recording was not finished", func() bool { return b.store.get(clip).Outcome != nil })
	if o := b.store.get(clip).Outcome; o.EndReason != domain.EndFinished || o.DurationMS < 1000 {
		t.Errorf("outcome %+v", o)
	}
}

// TestWHIPTakesTracksWithoutSSRC: the RFC's own example names none, nor do some publishers.
func TestWHIPTakesTracksWithoutSSRC(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) {
		c.Offer = func(sdp string) string {
			var b strings.Builder
			for line := range strings.Lines(sdp) {
				if !strings.HasPrefix(line, "a=ssrc") {
					b.WriteString(line)
				}
			}
			return b.String()
		}
	})
	if err := p.Play(t.Context(), src.Duration); err != nil {
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

// TestWHIPTakesCodecNamesInAnyCase: SDP makes no difference (RFC 8866, 6.6), and GStreamer writes OPUS.
func TestWHIPTakesCodecNamesInAnyCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) {
		c.Offer = func(sdp string) string {
			return strings.NewReplacer(" opus/48000", " OPUS/48000", " H264/90000", " h264/90000", " rtx/90000", " RTX/90000").Replace(sdp)
		}
	})
	if err := p.Play(t.Context(), 3*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := b.store.get(clip).Outcome; !o.HasVideo || !o.HasAudio {
		t.Errorf("outcome %+v", o)
	}
}

// eventually waits for what takes a while on a busy machine.
func eventually(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !is(); <-tick.C {
		if time.Now().After(deadline) {
			tb.Fatal(what)
		}
	}
}
