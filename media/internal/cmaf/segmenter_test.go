package cmaf_test

import (
	"slices"
	"testing"

	"baton/media/internal/cmaf"
	"baton/media/internal/codec"
	"baton/media/internal/container"
)

// cutWith feeds a recording's samples, but for those that drop names, to a segmenter. at is in seconds.
func cutWith(t *testing.T, name string, drop func(kind codec.Kind, at float64) bool) []cmaf.Part {
	t.Helper()
	r := container.NewReader()
	var s *cmaf.Segmenter
	var out []cmaf.Part
	err := r.Push(read(t, name), func(x container.Sample) error {
		var err error
		if s == nil {
			if s, err = cmaf.NewSegmenter(r.Tracks()); err != nil {
				return err
			}
		}
		track := r.Tracks()[x.Track]
		if drop(track.Name.Kind(), float64(x.DTS)/float64(track.Timescale)) {
			return nil
		}
		parts, err := s.Add(x, r.Mark())
		out = append(out, parts...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(out, s.Flush(r.Mark())...)
}

// check looks at what players need of any segments: no hole between them, short ones, and that they decode.
func check(t *testing.T, parts []cmaf.Part, inits int) {
	t.Helper()
	at, n := int64(0), 0
	for _, p := range parts {
		if p.StartMS != at || p.DurationMS <= 0 || p.DurationMS > 11_500 {
			t.Errorf("segment %d: %d ms + %d ms, want it at %d ms", p.No, p.StartMS, p.DurationMS, at)
		}
		at += p.DurationMS
		if p.Init != nil {
			n++
		}
	}
	if n != inits || at < 7_500 || at > 8_200 {
		t.Errorf("%d init segments, %d ms", n, at)
	}
	for _, f := range join(t, parts) {
		ff(t, "ffmpeg", "-v", "error", "-xerror", "-i", f, "-enc_time_base:v", "1:90000", "-f", "null", "-")
	}
}

func TestSoundThatFallsSilentIsFilledUp(t *testing.T) {
	t.Parallel()
	parts := cutWith(t, "avc1-opus.mkv", func(k codec.Kind, at float64) bool { return k == codec.Audio && at > 1 && at < 7 })
	check(t, parts, 1)
	sound := 0
	for _, f := range join(t, parts) {
		sound += count(t, f, "a:0")
	}
	if sound < 30 || sound > 45 {
		t.Errorf("%d packets of sound", sound)
	}
	for _, p := range parts[:len(parts)-1] {
		if p.DurationMS > 2600 {
			t.Errorf("segment %d lasts %d ms: it waited for sound", p.No, p.DurationMS)
		}
	}
}

func TestSoundThatStartsLateBringsANewInit(t *testing.T) {
	t.Parallel()
	check(t, cutWith(t, "vp9-opus.webm", func(k codec.Kind, at float64) bool { return k == codec.Audio && at < 5 }), 2)
}

func TestStillPictureWaitsForTheNextFrame(t *testing.T) {
	t.Parallel()
	parts := cutWith(t, "avc1-opus.mkv", func(k codec.Kind, at float64) bool { return k == codec.Video && at > 2.5 && at < 7.5 })
	check(t, parts, 1)
}

func TestNoSoundAtAll(t *testing.T) {
	t.Parallel()
	parts := cutWith(t, "av1-opus.webm", func(k codec.Kind, _ float64) bool { return k == codec.Audio })
	check(t, parts, 1)
	if i := slices.IndexFunc(parts, func(p cmaf.Part) bool { return p.DurationMS > 2600 }); i >= 0 {
		t.Errorf("segment %d lasts %d ms", i, parts[i].DurationMS)
	}
}

// TestPictureLost: the picture ends in mid-recording, the sound goes on to its end.
func TestPictureLost(t *testing.T) {
	t.Parallel()
	check(t, cutWith(t, "avc3-opus.mp4", func(k codec.Kind, at float64) bool { return k == codec.Video && at > 3 }), 1)
}

// TestNoPictureComes: the header tells of a picture, but there is sound only.
func TestNoPictureComes(t *testing.T) {
	t.Parallel()
	check(t, cutWith(t, "avc1-opus.mkv", func(k codec.Kind, _ float64) bool { return k == codec.Video }), 1)
}
