package transcode

import (
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"baton/domain"
)

// TestSoundFileOfWhatIsKept: a tone in each even second, silence in each odd one. What is not kept is not in the file, what is kept is at its
// place to the millisecond, and the length is what a player of files finds.
func TestSoundFileOfWhatIsKept(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	one := open(ctx, t, r, b, join(clock(12), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "a.mp4"})...)
	// Two runs, as of a recording whose encoder was started again: the second begins at 12 s with a tone.
	two := open(ctx, t, r, b, join(clock(4), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "b.mp4"})...)
	two.Runs[0].StartMS = 12_000
	both := Take{Runs: append(append([]Run{}, one.Runs...), two.Runs...)}
	for _, x := range []struct {
		name string
		take Take
		kept domain.Timeline
		want []float64
		ms   int64
	}{
		{"all of it", one, nil, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 12_000},
		{"some of it", one, domain.Timeline{{StartMS: 0, EndMS: 500}, {StartMS: 1200, EndMS: 2500}, {StartMS: 8400, EndMS: 10_500}}, []float64{0.5, 1.3, 2.4, 3.4}, 3900},
		{"of two runs", both, domain.Timeline{{StartMS: 10_500, EndMS: 11_200}, {StartMS: 12_600, EndMS: 14_500}}, []float64{0.5, 0.7, 1.1, 2.1}, 2600},
		{"of the second run alone", both, domain.Timeline{{StartMS: 12_600, EndMS: 14_500}}, []float64{0.4, 1.4}, 1900},
	} {
		take := x.take
		if x.kept != nil {
			var err error
			if take, err = take.Kept(x.kept); err != nil {
				t.Fatal(err)
			}
		}
		path, ms, err := r.SoundFile(ctx, take)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_name:format=duration", "-of", "csv=p=0", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		codec, seconds, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		found, err := strconv.ParseFloat(seconds, 64)
		if err != nil || codec != "aac" || math.Abs(found*1000-float64(ms)) > 1 || math.Abs(float64(ms-x.ms)) > 45 {
			t.Errorf("%s: %d ms, a player finds %q; wanted %d: %v", x.name, ms, out, x.ms, err)
		}
		got := switches(loudAt(t, path), 1000, 4)
		if len(got) > len(x.want) && got[len(got)-1] > float64(x.ms)/1000-0.05 { // the end of the last tone is the file's
			got = got[:len(x.want)]
		}
		if len(got) != len(x.want) {
			t.Errorf("%s: switches at %.3f, want %v", x.name, got, x.want)
			continue
		}
		for i := range x.want {
			if math.Abs(got[i]-x.want[i]) > 0.045 {
				t.Errorf("%s: switches at %.3f, want %v", x.name, got, x.want)
			}
		}
	}
}

func TestNoSoundFileWithoutSound(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join(picture("64x64", "10", "1"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "a.mp4"})...)
	if _, _, err := r.SoundFile(ctx, take); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("%v", err)
	}
}
