package eval

import "slices"

// Errors counts the differences between what was said and what was written.
type Errors struct {
	Words, Substituted, Deleted, Inserted int
}

// Rate is the word error rate, 0 when nothing was said.
func (e Errors) Rate() float64 {
	if e.Words == 0 {
		return 0
	}
	return float64(e.Substituted+e.Deleted+e.Inserted) / float64(e.Words)
}

// Plus adds two counts.
func (e Errors) Plus(o Errors) Errors {
	return Errors{e.Words + o.Words, e.Substituted + o.Substituted, e.Deleted + o.Deleted, e.Inserted + o.Inserted}
}

// Pair is one place of an alignment: the numbers of a reference and a hypothesis word, -1
// where there is none.
type Pair struct{ Ref, Hyp int }

// Prices of sclite (NIST): a substitution is cheaper than a deletion and an insertion.
const (
	priceSubstitution = 4
	priceGap          = 3
)

// Align puts two texts beside each other as sclite does.
func Align(ref, hyp []string) ([]Pair, Errors) {
	width := len(hyp) + 1
	cost := make([]int, (len(ref)+1)*width)
	for i := range len(ref) + 1 {
		for j := range width {
			cost[i*width+j] = cheapest(cost, ref, hyp, i, j)
		}
	}
	return trace(cost, ref, hyp)
}

func cheapest(cost []int, ref, hyp []string, i, j int) int {
	width := len(hyp) + 1
	switch {
	case i == 0:
		return j * priceGap
	case j == 0:
		return i * priceGap
	}
	return min(cost[(i-1)*width+j-1]+substitution(ref[i-1], hyp[j-1]), cost[(i-1)*width+j]+priceGap, cost[i*width+j-1]+priceGap)
}

func substitution(a, b string) int {
	if a == b {
		return 0
	}
	return priceSubstitution
}

func trace(cost []int, ref, hyp []string) ([]Pair, Errors) {
	width := len(hyp) + 1
	e := Errors{Words: len(ref)}
	var pairs []Pair
	for i, j := len(ref), len(hyp); i > 0 || j > 0; {
		here := cost[i*width+j]
		switch {
		case i > 0 && j > 0 && here == cost[(i-1)*width+j-1]+substitution(ref[i-1], hyp[j-1]):
			i, j = i-1, j-1
			pairs = append(pairs, Pair{i, j})
			if ref[i] != hyp[j] {
				e.Substituted++
			}
		case i > 0 && here == cost[(i-1)*width+j]+priceGap:
			i--
			pairs = append(pairs, Pair{i, -1})
			e.Deleted++
		default:
			j--
			pairs = append(pairs, Pair{-1, j})
			e.Inserted++
		}
	}
	slices.Reverse(pairs)
	return pairs, e
}
