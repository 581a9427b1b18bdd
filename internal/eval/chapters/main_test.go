package main

import (
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"

	"baton/chapters"
)

func marks(s string) boundaries {
	b := make(boundaries, len(s))
	for i := range s {
		b[i] = s[i] == '1'
	}
	return b
}

// The expected values are those in NLTK's documentation of the two measures.
func TestMeasureCountsAsNLTK(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reference, found string
		k                int
		pk, windowDiff   float64
	}{
		{strings.Repeat("0100", 100), strings.Repeat("1", 400), 2, 0.50, math.NaN()},
		{strings.Repeat("0100", 100), strings.Repeat("0", 400), 2, 0.50, math.NaN()},
		{strings.Repeat("0100", 100), strings.Repeat("0100", 100), 2, 0, 0},
		{"000100000010", "000100000010", 3, 0, 0},
		{"000100000010", "000010000100", 3, math.NaN(), 0.30},
		{"000010000100", "100000010000", 3, math.NaN(), 0.80},
	} {
		pk, wd := measure(marks(c.reference), marks(c.found), c.k)
		if math.Abs(pk-c.pk) > 0.005 || math.Abs(wd-c.windowDiff) > 0.005 {
			t.Errorf("%.8s %.8s: Pk %.3f, WindowDiff %.3f, want %.2f and %.2f", c.reference, c.found, pk, wd, c.pk, c.windowDiff)
		}
	}
}

// TestFinderBeatsTheBaselines holds the figure that the finder has on the data beside the
// checkout, when it is there.
func TestFinderBeatsTheBaselines(t *testing.T) {
	t.Parallel()
	const dir = "../../../../shared/data/chapters"
	if _, err := fs.Stat(os.DirFS(dir), "."); err != nil {
		t.Log("no transcripts with reference topics here")
		return
	}
	files, err := readAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	const aim = 0.32
	if pk := pkOf(chapters.DefaultTuning(), files); pk > aim {
		t.Errorf("mean Pk at the given number of chapters is %.3f, over %.2f", pk, aim)
	}
}
