package media

import (
	"encoding/binary"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"baton/media/internal/rtpin"
)

const (
	// tapBytes of packets wait at most for it to be known what they are.
	tapBytes = 1_000_000
	// reportEvery is how often receiver reports go out, congestionEvery what congestion control is told (with the tick after it).
	reportEvery     = time.Second
	congestionEvery = 90 * time.Millisecond
)

// tap takes the packets of one SSRC where pion puts them when they are decrypted, in pion's own goroutine, and not, as is usual, from a
// second buffer in a second goroutine: to wake that for each packet cost more than all that is done with the packet. What pion reads
// from its buffer are the first packets only, by which it finds out to which track they belong.
type tap struct {
	*packetio.Buffer

	s    *session
	ssrc uint32
}

// tapped is what a session knows of one SSRC. Its lock is the session's.
type tapped struct {
	track   int // its place in chosen; -1: not known yet
	repairs bool
	kept    []kept
}

// kept is a packet that waits.
type kept struct {
	b  []byte
	at time.Time
}

// buffer implements webrtc.SettingEngine's BufferFactory.
func (s *session) buffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	if kind != packetio.RTPBufferPacket {
		b.SetLimitSize(tapBytes / 10)
		return b
	}
	b.SetLimitSize(tapBytes)
	return &tap{Buffer: b, s: s, ssrc: ssrc}
}

// of gives what is known of an SSRC. The lock is held.
func (s *session) of(ssrc uint32) *tapped {
	x := s.taps[ssrc]
	if x == nil {
		x = &tapped{track: -1}
		s.taps[ssrc] = x
	}
	return x
}

// Write takes a packet.
func (t *tap) Write(b []byte) (int, error) {
	t.s.mu.Lock()
	x := t.s.of(t.ssrc)
	known := x.track >= 0
	switch now := time.Now(); {
	case known:
		t.s.arrived(x, b, now)
	case t.s.waiting+len(b) <= tapBytes:
		t.s.waiting += len(b)
		x.kept = append(x.kept, kept{slices.Clone(b), now})
	}
	t.s.mu.Unlock()
	if known {
		return len(b), nil
	}
	return t.Buffer.Write(b)
}

// tune tells to which track an SSRC belongs, or the packets of which it repairs (RFC 4588), and takes what came before.
func (s *session) tune(ssrc uint32, track int, repairs bool) {
	x := s.of(ssrc)
	x.track, x.repairs = track, repairs
	for _, k := range x.kept {
		s.waiting -= len(k.b)
		s.arrived(x, k.b, k.at)
	}
	x.kept = nil
}

// arrived takes a packet of a track. The lock is held.
func (s *session) arrived(x *tapped, b []byte, now time.Time) {
	p := &s.packet
	if p.Unmarshal(b) != nil {
		return
	}
	if s.congestionID != 0 {
		if e := p.GetExtension(s.congestionID); len(e) >= 2 {
			s.congestion.Record(p.SSRC, binary.BigEndian.Uint16(e), now.Sub(s.begun).Microseconds())
		}
	}
	t := s.tracks[x.track]
	if x.repairs {
		if len(p.Payload) < 2 {
			return // sent to probe the bandwidth
		}
		p.SequenceNumber, p.Payload = binary.BigEndian.Uint16(p.Payload), p.Payload[2:]
	} else {
		s.receptions[x.track].Packet(p.SequenceNumber, p.Timestamp, now)
	}
	t.Push(p, now)
	if !s.calm || s.drained {
		return
	}
	lacks := t.Lacks()
	if now.Sub(s.ticked) >= tickCalm {
		lacks = s.move(now, false) == tickEvery || lacks
	}
	if lacks {
		s.calm = false
		select {
		case s.hurry <- struct{}{}:
		default: // told already
		}
	}
}

// onTrack begins with a track, once pion knows what it is.
func (s *session) onTrack(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.place(remote.Codec().MimeType)
	if i < 0 || s.tracks[i] != nil {
		s.log.Warn("unexpected track", slog.String("codec", remote.Codec().MimeType))
		return
	}
	t, err := rtpin.NewTrack(remote.Codec().MimeType)
	if err != nil {
		s.log.Error("take track", slog.Any("error", err))
		return
	}
	for _, e := range receiver.GetParameters().HeaderExtensions {
		if e.URI == transportCC {
			s.congestionID = uint8(e.ID) //nolint:gosec // RFC 8285: at most 255
		}
	}
	s.tracks[i], s.ssrc[i] = t, uint32(remote.SSRC())
	s.receptions[i] = rtpin.NewReception(s.chosen[i].rate())
	s.tune(s.ssrc[i], i, false)
	if rtx := uint32(remote.RtxSSRC()); rtx != 0 {
		s.tune(rtx, i, true)
	}
	go s.reports(i, t, remote, receiver)
}

// answers is what the publisher is to be told of its packets now (RFC 3550, 6.4.2; transport-wide congestion control). The lock is held.
func (s *session) answers(now time.Time) (out []rtcp.Packet) {
	if now.Sub(s.reported) >= reportEvery {
		s.reported = now
		r := &rtcp.ReceiverReport{SSRC: s.own}
		for i, x := range s.receptions {
			if x == nil {
				continue
			}
			if block, ok := x.Report(s.ssrc[i], now); ok {
				r.Reports = append(r.Reports, block)
			}
		}
		if len(r.Reports) > 0 {
			out = append(out, r)
		}
	}
	if s.congestionID != 0 && now.Sub(s.told) >= congestionEvery {
		s.told = now
		out = append(out, s.congestion.BuildFeedbackPacket()...)
	}
	return out
}

// feedback is what the session keeps to answer with.
type feedback struct {
	packet       rtp.Packet // the one that is being read
	taps         map[uint32]*tapped
	waiting      int                // bytes in all that is kept
	receptions   []*rtpin.Reception // by place in chosen; nil: no packet yet
	own          uint32             // our SSRC
	reported     time.Time
	congestion   *twcc.Recorder
	congestionID uint8 // of the header extension; 0: not agreed on
	told         time.Time
}

func newFeedback(tracks int, own uint32) feedback {
	return feedback{taps: map[uint32]*tapped{}, receptions: make([]*rtpin.Reception, tracks), own: own, congestion: twcc.NewRecorder(own)}
}
