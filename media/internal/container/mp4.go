package container

import (
	"encoding/binary"
	"fmt"
	"slices"

	"baton/media/internal/codec"
)

// box reads one top-level box of a fragmented MP4 from the buffer.
func (r *Reader) box() (more bool, err error) {
	if len(r.buf) < 8 {
		return false, nil
	}
	size, head := int64(binary.BigEndian.Uint32(r.buf)), 8
	if size == 1 {
		if len(r.buf) < 16 {
			return false, nil
		}
		size, head = int64(binary.BigEndian.Uint64(r.buf[8:])), 16 //nolint:gosec // a negative one is refused below
	}
	typ := string(r.buf[4:8])
	if size == 0 {
		return false, fmt.Errorf("box %q without size: %w", typ, codec.ErrUnsupported)
	}
	if size < int64(head) {
		return false, fmt.Errorf("box %q of %d bytes: %w", typ, size, codec.ErrMalformed)
	}
	var limit int64
	switch typ {
	case "moov":
		limit = maxHeader
	case "moof":
		limit = maxMoof
	case "mdat":
		limit = maxMedia
		if r.state.Tracks == nil || r.moof == nil {
			return false, fmt.Errorf("media outside of fragments: %w", codec.ErrUnsupported)
		}
	default:
		r.advance(head)
		r.skip = size - int64(head)
		return true, nil
	}
	if size > limit {
		return false, fmt.Errorf("box %q of %d bytes: %w", typ, size, codec.ErrMalformed)
	}
	if int64(len(r.buf)) < size {
		return false, nil
	}
	if err := r.topBox(typ, r.buf[head:size:size], int64(head)); err != nil {
		return false, err
	}
	r.advance(int(size))
	return true, nil
}

func (r *Reader) topBox(typ string, body []byte, head int64) error {
	switch typ {
	case "moov":
		all, err := parseMoov(body)
		if err != nil {
			return err
		}
		return r.setTracks(all)
	case "moof":
		if r.state.Tracks == nil || r.moof != nil {
			return fmt.Errorf("moof out of place: %w", codec.ErrMalformed)
		}
		f, err := r.parseMoof(body)
		if err != nil {
			return err
		}
		r.moof = f
	case "mdat":
		err := r.fragment(body, head)
		r.moof = nil
		return err
	}
	return nil
}

