// Package reel plans what one person plays of what is new: only what they have not heard, what is asked of them first,
// without silences, at their speed, within the time that they have. It is pure.
package reel

import (
	"cmp"
	"math"
	"slices"

	"baton/domain"
)

// Rank says how much something matters to the listener; lower comes first.
type Rank int

// The ranks.
const (
	AskToMe Rank = iota
	Decision
	Blocker
	Rest
)

// Item is a stretch of a clip that may be played.
type Item struct {
	Rank   Rank
	ClipID domain.ClipID
	domain.Span
	// Ref is the id of the ask, decision, blocker or occurrence that it is of.
	Ref string
}

// Known is what is known of a clip: what the listener heard of it, and what is not worth hearing (silences, fillers).
type Known struct{ Heard, Skip []domain.Span }

// Piece is an item with the stretches of it that are played.
type Piece struct {
	Item

	Play []domain.Span
	// LengthMS is how long that takes at the listener's speed.
	LengthMS int64
}

// Plan is what is played, in order.
type Plan struct {
	Pieces   []Piece
	LengthMS int64
	// Left are the items that did not fit.
	Left []Piece
	// OverMS is by how much what is asked of the listener alone goes beyond the budget; 0: the reel fits.
	OverMS int64
}

// Make plans. budgetMS is the listener's time, 0 for as long as it takes; speed is how fast they listen. What is asked of the
// listener is never left out: when that alone is longer than the budget, OverMS says so and nothing else is played.
func Make(items []Item, known map[domain.ClipID]Known, budgetMS int64, speed float64) Plan {
	if speed <= 0 {
		speed = 1
	}
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(a.Rank, b.Rank) })
	var p Plan
	played := map[domain.ClipID][]domain.Span{}
	for _, it := range items {
		k := known[it.ClipID]
		piece := Piece{Item: it, Play: without([]domain.Span{it.Span}, slices.Concat(k.Heard, k.Skip, played[it.ClipID]))}
		if len(piece.Play) == 0 {
			continue // heard, silent, or part of what is played already
		}
		piece.LengthMS = int64(math.Ceil(float64(length(piece.Play)) / speed))
		if it.Rank != AskToMe && budgetMS > 0 && p.LengthMS+piece.LengthMS > budgetMS {
			p.Left = append(p.Left, piece)
			continue
		}
		p.Pieces = append(p.Pieces, piece)
		p.LengthMS += piece.LengthMS
		played[it.ClipID] = append(played[it.ClipID], piece.Play...)
	}
	if budgetMS > 0 {
		p.OverMS = max(0, p.LengthMS-budgetMS)
	}
	return p
}

func length(spans []domain.Span) int64 {
	var sum int64
	for _, s := range spans {
		sum += s.EndMS - s.StartMS
	}
	return sum
}

// Merge joins spans that touch or overlap, in order, and drops empty ones.
func Merge(spans []domain.Span) []domain.Span {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s domain.Span) bool { return s.EndMS <= s.StartMS })
	slices.SortFunc(spans, func(a, b domain.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	var out []domain.Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.StartMS <= out[n-1].EndMS {
			out[n-1].EndMS = max(out[n-1].EndMS, s.EndMS)
			continue
		}
		out = append(out, s)
	}
	return out
}

// without takes stretches out of others.
func without(spans, gone []domain.Span) []domain.Span {
	var out []domain.Span
	gone = Merge(gone)
	for _, s := range Merge(spans) {
		at := s.StartMS
		for _, g := range gone {
			if g.EndMS <= at || g.StartMS >= s.EndMS {
				continue
			}
			if g.StartMS > at {
				out = append(out, domain.Span{StartMS: at, EndMS: g.StartMS})
			}
			at = g.EndMS
		}
		if at < s.EndMS {
			out = append(out, domain.Span{StartMS: at, EndMS: s.EndMS})
		}
	}
	return out
}
