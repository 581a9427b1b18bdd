package codec

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
)

// OpusRate is the clock of every Opus track (RFC 7587, 4.1).
const OpusRate = 48000

// opusConfig makes the Opus sample entry from an OpusHead (RFC 7845, 5.1); without one, stereo.
// "Encapsulation of Opus in ISO Base Media File Format", 4.3: the same fields, but big-endian.
func opusConfig(head []byte) (*Config, error) {
	channels, preSkip, rate, gain := 2, 312, uint32(OpusRate), uint16(0)
	var mapping []byte
	if len(head) > 0 {
		if len(head) < 19 || !bytes.HasPrefix(head, []byte("OpusHead")) || head[8]&0xf0 != 0 || head[9] == 0 {
			return nil, fmt.Errorf("OpusHead: %w", ErrMalformed)
		}
		channels, preSkip = int(head[9]), int(binary.LittleEndian.Uint16(head[10:]))
		rate, gain = binary.LittleEndian.Uint32(head[12:]), binary.LittleEndian.Uint16(head[16:])
		mapping = head[18:]
		if head[18] != 0 && len(head) < 21+channels {
			return nil, fmt.Errorf("OpusHead channel mapping: %w", ErrMalformed)
		}
	}
	if len(mapping) == 0 || mapping[0] == 0 {
		mapping = []byte{0}
	} else {
		mapping = mapping[:3+channels]
	}
	d := append([]byte{0, byte(channels)}, be16(preSkip)...)
	d = binary.BigEndian.AppendUint32(d, rate)
	d = binary.BigEndian.AppendUint16(d, gain)
	return &Config{
		Name: Opus, Codecs: "opus",
		Entry: soundEntry("Opus", channels, OpusRate, Box("dOps", append(d, mapping...))),
	}, nil
}

// aacConfig makes the mp4a sample entry from an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
func aacConfig(asc []byte) (*Config, error) {
	var c mpeg4audio.AudioSpecificConfig
	if err := c.Unmarshal(asc); err != nil || len(asc) > 100 {
		return nil, fmt.Errorf("AudioSpecificConfig: %w", ErrMalformed)
	}
	desc := func(tag byte, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append([]byte{tag, byte(len(body))}, body...) //nolint:gosec // under 128, checked by the length of asc
	}
	specific := desc(5, asc)
	config := desc(4, []byte{0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, specific)
	esds := Box("esds", make([]byte, 4), desc(3, []byte{0, 0, 0}, config, desc(6, []byte{2})))
	return &Config{
		Name: AAC, Codecs: fmt.Sprintf("mp4a.40.%d", c.Type),
		Entry: soundEntry("mp4a", max(int(c.ChannelConfig), 1), c.SampleRate, esds),
	}, nil
}

// OpusDuration is the length of an Opus packet in samples of 48 kHz; 0 if it is not valid (RFC 6716, 3.1).
func OpusDuration(p []byte) int64 {
	if d := opus.PacketDuration2(p); d <= 5760 { // 120 ms is the longest allowed
		return d
	}
	return 0
}

// OpusSilence is a packet of 20 ms of silence (one CELT frame, full band), for a stretch in which
// the sound track is missing: players wait for ever for a track that stops.
func OpusSilence() []byte { return []byte{0xf8, 0xff, 0xfe} }