// boxes calls f for each box in b, and ends quietly at padding shorter than a box.
func boxes(b []byte, f func(typ string, body []byte) error) error {
	for len(b) >= 8 {
		n := int64(binary.BigEndian.Uint32(b))
		if n < 8 || n > int64(len(b)) {
			return fmt.Errorf("box %q of %d bytes: %w", b[4:8], n, codec.ErrMalformed)
		}
		if err := f(string(b[4:8]), b[8:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// fields reads big-endian integers off a box, remembering whether it ran out.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) u32() uint32 {
	if len(f.b) < 4 {
		f.bad, f.b = true, nil
		return 0
	}
	v := binary.BigEndian.Uint32(f.b)
	f.b = f.b[4:]
	return v
}

func (f *fields) u64() uint64 { h := f.u32(); return uint64(h)<<32 | uint64(f.u32()) }

// u is 64 bits in version 1 of a box, else 32.
func (f *fields) u(version byte) uint64 {
	if version == 1 {
		return f.u64()
	}
	return uint64(f.u32())
}

// full reads version and flags.
func (f *fields) full() (version byte, flags uint32) {
	v := f.u32()
	return byte(v >> 24), v & 0xffffff
}

func (f *fields) err(box string) error { return malformedIf(f.bad, box) }

// trak is a track of moov while it is read.
type trak struct {
	candidate
	empty    int64 // of the edit list, in units of the movie
	start    int64
	fragment bool // has a trex
}

func parseMoov(body []byte) ([]candidate, error) {
	var all []*trak
	movie := int64(1000)
	err := boxes(body, func(typ string, b []byte) error {
		switch typ {
		case "mvhd":
			f := fields{b: b}
			v, _ := f.full()
			f.u(v)
			f.u(v)
			movie = int64(f.u32())
			return f.err(typ)
		case "trak":
			t := &trak{}
			all = append(all, t)
			if len(all) > maxTracks {
				return fmt.Errorf("more than %d tracks: %w", maxTracks, codec.ErrMalformed)
			}
			return t.parse(b)
		case "mvex":
			return boxes(b, func(typ string, b []byte) error { return parseTrex(typ, b, all) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]candidate, 0, len(all))
	for _, t := range all {
		if !t.fragment && t.unsupported == "" {
			t.unsupported = "MP4 that is not fragmented"
		}
		if t.kind != "" && t.Timescale == 0 || movie == 0 {
			return nil, fmt.Errorf("timescale 0: %w", codec.ErrMalformed)
		}
		t.Shift = t.empty*int64(t.Timescale)/movie - t.start
		out = append(out, t.candidate)
	}
	return out, nil
}

func parseTrex(typ string, b []byte, all []*trak) error {
	if typ != "trex" {
		return nil
	}
	f := fields{b: b}
	f.full()
	id := uint64(f.u32())
	f.u32()
	d, s, fl := f.u32(), f.u32(), f.u32()
	for _, t := range all {
		if t.ID == id {
			t.fragment, t.DefaultDuration, t.DefaultSize, t.DefaultFlags = true, d, s, fl
		}
	}
	return f.err(typ)
}

// parse enters the boxes that lead to what we need (ISO/IEC 14496-12, 8.3 to 8.6).
func (t *trak) parse(b []byte) error {
	return boxes(b, func(typ string, b []byte) error {
		f := fields{b: b}
		switch typ {
		case "mdia", "minf", "stbl", "edts":
			return t.parse(b)
		case "tkhd":
			v, _ := f.full()
			f.u(v)
			f.u(v)
			t.ID = uint64(f.u32())
		case "mdhd":
			v, _ := f.full()
			f.u(v)
			f.u(v)
			t.Timescale = f.u32()
		case "hdlr":
			f.full()
			f.u32()
			switch f.u32() {
			case 0x76696465: // vide
				t.kind = codec.Video
			case 0x736f756e: // soun
				t.kind = codec.Audio
			}
		case "elst":
			return t.editList(&f)
		case "stsd":
			f.full()
			if n := f.u32(); n != 1 {
				t.unsupported = "several sample descriptions"
			}
			if f.bad {
				return f.err(typ)
			}
			return t.sampleEntry(f.b)
		}
		return f.err(typ)
	})
}

// editList reads the usual two edits: an empty one (a delay) and where the media starts (encoder priming).
func (t *trak) editList(f *fields) error {
	v, _ := f.full()
	n := f.u32()
	if n > 4 {
		t.unsupported = "a complex edit list"
		return nil
	}
	for range n {
		d, m := int64(f.u(v)), int64(f.u(v)) //nolint:gosec // checked below
		if v == 0 {
			m = int64(int32(m)) //nolint:gosec // a signed field
		}
		f.u32()
		if limit := int64(1) << 40; d < 0 || d > limit || m > limit {
			return malformedIf(true, "elst")
		}
		if m < 0 {
			t.empty += d
		} else {
			t.start = m
		}
	}
	return f.err("elst")
}

func (t *trak) sampleEntry(b []byte) error {
	return boxes(b, func(typ string, b []byte) error {
		head, want := 78, ""
		switch typ {
		case "avc1", "avc3":
			t.Name, want = codec.H264, "avcC"
		case "vp09":
			t.Name = codec.VP9
		case "av01":
			t.Name = codec.AV1
		case "Opus":
			t.Name, head, want = codec.Opus, 28, "dOps"
		case "mp4a":
			t.Name, head, want = codec.AAC, 28, "esds"
		default:
			t.unsupported = fmt.Sprintf("MP4 codec %q", typ)
			return nil
		}
		if len(b) < head {
			return malformedIf(true, typ)
		}
		found := want == ""
		err := boxes(b[head:], func(typ string, b []byte) error {
			if typ != want {
				return nil
			}
			found = true
			t.Private = private(typ, slices.Clone(b))
			return nil
		})
		if err == nil && !found {
			t.unsupported = fmt.Sprintf("MP4 codec %q without %s", typ, want)
		}
		return err
	})
}

// private turns a codec's own box into what codec.NewTrack wants.
func private(typ string, b []byte) []byte {
	switch typ {
	case "dOps": // big-endian, to the little-endian OpusHead
		if len(b) < 11 {
			return []byte{0}
		}
		h := append([]byte("OpusHead\x01"), b[1])
		h = binary.LittleEndian.AppendUint16(h, binary.BigEndian.Uint16(b[2:]))
		h = binary.LittleEndian.AppendUint32(h, binary.BigEndian.Uint32(b[4:]))
		h = binary.LittleEndian.AppendUint16(h, binary.BigEndian.Uint16(b[8:]))
		return append(h, b[10:]...)
	case "esds":
		return specificInfo(b)
	}
	return b
}

// specificInfo finds the AudioSpecificConfig (tag 5) in an esds (ISO/IEC 14496-1, 7.2.6).
func specificInfo(b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	for b = b[4:]; len(b) > 2; {
		tag, n, i := b[0], 0, 1
		for ; i < len(b) && i <= 4; i++ {
			n = n<<7 | int(b[i]&0x7f)
			if b[i]&0x80 == 0 {
				break
			}
		}
		i++
		if i > len(b) {
			return nil
		}
		switch body := b[i:]; tag {
		case 3: // ES_Descriptor: id, flags
			b = body[min(3, len(body)):]
		case 4: // DecoderConfigDescriptor
			b = body[min(13, len(body)):]
		case 5:
			return body[:min(n, len(body))]
		default:
			b = body[min(n, len(body)):]
		}
	}
	return nil
}
