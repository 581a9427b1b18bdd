package cmaf_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"

	"baton/media/internal/cmaf"
	"baton/media/internal/codec"
)

const samples = "../../../testdata/media"

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// pack pushes a file in pieces of the given sizes, the last one again and again.
func pack(tb testing.TB, p *cmaf.Packager, b []byte, piece func() int) []cmaf.Part {
	tb.Helper()
	var out []cmaf.Part
	for len(b) > 0 {
		n := min(piece(), len(b))
		parts, err := p.Push(b[:n])
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, parts...)
		b = b[n:]
	}
	return append(out, p.Flush()...)
}

func fixed(n int) func() int { return func() int { return n } }

// ff runs a program on a file and returns its output; anything on stderr fails the test.
func ff(t *testing.T, program string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("%s %v: %v\n%s", program, args, err, errs.String())
	}
	return strings.TrimSpace(out.String())
}

// join writes init and the segments that need it into one file for each init segment.
func join(t *testing.T, parts []cmaf.Part) []string {
	t.Helper()
	var files []string
	var buf *bytes.Buffer
	dir := t.TempDir()
	flush := func() {
		if buf == nil {
			return
		}
		f := filepath.Join(dir, strconv.Itoa(len(files))+".mp4")
		if err := os.WriteFile(f, buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	for _, p := range parts {
		if p.Init != nil {
			flush()
			buf = bytes.NewBuffer(p.Init)
		}
		buf.Write(p.Data)
	}
	flush()
	return files
}

func count(t *testing.T, file, stream string) int {
	t.Helper()
	s := ff(t, "ffprobe", "-v", "error", "-select_streams", stream, "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file)
	n, _ := strconv.Atoi(strings.Trim(s, ",\n"))
	return n
}

func TestSegmentsDecodeAndCoverTheRecording(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, codecs string
		w, h         int
		inits        int
	}{
		{"avc1-opus.mkv", "avc1.42", 320, 180, 1},
		{"avc1.mkv", "avc1.42", 320, 180, 1},
		{"avc1.mp4", "avc1.42", 320, 180, 1},
		{"avc3-opus.mp4", "avc1.64", 320, 180, 1},
		{"vp9-opus.webm", "vp09.00.11.08,opus", 320, 180, 1},
		{"vp9-opus.mp4", "vp09.00.11.08,opus", 320, 180, 1},
		{"av1-opus.webm", "av01.0.", 320, 180, 1},
		{"av1-opus.mp4", "av01.0.", 320, 180, 1},
		{"opus.webm", "opus", 0, 0, 1},
		{"opus.mp4", "opus", 0, 0, 1},
		{"avc1-opus-resize.mkv", "avc1.42", 640, 360, 2},
		{"avc3-opus-resize.mp4", "avc1.64", 640, 360, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := cmaf.NewPackager()
			parts := pack(t, p, read(t, c.name), fixed(4096))
			info := p.Info()
			if !strings.HasPrefix(info.Codecs, c.codecs) || info.Width != c.w || info.Height != c.h {
				t.Errorf("described as %+v", info)
			}
			if info.Bandwidth < 20_000 || info.Bandwidth > 2_000_000 {
				t.Errorf("peak bandwidth %d", info.Bandwidth)
			}
			at, inits := int64(0), 0
			for i, x := range parts {
				if x.No != i || x.StartMS != at {
					t.Errorf("segment %d: number %d at %d ms, want %d", i, x.No, x.StartMS, at)
				}
				if last := i == len(parts)-1; !last && (x.DurationMS < 1700 || x.DurationMS > 2600) && c.inits == 1 {
					t.Errorf("segment %d lasts %d ms", i, x.DurationMS)
				}
				if x.Init != nil {
					inits++
				}
				if x.Discontinuity != (x.Init != nil && i > 0) {
					t.Errorf("segment %d: discontinuity %v", i, x.Discontinuity)
				}
				at += x.DurationMS
			}
			if at < 7900 || at > 8200 || inits != c.inits {
				t.Errorf("%d ms, %d init segments", at, inits)
			}
			video, audio := 0, 0
			for _, f := range join(t, parts) {
				ff(t, "ffmpeg", "-v", "warning", "-xerror", "-i", f, "-enc_time_base:v", "1:90000", "-f", "null", "-")
				video += count(t, f, "v:0")
				audio += count(t, f, "a:0")
			}
			source := filepath.Join(samples, c.name)
			if v, a := count(t, source, "v:0"), count(t, source, "a:0"); video != v || audio != a {
				t.Errorf("%d frames and %d packets of sound, the source has %d and %d", video, audio, v, a)
			}
		})
	}
}

// TestNoHolesBetweenSegments looks, with another's parser, for the holes that trusting the browser's last durations makes.
func TestNoHolesBetweenSegments(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc3-opus.mp4", "avc1-opus.mkv", "opus.mp4", "vp9-opus.webm", "av1-opus.mp4"} {
		ends := map[int]uint64{}
		for _, x := range pack(t, cmaf.NewPackager(), read(t, name), fixed(1<<20)) {
			var parts fmp4.Parts
			if err := parts.Unmarshal(x.Data); err != nil {
				t.Fatal(err)
			}
			for _, track := range parts[0].Tracks {
				at := track.BaseTime
				if end, seen := ends[track.ID]; seen && end != at {
					t.Errorf("%s: track %d of segment %d begins at %d, the one before ended at %d", name, track.ID, x.No, at, end)
				}
				for _, s := range track.Samples {
					at += uint64(s.Duration)
				}
				ends[track.ID] = at
			}
		}
	}
}

