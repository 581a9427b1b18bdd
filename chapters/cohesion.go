package chapters

import (
	"math"
	"slices"
)

// stretches holds a score for units [first, first+length) at [first][length-1], up to some
// greatest length.
type stretches [][]float32

// entry is a stem's weight in a unit's vector.
type entry struct {
	id     int32
	weight float64
}

// smoothing is how many units on each side colour a unit's words: a cue holds too few
// of its own to be compared.
const smoothing = 3

// ownShare is what a unit's own words count beside those of its neighbours.
const ownShare = 2

// onceWeight is what a word that is said once in the clip counts: it cannot tie anything
// together, and is a slip of the recogniser more often than not.
const onceWeight = 0.2

// newCohesion scores every stretch of at most longest units by how close its units lie to
// their common centre: minus the sum of squared distances between their smoothed, weighted
// and normalised word vectors and the mean (the kernel change-point cost of Harchaoui
// and Cappé, 2007; TreeSeg uses the same on embeddings).
func newCohesion(d *document, longest int) stretches {
	vectors := d.vectors()
	n := len(vectors)
	out := make(stretches, n)
	sum := make([]float64, len(d.vocabulary))
	for first := range n {
		end := min(n, first+longest)
		row := make([]float32, end-first)
		own, common := 0.0, 0.0 // Σ|v|² and |Σv|²
		for i := first; i < end; i++ {
			for _, e := range vectors[i] {
				common += e.weight * (2*sum[e.id] + e.weight)
				own += e.weight * e.weight
				sum[e.id] += e.weight
			}
			row[i-first] = float32(common/float64(i-first+1) - own)
		}
		out[first] = row
		clear(sum)
	}
	return out
}

// vectors are the units' words, weighted by rarity, spread over their neighbours, of length 1.
func (d *document) vectors() [][]entry {
	weights := d.rarity()
	out := make([][]entry, len(d.units))
	sum := make([]float64, len(d.vocabulary))
	var touched []int32
	for i := range d.units {
		touched = touched[:0]
		for j := max(0, i-smoothing); j <= min(len(d.units)-1, i+smoothing); j++ {
			share := 1 - math.Abs(float64(i-j))/(smoothing+1)
			if i == j {
				share = ownShare
			}
			for _, id := range d.units[j].stems {
				if sum[id] == 0 {
					touched = append(touched, id)
				}
				sum[id] += share * weights[id]
			}
		}
		slices.Sort(touched)
		out[i] = normal(sum, touched)
	}
	return out
}

// normal reads the touched entries out of sum, scaled to length 1, and clears them.
func normal(sum []float64, touched []int32) []entry {
	square := 0.0
	for _, id := range touched {
		square += sum[id] * sum[id]
	}
	v := make([]entry, len(touched))
	for k, id := range touched {
		v[k] = entry{id: id, weight: sum[id] / math.Sqrt(square)}
		sum[id] = 0
	}
	return v
}

// rarity weighs each stem by the root of its inverse document frequency over units.
func (d *document) rarity() []float64 {
	in := make([]int, len(d.vocabulary))
	last := make([]int, len(d.vocabulary))
	for i := range d.units {
		for _, id := range d.units[i].stems {
			if last[id] != i+1 {
				last[id] = i + 1
				in[id]++
			}
		}
	}
	out := make([]float64, len(in))
	for id, units := range in {
		out[id] = math.Sqrt(math.Log1p(float64(len(d.units)) / float64(units)))
		if d.counts[id] == 1 {
			out[id] *= onceWeight
		}
	}
	return out
}
