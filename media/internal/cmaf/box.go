package cmaf

import (
	"encoding/binary"

	"baton/media/internal/codec"
)

// We write the boxes ourselves: it is one buffer and one pass a segment, without reflection, and a
// sample entry goes in as the codec made it.

func u32(v ...uint32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

func u16(v ...uint16) []byte {
	b := make([]byte, 0, 2*len(v))
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	return b
}

// unity is the transformation matrix that changes nothing.
func unity() []byte { return u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000) }

// initTrack is a track of an init segment; its id is its place, from 1.
type initTrack struct {
	timescale uint32
	config    *codec.Config
}

// initSegment writes ftyp and moov (ISO/IEC 23000-19, 7.3.1).
func initSegment(tracks []initTrack) []byte {
	moov := [][]byte{codec.Box("mvhd", u32(0, 0, 0, 1000, 0, 0x10000), u16(0x100, 0), u32(0, 0), unity(), make([]byte, 24), u32(uint32(len(tracks)+1)))} //nolint:gosec // at most two
	var trex [][]byte
	for i, t := range tracks {
		id := uint32(i + 1)
		moov = append(moov, trak(id, t))
		trex = append(trex, codec.Box("trex", u32(0, id, 1, 0, 0, 0)))
	}
	moov = append(moov, codec.Box("mvex", trex...))
	return append(codec.Box("ftyp", []byte("iso6"), u32(0), []byte("iso6cmfcmp41")), codec.Box("moov", moov...)...)
}

func trak(id uint32, t initTrack) []byte {
	volume, handler, header := uint16(0x100), "soun", codec.Box("smhd", u32(0, 0))
	if t.config.Name.Kind() == codec.Video {
		volume, handler, header = 0, "vide", codec.Box("vmhd", u32(1, 0, 0))
	}
	tkhd := codec.Box("tkhd", u32(3, 0, 0, id, 0, 0, 0, 0), u16(0, 0, volume, 0), unity(),
		u32(uint32(t.config.Width)<<16, uint32(t.config.Height)<<16)) //nolint:gosec // under 1<<16
	stbl := codec.Box("stbl", codec.Box("stsd", u32(0, 1), t.config.Entry),
		codec.Box("stts", u32(0, 0)), codec.Box("stsc", u32(0, 0)), codec.Box("stsz", u32(0, 0, 0)), codec.Box("stco", u32(0, 0)))
	dinf := codec.Box("dinf", codec.Box("dref", u32(0, 1), codec.Box("url ", u32(1))))
	return codec.Box("trak", tkhd, codec.Box("mdia",
		codec.Box("mdhd", u32(0, 0, 0, t.timescale, 0), u16(0x55c4, 0)),
		codec.Box("hdlr", u32(0, 0), []byte(handler), make([]byte, 13)),
		codec.Box("minf", header, dinf, stbl)))
}

// run is a track's samples in one media segment.
type run struct {
	id      uint32
	base    uint64 // tfdt, in the track's timescale
	video   bool
	samples []runSample
}

type runSample struct {
	duration uint32
	cto      int32
	key      bool
	payload  []byte
}

const (
	flagsKey   = 0x02000000 // depends on no other sample
	flagsDelta = 0x01010000 // depends on others, no sync sample
)

// mediaSegment writes one moof and its mdat (ISO/IEC 23000-19, 7.3.2).
func mediaSegment(sequence uint32, runs []run) []byte {
	moof, media := 8+16, 0
	for _, r := range runs {
		moof += 8 + 16 + 20 + 20 + 16*len(r.samples)
		for _, s := range r.samples {
			media += len(s.payload)
		}
	}
	be := binary.BigEndian
	b := make([]byte, 0, moof+8+media)
	box := func(size int, typ string) {
		b = append(be.AppendUint32(b, uint32(size)), typ...) //nolint:gosec // the segmenter bounds a segment
	}
	box(moof, "moof")
	box(16, "mfhd")
	b = be.AppendUint32(b, 0)
	b = be.AppendUint32(b, sequence)
	offset := moof + 8
	for _, r := range runs {
		n := 16 * len(r.samples)
		box(8+16+20+20+n, "traf")
		box(16, "tfhd")
		b = be.AppendUint32(b, 0x020000) // default-base-is-moof
		b = be.AppendUint32(b, r.id)
		box(20, "tfdt")
		b = be.AppendUint32(b, 1<<24)
		b = be.AppendUint64(b, r.base)
		box(20+n, "trun")
		b = be.AppendUint32(b, 1<<24|0xf01)            // offset; duration, size, flags, composition of each
		b = be.AppendUint32(b, uint32(len(r.samples))) //nolint:gosec // bounded
		b = be.AppendUint32(b, uint32(offset))
		for _, s := range r.samples {
			flags := uint32(flagsKey)
			if r.video && !s.key {
				flags = flagsDelta
			}
			b = be.AppendUint32(b, s.duration)
			b = be.AppendUint32(b, uint32(len(s.payload))) //nolint:gosec // bounded
			b = be.AppendUint32(b, flags)
			b = be.AppendUint32(b, uint32(s.cto)) //nolint:gosec // the same bits
			offset += len(s.payload)
		}
	}
	box(8+media, "mdat")
	for _, r := range runs {
		for _, s := range r.samples {
			b = append(b, s.payload...)
		}
	}
	return b
}
