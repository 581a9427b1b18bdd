package chapters

import "math"

// stretches holds a score for units [first, first+length) at [first][length-1], up to some
// greatest length.
type stretches [][]float32

// newCohesion gives the log likelihood of every stretch of at most longest units under a
// word distribution of its own: a Dirichlet compound multinomial, each word predicted
// from those before it in the stretch (as in Eisenstein and Barzilay, "Bayesian
// unsupervised topic segmentation", 2008). A stretch that stays with its words is
// cheap, one that mixes two vocabularies is not.
func newCohesion(d *document, smoothing float64, longest int) stretches {
	n := len(d.units)
	c := make(stretches, n)
	counts := make([]float64, len(d.vocabulary))
	weights := d.stemWeights()
	mass := smoothing * float64(max(1, len(d.vocabulary)))
	for first := range n {
		end := min(n, first+longest)
		row := make([]float32, end-first)
		total, ll := 0.0, 0.0
		for i := first; i < end; i++ {
			for _, id := range d.units[i].stems {
				w := weights[id]
				ll += w * math.Log((counts[id]+smoothing)/(total+mass))
				counts[id] += w
				total += w
			}
			row[i-first] = float32(ll)
		}
		for i := first; i < end; i++ {
			for _, id := range d.units[i].stems {
				counts[id] = 0
			}
		}
		c[first] = row
	}
	return c
}

// stemWeights lowers the words that are spread over the whole clip (they are
// its subject, and tell no chapter from another).
func (d *document) stemWeights() []float64 {
	const blocks = 16
	n := len(d.units)
	seen := make([]uint32, len(d.vocabulary))
	for i := range d.units {
		for _, id := range d.units[i].stems {
			seen[id] |= 1 << (i * blocks / n)
		}
	}
	out := make([]float64, len(seen))
	for id, bits := range seen {
		spread := 0
		for ; bits != 0; bits &= bits - 1 {
			spread++
		}
		out[id] = 1 - 0.75*float64(spread-1)/(blocks-1)
	}
	return out
}
