// Package container reads what browsers' encoders write, Matroska/WebM and
// fragmented MP4, as a stream of bytes in pieces of any size, and hands out its
// timed samples. It bounds its memory, believes nothing it reads, and can be
// stopped at any sample and begun again from a byte offset.
package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"baton/media/internal/codec"
)

// Limits of what is held in memory at once, in bytes. A browser's key frame is under 2 MiB, a GOP of
// two seconds under 8 MiB.
const (
	maxHeader = 1 << 20  // Tracks, moov, EBML header
	maxMoof   = 4 << 20  // one fragment's index
	maxMedia  = 32 << 20 // one Matroska block, one fragment's mdat
	maxTracks = 16
	// maxSeconds of a timeline; beyond it a timestamp is taken for garbage.
	maxSeconds = 7 * 24 * 3600
)

// Format of a container.
type Format string

// The formats.
const (
	Unknown  Format = ""
	Matroska Format = "matroska" // and WebM
	MP4      Format = "mp4"      // fragmented
)

// Track is one of the tracks that are read: the first of video and the first of sound.
type Track struct {
	ID        uint64     `json:"id"`
	Name      codec.Name `json:"name"`
	Timescale uint32     `json:"timescale"` // units per second of DTS, CTO and Duration
	// Private is what codec.NewTrack wants to know.
	Private []byte `json:"private,omitempty"`
	// Shift is added to each timestamp (an edit list).
	Shift int64 `json:"shift,omitempty"`
	// The defaults of trex (ISO/IEC 14496-12, 8.8.3).
	DefaultDuration uint32 `json:"default_duration,omitempty"`
	DefaultSize     uint32 `json:"default_size,omitempty"`
	DefaultFlags    uint32 `json:"default_flags,omitempty"`
}

// Sample is one encoded frame with its time.
type Sample struct {
	Track int // index in Tracks
	// Index counts the samples of its track from 0.
	Index    int64
	DTS      int64
	CTO      int32 // composition offset: presentation time less DTS
	Duration int64 // 0: not stated
	Key      bool
	// Data stays valid and unchanged after the call.
	Data []byte
	// Mark is where to begin again to get this sample.
	Mark Mark
}

// Mark is a place in the byte stream between two elements.
type Mark struct {
	Offset int64 `json:"offset"`
	// Cluster is the timestamp of the open Matroska cluster.
	Cluster int64 `json:"cluster,omitempty"`
	// Count of samples per track before it.
	Count []int64 `json:"count"`
}

// State is all that a Reader needs to begin again at its mark.
type State struct {
	Format Format  `json:"format"`
	Tracks []Track `json:"tracks"`
	// Scale is Matroska's TimestampScale in nanoseconds.
	Scale int64 `json:"scale,omitempty"`
	Mark  Mark  `json:"mark"`
}

// Reader takes bytes and gives samples. After an error it is of no more use.
type Reader struct {
	state State
	buf   []byte // unread bytes; what samples point to is never written again
	at    int64  // stream offset of buf[0]
	skip  int64  // bytes of an uninteresting element still to come
	moof  *fragment
	emit  func(Sample) error
}

// NewReader reads a stream from its beginning; the format is told by the first bytes.
func NewReader() *Reader { return &Reader{} }

// Resume goes on at a state's mark: the next byte pushed is the one at Mark.Offset.
func Resume(s State) *Reader {
	s.Tracks, s.Mark.Count = slices.Clone(s.Tracks), slices.Clone(s.Mark.Count)
	return &Reader{state: s, at: s.Mark.Offset}
}

// Tracks of the stream; nil until its header was read.
func (r *Reader) Tracks() []Track { return r.state.Tracks }

// State to begin again with at mark.
func (r *Reader) State(mark Mark) State {
	s := r.state
	s.Mark = mark
	s.Mark.Count = slices.Clone(mark.Count)
	return s
}

// Mark is the place before the first byte that did not give all its samples yet.
func (r *Reader) Mark() Mark {
	m := r.state.Mark
	m.Count = slices.Clone(m.Count)
	return m
}

// Push takes the next bytes and calls emit for each sample that they complete, in the order of time within a
// fragment and of the stream elsewhere. Errors wrap codec.ErrMalformed or codec.ErrUnsupported, or are emit's.
func (r *Reader) Push(b []byte, emit func(Sample) error) error {
	r.buf = append(r.buf, b...)
	r.emit = emit
	for {
		if r.skip > 0 {
			n := min(r.skip, int64(len(r.buf)))
			r.skip -= n
			r.advance(int(n))
			if r.skip > 0 {
				return nil
			}
		}
		var more bool
		var err error
		switch r.state.Format {
		case Unknown:
			more, err = r.detect()
		case Matroska:
			more, err = r.element()
		case MP4:
			more, err = r.box()
		}
		if err != nil {
			return fmt.Errorf("%s at byte %d: %w", r.name(), r.at, err)
		}
		if !more {
			return nil
		}
	}
}

func (r *Reader) name() string {
	if r.state.Format == Unknown {
		return "stream"
	}
	return string(r.state.Format)
}

// detect tells the format by its magic number.
func (r *Reader) detect() (more bool, err error) {
	if len(r.buf) < 8 {
		return false, nil
	}
	switch {
	case binary.BigEndian.Uint32(r.buf) == idEBML:
		r.state.Format, r.state.Scale = Matroska, 1_000_000
	case bytes.Equal(r.buf[4:8], []byte("ftyp")):
		r.state.Format = MP4
	default:
		return false, fmt.Errorf("neither Matroska nor MP4: %w", codec.ErrUnsupported)
	}
	return true, nil
}

// advance drops n read bytes. It never moves the rest, because samples point into it.
func (r *Reader) advance(n int) {
	r.buf = r.buf[n:]
	r.at += int64(n)
	if r.moof == nil {
		r.state.Mark.Offset = r.at
	}
}

// setTracks keeps the first video and the first sound track, and refuses them if they cannot be copied.
func (r *Reader) setTracks(all []candidate) error {
	if r.state.Tracks != nil {
		return fmt.Errorf("second header: %w", codec.ErrUnsupported)
	}
	for _, kind := range []codec.Kind{codec.Video, codec.Audio} {
		i := slices.IndexFunc(all, func(c candidate) bool { return c.kind == kind })
		if i < 0 {
			continue
		}
		c := all[i]
		if c.unsupported != "" {
			return fmt.Errorf("%s: %w", c.unsupported, codec.ErrUnsupported)
		}
		if _, err := codec.NewTrack(c.Name, c.Private); err != nil {
			return err
		}
		r.state.Tracks = append(r.state.Tracks, c.Track)
	}
	if r.state.Tracks == nil {
		return fmt.Errorf("no video and no sound: %w", codec.ErrUnsupported)
	}
	r.state.Mark.Count = make([]int64, len(r.state.Tracks))
	return nil
}

// candidate is a track of the header before the choice.
type candidate struct {
	Track
	kind        codec.Kind // empty: neither video nor sound
	unsupported string     // why it cannot be copied
}

// send hands out a sample and counts it.
func (r *Reader) send(s Sample, index int64, mark Mark) error {
	limit := int64(maxSeconds) * int64(r.state.Tracks[s.Track].Timescale)
	if s.DTS > limit || s.DTS < -limit || s.Duration < 0 || s.Duration > limit {
		return fmt.Errorf("timestamp %d: %w", s.DTS, codec.ErrMalformed)
	}
	s.Index, s.Mark = index, mark
	return r.emit(s)
}
