package domain

import (
	"cmp"
	"slices"
	"time"
)

// MaxPins bounds the pinned clips of a space: a list that nobody can watch is no start.
const MaxPins = 30

// Pin is a clip that somebody new to a space should see first.
type Pin struct {
	ClipID ClipID
	By     Account // id and name
	At     time.Time
}

// Replayed is a moment of a clip to which people went back.
type Replayed struct {
	ClipID ClipID
	Title  string
	Span
	// ReplayedBy counts who played it more than once, WatchedBy who played it at all.
	ReplayedBy, WatchedBy int
}

// Plays is what one viewer has played of a clip, and what of it more than once.
type Plays struct{ Watched, Replayed []Span }

// replaySlotMS is how long the stretches are that are compared, and maxReplayMS how long a moment gets.
const (
	replaySlotMS = 5_000
	maxReplayMS  = 60_000
)

// MostReplayed is the stretch of a clip that most people have played more than once; false: nobody has.
func MostReplayed(all []Plays, durationMS int64) (Replayed, bool) {
	n := (durationMS + replaySlotMS - 1) / replaySlotMS
	again, once := make([]int, n), make([]int, n)
	for _, p := range all {
		countSlots(again, p.Replayed, durationMS)
		countSlots(once, p.Watched, durationMS)
	}
	best := -1
	for i := range again {
		if again[i] > 0 && (best < 0 || cmp.Or(cmp.Compare(again[i], again[best]), cmp.Compare(once[i], once[best])) > 0) {
			best = i
		}
	}
	if best < 0 {
		return Replayed{}, false
	}
	end := best + 1
	for end < len(again) && again[end] == again[best] && int64(end-best)*replaySlotMS < maxReplayMS {
		end++
	}
	return Replayed{
		Span:       Span{StartMS: int64(best) * replaySlotMS, EndMS: min(int64(end)*replaySlotMS, durationMS)},
		ReplayedBy: again[best], WatchedBy: once[best],
	}, true
}

// countSlots counts a viewer for each slot of which they played at least half.
func countSlots(slots []int, spans []Span, durationMS int64) {
	for i := range slots {
		from := int64(i) * replaySlotMS
		to := min(from+replaySlotMS, durationMS)
		if 2*watchedWithin(spans, from, to) >= to-from {
			slots[i]++
		}
	}
}

// SortReplayed puts the moments to which most people went back first.
func SortReplayed(all []Replayed) {
	slices.SortFunc(all, func(a, b Replayed) int {
		return cmp.Or(cmp.Compare(b.ReplayedBy, a.ReplayedBy), cmp.Compare(b.WatchedBy, a.WatchedBy), cmp.Compare(b.ClipID, a.ClipID))
	})
}
