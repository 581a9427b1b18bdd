package spoken

import (
	"bufio"
	_ "embed"
	"strings"
)

//go:embed testdata/sentences.tsv
var labelled string

// Labelled is a sentence of which people said what it does.
type Labelled struct {
	Text string
	Kind Kind
	// Held: it was kept for evaluation; no pattern was made with it in sight.
	Held bool
}

// LabelledSet reads the set that the patterns are tuned on and measured with.
func LabelledSet() []Labelled {
	var out []Labelled
	for lines := bufio.NewScanner(strings.NewReader(labelled)); lines.Scan(); {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 3 || strings.HasPrefix(f[0], "#") {
			continue
		}
		l := Labelled{Text: f[2], Kind: Kind(f[1]), Held: f[0] == "eval"}
		if f[1] == "none" {
			l.Kind = None
		}
		out = append(out, l)
	}
	return out
}

// Score counts how a kind was found.
type Score struct{ Right, Wrong, Missed int }

// Precision is the share of what was proposed that is right; 1 when nothing was.
func (s Score) Precision() float64 { return share(s.Right, s.Right+s.Wrong) }

// Recall is the share of what there is that was proposed.
func (s Score) Recall() float64 { return share(s.Right, s.Right+s.Missed) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// Measure scores each kind, and all together under None, on the sentences that were held back or the others.
func Measure(set []Labelled, held bool) map[Kind]Score {
	out := map[Kind]Score{}
	add := func(k Kind, f func(*Score)) {
		for _, key := range []Kind{k, None} {
			s := out[key]
			f(&s)
			out[key] = s
		}
	}
	for _, l := range set {
		if l.Held != held {
			continue
		}
		got, _ := Classify(l.Text)
		switch {
		case got == l.Kind && got != None:
			add(got, func(s *Score) { s.Right++ })
		default:
			if got != None {
				add(got, func(s *Score) { s.Wrong++ })
			}
			if l.Kind != None {
				add(l.Kind, func(s *Score) { s.Missed++ })
			}
		}
	}
	return out
}
