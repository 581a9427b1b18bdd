package domain

import (
	"slices"
	"testing"
)

func hand(start, end int64) Cut { return Cut{Span{start, end}, CutByHand} }

func TestCutsThatAreTaken(t *testing.T) {
	t.Parallel()
	um := Cut{Span{4000, 4300}, CutFiller}
	tests := []struct {
		name       string
		cuts, want []Cut
		bad        bool
	}{
		{"none", nil, []Cut{}, false},
		{"out of order, touching", []Cut{hand(5000, 6000), hand(1000, 2000), hand(2000, 2500)}, []Cut{hand(1000, 2500), hand(5000, 6000)}, false},
		{"a filler inside a cut is cut by hand", []Cut{um, hand(3500, 4100)}, []Cut{hand(3500, 4300)}, false},
		{"a filler beside a cut stays one", []Cut{um, hand(4300, 5000)}, []Cut{um, hand(4300, 5000)}, false},
		{"beyond the end", []Cut{hand(9000, 10_001)}, nil, true},
		{"before the start", []Cut{hand(-1, 5)}, nil, true},
		{"without length", []Cut{hand(5, 5)}, nil, true},
		{"of no kind", []Cut{{Span{1, 2}, "private"}}, nil, true},
		{"all of it", []Cut{hand(0, 10_000)}, nil, true},
		{"all but too little", []Cut{hand(0, 9501)}, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := CleanCuts(test.cuts, 10_000)
			if (KindOf(err) == KindInvalid) != test.bad || !slices.Equal(got, test.want) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestTightLeavesRoomToBreathe(t *testing.T) {
	t.Parallel()
	silences := []Span{{0, 1500}, {3000, 4300}, {5000, 8000}, {9500, 12_000}}
	fillers := []Filler{{Span: Span{4900, 5300}, Text: "um"}, {Span: Span{8500, 8700}}}
	got := CutSpans(TightCuts(silences, fillers, 12_000))
	want := []Span{{0, 1250}, {4900, 7750}, {8500, 8700}, {9750, 12_000}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWordsThatAreCutOutAreNotShown(t *testing.T) {
	t.Parallel()
	c := Clip{DurationMS: 10_000, Cuts: []Cut{hand(1500, 2500), hand(6000, 8000)}}
	words := Transcript{Cues: []Cue{
		{No: 0, StartMS: 1000, EndMS: 3000, Text: "The password swordfish works.", Words: []Word{{1000, 1400, "The"}, {1400, 1500, "password"}, {1500, 2500, "swordfish"}, {2500, 3000, "works."}}},
		{No: 1, StartMS: 4000, EndMS: 5000, Text: "No times."},
		{No: 2, StartMS: 6000, EndMS: 7000, Text: "Forget it.", Words: []Word{{6000, 6500, "Forget"}, {6500, 7000, "it."}}},
		{No: 3, StartMS: 7900, EndMS: 9000, Text: "Half a line without times."},
	}}
	words.Draft = words.Cues[2:3]
	shown := words.Shown(&c)
	if len(shown.Draft) != 0 {
		t.Errorf("the draft tells what is cut out: %+v", shown.Draft)
	}
	if len(shown.Cues) != 2 || shown.Cues[0].Text != "The password works." || shown.Cues[1].No != 1 {
		t.Errorf("%+v", shown.Cues)
	}
	if words.Cues[0].Text != "The password swordfish works." || len(words.Cues[0].Words) != 4 {
		t.Errorf("the transcript itself was changed: %+v", words.Cues[0])
	}
	chapters := []Chapter{{0, 3000, "Swordfish works", false}, {3000, 6000, "Password", false}, {6000, 8000, "Forget", true}, {8000, 10_000, "Swordfish by hand", true}}
	got := ShownChapters(chapters, words.Cues, &c)
	want := []Chapter{{0, 3000, "Part 1", false}, chapters[1], chapters[3]}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	played := c.Kept().PlayedCues(shown.Cues)
	if played[0].Words[2].StartMS != 1500 || played[1].StartMS != 3000 || shown.Cues[1].StartMS != 4000 {
		t.Errorf("%+v", played)
	}
	lines := ShownLines([]ScreenLine{{StartMS: 0, EndMS: 2000}, {StartMS: 6100, EndMS: 7000}}, &c)
	if len(lines) != 1 || len(ShownClaims([]Claim{{StartMS: 1000, EndMS: 1600}, {StartMS: 3000, EndMS: 3100}}, &c)) != 1 {
		t.Errorf("%v", lines)
	}
}
