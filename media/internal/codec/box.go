package codec

import "encoding/binary"

// Box writes an ISO BMFF box of the parts.
func Box(typ string, parts ...[]byte) []byte {
	n := 8
	for _, p := range parts {
		n += len(p)
	}
	b := make([]byte, 8, n)
	binary.BigEndian.PutUint32(b, uint32(n))
	copy(b[4:], typ)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func be16(v ...int) []byte {
	b := make([]byte, 0, 2*len(v))
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, uint16(x)) //nolint:gosec // callers pass 16-bit fields
	}
	return b
}

// visualEntry is a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3) with its codec's boxes.
func visualEntry(typ string, w, h int, boxes ...[]byte) []byte {
	head := make([]byte, 78)
	head[7] = 1 // data_reference_index
	copy(head[24:], be16(w, h))
	copy(head[28:], []byte{0, 0x48, 0, 0, 0, 0x48, 0, 0}) // 72 dpi
	head[41] = 1                                          // frame_count
	copy(head[74:], []byte{0, 0x18, 0xff, 0xff})          // depth, pre_defined
	return Box(typ, append([][]byte{head}, boxes...)...)
}

// soundEntry is an AudioSampleEntry (ISO/IEC 14496-12, 12.2.3) with its codec's boxes.
func soundEntry(typ string, channels, rate int, boxes ...[]byte) []byte {
	head := make([]byte, 28)
	head[7] = 1
	copy(head[16:], be16(channels, 16))
	if rate < 1<<16 {
		copy(head[24:], be16(rate, 0))
	}
	return Box(typ, append([][]byte{head}, boxes...)...)
}
