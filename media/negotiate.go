package media

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/interceptor"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"baton/media/internal/codec"
	"baton/media/internal/container"
)

// startBitrate in kbit/s is where Chromium's bandwidth estimate begins when the answer says so; left alone it may stay at
// a tenth of it for ten seconds.
const startBitrate = 2500

// transportCC is the header extension of transport-wide congestion control.
const transportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// mediaCodec is a codec that WHIP takes.
type mediaCodec struct {
	rtp, mime, matroska, short string
}

// videoCodecs in the order of our liking: what CMAF takes by copying first, and of that what plays everywhere first.
func videoCodecs() []mediaCodec {
	return []mediaCodec{
		{"H264", webrtc.MimeTypeH264, "V_MPEG4/ISO/AVC", "avc1"},
		{"VP9", webrtc.MimeTypeVP9, "V_VP9", "vp9"},
		{"AV1", webrtc.MimeTypeAV1, "V_AV1", "av01"},
		{"VP8", webrtc.MimeTypeVP8, "V_VP8", "vp8"},
	}
}

func opusCodec() mediaCodec { return mediaCodec{"opus", webrtc.MimeTypeOpus, "A_OPUS", "opus"} }

// chosen is one media section of an offer with the codec we take.
type chosen struct {
	mediaCodec
	kind codec.Kind
	pt   uint8
	fmtp string
	rtx  int // payload type, -1: none
	// silent tells that the offer does not say with which SSRC it is sent.
	silent bool
}

// rate of the RTP timestamps, in units a second.
func (c *chosen) rate() int64 {
	if c.kind == codec.Audio {
		return codec.OpusRate
	}
	return 90000
}

