package media_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"baton/domain"
	"baton/media"
)

// door opens a WebRTC door for a bench.
func (b *bench) door(tb testing.TB, change ...func(*media.DoorConfig)) *media.Door {
	tb.Helper()
	cfg := media.DoorConfig{Ingest: b.Ingest, Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)), Addr: "127.0.0.1:0"}
	for _, f := range change {
		f(&cfg)
	}
	d, err := media.NewDoor(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := d.Close(); err != nil {
			tb.Error(err)
		}
	})
	return d
}

// sender is a recorder's side of the data channel.
type sender struct {
	t   testing.TB
	pc  *webrtc.PeerConnection
	dc  *webrtc.DataChannel
	got chan map[string]any
}

// peer is a WebRTC client on the loopback interface.
func peer(tb testing.TB, tune ...func(*webrtc.SettingEngine)) *webrtc.PeerConnection {
	tb.Helper()
	s := webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	for _, f := range tune {
		f(&s)
	}
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		tb.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(m)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

// offer makes the client's offer with its candidates.
func offer(tb testing.TB, pc *webrtc.PeerConnection) string {
	tb.Helper()
	o, err := pc.CreateOffer(nil)
	if err != nil {
		tb.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(o); err != nil {
		tb.Fatal(err)
	}
	<-gathered
	return pc.LocalDescription().SDP
}

func connect(tb testing.TB, d *media.Door, clip domain.ClipID, tune ...func(*webrtc.SettingEngine)) *sender {
	tb.Helper()
	s := &sender{t: tb, pc: peer(tb, tune...), got: make(chan map[string]any, 1000)}
	protocol := media.ChannelProtocol
	var err error
	if s.dc, err = s.pc.CreateDataChannel(media.ChannelLabel, &webrtc.DataChannelInit{Protocol: &protocol}); err != nil {
		tb.Fatal(err)
	}
	open := make(chan struct{})
	s.dc.OnOpen(func() { close(open) })
	s.dc.OnMessage(func(m webrtc.DataChannelMessage) {
		v := map[string]any{}
		if err := json.Unmarshal(m.Data, &v); err != nil {
			tb.Error(err)
		}
		s.got <- v
	})
	answer, err := d.Channel(tb.Context(), clip, offer(tb, s.pc))
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		tb.Fatal(err)
	}
	select {
	case <-open:
	case <-time.After(15 * time.Second):
		tb.Fatal("the channel did not open")
	}
	return s
}

func (s *sender) text(v map[string]any) {
	s.t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = s.dc.SendText(string(b))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// chunk sends one in fragments of the given payload size.
func (s *sender) chunk(seq int, b []byte, size int) {
	s.t.Helper()
	sum := sha256.Sum256(b)
	count := (len(b) + size - 1) / size
	for i := range count {
		m := binary.BigEndian.AppendUint32([]byte{1}, uint32(seq))
		m = binary.BigEndian.AppendUint16(m, uint16(i))
		m = binary.BigEndian.AppendUint16(m, uint16(count))
		if i == 0 {
			m = append(m, sum[:]...)
		}
		m = append(m, b[i*size:min((i+1)*size, len(b))]...)
		if err := s.dc.Send(m); err != nil {
			s.t.Fatal(err)
		}
	}
}

// wait returns the next message of a type.
func (s *sender) wait(kind string) map[string]any {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case m := <-s.got:
			if m["type"] == kind {
				return m
			}
			if m["type"] == "error" { // not the one that was waited for
				s.t.Fatalf("waiting for %s: %v", kind, m)
			}
		case <-deadline:
			s.t.Fatalf("no %s came", kind)
		}
	}
}

