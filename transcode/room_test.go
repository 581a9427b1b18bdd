package transcode

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"baton/domain"
)

// TestAFullDiskIsNotTheInputsFault: ffmpeg's HLS writer is silent about what the disk does not take, and ends well. What it left is looked
// at, and with it whether there is room; where there is some again, another try is due.
func TestAFullDiskIsNotTheInputsFault(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"segment":  `for d in out-*; do test -d $d && ln -s /dev/full $d/seg-000000.m4s; done; exec ffmpeg "$@"`,
		"header":   `for d in out-*; do test -d $d && ln -s /dev/full $d/init.mp4; done; exec ffmpeg "$@"`,
		"tail":     `ffmpeg "$@"; for s in out-*/seg-*.m4s; do test -f $s && truncate -s -1 $s; done; exit 0`,
		"playlist": `ffmpeg "$@"; for d in out-*; do test -d $d && : > $d/index.m3u8; done; exit 0`,
		"nothing":  `ffmpeg "$@"; for d in out-*; do test -d $d && rm $d/*; done; exit 0`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			take := open(ctx, t, r, b, join(picture("320x240", "15", "1"), sound("1"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "libopus", "a.mkv"})...)
			r.cfg.FFmpeg = script(t, "#!/bin/sh\n"+text+"\n")
			if _, err := r.Ladder(ctx, take, nil); name != "nothing" && domain.KindOf(err) != domain.KindUnavailable || err == nil || saysFull(err) {
				t.Errorf("with room again: %v", err)
			}
			r.cfg.Room = math.MaxInt64
			if _, err := r.Ladder(ctx, take, nil); !saysFull(err) {
				t.Errorf("on a full disk: %v", err)
			}
			if _, err := r.Import(ctx, take, nil); !saysFull(err) {
				t.Errorf("import on a full disk: %v", err)
			}
		})
	}
}

// saysFull as jobs recognise it.
func saysFull(err error) bool {
	return domain.KindOf(err) == domain.KindUnavailable && err != nil && strings.Contains(err.Error(), "no space left on device")
}

func TestNoInputIsUnusableWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	for _, bad := range []string{"", "no media", "\x1a\x45\xdf\xa3 \x42\x82\x84webm, cut off"} {
		if _, err := r.Open(ctx, b, strings.NewReader(bad)); err == nil || saysFull(err) {
			t.Errorf("%q with room: %v", bad, err)
		}
	}
	r.cfg.Room = math.MaxInt64
	for _, bad := range []string{"", "no media", "\x1a\x45\xdf\xa3 \x42\x82\x84webm, cut off"} {
		if _, err := r.Open(ctx, b, strings.NewReader(bad)); !saysFull(err) {
			t.Errorf("%q on a full disk: %v", bad, err)
		}
	}
}

// TestShortObjectsAreNotTakenForMedia: what came short of its row is fetched again, not judged.
func TestShortObjectsAreNotTakenForMedia(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	made, err := r.Import(ctx, open(ctx, t, r, b, join(sound("2"), []string{"-c:a", "libopus", "a.mka"})...), nil)
	if err != nil {
		t.Fatal(err)
	}
	inits := []domain.InitSegment{{ObjectKey: made.Inits[0].Path, Bytes: made.Inits[0].Bytes}}
	segments := made.rows()
	for i := range segments {
		segments[i].ObjectKey = made.Segments[i].Path
	}
	short := ""
	get := func(_ context.Context, path string) (io.ReadCloser, error) {
		b, err := os.ReadFile(path)
		if path == short {
			b = b[:len(b)-1]
		}
		return io.NopCloser(strings.NewReader(string(b))), err //nolint:wrapcheck // a test's own
	}
	if _, err := r.OpenStored(ctx, b, inits, segments, get); err != nil {
		t.Fatal(err)
	}
	for _, short = range []string{inits[0].ObjectKey, segments[len(segments)-1].ObjectKey} {
		if _, err := r.OpenStored(ctx, b, inits, segments, get); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v", err)
		}
	}
}
