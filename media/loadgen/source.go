// Package loadgen plays recordings at an ingest as browsers and WHIP publishers do,
// many at once: for the benchmark, and for tests that want a real peer.
package loadgen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"

	"baton/media/internal/codec"
	"baton/media/internal/container"
)

// Frame is an encoded frame and when it is shown.
type Frame struct {
	At   time.Duration
	Key  bool
	Data []byte
}

// Source is a short recording that is played, over and over if need be.
type Source struct {
	// Bytes are the container as the encoder wrote it.
	Bytes []byte
	// VideoMime and AudioMime as RTP names them; empty: no such track.
	VideoMime, AudioMime string
	Video, Audio         []Frame
	Duration             time.Duration
}

// Load reads a Matroska or WebM recording. H.264 needs its parameter sets in band, as browsers write it; frames
// with four-byte lengths, as ffmpeg writes them, become Annex B.
func Load(b []byte) (*Source, error) {
	s := &Source{Bytes: b}
	r := container.NewReader()
	err := r.Push(b, func(x container.Sample) error {
		t := r.Tracks()[x.Track]
		at := time.Duration(x.DTS) * time.Second / time.Duration(t.Timescale)
		s.Duration = max(s.Duration, at+33*time.Millisecond)
		f := Frame{At: at, Key: x.Key, Data: slices.Clone(x.Data)}
		switch t.Name {
		case codec.Opus:
			s.AudioMime, s.Audio = webrtc.MimeTypeOpus, append(s.Audio, f)
		case codec.H264:
			if len(t.Private) > 0 {
				f.Data = annexB(f.Data)
			}
			s.VideoMime, s.Video = webrtc.MimeTypeH264, append(s.Video, f)
		case codec.VP9:
			s.VideoMime, s.Video = webrtc.MimeTypeVP9, append(s.Video, f)
		case codec.AV1:
			s.VideoMime, s.Video = webrtc.MimeTypeAV1, append(s.Video, f)
		case codec.AAC:
			return errors.New("AAC cannot be sent over RTP here")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load source: %w", err)
	}
	return s, nil
}

// annexB puts start codes in the place of four-byte lengths.
func annexB(b []byte) []byte {
	for at := 0; at+4 <= len(b); {
		n := int(binary.BigEndian.Uint32(b[at:]))
		binary.BigEndian.PutUint32(b[at:], 1)
		at += 4 + n
	}
	return b
}

// Chunks cuts the recording's bytes as a recorder's timeslice does.
func (s *Source) Chunks(every time.Duration) [][]byte {
	n := max(int(int64(len(s.Bytes))*int64(every)/int64(max(s.Duration, 1))), 1)
	return slices.Collect(slices.Chunk(s.Bytes, n))
}
