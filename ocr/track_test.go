package ocr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"baton/domain"
)

func read(at int64, lines ...string) Picture {
	p := Picture{AtMS: at}
	for _, l := range lines {
		p.Lines = append(p.Lines, Line{l, 90})
	}
	return p
}

func told(lines []domain.ScreenLine) string {
	var out []string
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%d-%d %s", l.StartMS, l.EndMS, l.Text))
	}
	return strings.Join(out, "|")
}

func TestTrackFollowsLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pictures []Picture
		want     string
	}{
		"nothing":    {nil, ""},
		"one slide":  {[]Picture{read(0, "Plan")}, "0-9000 Plan"},
		"two slides": {[]Picture{read(700, "Plan"), read(4000, "Cost")}, "700-4000 Plan|4000-9000 Cost"},
		"stays while others come, read a little differently": {
			[]Picture{read(0, "Plan", "Is it 10?"), read(2000, "PLAN", "ls it lO?", "new"), read(5000, "Plan", "new")},
			"0-9000 Plan|0-5000 Is it 10?|2000-9000 new",
		},
		"covered for a picture": {[]Picture{read(0, "Plan"), read(2000, "menu"), read(3000, "Plan")}, "0-9000 Plan|2000-3000 menu"},
		"gone and back":         {[]Picture{read(0, "Plan"), read(2000), read(3000, "x y"), read(6000, "Plan")}, "0-2000 Plan|3000-6000 x y|6000-9000 Plan"},
		"twice on a picture":    {[]Picture{read(0, "Plan", "plan")}, "0-9000 Plan"},
	} {
		if got := told(Track(c.pictures, 9000)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestTimesAreFewAndInOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes  []int64
		duration int64
		want     []int64
	}{
		"a still of five seconds": {nil, 5000, []int64{700}},
		"a short flash":           {[]int64{1000, 1200}, 5000, []int64{500, 1900}},
		"a long slide":            {[]int64{3000}, 40_000, []int64{700, 3700, 39_700}},
		"a talk of one picture":   {nil, 200_000, []int64{700, 60_700, 120_700, 199_700}},
		"beyond the end, twice":   {[]int64{2000, 2000, 9000}, 4000, []int64{700, 2700}},
		"no length":               {nil, 0, []int64{}},
	} {
		if got := Times(c.changes, c.duration); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var film []int64
	for at := int64(500); at < 3_600_000; at += 500 {
		film = append(film, at)
	}
	got := Times(film, 3_600_000)
	if len(got) < 40 || len(got) > 80 || !slices.IsSorted(got) || got[len(got)-1] < 3_500_000 {
		t.Errorf("%d pictures of an hour's film, up to %d", len(got), got[len(got)-1])
	}
	var lecture []int64 // a slide every 100 s, with a demonstration that moves in between
	for at := int64(0); at < 3_600_000; at += 100_000 {
		lecture = append(lecture, at)
		for m := at + 60_000; m < at+100_000; m += 500 {
			lecture = append(lecture, m)
		}
	}
	got = Times(lecture, 3_600_000)
	for at := int64(0); at < 3_600_000; at += 100_000 {
		if !slices.Contains(got, at+settleMS) {
			t.Errorf("the slide at %d is not read", at)
		}
	}
}

func FuzzParseTSV(f *testing.F) {
	f.Add([]byte("level\tpage_num\n5\t1\t1\t1\t1\t1\t2\t3\t4\t5\t96.1\tHello\n5\t1\t1\t1\t1\t2\t2\t3\t4\t5\t91\tthere\n5\t1\t2\t1\t1\t1\t2\t3\t4\t5\t12\tx\n"))
	f.Add([]byte("5\t1\t1\t1\t1\t1\t2\t3\t4\t5\tNaN\tHello\n5\t\xff"))
	f.Fuzz(func(t *testing.T, table []byte) {
		for _, l := range parseTSV(table) {
			if !(l.Confidence >= leastLineConfidence && l.Confidence <= 100.01) || !utf8.ValidString(l.Text) || utf8.RuneCountInString(l.Text) > maxLineLength {
				t.Fatalf("%+v", l)
			}
		}
	})
}

func TestLinesOfATable(t *testing.T) {
	t.Parallel()
	got := parseTSV([]byte("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
		"1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n5\t1\t1\t1\t1\t1\t2\t3\t4\t5\t96.1\tHello\n5\t1\t1\t1\t1\t2\t2\t3\t4\t5\t91\tthere\n" +
		"5\t1\t1\t1\t2\t1\t2\t3\t4\t5\t99\t|\n5\t1\t1\t1\t3\t1\t2\t3\t4\t5\t40\tsmudge\n"))
	if len(got) != 1 || got[0].Text != "Hello there" || got[0].Confidence < 93 || got[0].Confidence > 95 {
		t.Errorf("%+v", got)
	}
}
