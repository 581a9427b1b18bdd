package transcode

import (
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"baton/domain"
)

// brightness gives the mean luma of each frame of what an address plays, 30 frames a second.
func brightness(t *testing.T, url string) []float64 {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", url, "-vf", "scale=8:8,format=gray", "-f", "rawvideo", "pipe:").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for i := 0; i+64 <= len(out); i += 64 {
		sum := 0
		for _, v := range out[i : i+64] {
			sum += int(v)
		}
		all = append(all, float64(sum)/64)
	}
	return all
}

// loudAt gives the level of the sound in each millisecond of what an address plays.
func loudAt(t *testing.T, url string) []float64 {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", url, "-vn", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for i := 0; i+96 <= len(out); i += 96 {
		all = append(all, rms(out[i:i+96]))
	}
	return all
}

// clock is media in which each even second is bright and has a tone, each odd one dark and silent.
func clock(seconds int) []string {
	d := strconv.Itoa(seconds)
	return []string{
		"-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=" + d + ",geq=lum='if(lt(mod(T\\,2)\\,1)\\,235\\,16)':cb=128:cr=128",
		"-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t\\,2)\\,1)\\,0.3*sin(2*PI*997*t)\\,0)':s=48000:d=" + d,
	}
}

// switches are the places at which a level crosses half of its most, in units of its own rate.
func switches(levels []float64, perSecond float64, settle int) []float64 {
	most := 0.0
	for _, l := range levels {
		most = math.Max(most, l)
	}
	var at []float64
	on, since := levels[0] > most/2, 0
	for i, l := range levels {
		if (l > most/2) == on {
			since = 0
			continue
		}
		if since++; since > settle {
			on, since = !on, 0
			if s := float64(i-settle) / perSecond; s > 0.1 { // the sound's own beginning
				at = append(at, s)
			}
		}
	}
	return at
}

func TestCutIsExactInPictureAndSound(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join(clock(12), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "-b:a", "96k", "a.mkv"})...)
	// Played: on 0–0.5, off 1.2–2 (joined: 0.5–1.3), on 2–2.5 (1.3–1.8), then from 8.4: on to 9 (1.8–2.4), off to 10 (2.4–3.4), on to 10.5 (3.4–3.9).
	kept := domain.Timeline{{StartMS: 0, EndMS: 500}, {StartMS: 1200, EndMS: 2500}, {StartMS: 8400, EndMS: 10_500}}
	made, err := r.Cut(ctx, take, kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 1 || made[0].Name != "cut180p" {
		t.Fatalf("%+v", made)
	}
	if d := made[0].DurationMS() - kept.DurationMS(); d < -40 || d > 40 {
		t.Errorf("lasts %d ms instead of %d", made[0].DurationMS(), kept.DurationMS())
	}
	url := serve(t, made...) + "/cut180p/index.m3u8"
	if p := probeURL(t, url); p.String() != "h264 320x180, aac 1ch" {
		t.Errorf("%s", p)
	}
	want := []float64{0.5, 1.3, 2.4, 3.4}
	for what, got := range map[string][]float64{"picture": switches(brightness(t, url), 30, 0), "sound": switches(loudAt(t, url), 1000, 4)} {
		if len(got) != len(want) {
			t.Errorf("%s switches at %v, want %v", what, got, want)
			continue
		}
		for i := range want {
			if off := got[i] - want[i]; math.Abs(off) > 0.045 {
				t.Errorf("%s: %v instead of %v", what, got, want)
			}
		}
		t.Logf("%s switches at %.3f, wanted %v", what, got, want)
	}
}

// TestManyCutsDoNotDrift: after 1000 cuts of odd lengths picture and sound are still together.
func TestManyCutsDoNotDrift(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join(clock(40), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "-b:a", "96k", "a.mkv"})...)
	var kept domain.Timeline
	for at := int64(0); at < 30_000; at += 30 {
		kept = append(kept, domain.Span{StartMS: at, EndMS: at + 23})
	}
	kept = append(kept, domain.Span{StartMS: 30_000, EndMS: 40_000})
	made, err := r.Cut(ctx, take, kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, made...) + "/cut180p/index.m3u8"
	picture, sound := switches(brightness(t, url), 30, 2), switches(loudAt(t, url), 1000, 40)
	start := float64(kept.Played(30_000)) / 1000
	for i, at := range []float64{1, 2, 3, 4, 5, 6, 7, 8, 9} {
		near := func(all []float64) float64 {
			best := math.Inf(1)
			for _, s := range all {
				if math.Abs(s-start-at) < math.Abs(best) {
					best = s - start - at
				}
			}
			return best
		}
		if p, s := near(picture), near(sound); math.Abs(p) > 0.045 || math.Abs(s) > 0.045 || math.Abs(p-s) > 0.05 {
			t.Errorf("switch %d: picture %.3f s, sound %.3f s away", i, p, s)
		}
	}
}

func TestCutOfARecordingThatChangedItsSize(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	_, inits, segments, get := stored(ctx, t, r, b)
	take, err := r.OpenStored(ctx, b, inits, segments, get)
	if err != nil {
		t.Fatal(err)
	}
	made, err := r.Cut(ctx, take, domain.Timeline{{StartMS: 1000, EndMS: 2000}, {StartMS: 5000, EndMS: 6500}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		if d := m.DurationMS(); !strings.HasPrefix(m.Name, domain.CutPrefix) || d < 2420 || d > 2580 {
			t.Errorf("%s lasts %d ms", m.Name, d)
		}
	}
	if again, err := r.OpenMade(ctx, b, made[0]); err != nil || !again.HasVideo() {
		t.Errorf("%v", err)
	}
	if _, err := take.Kept(domain.Timeline{{StartMS: 90_000, EndMS: 91_000}}); domain.KindOf(err) != domain.KindUnsupported {
		t.Errorf("%v", err)
	}
	if got := fmt.Sprint(PlanCut([]Media{{Video: &VideoStream{Codec: "h264", PixelFormat: "yuv420p", Width: 640, Height: 360, PixelAspect: 1}}})); !strings.Contains(got, "cut360p") {
		t.Errorf("silent H.264 is not cut: %s", got)
	}
}
