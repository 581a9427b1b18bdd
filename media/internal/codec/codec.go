// Package codec turns one encoded frame of a browser or RTP sender into what a
// CMAF track holds, and describes the track: sample entry, RFC 6381 string, size.
package codec

import (
	"bytes"
	"errors"
	"fmt"
)

// Kind of a track.
type Kind string

// The kinds of track that we package.
const (
	Video Kind = "video"
	Audio Kind = "audio"
)

// Name of a codec, as in the sample entry.
type Name string

// The codecs that can be packaged by copying.
const (
	H264 Name = "avc1"
	VP9  Name = "vp09"
	AV1  Name = "av01"
	Opus Name = "Opus"
	AAC  Name = "mp4a"
)

// Kind tells what a codec encodes.
func (n Name) Kind() Kind {
	if n == Opus || n == AAC {
		return Audio
	}
	return Video
}

// ErrUnsupported means that the media is valid but cannot be packaged by copying; it needs a decoder.
var ErrUnsupported = errors.New("cannot be packaged by copying")

// ErrMalformed means that the bytes break the rules of their own format.
var ErrMalformed = errors.New("malformed")

// Config is everything a player must know before the first frame of a track.
type Config struct {
	Name Name `json:"name"`
	// Codecs is the RFC 6381 string.
	Codecs string `json:"codecs"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	// Entry is the whole sample entry box (ISO/IEC 14496-12, 8.5.2).
	Entry []byte `json:"entry"`
}

// Equal tells whether two configurations need no new init segment between them.
func (c *Config) Equal(o *Config) bool {
	return c == o || c != nil && o != nil && bytes.Equal(c.Entry, o.Entry)
}

// Frame is one frame as a CMAF sample.
type Frame struct {
	Payload []byte
	// Key: decoding can start here.
	Key bool
	// Config is set when this frame needs another configuration than the one before.
	Config *Config
}

// Track turns the frames of one track. It is not safe for concurrent use.
type Track struct {
	name   Name
	config *Config
	// nalSize is the length prefix of H.264 as the container states it, 1, 2 or 4; 0: Annex B.
	nalSize int
	// fixed: the container's own sample entry is used and frames are passed as they are.
	fixed bool
}

// NewTrack makes a track of a codec. private is what the container has for it: avcC, av1C,
// OpusHead, AudioSpecificConfig; it may be empty where the frames themselves tell (video) or a default holds (Opus).
func NewTrack(name Name, private []byte) (*Track, error) {
	t := &Track{name: name}
	var err error
	switch name {
	case H264:
		if len(private) > 0 {
			t.nalSize, t.config, err = parseAVCC(private)
		}
	case Opus:
		t.config, err = opusConfig(private)
	case AAC:
		t.config, err = aacConfig(private)
	case VP9, AV1: // each key frame tells
	default:
		err = fmt.Errorf("codec %q: %w", name, ErrUnsupported)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Name of the track's codec.
func (t *Track) Name() Name { return t.name }

// Config is the present configuration; nil while not known.
func (t *Track) Config() *Config { return t.config }

// Restore sets the configuration that held at a checkpoint.
func (t *Track) Restore(c *Config) {
	if c != nil {
		t.config = c
	}
}

// Frame turns one encoded frame. key is what the container says of it. The payload may share
// memory with data. A frame that cannot be used (empty, or before the first configuration) has no payload.
func (t *Track) Frame(data []byte, key bool) (Frame, error) {
	if len(data) == 0 {
		return Frame{}, nil
	}
	if t.fixed {
		return Frame{Payload: data, Key: key || t.name.Kind() == Audio}, nil
	}
	switch t.name {
	case H264:
		return t.h264(data)
	case VP9:
		return t.vp9(data)
	case AV1:
		return t.av1(data, key)
	case Opus, AAC:
	}
	return Frame{Payload: data, Key: true}, nil
}

// use makes c the configuration and tells whether it is new.
func (t *Track) use(c *Config) *Config {
	if t.config.Equal(c) {
		return nil
	}
	t.config = c
	return c
}
