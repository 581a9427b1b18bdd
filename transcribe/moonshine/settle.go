package moonshine

import (
	"math"
	"slices"
)

// Pauses are looked for in the sound's level, by frames of 10 ms.
const (
	levelRate     = 100 // frames a second
	levelSamples  = sampleRate / levelRate
	minContrastDB = 12 // less between floor and speech: no pause can be seen
	quietShare    = 0.3
	minEdgePause  = 5 // frames
	minInnerPause = 9 // frames
	minWord       = 0.02
	// maxEarlier is how far a pause moves a word's start back: what sounds for longer between the two is a hesitation that was
	// not written.
	maxEarlier = 0.15
)

// levels is the loudness of a chunk with the level under which it counts as quiet.
type levels struct {
	db    []float64
	quiet float64
}

// measure returns false when noise is as loud as speech.
func measure(samples []float32) (levels, bool) {
	n := len(samples) / levelSamples
	if n < 10 {
		return levels{}, false
	}
	l := levels{db: make([]float64, n)}
	for i := range l.db {
		var energy float64
		for _, v := range samples[i*levelSamples : (i+1)*levelSamples] {
			energy += float64(v) * float64(v)
		}
		l.db[i] = 10 * math.Log10(energy/levelSamples+1e-9)
	}
	sorted := slices.Sorted(slices.Values(l.db))
	floor, speech := sorted[n/20], sorted[n*9/10]
	l.quiet = floor + quietShare*(speech-floor)
	return l, speech-floor >= minContrastDB
}

// pause is the longest quiet run of at least want frames that lies in [from,to) seconds.
func (l levels) pause(from, to float64, want int) (start, end float64, found bool) {
	last, first, length := l.frame(to), 0, 0
	for i := l.frame(from); i < last; i++ {
		j := i
		for j < last && l.db[j] <= l.quiet {
			j++
		}
		if j-i > length && j-i >= want {
			first, length = i, j-i
		}
		i = j
	}
	return float64(first) / levelRate, float64(first+length) / levelRate, length > 0
}

func (l levels) frame(seconds float64) int {
	return min(len(l.db), max(0, int(seconds*levelRate)))
}

// settle moves the borders of words into real pauses. Attention alone gives a pause to
// either of the words beside it; where the sound between the middles of two
// neighbours drops to the floor for a while, the first ends where that begins and
// the second starts where it ends.
func settle(words []word, samples []float32) {
	l, ok := measure(samples)
	if len(words) == 0 || !ok {
		return
	}
	first, last := &words[0], &words[len(words)-1]
	if start, end, ok := l.pause(0, first.middle(), minEdgePause); ok && start <= first.from+0.02 {
		first.from = end
	}
	for i := range len(words) - 1 {
		a, b := &words[i], &words[i+1]
		if start, end, ok := l.pause(a.middle(), b.middle(), minInnerPause); ok {
			a.to = start
			if end > b.from-maxEarlier {
				b.from = end
			}
		}
	}
	if start, _, ok := l.pause(last.middle(), float64(len(samples))/sampleRate, minEdgePause); ok {
		last.to = start
	}
	for i := range words {
		words[i].to = max(words[i].to, words[i].from+minWord)
	}
}

func (w word) middle() float64 { return (w.from + w.to) / 2 }
