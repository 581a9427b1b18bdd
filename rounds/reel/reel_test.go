package reel_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"baton/domain"
	"baton/rounds/reel"
)

func span() *rapid.Generator[domain.Span] {
	return rapid.Custom(func(t *rapid.T) domain.Span {
		start := rapid.Int64Range(0, 9000).Draw(t, "start")
		return domain.Span{StartMS: start, EndMS: start + rapid.Int64Range(0, 3000).Draw(t, "length")}
	})
}

func clip() *rapid.Generator[domain.ClipID] { return rapid.SampledFrom([]domain.ClipID{"a", "b", "c"}) }

// wanted tells which milliseconds of a clip are neither heard nor skipped, one at a time.
func wanted(s domain.Span, k reel.Known) map[int64]bool {
	out := map[int64]bool{}
	for ms := s.StartMS; ms < s.EndMS; ms++ {
		out[ms] = true
	}
	for _, gone := range [][]domain.Span{k.Heard, k.Skip} {
		for _, g := range gone {
			for ms := g.StartMS; ms < g.EndMS; ms++ {
				delete(out, ms)
			}
		}
	}
	return out
}

// scraps are the shorter stretches of what is wanted that touch what was heard: those need not be played.
func scraps(want map[int64]bool, heard []domain.Span) map[int64]bool {
	touches := map[int64]bool{}
	for _, h := range heard {
		if h.EndMS > h.StartMS {
			touches[h.StartMS-1], touches[h.EndMS] = true, true
		}
	}
	out := map[int64]bool{}
	for from := range want {
		if want[from-1] {
			continue
		}
		to, touched := from, false
		for ; want[to]; to++ {
			touched = touched || touches[to]
		}
		for ms := from; touched && to-from < reel.Scrap && ms < to; ms++ {
			out[ms] = true
		}
	}
	return out
}

// TestReel: it never drops an ask to me, never plays what I heard nor anything twice, plays nothing that is not of an item, goes by
// rank, fits whenever it can, leaves nothing out without need, and says so when it cannot fit.
func TestReel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) reel.Item {
			rank := reel.Rank(rapid.IntRange(0, 3).Draw(t, "rank"))
			if rapid.IntRange(0, 4).Draw(t, "written") == 0 {
				return reel.Item{Rank: rank, ReadMS: rapid.Int64Range(1, 5000).Draw(t, "read")}
			}
			return reel.Item{Rank: rank, ClipID: clip().Draw(t, "clip"), Span: span().Draw(t, "span")}
		}), 0, 12).Draw(t, "items")
		known := map[domain.ClipID]reel.Known{}
		for _, id := range []domain.ClipID{"a", "b", "c"} {
			known[id] = reel.Known{Heard: rapid.SliceOfN(span(), 0, 3).Draw(t, "heard"), Skip: rapid.SliceOfN(span(), 0, 3).Draw(t, "skip")}
		}
		budget, speed := rapid.Int64Range(0, 20_000).Draw(t, "budget"), rapid.SampledFrom([]float64{0, 0.5, 1, 1.5, 3}).Draw(t, "speed")
		p := reel.Make(items, known, budget, speed)

		played, sum, asks := map[domain.ClipID]map[int64]bool{"a": {}, "b": {}, "c": {}}, int64(0), int64(0)
		last := reel.AskToMe
		for _, piece := range p.Pieces {
			if (piece.ReadMS > 0) != (len(piece.Play) == 0) || piece.ReadMS > 0 && piece.LengthMS != piece.ReadMS {
				t.Fatalf("what is written takes as long as it takes to read: %+v", piece)
			}
			want := wanted(piece.Span, known[piece.ClipID])
			for _, s := range piece.Play {
				for ms := s.StartMS; ms < s.EndMS; ms++ {
					if !want[ms] || played[piece.ClipID][ms] {
						t.Fatalf("%s plays %d, which is heard, skipped, of no item, or played before", piece.ClipID, ms)
					}
					played[piece.ClipID][ms] = true
				}
			}
			if sum += piece.LengthMS; piece.Rank == reel.AskToMe {
				asks += piece.LengthMS
			}
			if piece.Rank < last || piece.LengthMS <= 0 {
				t.Fatalf("out of order or empty: %+v", piece)
			}
			last = piece.Rank
		}
		checkAsks(t, items, known, p, played)
		fits := budget == 0 || asks <= budget
		if sum != p.LengthMS || fits != (p.OverMS == 0) || fits && budget > 0 && sum > budget || !fits && p.OverMS != asks-budget {
			t.Fatalf("%d of %d, asks %d, over %d", sum, budget, asks, p.OverMS)
		}
		for _, l := range p.Left {
			if budget == 0 || l.Rank == reel.AskToMe {
				t.Fatalf("left without need: %+v", l)
			}
		}
		if whole := reel.Make(items, known, 0, speed); whole.LengthMS <= budget && len(p.Left) > 0 {
			t.Fatalf("all would have fit: %d of %d, left %d", whole.LengthMS, budget, len(p.Left))
		}
	})
}

// checkAsks: every moment of every ask to the listener is played, but for scraps at the edge of what was heard or is played already.
func checkAsks(t *rapid.T, items []reel.Item, known map[domain.ClipID]reel.Known, p reel.Plan, played map[domain.ClipID]map[int64]bool) {
	heard, written := map[domain.ClipID][]domain.Span{}, 0
	for id, k := range known {
		heard[id] = slices.Clone(k.Heard)
	}
	for _, piece := range p.Pieces {
		heard[piece.ClipID] = append(heard[piece.ClipID], piece.Play...)
		if piece.Rank == reel.AskToMe && piece.ReadMS > 0 {
			written++
		}
	}
	for _, it := range items {
		if it.Rank != reel.AskToMe {
			continue
		}
		if it.ReadMS > 0 {
			written--
			continue
		}
		missing := wanted(it.Span, known[it.ClipID])
		for ms := range played[it.ClipID] {
			delete(missing, ms)
		}
		for ms := range scraps(missing, heard[it.ClipID]) {
			delete(missing, ms)
		}
		if len(missing) > 0 {
			t.Fatalf("%d ms of an ask in %s are dropped", len(missing), it.ClipID)
		}
	}
	if written != 0 {
		t.Fatalf("%d written asks are dropped", written)
	}
}

func TestSkips(t *testing.T) {
	t.Parallel()
	got := reel.Skips([]domain.Span{{StartMS: 0, EndMS: 600}, {StartMS: 2000, EndMS: 3000}, {StartMS: 4000, EndMS: 4700}, {StartMS: 9000, EndMS: 10_000}},
		[]domain.Span{{StartMS: 2700, EndMS: 3300}, {StartMS: 5000, EndMS: 5100}, {StartMS: 6000, EndMS: 6500}}, 10_000)
	want := []domain.Span{{StartMS: 0, EndMS: 400}, {StartMS: 2200, EndMS: 3300}, {StartMS: 6000, EndMS: 6500}, {StartMS: 9200, EndMS: 10_000}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestReadingTakesTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{" \n": 0, "Done.": 3000, strings.Repeat("word ", 230): 59_800} {
		if got := reel.ReadingMS(text); got != want {
			t.Errorf("%d ms for %q, want %d", got, text, want)
		}
	}
}
