package codec

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
)

// OBU types (AV1 specification, 6.2.2).
const (
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
	obuTileList          = 8
	obuPadding           = 15
)

// av1 passes a temporal unit without delimiters and padding, as "AV1 Codec ISO Media File Format
// Binding", 2.4, wants it. A key frame brings a sequence header.
func (t *Track) av1(data []byte, key bool) (Frame, error) {
	var f Frame
	var seq []byte
	clean := true
	for rest := data; len(rest) > 0; {
		typ, size, head, err := obuHead(rest)
		if err != nil {
			return Frame{}, err
		}
		obu := rest[:head+size]
		rest = rest[head+size:]
		switch typ {
		case obuTemporalDelimiter, obuPadding, obuTileList:
			clean = false
			continue
		case obuSequenceHeader:
			seq = obu
		}
		f.Payload = append(f.Payload, obu...)
	}
	if clean {
		f.Payload = data
	}
	if seq != nil {
		c, err := av1Config(seq)
		if err != nil {
			return Frame{}, err
		}
		f.Config = t.use(c)
	}
	f.Key = key && seq != nil
	if t.config == nil || len(f.Payload) == 0 {
		return Frame{}, nil
	}
	return f, nil
}

// obuHead reads an OBU header with its size field (AV1 specification, 5.3.2).
func obuHead(b []byte) (typ, size, head int, err error) {
	bad := fmt.Errorf("AV1 OBU: %w", ErrMalformed)
	if b[0]&0x80 != 0 {
		return 0, 0, 0, bad
	}
	typ, head = int(b[0]>>3&0x0f), 1
	if b[0]&4 != 0 {
		head++
	}
	if b[0]&2 == 0 { // without a size it goes on to the end
		if len(b) < head {
			return 0, 0, 0, bad
		}
		return typ, len(b) - head, head, nil
	}
	for i := 0; ; i++ {
		if i == 5 || head >= len(b) {
			return 0, 0, 0, bad
		}
		x := b[head]
		head++
		size |= int(x&0x7f) << (7 * i)
		if x&0x80 == 0 {
			break
		}
	}
	if size > len(b)-head {
		return 0, 0, 0, bad
	}
	return typ, size, head, nil
}

// av1Config makes the av01 sample entry from a sequence header OBU.
func av1Config(obu []byte) (*Config, error) {
	_, size, head, err := obuHead(obu)
	if err != nil {
		return nil, err
	}
	var s av1.SequenceHeader
	if err := s.Unmarshal(append([]byte{obuSequenceHeader << 3}, obu[head:head+size]...)); err != nil {
		return nil, fmt.Errorf("AV1 sequence header: %w: %w", ErrMalformed, err)
	}
	if len(s.SeqLevelIdx) == 0 || len(s.SeqTier) == 0 || s.Width() > 16384 || s.Height() > 16384 {
		return nil, fmt.Errorf("AV1 sequence header: %w", ErrMalformed)
	}
	bit := func(on bool, shift int) byte {
		if on {
			return 1 << shift
		}
		return 0
	}
	c := s.ColorConfig
	flags := bit(s.SeqTier[0], 7) | bit(c.HighBitDepth, 6) | bit(c.TwelveBit, 5) | bit(c.MonoChrome, 4) |
		bit(c.SubsamplingX, 3) | bit(c.SubsamplingY, 2) | byte(c.ChromaSamplePosition)&3
	av1c := append([]byte{0x81, s.SeqProfile<<5 | s.SeqLevelIdx[0]&0x1f, flags, 0}, obu...)
	tier := "M"
	if s.SeqTier[0] {
		tier = "H"
	}
	return &Config{
		Name: AV1, Width: s.Width(), Height: s.Height(),
		Codecs: fmt.Sprintf("av01.%d.%02d%s.%02d", s.SeqProfile, s.SeqLevelIdx[0], tier, max(c.BitDepth, 8)),
		Entry:  visualEntry("av01", s.Width(), s.Height(), Box("av1C", av1c)),
	}, nil
}
