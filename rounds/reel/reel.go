// Package reel plans what one person plays of what is new: only what they have not heard, what is asked of them first,
// without silences, at their speed, within the time that they have. It is pure.
package reel

import (
	"cmp"
	"math"
	"slices"
	"strings"

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

// Item is a stretch of a clip that may be played, or words that may be read.
type Item struct {
	Rank   Rank
	ClipID domain.ClipID
	domain.Span
	// Ref is the id of the ask, decision, blocker or occurrence that it is of.
	Ref string
	// ReadMS is how long its words take to be read, whatever the speed of playing; set for what is in writing only, which has
	// neither clip nor stretch.
	ReadMS int64
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

// Scrap is the shortest stretch, in milliseconds, that is played at the edge of what was heard before: less is a breath or the end of a
// word, which nobody would miss and which would keep its piece in the reel for ever.
const Scrap = 700

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
		piece := pieceOf(it, known[it.ClipID], played[it.ClipID], speed)
		if piece.LengthMS == 0 {
			continue // heard, silent, or part of what is played already
		}
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

// pieceOf takes out of an item what was heard, is played already, or is not worth it.
func pieceOf(it Item, k Known, played []domain.Span, speed float64) Piece {
	if it.ReadMS > 0 {
		return Piece{Item: it, LengthMS: it.ReadMS}
	}
	heard := Merge(slices.Concat(k.Heard, played))
	play := Without([]domain.Span{it.Span}, slices.Concat(heard, k.Skip))
	play = slices.DeleteFunc(play, func(s domain.Span) bool {
		return s.EndMS-s.StartMS < Scrap && slices.ContainsFunc(heard, func(h domain.Span) bool { return h.EndMS == s.StartMS || h.StartMS == s.EndMS })
	})
	return Piece{Item: it, Play: play, LengthMS: int64(math.Ceil(float64(length(play)) / speed))}
}

const (
	// marginMS is left at both sides of a silence, so that no breath or last consonant is lost.
	marginMS = 200
	// leastSkipMS is the shortest stretch that is left out: going over it costs a moment, too.
	leastSkipMS = 400
	// readMSPerWord is how long a word takes to be read: 230 words a minute.
	readMSPerWord = 260
	// leastReadMS is how long the shortest text is given.
	leastReadMS = 3000
)

// Skips are the stretches that are left out of a clip: silences but for a margin, fillers, where going over them gains something.
func Skips(silences, fillers []domain.Span, durationMS int64) []domain.Span {
	all := slices.Clone(fillers)
	for _, s := range silences {
		if s.StartMS > 0 {
			s.StartMS += marginMS
		}
		if s.EndMS < durationMS {
			s.EndMS -= marginMS
		}
		all = append(all, s)
	}
	return slices.DeleteFunc(Merge(all), func(s domain.Span) bool { return s.EndMS-s.StartMS < leastSkipMS })
}

// ReadingMS is how long a text takes to be read, in milliseconds; 0 when it says nothing.
func ReadingMS(text string) int64 {
	words := int64(len(strings.Fields(text)))
	if words == 0 {
		return 0
	}
	return max(leastReadMS, words*readMSPerWord)
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

// Without takes stretches out of others.
func Without(spans, gone []domain.Span) []domain.Span {
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
