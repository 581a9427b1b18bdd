package container

import (
	"encoding/binary"
	"math"
	"time"

	"baton/media/internal/codec"
)

// writerScale is the timestamp scale of what we write: 0.1 ms, fine enough for RTP's clocks.
const writerScale = 100 * time.Microsecond

// element writes an EBML element of known size.
func element(id uint32, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := appendID(make([]byte, 0, n+12), id)
	b = append(b, 0x01) // an eight-byte size
	b = append(b, binary.BigEndian.AppendUint64(nil, uint64(n))[1:]...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func appendID(b []byte, id uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if x := byte(id >> shift); x != 0 || id>>shift != 0 { //nolint:gosec // a byte of it
			b = append(b, x)
		}
	}
	return b
}

func uintElement(id uint32, v uint64) []byte {
	return element(id, binary.BigEndian.AppendUint64(nil, v))
}

// WriterTrack is a track of a stream that we write; ids count from 1 in the order given.
type WriterTrack struct {
	// CodecID is Matroska's, e.g. "V_MPEG4/ISO/AVC"; H.264 is written as browsers do: Annex B, in band.
	CodecID string
	Kind    codec.Kind
}

// StreamHeader begins a Matroska stream of unknown length; clusters follow.
func StreamHeader(tracks []WriterTrack) []byte {
	var entries [][]byte
	for i, t := range tracks {
		n := uint64(i + 1)
		parts := [][]byte{uintElement(idTrackNumber, n), uintElement(0x73C5, n), element(idCodecID, []byte(t.CodecID))}
		if t.Kind == codec.Video {
			// No size: it is in the frames, may change, and readers believe the one that stands here.
			parts = append(parts, uintElement(idTrackType, 1))
		} else {
			head := []byte("OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00")
			rate := binary.BigEndian.AppendUint64(nil, math.Float64bits(codec.OpusRate))
			parts = append(parts, uintElement(idTrackType, 2), element(idCodecPrivate, head), element(idAudio, element(idSamplingRate, rate), uintElement(0x9F, 2)))
		}
		entries = append(entries, element(idTrackEntry, parts...))
	}
	b := element(idEBML, element(idDocType, []byte("matroska")), uintElement(0x4287, 4), uintElement(0x4285, 2))
	b = append(appendID(b, idSegment), 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	b = append(b, element(idInfo, uintElement(idTimestampScale, uint64(writerScale)), element(0x4D80, []byte("baton")), element(0x5741, []byte("baton")))...)
	return append(b, element(idTracks, entries...)...)
}

// ClusterWriter collects frames into a cluster.
type ClusterWriter struct {
	start  int64 // in writerScale
	blocks []byte
	open   bool
}

// Fits tells whether a frame at a time can go into the open cluster: block times are 16 bits.
func (w *ClusterWriter) Fits(at time.Duration) bool {
	d := int64(at/writerScale) - w.start
	return !w.open || d >= math.MinInt16 && d <= math.MaxInt16
}

// Add appends a frame. track is its place in the header, from 0.
func (w *ClusterWriter) Add(track int, at time.Duration, key bool, data []byte) {
	if !w.open {
		w.start, w.open = int64(at/writerScale), true
	}
	flags := byte(0)
	if key {
		flags = 0x80
	}
	w.blocks = append(w.blocks, idSimpleBlock, 0x01)
	w.blocks = append(w.blocks, binary.BigEndian.AppendUint64(nil, uint64(len(data)+4))[1:]...)
	w.blocks = append(w.blocks, 0x80|byte(track+1))                                           //nolint:gosec // at most two
	w.blocks = binary.BigEndian.AppendUint16(w.blocks, uint16(int64(at/writerScale)-w.start)) //nolint:gosec // Fits
	w.blocks = append(append(w.blocks, flags), data...)
}

// Len is the number of bytes in the open cluster, and Since its time from the first frame to at.
func (w *ClusterWriter) Len() int { return len(w.blocks) }

// Since is the media time from the open cluster's first frame to at.
func (w *ClusterWriter) Since(at time.Duration) time.Duration {
	if !w.open {
		return 0
	}
	return at - time.Duration(w.start)*writerScale
}

// Close returns the cluster and begins another; nil if it is empty.
func (w *ClusterWriter) Close() []byte {
	if !w.open {
		return nil
	}
	b := element(idCluster, uintElement(idTimestamp, uint64(max(w.start, 0))), w.blocks)
	w.blocks, w.open = w.blocks[:0], false
	return b
}
