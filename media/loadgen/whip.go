package loadgen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// WHIP is a publisher's settings.
type WHIP struct {
	// URL of the endpoint; Token is sent as bearer, if set.
	URL, Token string
	Client     *http.Client
	Source     *Source
	// Before is put in front of what leaves, e.g. to lose packets; may be nil.
	Before interceptor.Factory
	// NoRepair: do not send again what the server asks for.
	NoRepair bool
	// Congestion: number the packets for transport-wide congestion control, as browsers do.
	Congestion bool
	// Heard, if set, is told what the server says of the media.
	Heard func([]rtcp.Packet)
	// Settings of pion; may be nil.
	Settings *webrtc.SettingEngine
	// Offer changes the offer before it is sent; may be nil.
	Offer func(sdp string) string
}

// Publisher is a WHIP session that is connected.
type Publisher struct {
	cfg   WHIP
	pc    *webrtc.PeerConnection
	video *webrtc.TrackLocalStaticSample
	audio *webrtc.TrackLocalStaticSample
	// Location is the session's URL, ETag its entity tag as in the header.
	Location, ETag string
	connected      chan struct{}
}

// Publish makes the session and waits until it is connected.
func Publish(ctx context.Context, cfg WHIP) (*Publisher, error) {
	if cfg.Client == nil {
		cfg.Client = http.DefaultClient
	}
	p := &Publisher{cfg: cfg, connected: make(chan struct{})}
	var err error
	if p.pc, err = cfg.connection(); err != nil {
		return nil, err
	}
	if err := p.addTracks(); err != nil {
		return nil, errors.Join(err, p.pc.Close())
	}
	p.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			select {
			case <-p.connected:
			default:
				close(p.connected)
			}
		}
	})
	if err := p.negotiate(ctx); err != nil {
		return nil, errors.Join(err, p.pc.GracefulClose())
	}
	select {
	case <-p.connected:
		return p, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), p.pc.GracefulClose())
	}
}

func (c *WHIP) connection() (*webrtc.PeerConnection, error) {
	m := &webrtc.MediaEngine{}
	if err := c.Source.register(m); err != nil {
		return nil, fmt.Errorf("register codecs: %w", err)
	}
	i := &interceptor.Registry{}
	if c.Before != nil {
		i.Add(c.Before) // the first is nearest to the network
	}
	responder, err := nack.NewResponderInterceptor()
	if err != nil {
		return nil, err
	}
	reports, err := report.NewSenderInterceptor(report.SenderInterval(500 * time.Millisecond))
	if err != nil {
		return nil, err
	}
	if c.Congestion {
		if err := c.number(m, i); err != nil {
			return nil, err
		}
	}
	if !c.NoRepair {
		i.Add(responder)
	}
	i.Add(reports)
	s := c.Settings
	if s == nil {
		s = &webrtc.SettingEngine{}
		s.SetIncludeLoopbackCandidate(true)
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(i), webrtc.WithSettingEngine(*s)).NewPeerConnection(webrtc.Configuration{})
}

// number has each packet carry its number over all tracks.
func (c *WHIP) number(m *webrtc.MediaEngine, i *interceptor.Registry) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}, kind); err != nil {
			return err
		}
	}
	numbers, err := twcc.NewHeaderExtensionInterceptor()
	if err != nil {
		return err
	}
	i.Add(numbers)
	return nil
}

// register offers just what the source has, with retransmission for the sound too, which browsers leave out.
func (s *Source) register(m *webrtc.MediaEngine) error {
	if s.AudioMime != "" {
		c := webrtc.RTPCodecCapability{MimeType: s.AudioMime, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}}}
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: 111}, webrtc.RTPCodecTypeAudio); err != nil {
			return err
		}
	}
	if s.VideoMime == "" {
		return nil
	}
	fmtp := ""
	if s.VideoMime == webrtc.MimeTypeH264 {
		fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
	}
	c := webrtc.RTPCodecCapability{MimeType: s.VideoMime, ClockRate: 90000, SDPFmtpLine: fmtp, RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}}}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: 96}, webrtc.RTPCodecTypeVideo); err != nil {
		return err
	}
	rtx := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96"}
	return m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: rtx, PayloadType: 97}, webrtc.RTPCodecTypeVideo)
}

func (p *Publisher) addTracks() (err error) {
	add := func(mime, id string) (*webrtc.TrackLocalStaticSample, error) {
		t, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, id, "baton")
		if err != nil {
			return nil, err
		}
		x, err := p.pc.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return nil, err
		}
		go func() { // RTCP must be read for the interceptors to see it
			for {
				ps, _, err := x.Sender().ReadRTCP()
				if err != nil {
					return
				}
				if p.cfg.Heard != nil {
					p.cfg.Heard(ps)
				}
			}
		}()
		return t, nil
	}
	if p.cfg.Source.VideoMime != "" {
		if p.video, err = add(p.cfg.Source.VideoMime, "video"); err != nil {
			return fmt.Errorf("add video: %w", err)
		}
	}
	if p.cfg.Source.AudioMime != "" {
		if p.audio, err = add(p.cfg.Source.AudioMime, "audio"); err != nil {
			return fmt.Errorf("add audio: %w", err)
		}
	}
	return nil
}

