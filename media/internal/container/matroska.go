package container

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"baton/media/internal/codec"
)

// Element ids (RFC 9559, section 5).
const (
	idEBML             = 0x1A45DFA3
	idDocType          = 0x4282
	idSegment          = 0x18538067
	idInfo             = 0x1549A966
	idTimestampScale   = 0x2AD7B1
	idTracks           = 0x1654AE6B
	idTrackEntry       = 0xAE
	idTrackNumber      = 0xD7
	idTrackType        = 0x83
	idCodecID          = 0x86
	idCodecPrivate     = 0x63A2
	idContentEncodings = 0x6D80
	idAudio            = 0xE1
	idSamplingRate     = 0xB5
	idCluster          = 0x1F43B675
	idTimestamp        = 0xE7
	idSimpleBlock      = 0xA3
	idBlockGroup       = 0xA0
	idBlock            = 0xA1
	idReferenceBlock   = 0xFB
	idBlockDuration    = 0x9B
)

// vint reads an element id (its marker kept) or size. n is 0 when bytes are missing, -1 when it is
// not valid. The size of all ones means unknown: -1.
func vint(b []byte, id bool) (v int64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	n = 1
	for m := byte(0x80); m != 0 && b[0]&m == 0; m >>= 1 {
		n++
	}
	if n > 8 || id && n > 4 {
		return 0, -1
	}
	if len(b) < n {
		return 0, 0
	}
	v = int64(b[0])
	mask := int64(0xff) >> n
	unknown := v&mask == mask
	if !id {
		v &= mask
	}
	for _, x := range b[1:n] {
		v = v<<8 | int64(x)
		unknown = unknown && x == 0xff
	}
	if unknown && !id {
		v = -1
	}
	return v, n
}

// element reads one Matroska element from the buffer. Segment and Cluster are entered, not
// taken whole: browsers write them with unknown size.
func (r *Reader) element() (more bool, err error) {
	id, n := vint(r.buf, true)
	if n <= 0 {
		return false, malformedIf(n < 0, "element id")
	}
	size, k := vint(r.buf[n:], false)
	if k <= 0 {
		return false, malformedIf(k < 0, "element size")
	}
	head := n + k
	limit := int64(maxHeader)
	switch id {
	case idSegment, idCluster:
		r.advance(head)
		return true, nil
	case idEBML, idInfo, idTracks, idTimestamp:
	case idSimpleBlock, idBlockGroup:
		limit = maxMedia
	default:
		if size < 0 {
			return false, fmt.Errorf("element %#x of unknown size: %w", id, codec.ErrMalformed)
		}
		r.advance(head)
		r.skip = size
		return true, nil
	}
	if size < 0 || size > limit {
		return false, fmt.Errorf("element %#x of %d bytes: %w", id, size, codec.ErrMalformed)
	}
	if int64(len(r.buf)) < int64(head)+size {
		return false, nil
	}
	end := head + int(size)
	if err := r.master(id, r.buf[head:end:end]); err != nil {
		return false, err
	}
	r.advance(end)
	return true, nil
}

func malformedIf(bad bool, what string) error {
	if bad {
		return fmt.Errorf("%s: %w", what, codec.ErrMalformed)
	}
	return nil
}

// master handles an element that was taken whole.
func (r *Reader) master(id int64, body []byte) error {
	switch id {
	case idEBML:
		return r.ebml(body)
	case idInfo:
		return children(body, func(id int64, b []byte) error {
			if id == idTimestampScale {
				r.state.Scale = uintOf(b)
				if r.state.Scale <= 0 || r.state.Scale > 1_000_000_000 {
					return fmt.Errorf("timestamp scale %d: %w", r.state.Scale, codec.ErrMalformed)
				}
			}
			return nil
		})
	case idTracks:
		return r.mkvTracks(body)
	case idTimestamp:
		r.state.Mark.Cluster = uintOf(body)
	case idSimpleBlock:
		return r.block(body, true, -1)
	case idBlockGroup:
		return r.blockGroup(body)
	}
	return nil
}

func (r *Reader) ebml(body []byte) error {
	if r.state.Tracks != nil {
		return fmt.Errorf("a second stream begins: %w", codec.ErrUnsupported)
	}
	return children(body, func(id int64, b []byte) error {
		if t := strings.TrimRight(string(b), "\x00"); id == idDocType && t != "webm" && t != "matroska" {
			return fmt.Errorf("EBML of type %q: %w", t, codec.ErrUnsupported)
		}
		return nil
	})
}

// children calls f for each child of a master element; every one must be complete.
func children(b []byte, f func(id int64, body []byte) error) error {
	for len(b) > 0 {
		id, n := vint(b, true)
		if n <= 0 {
			return malformedIf(true, "element id")
		}
		size, k := vint(b[n:], false)
		if k <= 0 || size < 0 || size > int64(len(b)-n-k) {
			return malformedIf(true, "element size")
		}
		body := b[n+k : n+k+int(size)]
		if err := f(id, body); err != nil {
			return err
		}
		b = b[n+k+int(size):]
	}
	return nil
}

