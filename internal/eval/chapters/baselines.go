package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// equidistant gives chapters of equal numbers of cues.
func equidistant(n, count int) boundaries {
	b := make(boundaries, n)
	for k := 1; k < count; k++ {
		b[k*n/count] = true
	}
	return b
}

// random gives boundaries anywhere.
func random(n, count int, r *rand.Rand) boundaries {
	b := make(boundaries, n)
	for _, i := range r.Perm(n - 1)[:min(count, n)-1] {
		b[i+1] = true
	}
	return b
}

// textTiling is Hearst's block comparison (1997) over cues: the cosine between the words of the
// blocks on both sides of each gap, and the depth of each valley. It takes the deepest count-1
// valleys, or with count 0 those deeper than the mean less half a deviation.
func textTiling(texts []string, count int) boundaries {
	const block = 6
	n := len(texts)
	b := make(boundaries, n)
	bags := make([]map[string]float64, n)
	for i, t := range texts {
		bags[i] = bag(t)
	}
	similar := make([]float64, n)
	for i := 1; i < n; i++ {
		similar[i] = cosine(sum(bags[max(0, i-block):i]), sum(bags[i:min(n, i+block)]))
	}
	depth := depths(similar)
	order := valleys(depth)
	limit := count - 1
	if count == 0 {
		limit = above(depth, order)
	}
	for _, i := range order[:min(limit, len(order))] {
		b[i] = true
	}
	return b
}

// depths sums the climbs from each gap to the peaks on both sides.
func depths(similar []float64) []float64 {
	n := len(similar)
	out := make([]float64, n)
	for i := 1; i < n; i++ {
		l, r := similar[i], similar[i]
		for j := i - 1; j > 0 && similar[j] >= l; j-- {
			l = similar[j]
		}
		for j := i + 1; j < n && similar[j] >= r; j++ {
			r = similar[j]
		}
		out[i] = l + r - 2*similar[i]
	}
	return out
}

// valleys orders the gaps, deepest first.
func valleys(depth []float64) []int {
	order := make([]int, 0, len(depth))
	for i := 1; i < len(depth); i++ {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(depth[b], depth[a]) })
	return order
}

func above(depth []float64, order []int) int {
	mean, square := 0.0, 0.0
	for _, i := range order {
		mean += depth[i] / float64(len(order))
		square += depth[i] * depth[i] / float64(len(order))
	}
	limit := mean + math.Sqrt(max(0, square-mean*mean))/2
	n := 0
	for n < len(order) && depth[order[n]] > limit {
		n++
	}
	return n
}

func bag(text string) map[string]float64 {
	m := map[string]float64{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) > 3 {
			m[strings.TrimSuffix(w, "s")]++
		}
	}
	return m
}

func sum(bags []map[string]float64) map[string]float64 {
	m := map[string]float64{}
	for _, b := range bags {
		for w, c := range b {
			m[w] += c
		}
	}
	return m
}

func cosine(a, b map[string]float64) float64 {
	dot, x, y := 0.0, 0.0, 0.0
	for w, c := range a {
		dot += c * b[w]
		x += c * c
	}
	for _, c := range b {
		y += c * c
	}
	if dot == 0 {
		return 0
	}
	return dot / math.Sqrt(x*y)
}