func TestDataChannelCarriesARecording(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	list := chunks(data, 5000)
	s := connect(t, d, clip)
	s.text(map[string]any{"type": "hello", "mime_type": mkvType})
	if m := s.wait("status"); m["next"] != 0.0 || m["state"] != "recording" {
		t.Fatalf("status %v", m)
	}
	for i, c := range list {
		s.chunk(i, c, 2000)
	}
	s.text(map[string]any{"type": "finish", "chunks": len(list), "sha256": hexSum(data)})
	for i := range list {
		if m := s.wait("ack"); m["ack"] != float64(i) || m["next"] != float64(i+1) {
			t.Fatalf("ack %v of chunk %d", m, i)
		}
	}
	if m := s.wait("finished"); m["sha256"] != hexSum(data) || m["durable_bytes"] != float64(len(data)) {
		t.Fatalf("finished %v", m)
	}
	if !bytes.Equal(b.source(t, clip), data) {
		t.Error("the stored source is not what was sent")
	}
}

// TestSeveralConnectionsAndCarriers deals the chunks out to two connections and HTTP.
func TestSeveralConnectionsAndCarriers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc3-opus.mp4")
	const mime = "video/mp4;codecs=avc3.640015,opus"
	list := chunks(data, 3000)
	both := []*sender{connect(t, d, clip), connect(t, d, clip)}
	for _, s := range both {
		s.text(map[string]any{"type": "hello", "mime_type": mime})
		s.wait("status")
	}
	for i, c := range list {
		switch i % 3 {
		case 0, 1:
			both[i%3].chunk(i, c, 60000)
		default:
			b.append(t, clip, mime, i, c)
		}
	}
	both[0].text(map[string]any{"type": "status"})
	both[0].wait("status")
	both[1].text(map[string]any{"type": "status"})
	both[1].wait("status")
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil {
		t.Fatal(err)
	}
}

func TestDataChannelRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	for _, bad := range []string{"", "nonsense", "v=0\r\nm=", "v=0" + strings.Repeat("x", 200_000)} {
		if _, err := d.Channel(t.Context(), b.store.clip(domain.KindScreen), bad); reason(err) != "sdp" {
			t.Errorf("offer %.10q: %v", bad, err)
		}
	}
	for _, c := range []struct {
		name   string
		send   func(s *sender)
		status float64
	}{
		{"ahead", func(s *sender) { s.chunk(30, []byte("x"), 10) }, 409},
		{"no JSON", func(s *sender) { _ = s.dc.SendText("hello") }, 400},
		{"no such message", func(s *sender) { s.text(map[string]any{"type": "sing"}) }, 400},
		{"no media type", func(s *sender) { s.text(map[string]any{"type": "hello", "mime_type": "text/plain"}) }, 415},
		{"garbage", func(s *sender) { _ = s.dc.Send([]byte{1, 2, 3}) }, 400},
		{"finish with chunks missing", func(s *sender) { s.text(map[string]any{"type": "finish", "chunks": 9}) }, 409},
		{"wrong digest", func(s *sender) {
			m := append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 32)...)
			_ = s.dc.Send(append(m, 'x'))
		}, 422},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := connect(t, d, b.store.clip(domain.KindScreen))
			s.text(map[string]any{"type": "hello", "mime_type": mkvType})
			s.wait("status")
			c.send(s)
			if m := s.wait("error"); m["status"] != c.status {
				t.Errorf("answer %v", m)
			}
		})
	}
}

// TestDataChannelOverTCP: where UDP is blocked, ICE-TCP on the same port number carries it.
func TestDataChannelOverTCP(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	clip := b.store.clip(domain.KindAudio)
	s := connect(t, d, clip, func(e *webrtc.SettingEngine) {
		e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	})
	s.text(map[string]any{"type": "hello", "mime_type": "audio/webm;codecs=opus"})
	s.chunk(0, sample(t, "opus.webm"), 60000)
	s.wait("ack")
	s.text(map[string]any{"type": "finish", "chunks": 1})
	if m := s.wait("finished"); m["duration_ms"].(float64) < 7900 {
		t.Errorf("finished %v", m)
	}
}
