package cmaf_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"baton/domain"
	"baton/media/internal/cmaf"
	"baton/transcode"
)

// TestRenditionsOfAResizedWindowAreAsLongAsTheRecording: from the second size on time stamps do not begin with 0, and ffmpeg gives the last
// one for the length of a file.
func TestRenditionsOfAResizedWindowAreAsLongAsTheRecording(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc1-opus-resize.mkv", "avc3-opus-resize.mp4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := transcode.New(t.Context(), transcode.Config{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			box, err := r.Box()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := box.Close(); err != nil {
					t.Error(err)
				}
			}()
			var inits []domain.InitSegment
			var segments []domain.Segment
			objects := map[string][]byte{}
			for _, p := range pack(t, cmaf.NewPackager(), read(t, name), fixed(4096)) {
				init, key := fmt.Sprintf("init-%d", p.InitNo), fmt.Sprintf("seg-%d", p.No)
				if p.Init != nil {
					inits, objects[init] = append(inits, domain.InitSegment{No: p.InitNo, ObjectKey: init, Bytes: int64(len(p.Init))}), p.Init
				}
				segments, objects[key] = append(segments, domain.Segment{
					No: p.No, InitNo: p.InitNo, ObjectKey: key, Bytes: int64(len(p.Data)), StartMS: p.StartMS, DurationMS: p.DurationMS, Discontinuity: p.Discontinuity,
				}), p.Data
			}
			get := func(_ context.Context, key string) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(objects[key])), nil
			}
			take, err := r.OpenStored(t.Context(), box, inits, segments, get)
			if err != nil {
				t.Fatal(err)
			}
			if len(take.Runs) != 2 || off(take.DurationMS(), take.EndMS) || off(take.Runs[0].Media.DurationMS(), take.Runs[1].StartMS) {
				t.Errorf("%d runs, %d ms of %d", len(take.Runs), take.DurationMS(), take.EndMS)
			}
			ladder, err := r.Ladder(t.Context(), take, nil)
			if err != nil || len(ladder) == 0 {
				t.Fatalf("%v, %v", ladder, err)
			}
			for _, made := range ladder {
				if off(made.DurationMS(), take.EndMS) {
					t.Errorf("%s lasts %d ms of %d", made.Name, made.DurationMS(), take.EndMS)
				}
			}
			joined, err := r.Join(t.Context(), []transcode.Take{take, take}, nil)
			if err != nil || off(joined.DurationMS(), 2*take.EndMS) || off(joined.Takes[1].StartMS, take.EndMS) {
				t.Errorf("twice in one it lasts %d ms, %+v, %v", joined.DurationMS(), joined.Takes, err)
			}
		})
	}
}

// off tells whether two times, in ms, are more than 0.3 s apart.
func off(a, b int64) bool { return a-b > 300 || b-a > 300 }
