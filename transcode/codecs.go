package transcode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

var errNoCodec = errors.New("no known sample entry")

// codecString reads the RFC 6381 codecs of all tracks from an initialization
// segment (ISO/IEC 14496-12: ftyp and moov), e.g. "avc1.64001f,mp4a.40.2".
func codecString(init []byte) (string, error) {
	var codecs []string
	err := eachBox(init, func(kind string, body []byte) error {
		if kind != "moov" {
			return nil
		}
		return eachBox(body, func(kind string, body []byte) error {
			if kind != "trak" {
				return nil
			}
			c, err := trackCodec(body)
			codecs = append(codecs, c)
			return err
		})
	})
	if err != nil {
		return "", fmt.Errorf("read initialization segment: %w", err)
	}
	if len(codecs) == 0 {
		return "", fmt.Errorf("read initialization segment: %w", errNoCodec)
	}
	return strings.Join(codecs, ","), nil
}

// eachBox calls f with the type and content of each box. Boxes that say they are
// longer than their parent end it with an error.
func eachBox(b []byte, f func(kind string, body []byte) error) error {
	for len(b) >= 8 {
		size := uint64(binary.BigEndian.Uint32(b))
		head := uint64(8)
		switch {
		case size == 0:
			size = uint64(len(b))
		case size == 1 && len(b) >= 16:
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < head || size > uint64(len(b)) {
			return fmt.Errorf("box %q has a wrong size", b[4:8]) //nolint:err113 // says all
		}
		if err := f(string(b[4:8]), b[head:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

// child is the content of the first box of a kind; nil if there is none.
func child(b []byte, path ...string) []byte {
	for _, want := range path {
		var found []byte
		_ = eachBox(b, func(kind string, body []byte) error {
			if kind == want && found == nil {
				found = body
			}
			return nil
		})
		b = found
	}
	return b
}

// trackCodec reads trak/mdia/minf/stbl/stsd's first sample entry.
func trackCodec(trak []byte) (string, error) {
	stsd := child(trak, "mdia", "minf", "stbl", "stsd")
	if len(stsd) < 8 {
		return "", errNoCodec
	}
	codec, err := "", errNoCodec
	_ = eachBox(stsd[8:], func(kind string, body []byte) error {
		if codec == "" {
			codec, err = entryCodec(kind, body)
		}
		return nil
	})
	return codec, err
}

// The fixed parts of sample entries before their boxes, ISO/IEC 14496-12, 12.1.3 and 12.2.3.
const (
	visualEntry = 78
	audioEntry  = 28
)

func entryCodec(kind string, body []byte) (string, error) {
	boxes := func(fixed int, name string, least int) []byte {
		if len(body) < fixed {
			return nil
		}
		if c := child(body[fixed:], name); len(c) >= least {
			return c
		}
		return nil
	}
	switch kind {
	case "avc1", "avc3":
		if c := boxes(visualEntry, "avcC", 4); c != nil { // ISO/IEC 14496-15, 5.3.3.1
			return fmt.Sprintf("%s.%02x%02x%02x", kind, c[1], c[2], c[3]), nil
		}
	case "vp09":
		if c := boxes(visualEntry, "vpcC", 7); c != nil { // "VP Codec ISO Media File Format Binding"
			return fmt.Sprintf("vp09.%02d.%02d.%02d", c[4], c[5], c[6]>>4), nil
		}
	case "av01":
		if c := boxes(visualEntry, "av1C", 3); c != nil { // "AV1 Codec ISO Media File Format Binding"
			return av1Codec(c), nil
		}
	case "Opus":
		return "opus", nil
	case "mp4a":
		if c := boxes(audioEntry, "esds", 5); c != nil {
			return "mp4a." + esdsCodec(c[4:]), nil
		}
	}
	return "", fmt.Errorf("sample entry %q: %w", kind, errNoCodec)
}

func av1Codec(c []byte) string {
	profile, level, tier, depth := c[1]>>5, c[1]&0x1f, "M", 8
	if c[2]&0x80 != 0 {
		tier = "H"
	}
	if c[2]&0x40 != 0 {
		depth = 10
	}
	return fmt.Sprintf("av01.%d.%02d%s.%02d", profile, level, tier, depth)
}

// esdsCodec walks ES_Descriptor → DecoderConfigDescriptor → AudioSpecificConfig
// (ISO/IEC 14496-1, 7.2.6) and gives "40.2" for AAC-LC. What it cannot read it
// takes for that, since nothing else is written by us.
func esdsCodec(b []byte) string {
	const lc = "40.2"
	es, ok := descriptor(b, 3)
	if !ok || len(es) < 3 {
		return lc
	}
	config, ok := descriptor(es[3:], 4)
	if !ok || len(config) < 13 {
		return lc
	}
	object := config[0]
	specific, ok := descriptor(config[13:], 5)
	if object != 0x40 || !ok || len(specific) == 0 || specific[0]>>3 == 0 {
		if object != 0x40 && object != 0 {
			return fmt.Sprintf("%02x", object)
		}
		return lc
	}
	return fmt.Sprintf("%02x.%d", object, specific[0]>>3)
}

// descriptor returns the content of a descriptor with an expandable size.
func descriptor(b []byte, tag byte) ([]byte, bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, false
	}
	size, i := 0, 1
	for ; i < len(b) && i <= 4; i++ {
		size = size<<7 | int(b[i]&0x7f)
		if b[i]&0x80 == 0 {
			i++
			break
		}
	}
	return b[i:min(len(b), i+size)], true
}
