package transcode

import (
	"bytes"
	"strings"
	"testing"
)

func FuzzDocuments(f *testing.F) {
	f.Add([]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"))
	f.Add([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x08moov\x00\x00\x00\x00mdat"))
	f.Fuzz(func(t *testing.T, b []byte) {
		heads, err := ebmlHeads(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range [][]int64{heads, mp4Heads(bytes.NewReader(b), int64(len(b)))} {
			for i, at := range list {
				if at >= int64(len(b)) || i > 0 && at <= list[i-1] {
					t.Fatalf("heads at %v of %d bytes", list, len(b))
				}
			}
		}
	})
}

func TestEBMLHeadsAcrossWindows(t *testing.T) {
	t.Parallel()
	head := "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"
	for _, gap := range []int{100, 256<<10 - 70, 256<<10 - 64, 256<<10 - 10, 256 << 10, 600_000} {
		all := head + strings.Repeat("x", gap-len(head)) + head
		got, err := ebmlHeads(strings.NewReader(all))
		if err != nil || len(got) != 2 || got[1] != int64(gap) {
			t.Errorf("gap %d: %v, %v", gap, got, err)
		}
	}
}

func FuzzCodecString(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x10moov\x00\x00\x00\x08trak"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := codecString(b); err == nil && s == "" {
			t.Error("no codec and no error")
		}
	})
}
