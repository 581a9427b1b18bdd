package rtpin

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

// maxFrame bounds one frame, in bytes.
const maxFrame = 16 << 20

// assembler joins the packets of one frame.
type assembler interface {
	// assemble gives the frame's bytes and whether decoding can begin with it; ok is false when they are no frame.
	assemble(packets []*rtp.Packet) (data []byte, key, ok bool)
	reset()
}

func newAssembler(mime string) (a assembler, video bool, err error) {
	switch strings.ToLower(mime) {
	case "video/h264":
		return &h264Frames{}, true, nil
	case "video/vp8":
		return vp8Frames{}, true, nil
	case "video/vp9":
		return vp9Frames{}, true, nil
	case "video/av1":
		return &av1Frames{}, true, nil
	case "audio/opus":
		return opusFrames{}, false, nil
	}
	return nil, false, fmt.Errorf("no frames can be made of %q", mime)
}

type opusFrames struct{}

func (opusFrames) reset() {}

func (opusFrames) assemble(ps []*rtp.Packet) ([]byte, bool, bool) { return ps[0].Payload, true, true }

// h264Frames gives Annex B. A frame is a key frame only with the parameter sets known: the first packets may be lost.
type h264Frames struct {
	sps, pps bool
}

func (*h264Frames) reset() {}

func (h *h264Frames) assemble(ps []*rtp.Packet) (data []byte, key, ok bool) {
	d := codecs.H264Packet{IsAVC: true}
	for _, p := range ps {
		b, err := d.Unmarshal(p.Payload)
		if err != nil || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		data = append(data, b...)
	}
	for i := 0; i+4 < len(data); {
		n := int(binary.BigEndian.Uint32(data[i:]))
		if n > len(data)-i-4 {
			return nil, false, false
		}
		copy(data[i:], []byte{0, 0, 0, 1}) // lengths to start codes, in place
		if n > 0 {
			switch data[i+4] & 0x1f {
			case 5:
				key = true
			case 7:
				h.sps = true
			case 8:
				h.pps = true
			}
		}
		i += 4 + n
	}
	return data, key && h.sps && h.pps, len(data) > 4
}

type vp8Frames struct{}

func (vp8Frames) reset() {}

func (vp8Frames) assemble(ps []*rtp.Packet) (data []byte, key, ok bool) {
	for i, p := range ps {
		var d codecs.VP8Packet
		b, err := d.Unmarshal(p.Payload)
		if err != nil || i == 0 && (d.S != 1 || d.PID != 0) || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		data = append(data, b...)
	}
	return data, len(data) > 0 && data[0]&1 == 0, len(data) > 0
}

type vp9Frames struct{}

func (vp9Frames) reset() {}

func (vp9Frames) assemble(ps []*rtp.Packet) (data []byte, key, ok bool) {
	for i, p := range ps {
		var d codecs.VP9Packet
		b, err := d.Unmarshal(p.Payload)
		if err != nil || i == 0 && !d.B || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		if i == 0 {
			key = !d.P
		}
		data = append(data, b...)
	}
	return data, key, len(data) > 0
}

type av1Frames struct {
	d codecs.AV1Depacketizer
}

func (a *av1Frames) reset() { a.d = codecs.AV1Depacketizer{} }

func (a *av1Frames) assemble(ps []*rtp.Packet) (data []byte, key, ok bool) {
	for i, p := range ps {
		// N, the first packet of a coded video sequence (AV1 RTP, 4.4).
		if i == 0 {
			key = len(p.Payload) > 0 && p.Payload[0]&0x08 != 0
		}
		b, err := a.d.Unmarshal(p.Payload)
		if err != nil || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		data = append(data, b...)
	}
	return data, key, len(data) > 0
}
