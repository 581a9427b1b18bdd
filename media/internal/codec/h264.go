package codec

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// NAL unit types (ITU-T H.264, table 7-1).
const (
	nalIDR    = 5
	nalSPS    = 7
	nalPPS    = 8
	nalAUD    = 9
	nalEndSeq = 10
	nalEndStr = 11
	nalFiller = 12
)

// maxParameterSets bounds what one access unit may bring.
const maxParameterSets = 16

// h264 turns an access unit, Annex B or length-prefixed, into the avc1 form: four-byte lengths, and
// parameter sets in the sample entry only. Chromium writes Annex B without CodecPrivate into Matroska, and avc3
// (parameter sets in band) into MP4; Safari's player wants avc1.
func (t *Track) h264(data []byte) (Frame, error) {
	var nals [][]byte
	var err error
	switch {
	case isAnnexB(data) && t.annexB(data):
		nals = splitAnnexB(data)
	case t.nalSize > 0:
		nals, err = splitLengths(data, t.nalSize)
	default:
		nals, err = splitLengths(data, 4)
	}
	if err != nil {
		return Frame{}, err
	}
	var f Frame
	var sps, pps, keep [][]byte
	size := 0
	for _, n := range nals {
		switch n[0] & 0x1f {
		case nalSPS:
			sps = append(sps, n)
		case nalPPS:
			pps = append(pps, n)
		case nalAUD, nalEndSeq, nalEndStr, nalFiller:
		default:
			f.Key = f.Key || n[0]&0x1f == nalIDR
			keep = append(keep, n)
			size += 4 + len(n)
		}
	}
	if len(sps) > 0 && len(pps) > 0 {
		c, err := avcConfig(sps, pps)
		if err != nil {
			return Frame{}, err
		}
		f.Config = t.use(c)
	}
	if t.config == nil || len(keep) == 0 {
		return Frame{}, nil // the first packets, and with them the parameter sets, were lost
	}
	if len(keep) == len(nals) && t.nalSize == 4 && !isAnnexB(data) {
		f.Payload = data
		return f, nil
	}
	f.Payload = make([]byte, 0, size)
	for _, n := range keep {
		f.Payload = binary.BigEndian.AppendUint32(f.Payload, uint32(len(n))) //nolint:gosec // bounded by the frame
		f.Payload = append(f.Payload, n...)
	}
	return f, nil
}

// annexB tells a start code from a four-byte length of 1 or a three-byte prefix of a length
// 256..511: where the container stated lengths, and the data parses as lengths, they are lengths.
func (t *Track) annexB(data []byte) bool {
	if t.nalSize == 0 {
		return true
	}
	_, err := splitLengths(data, t.nalSize)
	return err != nil
}

func isAnnexB(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0, 0, 1}) || bytes.HasPrefix(b, []byte{0, 0, 0, 1})
}

// splitAnnexB cuts at start codes (ITU-T H.264, annex B).
func splitAnnexB(b []byte) [][]byte {
	var out [][]byte
	start := -1
	add := func(end int) {
		if start < 0 {
			return
		}
		if n := bytes.TrimRight(b[start:end], "\x00"); len(n) > 0 {
			out = append(out, n)
		}
	}
	for i := 0; i+3 <= len(b); {
		j := bytes.Index(b[i:], []byte{0, 0, 1})
		if j < 0 {
			break
		}
		add(i + j)
		start = i + j + 3
		i = start
	}
	add(len(b))
	return out
}

func splitLengths(b []byte, size int) ([][]byte, error) {
	var out [][]byte
	for len(b) > 0 {
		if len(b) < size {
			return nil, fmt.Errorf("NAL unit length: %w", ErrMalformed)
		}
		n := 0
		for _, x := range b[:size] {
			n = n<<8 | int(x)
		}
		b = b[size:]
		if n > len(b) {
			return nil, fmt.Errorf("NAL unit of %d bytes in %d: %w", n, len(b), ErrMalformed)
		}
		if n > 0 {
			out = append(out, b[:n])
		}
		b = b[n:]
	}
	return out, nil
}

// avcConfig makes the avc1 sample entry (ISO/IEC 14496-15, 5.3.3.1 and 5.4.2.1).
func avcConfig(sps, pps [][]byte) (*Config, error) {
	if len(sps) > maxParameterSets || len(pps) > maxParameterSets || len(sps[0]) < 4 {
		return nil, fmt.Errorf("H.264 parameter sets: %w", ErrMalformed)
	}
	var s h264.SPS
	if err := s.Unmarshal(sps[0]); err != nil {
		return nil, fmt.Errorf("H.264 SPS: %w: %w", ErrMalformed, err)
	}
	w, h := s.Width(), s.Height()
	if w <= 0 || h <= 0 || w > 16384 || h > 16384 {
		return nil, fmt.Errorf("H.264 picture of %d×%d: %w", w, h, ErrMalformed)
	}
	b := []byte{1, sps[0][1], sps[0][2], sps[0][3], 0xff, 0xe0 | byte(len(sps)&0x1f)}
	for _, n := range sps {
		b = append(append(b, be16(len(n))...), n...)
	}
	b = append(b, byte(len(pps)&0xff))
	for _, n := range pps {
		b = append(append(b, be16(len(n))...), n...)
	}
	if p := s.ProfileIdc; p == 100 || p == 110 || p == 122 || p == 244 {
		b = append(b, 0xfc|byte(s.ChromaFormatIdc), 0xf8|byte(s.BitDepthLumaMinus8), 0xf8|byte(s.BitDepthChromaMinus8), 0) //nolint:gosec // small fields of the SPS
	}
	return &Config{
		Name: H264, Width: w, Height: h,
		Codecs: fmt.Sprintf("avc1.%02x%02x%02x", sps[0][1], sps[0][2], sps[0][3]),
		Entry:  visualEntry("avc1", w, h, Box("avcC", b)),
	}, nil
}

// parseAVCC reads an AVCDecoderConfigurationRecord. The configuration is nil when it holds no parameter sets (avc3).
func parseAVCC(b []byte) (nalSize int, c *Config, err error) {
	bad := fmt.Errorf("avcC: %w", ErrMalformed)
	if len(b) < 7 || b[0] != 1 {
		return 0, nil, bad
	}
	nalSize = int(b[4]&3) + 1
	if nalSize == 3 {
		return 0, nil, bad
	}
	sps, rest, ok := parameterSets(b[6:], int(b[5]&0x1f))
	if !ok || len(rest) < 1 {
		return 0, nil, bad
	}
	pps, _, ok := parameterSets(rest[1:], int(rest[0]))
	if !ok {
		return 0, nil, bad
	}
	if len(sps) == 0 || len(pps) == 0 {
		return nalSize, nil, nil
	}
	c, err = avcConfig(sps, pps)
	return nalSize, c, err
}

func parameterSets(b []byte, n int) (sets [][]byte, rest []byte, ok bool) {
	for range n {
		if len(b) < 2 {
			return nil, nil, false
		}
		l := int(binary.BigEndian.Uint16(b))
		if l == 0 || l > len(b)-2 {
			return nil, nil, false
		}
		sets = append(sets, b[2:2+l])
		b = b[2+l:]
	}
	return sets, b, true
}
