package transcode

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

func TestFramesAreWhatIsSeenThen(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	// Dark for two seconds, then bright.
	path := generate(t, "-f", "lavfi", "-i", "color=c=black:s=640x360:r=10:d=2", "-f", "lavfi", "-i", "color=c=white:s=640x360:r=10:d=2",
		"-filter_complex", "[0][1]concat", "-pix_fmt", "yuv420p", "v.mp4")
	f, err := b.AddPath(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Probe(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	take := Take{Runs: []Run{{File: f, Media: m}}}
	var got []string
	err = r.Frames(ctx, take, []int64{0, 1500, 2500, 3900, 9000}, func(at int64, pgm []byte) error {
		var w, h, depth int
		if _, err := fmt.Sscanf(string(pgm[:20]), "P5\n%d %d\n%d", &w, &h, &depth); err != nil || w != 1600 || h != 900 {
			t.Errorf("header %q: %v", pgm[:20], err)
		}
		light := "dark"
		if pgm[len(pgm)-1] > 200 {
			light = "bright"
		}
		got = append(got, fmt.Sprint(at, light))
		if bytes.Count(pgm[len(pgm)-w*h:], pgm[len(pgm)-1:]) < w*h*9/10 {
			t.Errorf("picture at %d is not even", at)
		}
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"0dark", "1500dark", "2500bright", "3900bright"}) {
		t.Errorf("%v %v", got, err)
	}
}
