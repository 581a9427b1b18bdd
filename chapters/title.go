package chapters

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"baton/domain"
)

// title gives each piece a title of its own, from its own words.
func title(d *document, pieces []piece, used map[string]bool) []domain.Chapter {
	out := make([]domain.Chapter, len(pieces))
	for i, p := range pieces {
		out[i] = domain.Chapter{StartMS: p.startMS, EndMS: p.endMS, Title: d.titleOf(p, i, len(pieces), used)}
		used[strings.ToLower(out[i].Title)] = true
	}
	return out
}

// candidate is a possible title and how well it stands for its chapter.
type candidate struct {
	title string
	score float64
}

func (d *document) titleOf(p piece, i, of int, used map[string]bool) string {
	if p.section != "" {
		return unused(p.section, used)
	}
	all := d.candidates(p)
	if s := d.frame(p, i, of, all); s != "" && !used[strings.ToLower(s)] {
		return s
	}
	for _, c := range all {
		if !used[strings.ToLower(c.title)] {
			return c.title
		}
	}
	if p.first < p.end {
		if s := firstWords(d.units[p.first:p.end]); s != "" {
			return unused(s, used)
		}
	}
	return unused(fmt.Sprintf("Chapter %d", i+1), used)
}

// unused adds a number to a title that another chapter has.
func unused(s string, used map[string]bool) string {
	t := s
	for n := 2; used[strings.ToLower(t)]; n++ {
		t = fmt.Sprintf("%s, part %d", s, n)
	}
	return t
}

// frame names a chapter that only greets or only takes leave.
func (d *document) frame(p piece, i, of int, all []candidate) string {
	if of < 2 || p.first >= p.end {
		return ""
	}
	head := d.units[p.first:min(p.end, p.first+3)]
	switch {
	case i == of-1 && p.end-p.first <= 12 && endsTalk(head):
		return "Wrap-up"
	case i == 0 && (len(all) == 0 || all[0].score < weakTitle):
		return "Introduction"
	}
	return ""
}

// weakTitle is the score under which an opening chapter is better called an introduction.
const weakTitle = 0.35

func endsTalk(units []unit) bool {
	for i := range units {
		words := folded(units[i].words, 14)
		head, _ := stripLeads(words)
		if ending.MatchString(strings.Join(head, " ")) || ending.MatchString(strings.Join(words, " ")) {
			return true
		}
	}
	return false
}

// candidates are the titles that the sentences of a piece would give, best first.
func (d *document) candidates(p piece) []candidate {
	weights := d.salience(p)
	var out []candidate
	for n, s := range d.sentences(p.first, p.end) {
		if takesLeave(s) {
			continue
		}
		r := reduce(s.words)
		t, cut := polish(r.words)
		if c, ok := d.judge(t, r, s, cut, n, weights); ok {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	return out
}

// takesLeave tells whether a sentence only ends the talk.
func takesLeave(s sentence) bool {
	words := strings.Fields(folds(s.words))
	head, _ := stripLeads(words)
	return ending.MatchString(strings.Join(head, " "))
}

// salience weighs the stems of a piece: often said here, seldom elsewhere.
func (d *document) salience(p piece) map[string]float64 {
	here := map[int32]float64{}
	for i := p.first; i < p.end; i++ {
		for _, id := range d.units[i].stems {
			here[id]++
		}
	}
	top := 0.0
	out := map[string]float64{}
	for id, n := range here {
		share := n / float64(d.counts[id])
		w := math.Log1p(n) * (0.4 + 0.6*share)
		out[d.vocabulary[id]] = w
		top = max(top, w)
	}
	for s := range out {
		out[s] /= max(top, 1e-9)
	}
	return out
}

// judge scores a title: how much of the chapter's own vocabulary it holds, whether the
// speaker announced it, how early it was said, and how well it reads.
func (d *document) judge(t string, r reduced, s sentence, cut bool, n int, weights map[string]float64) (candidate, bool) {
	words := fields(t)
	seen := map[string]bool{}
	carried := 0.0
	for _, stem := range content(words) {
		if !seen[stem] {
			seen[stem] = true
			carried += weights[stem]
		}
	}
	if len(words) == 0 || carried == 0 {
		return candidate{}, false
	}
	score := carried / (1.5 + 0.25*float64(len(words)))
	score *= 0.3 + 0.7*math.Exp(-float64(n)/5)
	score *= readability(words, len(seen), r.announced)
	if r.announced {
		score *= 1.3 + math.Exp(-float64(n)/2)
	}
	if cut {
		score *= 0.6
	}
	if s.question {
		score *= 0.6
	}
	return candidate{title: t, score: score}, true
}

// readability is lower for titles that still talk of I and you, are one word long or start weakly.
func readability(words []string, topics int, announced bool) float64 {
	f := 1.0
	for _, w := range words {
		switch fold(w) {
		case "i", "i'm", "i've", "i'll", "i'd", "me", "you", "you're", "you've", "it", "it's", "that's", "they", "he", "she", "them", "we", "we're", "this", "these", "those", "him":
			f *= 0.75
		case "not", "don't", "doesn't", "didn't", "isn't", "if":
			f *= 0.9
		}
	}
	for _, w := range words[1:] {
		if _, loose := looseWords[fold(w)]; loose {
			f *= 0.6
		}
	}
	if _, open := openEnds[fold(words[len(words)-1])]; open {
		f *= 0.5
	}
	first := fold(words[0])
	if _, half := halfStarts[first]; half || isThird(first) {
		f *= 0.45
	}
	if _, weak := weakStarts[first]; weak {
		f *= 0.6
	}
	if _, ties := goingOn[first]; ties {
		f *= 0.7
	}
	switch {
	case announced:
	case len(words) == 1:
		f *= 0.5
	case topics < 2:
		f *= 0.8
	}
	return f
}

var (
	// looseWords are said by people who look for a word; a title that has one was no finished thought.
	looseWords = set("like say stuff thing things something somehow someone somewhere whatever whatnot gonna wanna kinda sorta yeah okay alright er erm us let's lot bunch guess able sure") //nolint:gochecknoglobals // a table
	// openEnds want more after them.
	openEnds = set("exactly take takes look looks have has had make makes give gives get gets need needs want wants be been being should can could would will does do fed joining missing than go going say says put see") //nolint:gochecknoglobals // a table
	// halfStarts begin the rest of a sentence, or a question.
	halfStarts = set("of to with for from by than as at into assuming associated given based related compared depending supposed does did do has have had having who who's whose whom let let's put anything everything where whether when rather even only same going got gets makes coming particular") //nolint:gochecknoglobals // a table
)

// isThird tells whether a word is a verb of the third person: the subject was left out before it.
func isThird(w string) bool {
	return strings.HasSuffix(w, "s") && isPlain(strings.TrimSuffix(w, "s")) && !isPlain(w)
}

// firstWords is the last resort: what the chapter begins with.
func firstWords(units []unit) string {
	var words []word
	for i := range units {
		for token := range strings.FieldsSeq(units[i].text) {
			if w := newWord(token); w.fold != "" {
				words = append(words, w)
			}
		}
		if len(words) > 7 {
			break
		}
	}
	if len(words) == 0 {
		return ""
	}
	words, _ = shorten(words)
	return spell(dropTail(words))
}