// uintOf is an unsigned integer element; one too large for us is -1.
func uintOf(b []byte) int64 {
	if len(b) > 8 || len(b) == 8 && b[0]&0x80 != 0 {
		return -1
	}
	v := int64(0)
	for _, x := range b {
		v = v<<8 | int64(x)
	}
	return v
}

func floatOf(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *Reader) mkvTracks(body []byte) error {
	var all []candidate
	err := children(body, func(id int64, b []byte) error {
		if id != idTrackEntry {
			return nil
		}
		if len(all) == maxTracks {
			return fmt.Errorf("more than %d tracks: %w", maxTracks, codec.ErrMalformed)
		}
		c, err := trackEntry(b)
		all = append(all, c)
		return err
	})
	if err != nil {
		return err
	}
	return r.setTracks(all)
}

func trackEntry(b []byte) (c candidate, err error) {
	var codecID string
	rate := 0.0
	err = children(b, func(id int64, b []byte) error {
		switch id {
		case idTrackNumber:
			c.ID = uint64(max(uintOf(b), 0))
		case idTrackType:
			switch uintOf(b) {
			case 1:
				c.kind = codec.Video
			case 2:
				c.kind = codec.Audio
			}
		case idCodecID:
			codecID = strings.TrimRight(string(b), "\x00")
		case idCodecPrivate:
			c.Private = slices.Clone(b)
		case idContentEncodings:
			c.unsupported = "compressed or encrypted track"
		case idAudio:
			return children(b, func(id int64, b []byte) error {
				if id == idSamplingRate {
					rate = floatOf(b)
				}
				return nil
			})
		}
		return nil
	})
	c.Timescale = 90000
	switch codecID {
	case "V_MPEG4/ISO/AVC":
		c.Name = codec.H264
	case "V_VP9":
		c.Name, c.Private = codec.VP9, nil
	case "V_AV1":
		c.Name, c.Private = codec.AV1, nil
	case "A_OPUS":
		c.Name, c.Timescale = codec.Opus, codec.OpusRate
	case "A_AAC":
		c.Name, c.Timescale = codec.AAC, codec.OpusRate
		if rate >= 8000 && rate <= 96000 {
			c.Timescale = uint32(rate)
		}
	default:
		c.unsupported = fmt.Sprintf("Matroska codec %q", codecID)
	}
	return c, err
}

func (r *Reader) blockGroup(body []byte) error {
	var block []byte
	key, duration := true, int64(-1)
	err := children(body, func(id int64, b []byte) error {
		switch id {
		case idBlock:
			block = b
		case idReferenceBlock:
			key = false
		case idBlockDuration:
			duration = uintOf(b)
		}
		return nil
	})
	if err != nil || block == nil {
		return err
	}
	return r.block(block, key, duration)
}

// block reads a SimpleBlock or Block (RFC 9559, 10.1 and 10.2). For a SimpleBlock (duration -1) the key bit counts.
func (r *Reader) block(b []byte, key bool, duration int64) error {
	number, n := vint(b, false)
	if n <= 0 || number < 0 || len(b) < n+3 {
		return malformedIf(true, "block header")
	}
	if r.state.Tracks == nil {
		return fmt.Errorf("a block before the tracks: %w", codec.ErrMalformed)
	}
	i := slices.IndexFunc(r.state.Tracks, func(t Track) bool { return t.ID == uint64(number) }) //nolint:gosec // not negative
	if i < 0 {
		return nil // a track we do not read
	}
	flags := b[n+2]
	if flags&0x06 != 0 {
		return fmt.Errorf("laced block: %w", codec.ErrUnsupported)
	}
	if duration < 0 {
		key = flags&0x80 != 0
	}
	rel := int64(int16(binary.BigEndian.Uint16(b[n:]))) //nolint:gosec // a signed field
	ticks := r.state.Mark.Cluster + rel
	limit := int64(maxSeconds) * 1_000_000_000 / r.state.Scale
	if ticks > limit || ticks < -limit || duration > limit {
		return fmt.Errorf("timestamp %d: %w", ticks, codec.ErrMalformed)
	}
	ts := int64(r.state.Tracks[i].Timescale)
	s := Sample{Track: i, DTS: scale(ticks*r.state.Scale, ts), Key: key, Data: b[n+3 : len(b) : len(b)]}
	if duration > 0 {
		s.Duration = scale(duration*r.state.Scale, ts)
	}
	mark := r.Mark()
	err := r.send(s, mark.Count[i], mark)
	r.state.Mark.Count[i]++
	return err
}

// scale turns nanoseconds into units of 1/ts s, to the nearest, without overflow.
func scale(ns, ts int64) int64 {
	const s = 1_000_000_000
	whole, part := ns/s, ns%s
	half := int64(s / 2)
	if part < 0 {
		half = -half
	}
	return whole*ts + (part*ts+half)/s
}