func (p *Publisher) negotiate(ctx context.Context) error {
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	<-gathered
	sdp := p.pc.LocalDescription().SDP
	if p.cfg.Offer != nil {
		sdp = p.cfg.Offer(sdp)
	}
	h, body, err := p.request(ctx, http.MethodPost, p.cfg.URL, "application/sdp", "", sdp, http.StatusCreated)
	if err != nil {
		return err
	}
	base, err := url.Parse(p.cfg.URL)
	if err != nil {
		return err
	}
	at, err := base.Parse(h.Get("Location"))
	if err != nil {
		return fmt.Errorf("location: %w", err)
	}
	p.Location, p.ETag = at.String(), h.Get("ETag")
	return p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: body})
}

func (p *Publisher) request(ctx context.Context, method, to, contentType, ifMatch, body string, want int) (http.Header, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, bytes.NewBufferString(body))
	if err != nil {
		return nil, "", err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	if p.cfg.Token != "" {
		r.Header.Set("Authorization", "Bearer "+p.cfg.Token)
	}
	resp, err := p.cfg.Client.Do(r)
	if err != nil {
		return nil, "", err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, "", err
	}
	if resp.StatusCode != want {
		return nil, "", fmt.Errorf("%s answered %s: %.300s", method, resp.Status, b)
	}
	return resp.Header, string(b), nil
}

// Play sends the source for as long as it lasts, or so long, over and over.
func (p *Publisher) Play(ctx context.Context, long time.Duration) error {
	begin := time.Now()
	type next struct {
		track  *webrtc.TrackLocalStaticSample
		frames []Frame
		i      int
		round  time.Duration
	}
	tracks := []*next{}
	if p.video != nil {
		tracks = append(tracks, &next{track: p.video, frames: p.cfg.Source.Video})
	}
	if p.audio != nil {
		tracks = append(tracks, &next{track: p.audio, frames: p.cfg.Source.Audio})
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		n := tracks[0]
		for _, t := range tracks[1:] {
			if t.round+t.frames[t.i].At < n.round+n.frames[n.i].At {
				n = t
			}
		}
		at := n.round + n.frames[n.i].At
		if at >= long {
			return nil
		}
		timer.Reset(time.Until(begin.Add(at)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		f := n.frames[n.i]
		n.i++
		if n.i == len(n.frames) {
			n.i, n.round = 0, n.round+p.cfg.Source.Duration
		}
		duration := n.round + n.frames[n.i].At - at
		if err := n.track.WriteSample(media.Sample{Data: f.Data, Duration: duration}); err != nil {
			return fmt.Errorf("send frame: %w", err)
		}
	}
}

// Restart restarts ICE (RFC 9725, 4.3.2): new credentials and candidates by PATCH, the media goes on.
func (p *Publisher) Restart(ctx context.Context) error {
	offer, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	before := p.pc.CurrentRemoteDescription().SDP
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	<-gathered
	h, body, err := p.request(ctx, http.MethodPatch, p.Location, "application/trickle-ice-sdpfrag", "*", transport(p.pc.LocalDescription().SDP), http.StatusOK)
	if err != nil {
		return err
	}
	p.ETag = h.Get("ETag")
	return p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: withTransport(before, body)})
}

// transport takes the first section's transport out of a description.
func transport(sdp string) string {
	var b strings.Builder
	for _, section := range strings.SplitAfterN(sdp, "\r\nm=", 3)[1:2] {
		fmt.Fprintf(&b, "m=%s\r\n", strings.SplitN(section, "\r\n", 2)[0])
		for line := range strings.SplitSeq(section, "\r\n") {
			for _, key := range []string{"mid:", "ice-ufrag:", "ice-pwd:", "candidate:"} {
				if strings.HasPrefix(line, "a="+key) {
					b.WriteString(line + "\r\n")
				}
			}
		}
	}
	return b.String()
}

// withTransport is an answer with the credentials and candidates of a fragment.
func withTransport(answer, fragment string) string {
	value := func(key string) (out []string) {
		for line := range strings.SplitSeq(fragment, "\r\n") {
			if strings.HasPrefix(line, key) {
				out = append(out, line)
			}
		}
		return out
	}
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(answer, "\r\n"), "\r\n") {
		switch {
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
			continue
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			line = strings.Join(append(value("a=ice-ufrag:")[:1], value("a=candidate:")...), "\r\n")
		case strings.HasPrefix(line, "a=ice-pwd:"):
			line = value("a=ice-pwd:")[0]
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// Stop ends the session and waits until the server says that its recording is finished.
func (p *Publisher) Stop(ctx context.Context) error {
	_, _, err := p.request(ctx, http.MethodDelete, p.Location, "", "", "", http.StatusOK)
	return errors.Join(err, p.pc.GracefulClose())
}

// Vanish closes the connection without a word to the server.
func (p *Publisher) Vanish() error { return p.pc.GracefulClose() }

// Connection is the publisher's own, for tests.
func (p *Publisher) Connection() *webrtc.PeerConnection { return p.pc }
