package reel_test

import (
	"testing"

	"pgregory.net/rapid"

	"baton/domain"
	"baton/rounds/reel"
)

func span() *rapid.Generator[domain.Span] {
	return rapid.Custom(func(t *rapid.T) domain.Span {
		start := rapid.Int64Range(0, 200).Draw(t, "start")
		return domain.Span{StartMS: start, EndMS: start + rapid.Int64Range(0, 60).Draw(t, "length")}
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

// TestReel: it never drops an ask to me, never plays what I heard nor anything twice, plays nothing that is not of an item, goes by
// rank, fits whenever it can, leaves nothing out without need, and says so when it cannot fit.
func TestReel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) reel.Item {
			return reel.Item{Rank: reel.Rank(rapid.IntRange(0, 3).Draw(t, "rank")), ClipID: clip().Draw(t, "clip"), Span: span().Draw(t, "span")}
		}), 0, 12).Draw(t, "items")
		known := map[domain.ClipID]reel.Known{}
		for _, id := range []domain.ClipID{"a", "b", "c"} {
			known[id] = reel.Known{Heard: rapid.SliceOfN(span(), 0, 3).Draw(t, "heard"), Skip: rapid.SliceOfN(span(), 0, 3).Draw(t, "skip")}
		}
		budget, speed := rapid.Int64Range(0, 400).Draw(t, "budget"), rapid.SampledFrom([]float64{0, 0.5, 1, 1.5, 3}).Draw(t, "speed")
		p := reel.Make(items, known, budget, speed)

		played, sum, asks := map[domain.ClipID]map[int64]bool{"a": {}, "b": {}, "c": {}}, int64(0), int64(0)
		last := reel.AskToMe
		for _, piece := range p.Pieces {
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
		for _, it := range items {
			if it.Rank != reel.AskToMe {
				continue
			}
			for ms := range wanted(it.Span, known[it.ClipID]) {
				if !played[it.ClipID][ms] {
					t.Fatalf("an ask's %d of %s is dropped", ms, it.ClipID)
				}
			}
		}
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
