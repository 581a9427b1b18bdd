package rtpin

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/pion/rtp/codecs"
)

// maxFrame bounds one frame, in bytes.
const maxFrame = 16 << 20

// assembler joins the payloads of one frame's packets.
type assembler interface {
	// assemble gives the frame's bytes and whether decoding can begin with it; ok is false when they are no frame.
	assemble(payloads [][]byte) (data []byte, key, ok bool)
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

func (opusFrames) assemble(ps [][]byte) ([]byte, bool, bool) { return ps[0], true, true }

// h264Frames gives Annex B of what RFC 6184 has in its non-interleaved mode. A frame is a key frame only with the parameter sets
// known: the first packets may be lost. It does not go through pion's depacketizer, which copies each byte four times.
type h264Frames struct {
	sps, pps bool
	data     []byte
	key      bool
}

func (*h264Frames) reset() {}

// Types of NAL units in packets (RFC 6184, 5.2), and the bits of a fragment's header (5.8).
const (
	nalKey, nalSPS, nalPPS, nalLast = 5, 7, 8, 23
	packetSTAPA, packetFUA          = 24, 28
	fragmentStart, fragmentEnd      = 0x80, 0x40
)

func (h *h264Frames) assemble(ps [][]byte) (data []byte, key, ok bool) {
	size := 0
	for _, p := range ps {
		size += len(p) + 8
	}
	if size > maxFrame {
		return nil, false, false
	}
	h.data, h.key = make([]byte, 0, size), false
	open := false // a fragmented unit is
	for _, p := range ps {
		switch kind := p[0] & 0x1f; {
		case kind > 0 && kind <= nalLast:
			ok = !open
			h.unit(p[0])
			h.data = append(h.data, p[1:]...)
		case kind == packetSTAPA:
			ok = !open && h.aggregate(p[1:])
		case kind == packetFUA && len(p) > 1:
			start := p[1]&fragmentStart != 0
			if ok = open != start; start {
				h.unit(p[0]&0xe0 | p[1]&0x1f)
			}
			h.data = append(h.data, p[2:]...)
			open = p[1]&fragmentEnd == 0
		default:
			ok = false
		}
		if !ok {
			return nil, false, false
		}
	}
	data, h.data = h.data, nil
	return data, h.key && h.sps && h.pps, !open && len(data) > 4
}

// unit begins a NAL unit with its header.
func (h *h264Frames) unit(header byte) {
	switch header & 0x1f {
	case nalKey:
		h.key = true
	case nalSPS:
		h.sps = true
	case nalPPS:
		h.pps = true
	}
	h.data = append(h.data, 0, 0, 0, 1, header)
}

// aggregate takes the units of a STAP-A (5.7.1).
func (h *h264Frames) aggregate(b []byte) bool {
	for len(b) > 1 {
		n := int(binary.BigEndian.Uint16(b))
		if b = b[2:]; n > len(b) {
			return false
		}
		if n > 0 {
			h.unit(b[0])
			h.data = append(h.data, b[1:n]...)
		}
		b = b[n:]
	}
	return true
}

type vp8Frames struct{}

func (vp8Frames) reset() {}

func (vp8Frames) assemble(ps [][]byte) (data []byte, key, ok bool) {
	for i, p := range ps {
		var d codecs.VP8Packet
		b, err := d.Unmarshal(p)
		if err != nil || i == 0 && (d.S != 1 || d.PID != 0) || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		data = append(data, b...)
	}
	return data, len(data) > 0 && data[0]&1 == 0, len(data) > 0
}

type vp9Frames struct{}

func (vp9Frames) reset() {}

func (vp9Frames) assemble(ps [][]byte) (data []byte, key, ok bool) {
	for i, p := range ps {
		var d codecs.VP9Packet
		b, err := d.Unmarshal(p)
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

func (a *av1Frames) assemble(ps [][]byte) (data []byte, key, ok bool) {
	for i, p := range ps {
		// N, the first packet of a coded video sequence (AV1 RTP, 4.4).
		if i == 0 {
			key = len(p) > 0 && p[0]&0x08 != 0
		}
		b, err := a.d.Unmarshal(p)
		if err != nil || len(data)+len(b) > maxFrame {
			return nil, false, false
		}
		data = append(data, b...)
	}
	return data, key, len(data) > 0
}
