// Package spoken finds in what people say the sentences that ask, decide or tell of something in the way, without a language
// model: patterns that people use for it, and patterns that show that they do not mean it. It is pure.
//
// It proposes; the speaker accepts. So it is tuned to be right when it speaks, and silent when in doubt.
package spoken

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"baton/domain"
)

// Kind is what a sentence does.
type Kind string

// The kinds. None is the zero value.
const (
	None     Kind = ""
	Ask      Kind = "ask"
	Decision Kind = "decision"
	Blocker  Kind = "blocker"
)

// Proposal is a sentence of a transcript that is proposed as an ask, a decision or a blocker.
type Proposal struct {
	Kind           Kind
	Text           string
	StartMS, EndMS int64
	// Name is the name of a colleague who is asked, as it was given to Find; empty: none was said.
	Name string
}

// feature is a pattern with what it says for or against a kind.
type feature struct {
	kind    Kind
	weight  float64
	pattern *regexp.Regexp
}

// enough is the weight from which on a sentence is proposed.
const enough = 1

// Classify tells what a sentence does, and how sure that is: the sum of the weights that speak for it.
func Classify(sentence string) (Kind, float64) {
	text := plain(sentence)
	sums := map[Kind]float64{}
	for _, f := range features {
		if f.pattern.MatchString(text) {
			sums[f.kind] += f.weight
		}
	}
	best, sum := None, 0.0
	for _, k := range []Kind{Ask, Decision, Blocker} { // in order, so that a tie is always the same
		if sums[k] > sum {
			best, sum = k, sums[k]
		}
	}
	if sum < enough {
		return None, sum
	}
	return best, sum
}

// fillers are sounds and words at a sentence's beginning that say nothing.
var fillers = regexp.MustCompile(`^((so|okay|ok|and|but|well|um|uh|hey|then|also|yeah|right|now|anyway)\b[, ]*)+`) //nolint:gochecknoglobals // compiled once

// plain is a sentence in lower case, with plain apostrophes, and without what comes before it begins.
func plain(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	return fillers.ReplaceAllString(strings.ReplaceAll(s, "’", "'"), "")
}

// Find proposes what is worth it in a transcript, in order. names are the colleagues' names, first names included. Within blockers, in order,
// it was asked what is in the way: what is answered there is a blocker, whatever its words, unless it asks or decides something, or says that
// there is none.
func Find(t domain.Transcript, names []string, blockers ...domain.Span) []Proposal {
	var out []Proposal
	for _, s := range sentences(t, blockers) {
		p := Proposal{Text: s.text, StartMS: s.start, EndMS: s.end}
		if p.Kind, _ = Classify(s.text); sectionAt(blockers, s.start) >= 0 {
			p.Kind, p.Text = answered(p.Kind, s.text)
		} else if len(strings.Fields(s.text)) < 3 {
			continue
		}
		if p.Kind == None {
			continue
		}
		if p.Kind == Ask {
			p.Name = named(s.text, names)
		}
		if n := len(out); n > 0 {
			p.StartMS = max(p.StartMS, out[n-1].StartMS+1) // its moment names it, and corrected words may share one
		}
		out = append(out, p)
	}
	return out
}

// sentence of a transcript with its times.
type sentence struct {
	text       string
	start, end int64
}

// longest bounds a sentence, for speakers and engines without full stops.
const longest = 60

// sentences joins the words of a transcript and cuts them where a sentence ends, or a section begins or ends.
func sentences(t domain.Transcript, sections []domain.Span) []sentence {
	var out []sentence
	var words []domain.Word
	cut := func() {
		if len(words) == 0 {
			return
		}
		texts := make([]string, len(words))
		for i, w := range words {
			texts[i] = w.Text
		}
		out = append(out, sentence{strings.Join(texts, " "), words[0].StartMS, words[len(words)-1].EndMS})
		words = nil
	}
	for _, c := range t.Cues {
		of := c.Words
		if len(of) == 0 {
			of = []domain.Word{{StartMS: c.StartMS, EndMS: c.EndMS, Text: c.Text}}
		}
		for _, w := range of {
			if n := len(words); n > 0 && apart(sections, words[n-1], w) {
				cut()
			}
			words = append(words, w)
			if strings.ContainsAny(w.Text[max(0, len(w.Text)-1):], ".?!") || len(words) == longest {
				cut()
			}
		}
	}
	cut()
	return out
}

// named finds the colleague who is spoken to: a name at the beginning, or set off by commas. The longest name wins.
func named(text string, names []string) string {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	low := plain(text)
	for _, n := range names {
		for _, form := range []string{n, strings.Fields(n + " ")[:1][0]} {
			f := strings.ToLower(form)
			if strings.HasPrefix(low, f+",") || strings.HasPrefix(low, f+" can") || strings.HasPrefix(low, f+" could") || strings.Contains(low, ", "+f+",") || strings.HasSuffix(strings.TrimRight(low, ".?!"), ", "+f) {
				return n
			}
		}
	}
	return ""
}