// choose picks the one codec per media section that we take. RFC 9725, 4.2 and 4.3: at most one video and one
// sound track here, each sent to us; anything else is refused as a whole.
func choose(offer string) ([]chosen, error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(offer); err != nil {
		return nil, badSDP(err)
	}
	if err := checkTransport(&s); err != nil {
		return nil, err
	}
	var out []chosen
	for _, m := range s.MediaDescriptions {
		kind := codec.Kind(m.MediaName.Media)
		if kind != codec.Video && kind != codec.Audio || slices.ContainsFunc(out, func(c chosen) bool { return c.kind == kind }) {
			return nil, refuse(http.StatusUnprocessableEntity, "tracks", 0, "one video and one audio track are taken at most, and nothing else")
		}
		for _, direction := range []string{"recvonly", "inactive"} {
			if _, ok := m.Attribute(direction); ok {
				return nil, refuse(http.StatusBadRequest, "direction", 0, "each track of the offer must be sent: sendonly or sendrecv, not %s", direction)
			}
		}
		c, ok := chooseCodec(m, kind)
		if !ok {
			return nil, refuse(http.StatusNotAcceptable, "codec", 0, "no %s codec of the offer is taken here: H.264, VP9, AV1, VP8 and Opus are", kind)
		}
		if _, ok := m.Attribute("ssrc"); !ok {
			c.silent, c.rtx = true, -1 // which SSRC repairs which could not be told
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, refuse(http.StatusBadRequest, "tracks", 0, "the offer has no media")
	}
	slices.SortStableFunc(out, func(a, b chosen) int { return strings.Compare(string(b.kind), string(a.kind)) }) // video first
	return out, nil
}

// checkTransport refuses what could not become one bundled transport of one MediaStream with us as the DTLS server (RFC 9725,
// 4.4.1, 4.4.2, 4.4.4): half of it would never arrive, or nothing.
func checkTransport(s *sdp.SessionDescription) error {
	no := func(format string, args ...any) error {
		return refuse(http.StatusUnprocessableEntity, "transport", 0, format, args...)
	}
	group, _ := s.Attribute("group")
	bundled := strings.Fields(group)
	stream := ""
	for _, m := range s.MediaDescriptions {
		mid, _ := m.Attribute("mid")
		if len(s.MediaDescriptions) > 1 && (len(bundled) == 0 || bundled[0] != "BUNDLE" || mid == "" || !slices.Contains(bundled[1:], mid)) {
			return no("all tracks must be in one BUNDLE group")
		}
		if _, ok := m.Attribute("rtcp-mux"); !ok {
			return no("RTCP must be sent with RTP (rtcp-mux)")
		}
		setup, ok := m.Attribute("setup")
		if !ok {
			setup, _ = s.Attribute("setup")
		}
		if setup == "passive" || setup == "holdconn" {
			return no("this server answers DTLS handshakes: the offer must say setup:actpass or setup:active, not %s", setup)
		}
		msid, _ := m.Attribute("msid")
		id, _, _ := strings.Cut(msid, " ")
		if stream != "" && id != "" && id != stream {
			return no("all tracks must be of one MediaStream")
		}
		stream = cmp.Or(stream, id)
	}
	return nil
}

// formats reads a media section's rtpmap and fmtp lines by payload type.
func formats(m *sdp.MediaDescription) (names, fmtps map[uint8]string) {
	names, fmtps = map[uint8]string{}, map[uint8]string{}
	for _, a := range m.Attributes {
		head, rest, _ := strings.Cut(a.Value, " ")
		pt, err := strconv.ParseUint(head, 10, 7)
		if err != nil {
			continue
		}
		switch a.Key {
		case "rtpmap":
			names[uint8(pt)], _, _ = strings.Cut(rest, "/")
		case "fmtp":
			fmtps[uint8(pt)] = rest
		}
	}
	return names, fmtps
}

func chooseCodec(m *sdp.MediaDescription, kind codec.Kind) (chosen, bool) {
	names, fmtps := formats(m)
	like := videoCodecs()
	if kind == codec.Audio {
		like = []mediaCodec{opusCodec()}
	}
	for _, want := range like {
		best := chosen{mediaCodec: want, kind: kind, rtx: -1}
		found := false
		for _, f := range m.MediaName.Formats {
			n, err := strconv.ParseUint(f, 10, 7)
			if err != nil || !strings.EqualFold(names[uint8(n)], want.rtp) || !usable(want, fmtps[uint8(n)]) {
				continue
			}
			// packetization-mode 1 carries frames larger than a packet in the usual way.
			if better := strings.Contains(fmtps[uint8(n)], "packetization-mode=1"); !found || better && !strings.Contains(best.fmtp, "packetization-mode=1") {
				best.pt, best.fmtp, found = uint8(n), fmtps[uint8(n)], true
			}
		}
		if !found {
			continue
		}
		for pt, name := range names {
			if strings.EqualFold(name, "rtx") && strings.TrimSpace(fmtps[pt]) == fmt.Sprintf("apt=%d", best.pt) {
				best.rtx = int(pt)
			}
		}
		return best, true
	}
	return chosen{}, false
}

// usable refuses VP9 profiles beyond 8 bit 4:2:0, which few players take.
func usable(c mediaCodec, fmtp string) bool {
	return c.rtp != "VP9" || !strings.Contains(fmtp, "profile-id=") || strings.Contains(fmtp, "profile-id=0")
}

// sessionAPI makes pion's API with just the chosen codecs, so that the sender can use no other. buffer takes the packets (tap.go).
func (d *Door) sessionAPI(tracks []chosen, buffer func(packetio.BufferPacketType, uint32) io.ReadWriteCloser) (*webrtc.API, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range tracks {
		if err := register(m, c); err != nil {
			return nil, fmt.Errorf("register %s: %w", c.mime, err)
		}
	}
	extensions := []string{transportCC, sdp.SDESMidURI}
	if slices.ContainsFunc(tracks, func(c chosen) bool { return c.silent }) {
		// With MID pion looks for a RID as well, and drops a track that has none. Without, it goes by the payload type.
		extensions = extensions[:1]
	}
	for _, k := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		for _, uri := range extensions {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, k); err != nil {
				return nil, fmt.Errorf("register header extension: %w", err)
			}
		}
	}
	settings := d.settings
	settings.BufferFactory = buffer
	// No interceptors: what they would do the session does for all tracks at once (feedback). pion's NACK generator would not do anyway: it
	// does not see what RTX brought back and asks again and again (pion/interceptor#320); the jitter buffer knows what it lacks.
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func register(m *webrtc.MediaEngine, c chosen) error {
	if c.kind == codec.Audio {
		return m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: c.mime, ClockRate: codec.OpusRate, Channels: 2, SDPFmtpLine: c.fmtp,
				RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "transport-cc"}},
			},
			PayloadType: webrtc.PayloadType(c.pt),
		}, webrtc.RTPCodecTypeAudio)
	}
	err := m.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: c.mime, ClockRate: 90000, SDPFmtpLine: c.fmtp,
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "transport-cc"}},
		},
		PayloadType: webrtc.PayloadType(c.pt),
	}, webrtc.RTPCodecTypeVideo)
	if err != nil || c.rtx < 0 {
		return err
	}
	return m.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", c.pt)},
		PayloadType:        webrtc.PayloadType(c.rtx), //nolint:gosec // a payload type
	}, webrtc.RTPCodecTypeVideo)
}

// startHigh tells the sender where its bandwidth estimate may begin.
func startHigh(answer string, tracks []chosen) string {
	for _, c := range tracks {
		if c.kind != codec.Video {
			continue
		}
		line := fmt.Sprintf("a=fmtp:%d ", c.pt)
		param := fmt.Sprintf("x-google-start-bitrate=%d", startBitrate)
		if strings.Contains(answer, line) {
			return strings.Replace(answer, line, line+param+";", 1)
		}
		if at := strings.Index(answer, fmt.Sprintf("a=rtpmap:%d ", c.pt)); at >= 0 {
			if end := strings.Index(answer[at:], "\r\n"); end >= 0 {
				return answer[:at+end+2] + line + param + "\r\n" + answer[at+end+2:]
			}
		}
	}
	return answer
}

// streamType is the content type of the Matroska stream that the frames become, and its tracks.
func streamType(tracks []chosen) (mime string, out []container.WriterTrack) {
	var names []string
	top := "audio"
	for _, c := range tracks {
		if c.kind == codec.Video {
			top = "video"
		}
		names = append(names, c.short)
		out = append(out, container.WriterTrack{CodecID: c.matroska, Kind: c.kind})
	}
	return top + "/x-matroska;codecs=" + strings.Join(names, ","), out
}
