package main

import "math"

// Boundaries mark which of n cues begin a chapter; the first cue's mark is never set.
type boundaries []bool

// window is half the mean length of the reference's chapters, in cues, as in the
// TreeSeg paper (Gklezakos, Misiak, Bishop, 2024).
func window(reference boundaries) int {
	k := math.RoundToEven(float64(len(reference)) / (2 * float64(reference.chapters())))
	return max(1, int(k))
}

// chapters is the number of stretches.
func (b boundaries) chapters() int { return b.within(0, len(b)) + 1 }

func (b boundaries) within(from, to int) int {
	n := 0
	for _, set := range b[from:to] {
		if set {
			n++
		}
	}
	return n
}

// measure gives two errors, 0 best. pk is the share of windows of k cues in which only one of the two has a boundary (Beeferman and others, 1999),
// and windowDiff of those in which they have different numbers of them (Pevzner and Hearst, 2002).
// Both count as NLTK does.
func measure(reference, found boundaries, k int) (pk, windowDiff float64) {
	n := len(reference) - k + 1
	for i := range n {
		r, f := reference.within(i, i+k), found.within(i, i+k)
		if (r > 0) != (f > 0) {
			pk++
		}
		if r != f {
			windowDiff++
		}
	}
	return pk / float64(n), windowDiff / float64(n)
}
