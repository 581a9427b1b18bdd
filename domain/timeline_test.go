package domain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anyCuts draws a clip's length and a list of cuts that is taken for it.
func anyCuts(t *rapid.T) ([]Cut, int64) {
	duration := rapid.Int64Range(2000, 600_000).Draw(t, "duration")
	cuts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cut {
		start := rapid.Int64Range(0, duration-1).Draw(t, "start")
		end := rapid.Int64Range(start+1, duration).Draw(t, "end")
		return Cut{Span{start, end}, rapid.SampledFrom([]CutKind{CutByHand, CutFiller, CutSilence}).Draw(t, "kind")}
	}), 0, 12).Draw(t, "cuts")
	clean, err := CleanCuts(cuts, duration)
	if err != nil { // nothing would be left
		return []Cut{}, duration
	}
	return clean, duration
}

func TestEveryMomentIsKeptOrCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cuts, duration := anyCuts(t)
		kept, cut := Kept(cuts, duration), CutSpans(cuts)
		var out int64
		for _, s := range cut {
			out += s.EndMS - s.StartMS
		}
		if kept.DurationMS()+out != duration {
			t.Fatalf("%d kept and %d cut of %d", kept.DurationMS(), out, duration)
		}
		at := rapid.Int64Range(0, duration-1).Draw(t, "at")
		if kept.Keeps(at) == Overlap(cut, Span{at, at + 1}) {
			t.Fatalf("%d is both or neither", at)
		}
		again, err := CleanCuts(cuts, duration)
		if err != nil || !slices.Equal(again, cuts) {
			t.Fatalf("cleaned again: %v, %v", again, err)
		}
	})
}

func TestTimesMapBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cuts, duration := anyCuts(t)
		kept := Kept(cuts, duration)
		a := rapid.Int64Range(0, duration).Draw(t, "a")
		b := rapid.Int64Range(a, duration).Draw(t, "b")
		if kept.Played(a) > kept.Played(b) {
			t.Fatalf("%d is played at %d, %d at %d", a, kept.Played(a), b, kept.Played(b))
		}
		if kept.Keeps(a) && kept.Recorded(kept.Played(a)) != a {
			t.Fatalf("%d comes back as %d", a, kept.Recorded(kept.Played(a)))
		}
		p := rapid.Int64Range(0, kept.DurationMS()-1).Draw(t, "p")
		if back := kept.Played(kept.Recorded(p)); back != p || !kept.Keeps(kept.Recorded(p)) {
			t.Fatalf("%d is %d, which is played at %d", p, kept.Recorded(p), back)
		}
		if q := p + 1; q < kept.DurationMS() && kept.Recorded(q) <= kept.Recorded(p) {
			t.Fatalf("%d is %d, %d is %d", p, kept.Recorded(p), q, kept.Recorded(q))
		}
		if kept.Played(duration) != kept.DurationMS() || kept.Recorded(kept.DurationMS()) < kept.Recorded(p) {
			t.Fatal("the ends do not meet")
		}
	})
}

func TestWithinIsWhatBothPlay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one, duration := anyCuts(t)
		two := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cut {
			start := rapid.Int64Range(0, duration-1).Draw(t, "start")
			return Cut{Span{start, rapid.Int64Range(start+1, duration).Draw(t, "end")}, CutFiller}
		}), 0, 5).Draw(t, "others")
		a, b := Kept(one, duration), Kept(joinCuts(two), duration)
		both := a.Within(b)
		at := rapid.Int64Range(0, duration-1).Draw(t, "at")
		if both.Keeps(at) != (a.Keeps(at) && b.Keeps(at)) {
			t.Fatalf("%d", at)
		}
	})
}