func TestPiecesOfAnySizeGiveTheSameSegments(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc1-opus.mkv", "avc3-opus.mp4", "vp9-opus.webm", "avc3-opus-resize.mp4", "opus.webm"} {
		b := read(t, name)
		want := pack(t, cmaf.NewPackager(), b, fixed(len(b)))
		rnd := rand.New(rand.NewPCG(1, 2))
		for _, piece := range []func() int{fixed(1), fixed(17), func() int { return 1 + rnd.IntN(9000) }} {
			same(t, name, pack(t, cmaf.NewPackager(), b, piece), want)
		}
	}
}

func same(t *testing.T, name string, got, want []cmaf.Part) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d segments, want %d", name, len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if g.No != w.No || g.InitNo != w.InitNo || g.StartMS != w.StartMS || g.DurationMS != w.DurationMS ||
			!bytes.Equal(g.Data, w.Data) || !bytes.Equal(g.Init, w.Init) {
			t.Errorf("%s: segment %d differs: %d ms + %d ms, %d bytes; want %d ms + %d ms, %d bytes",
				name, w.No, g.StartMS, g.DurationMS, len(g.Data), w.StartMS, w.DurationMS, len(w.Data))
		}
	}
}

func TestResumeFromEachCheckpointGivesTheSameSegments(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc1-opus.mkv", "avc3-opus.mp4", "vp9-opus.webm", "av1-opus.mp4", "opus.webm", "avc1-opus-resize.mkv", "avc3-opus-resize.mp4", "avc1.mkv"} {
		b := read(t, name)
		p := cmaf.NewPackager()
		want := pack(t, p, b, fixed(700))
		for i := range want[:len(want)-1] {
			text, err := json.Marshal(p.Checkpoint(&want[i]))
			if err != nil {
				t.Fatal(err)
			}
			var c cmaf.Checkpoint
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatal(err)
			}
			if len(text) > 8192 {
				t.Errorf("%s: a checkpoint of %d bytes", name, len(text))
			}
			q, err := cmaf.ResumePackager(c)
			if err != nil {
				t.Fatal(err)
			}
			same(t, name, pack(t, q, b[c.Offset():], fixed(1000)), want[i+1:])
		}
	}
}

func TestWhatCannotBeCopiedSaysSo(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"VP8":          read(t, "vp8-opus.webm"),
		"text":         []byte("this is not a video, whatever its name says"),
		"playlist":     []byte("#EXTM3U\nfile:///etc/passwd\n"),
		"plain MP4":    append([]byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"), "\x00\x00\x00\x10mdat00000000"...),
		"second start": append(read(t, "opus.webm"), read(t, "opus.webm")...),
	} {
		if _, err := cmaf.NewPackager().Push(b); !errors.Is(err, codec.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPackager(f *testing.F) {
	for _, name := range []string{"avc1-opus.mkv", "avc3-opus.mp4", "vp9-opus.webm", "av1-opus.mp4", "opus.webm", "vp8-opus.webm"} {
		b := read(f, name)
		f.Add(b[:min(len(b), 8000)], uint16(100))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint16) {
		p := cmaf.NewPackager()
		for rest := b; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			parts, err := p.Push(rest[:n])
			for i := range parts {
				if parts[i].DurationMS < 0 || parts[i].Mark.Offset > int64(len(b)) {
					t.Fatalf("part %+v", parts[i].Mark)
				}
				if _, err := cmaf.ResumePackager(p.Checkpoint(&parts[i])); err != nil {
					t.Fatal(err)
				}
			}
			if err != nil {
				if !errors.Is(err, codec.ErrMalformed) && !errors.Is(err, codec.ErrUnsupported) {
					t.Fatal(err)
				}
				return
			}
			rest = rest[n:]
		}
		p.Flush()
	})
}

func BenchmarkPackager(b *testing.B) {
	data := read(b, "avc1-opus.mkv")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		pack(b, cmaf.NewPackager(), data, fixed(16<<10))
	}
}

// TestDamagedStreamsEndWell breaks some bytes of real recordings at seeded random places: whatever
// comes of it, it comes quickly, with few segments, and without a panic.
func TestDamagedStreamsEndWell(t *testing.T) {
	t.Parallel()
	names := []string{"avc1-opus.mkv", "avc3-opus.mp4", "vp9-opus.webm", "av1-opus.mp4", "opus.webm"}
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range 600 {
		b := bytes.Clone(read(t, names[i%len(names)]))
		if i%2 == 0 {
			b = b[:8000]
		}
		for range 1 + rnd.IntN(6) {
			b[rnd.IntN(len(b))] = byte(rnd.IntN(256))
		}
		p, n := cmaf.NewPackager(), 0
		for rest := b; len(rest) > 0; {
			piece := min(500, len(rest))
			parts, err := p.Push(rest[:piece])
			n += len(parts)
			if err != nil {
				break
			}
			rest = rest[piece:]
		}
		if n += len(p.Flush()); n > 200 {
			t.Errorf("%s, round %d: %d segments of a recording of 8 s", names[i%len(names)], i, n)
		}
	}
}
