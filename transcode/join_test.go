package transcode

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
)

func TestJoinMakesTracksThatAreMissing(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	// Bright and loud: 0–1, 2–3, 4–5. All of it gets the rate of the largest picture, 25.
	first, err := open(ctx, t, r, b, join(clock(6), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "aac", "a.mp4"})...).
		Kept(domain.Timeline{{StartMS: 500, EndMS: 1500}, {StartMS: 4000, EndMS: 5200}})
	if err != nil {
		t.Fatal(err)
	}
	silent := open(ctx, t, r, b, "-f", "lavfi", "-i", "color=white:s=640x360:r=25:d=3", "-c:v", "libvpx", "-deadline", "realtime", "b.webm")
	unseen := open(ctx, t, r, b, join(sound("2"), []string{"-c:a", "libopus", "c.webm"})...)
	var reached float64
	made, err := r.Join(ctx, []Take{first, silent, unseen}, func(s float64) { reached = s })
	if err != nil {
		t.Fatal(err)
	}
	if made.Name != domain.SourceRendition || reached != 1 {
		t.Errorf("%s, %v done", made.Name, reached)
	}
	for i, want := range []int64{0, 2200, 5200} {
		if off := made.Takes[i].StartMS - want; off < -60 || off > 60 {
			t.Errorf("the takes begin at %v", made.Takes)
		}
	}
	if d := made.DurationMS(); d < 7100 || d > 7300 {
		t.Errorf("it lasts %d ms", d)
	}
	for part, checks := range [][]struct {
		seconds      float64
		bright, loud bool
	}{
		{{0.25, true, true}, {0.75, false, false}, {1.5, true, true}, {2.1, false, false}},
		{{0.5, true, false}, {2.5, true, false}},
		{{0.5, false, true}, {1.5, false, true}},
	} {
		file := runFile(t, made.Rendition, part)
		bright, loud := brightness(t, file), loudAt(t, file)
		for _, c := range checks {
			level := 0.0
			for _, l := range loud[int(c.seconds*1000)-20 : int(c.seconds*1000)+20] {
				level = math.Max(level, l)
			}
			if b := bright[int(c.seconds*25)]; (b > 100) != c.bright || (level > 500) != c.loud {
				t.Errorf("part %d at %v s: brightness %.0f, loudness %.0f", part, c.seconds, b, level)
			}
		}
	}
}

// runFile is one run of a rendition as a file.
func runFile(t *testing.T, r Rendition, no int) string {
	t.Helper()
	paths := []string{r.Inits[no].Path}
	for _, s := range r.Segments {
		if s.InitNo == no {
			paths = append(paths, s.Path)
		}
	}
	var all []byte
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return write(t, "run.mp4", all)
}

func TestJoinCopiesWhatIsAlike(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := func(size, seconds, name string) Take {
		return open(ctx, t, r, b, join(picture(size, "30", seconds), sound(seconds), []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "30", "-c:a", "libopus", name})...)
	}
	made, err := r.Join(ctx, []Take{take("320x180", "3", "a.webm"), take("640x360", "4", "b.webm"), take("320x180", "2", "c.webm")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(made.Codecs, "vp09") || !strings.HasSuffix(made.Codecs, "opus") || made.Width != 640 {
		t.Errorf("%s, %d wide", made.Codecs, made.Width)
	}
	for i, want := range []int64{0, 3000, 7000} {
		if off := made.Takes[i].StartMS - want; off < -60 || off > 60 {
			t.Errorf("the takes begin at %v", made.Takes)
		}
	}
	if d := made.DurationMS(); d < 8900 || d > 9100 || len(made.Inits) != 3 {
		t.Errorf("it lasts %d ms, %d init segments", d, len(made.Inits))
	}
}

func TestJoinTellsWhereEachRunIs(t *testing.T) {
	t.Parallel()
	run := func(startMS int64, seconds int) Run {
		return Run{StartMS: startMS, Media: Media{Duration: time.Duration(seconds) * time.Second}}
	}
	resumed := Take{Runs: []Run{run(0, 3), run(5000, 2)}} // for two seconds nothing was recorded
	kept, err := resumed.Kept(domain.Timeline{{StartMS: 1000, EndMS: 2000}, {StartMS: 2500, EndMS: 6000}})
	if err != nil {
		t.Fatal(err)
	}
	made := Rendition{Segments: []SegmentFile{
		{InitNo: 0, DurationMS: 3010}, {InitNo: 1, StartMS: 3010, DurationMS: 2000}, {InitNo: 2, StartMS: 5010, DurationMS: 1500}, {InitNo: 3, StartMS: 6510, DurationMS: 1000},
	}}
	piece := func(start, end, at int64) domain.StitchedPiece {
		return domain.StitchedPiece{Span: domain.Span{StartMS: start, EndMS: end}, AtMS: at}
	}
	want := []JoinedTake{
		{domain.Span{EndMS: 5010}, []domain.StitchedPiece{piece(0, 3000, 0), piece(5000, 7000, 3010)}},
		{domain.Span{StartMS: 5010, EndMS: 7510}, []domain.StitchedPiece{piece(1000, 2000, 5010), piece(2500, 3000, 6010), piece(5000, 6000, 6510)}},
	}
	if d := cmp.Diff(want, places([]Take{resumed, kept}, []int{0, 2}, made)); d != "" {
		t.Error(d)
	}
}
