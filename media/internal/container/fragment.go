package container

import (
	"encoding/binary"
	"fmt"
	"slices"

	"baton/media/internal/codec"
)

// maxFragmentSamples bounds the samples that one moof may state without having bytes for each.
const maxFragmentSamples = 1 << 16

// fragment is a moof whose mdat has not been read yet.
type fragment struct {
	samples [][]fragmentSample
}

type fragmentSample struct {
	dts, duration int64
	cto           int32
	offset, size  int64 // from the first byte of the moof
	key           bool
}

// Flags of tfhd and trun (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
const (
	tfhdBase, tfhdIndex, tfhdDuration, tfhdSize, tfhdFlags                         = 1, 2, 8, 0x10, 0x20
	trunOffset, trunFirstFlags, trunDuration, trunSize, trunFlags, trunComposition = 1, 4, 0x100, 0x200, 0x400, 0x800
	sampleNonSync                                                                  = 0x10000
)

func (r *Reader) parseMoof(body []byte) (*fragment, error) {
	f := &fragment{samples: make([][]fragmentSample, len(r.state.Tracks))}
	err := boxes(body, func(typ string, b []byte) error {
		if typ != "traf" {
			return nil
		}
		t := &traf{moofAt: r.at, track: -1}
		if err := boxes(b, func(typ string, b []byte) error { return t.parse(typ, b, r.state.Tracks) }); err != nil {
			return err
		}
		if t.track >= 0 {
			f.samples[t.track] = append(f.samples[t.track], t.samples...)
		}
		return nil
	})
	return f, err
}

// traf is a track fragment while it is read.
type traf struct {
	moofAt                int64
	track                 int // -1: not one of ours
	base, next            int64
	dts                   int64
	duration, size, flags uint32
	samples               []fragmentSample
}

func (t *traf) parse(typ string, b []byte, tracks []Track) error {
	f := fields{b: b}
	switch typ {
	case "tfhd":
		return t.header(&f, tracks)
	case "tfdt":
		v, _ := f.full()
		dts := f.u(v)
		if dts > 1<<56 {
			return malformedIf(true, typ)
		}
		t.dts = int64(dts)
		if t.track >= 0 {
			t.dts += tracks[t.track].Shift
		}
	case "trun":
		if t.track >= 0 {
			return t.run(&f)
		}
	}
	return f.err(typ)
}

func (t *traf) header(f *fields, tracks []Track) error {
	_, flags := f.full()
	id := uint64(f.u32())
	t.track = slices.IndexFunc(tracks, func(x Track) bool { return x.ID == id })
	if t.track < 0 {
		return f.err("tfhd")
	}
	x := tracks[t.track]
	t.duration, t.size, t.flags = x.DefaultDuration, x.DefaultSize, x.DefaultFlags
	if flags&tfhdBase != 0 {
		t.base = int64(f.u64()) - t.moofAt //nolint:gosec // the range is checked where it is used
	}
	if flags&tfhdIndex != 0 && f.u32() > 1 {
		return fmt.Errorf("several sample descriptions: %w", codec.ErrUnsupported)
	}
	if flags&tfhdDuration != 0 {
		t.duration = f.u32()
	}
	if flags&tfhdSize != 0 {
		t.size = f.u32()
	}
	if flags&tfhdFlags != 0 {
		t.flags = f.u32()
	}
	t.next = t.base
	return f.err("tfhd")
}

func (t *traf) run(f *fields) error {
	_, flags := f.full()
	count := f.u32()
	if flags&trunOffset != 0 {
		t.next = t.base + int64(int32(f.u32())) //nolint:gosec // a signed field
	}
	first, hasFirst := uint32(0), flags&trunFirstFlags != 0
	if hasFirst {
		first = f.u32()
	}
	if int64(count)+int64(len(t.samples)) > maxFragmentSamples {
		return fmt.Errorf("%d samples in one fragment: %w", count, codec.ErrMalformed)
	}
	for i := range count {
		d, size, sf := t.duration, t.size, t.flags
		if i == 0 && hasFirst {
			sf = first
		}
		s := fragmentSample{dts: t.dts, offset: t.next}
		if flags&trunDuration != 0 {
			d = f.u32()
		}
		if flags&trunSize != 0 {
			size = f.u32()
		}
		if flags&trunFlags != 0 {
			sf = f.u32()
		}
		if flags&trunComposition != 0 {
			s.cto = int32(f.u32()) //nolint:gosec // signed, or small
		}
		if f.bad {
			return f.err("trun")
		}
		s.duration, s.size, s.key = int64(d), int64(size), sf&sampleNonSync == 0
		t.samples = append(t.samples, s)
		t.dts += s.duration
		t.next += s.size
	}
	return nil
}

// fragment hands out the samples of the open moof from its mdat, the tracks merged by time. The last
// duration of each track is left open: browsers guess it (a 60 ms Opus packet as 21 ms, a frame as 33 ms), so whoever
// believes it gets a hole at each fragment's border; the next fragment's first timestamp tells the truth.
func (r *Reader) fragment(data []byte, head int64) error {
	mark := r.Mark()
	first := r.at - mark.Offset + head // of the media, from the moof's first byte
	pos := make([]int, len(r.moof.samples))
	for {
		best := -1
		for i, list := range r.moof.samples {
			if pos[i] == len(list) {
				continue
			}
			if best < 0 || r.before(i, list[pos[i]].dts, best, r.moof.samples[best][pos[best]].dts) {
				best = i
			}
		}
		if best < 0 {
			r.state.Mark.Count = slices.Clone(mark.Count)
			for i := range pos {
				r.state.Mark.Count[i] += int64(pos[i])
			}
			return nil
		}
		list := r.moof.samples[best]
		x := list[pos[best]]
		from := x.offset - first
		if from < 0 || x.size > int64(len(data))-from {
			return fmt.Errorf("sample outside of its mdat: %w", codec.ErrMalformed)
		}
		s := Sample{Track: best, DTS: x.dts, CTO: x.cto, Key: x.key, Data: data[from : from+x.size : from+x.size]}
		if pos[best]+1 < len(list) {
			s.Duration = x.duration
		}
		if err := r.send(s, mark.Count[best]+int64(pos[best]), mark); err != nil {
			return err
		}
		pos[best]++
	}
}

// Flush gives those samples of a fragment that ends in its midst which are whole: its index came before its media. Nothing may be pushed
// afterwards.
func (r *Reader) Flush(emit func(Sample) error) error {
	if r.moof == nil || len(r.buf) < 8 || string(r.buf[4:8]) != "mdat" {
		return nil
	}
	head := 8
	if binary.BigEndian.Uint32(r.buf) == 1 {
		head = 16
	}
	data := r.buf[min(head, len(r.buf)):]
	first := r.at - r.state.Mark.Offset + int64(head)
	for i, list := range r.moof.samples {
		torn := slices.IndexFunc(list, func(x fragmentSample) bool {
			return x.offset < first || x.size > int64(len(data))-(x.offset-first)
		})
		if torn >= 0 {
			r.moof.samples[i] = list[:torn]
		}
	}
	r.emit = emit
	return r.fragment(data, int64(head))
}

// before compares two times in different timescales.
func (r *Reader) before(a int, ta int64, b int, tb int64) bool {
	return float64(ta)/float64(r.state.Tracks[a].Timescale) < float64(tb)/float64(r.state.Tracks[b].Timescale)
}
