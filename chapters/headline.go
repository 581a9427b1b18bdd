package chapters

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitle is how long a title may be in characters; one that ends within the tolerance is not cut.
const (
	maxTitle  = 50
	tolerance = 4
)

var (
	// fillers are dropped wherever they stand.
	fillers = phraseList("kind of", "sort of", "basically", "essentially", "actually", "you know", "i mean", "um", "uh", "uhm", "er", "erm", "hmm", "literally", "obviously", "honestly", "a little bit", "a bit", "as well", "pretty much", "of course", "right now", "at the moment", "real quick", "really quickly", "just", "really", "i think", "i guess", "i believe", "you guys", "as you can see", "so to speak", "if you will", "or something", "or whatever", "and stuff", "and everything", "and so on", "and things like that", "or something like that", "for now", "right here", "over here", "currently", "also") //nolint:gochecknoglobals // a table
	// determiners are dropped from the front.
	determiners = set("the a an this that these those our my your some its their his her another") //nolint:gochecknoglobals // a table
	// tails are dropped from the end: talk about time and place, and words that want another after them.
	tails = phraseList("yesterday", "today", "tomorrow", "this week", "last week", "next week", "this morning", "this afternoon", "this evening", "tonight", "this month", "right away", "here", "there", "now", "too", "again", "in a second", "in a minute", "in a moment", "first", "then", "though", "right", "okay", "ok", "yeah", "so far", "already", "for you", "to you", "for us", "with you", "instead", "anyway", "later", "soon", "please", "for today", "for this week", "is", "was", "it", "them", "that", "this", "which is", "together with", "for example", "in here", "out here", "up here", "down here", "either", "yet", "still", "quickly", "for the week", "later today", "at all", "no", "yes", "etc", "and", "each") //nolint:gochecknoglobals // a table
	// breaks may start a part that a title can do without; the clause breaks rank first.
	clauseBreaks = set("which because so that but when if where while although though unless until since as whereas then who whose and")                                                            //nolint:gochecknoglobals // a table
	phraseBreaks = set("to with for from in on by after before using at into through over under between without within of or about via per against along around during inside instead rather than") //nolint:gochecknoglobals // a table
)

// polish makes a title of a reduced sentence: without fillers, cut at a sensible place, in
// sentence case. cut tells that something was lost at its end.
func polish(words []word) (title string, cut bool) {
	words = dropFillers(words)
	words = overTo(words)
	words = dropDeterminers(words)
	words, cut = shorten(words)
	words = dropTail(words)
	words = dropDeterminers(words)
	return spell(words), cut
}

func dropFillers(words []word) []word {
	out := make([]word, 0, len(words))
	for i := 0; i < len(words); {
		n := longest(fillers, words[i:])
		if n == 0 && words[i].fold == "like" && (words[i].pause || i > 0 && words[i-1].pause) {
			n = 1
		}
		if n == 0 && i+1 < len(words) && words[i].fold == words[i+1].fold && words[i].fold != "" {
			n = 1 // a word said twice
		}
		if n == 0 {
			out = append(out, words[i])
			i++
			continue
		}
		if len(out) > 0 && words[i+n-1].pause {
			out[len(out)-1].pause = true
		}
		i += n
	}
	return out
}

// overTo makes "over to" and "on over to" a plain "to".
func overTo(words []word) []word {
	out := words[:0:0]
	for i, w := range words {
		if i > 0 && w.fold == "over" && i+1 < len(words) && words[i+1].fold == "to" {
			continue
		}
		out = append(out, w)
	}
	return out
}

func dropDeterminers(words []word) []word {
	for len(words) > 1 {
		if _, is := determiners[words[0].fold]; !is {
			break
		}
		words = words[1:]
	}
	return words
}

// shorten cuts where the main clause ends, and where the title would be too long at the last
// fitting break.
func shorten(words []word) ([]word, bool) {
	if n := mainClause(words); n < len(words) {
		words = words[:n]
	}
	if length(words) <= maxTitle+tolerance {
		return words, false
	}
	best, rank := 0, 0
	for i := 1; i < len(words) && length(words[:i]) <= maxTitle; i++ {
		r := breakRank(words, i)
		if topics(words[:i]) < 2 || length(words[:i]) < 15 {
			r = min(r, 1)
		}
		if r > 0 && r >= rank {
			best, rank = i, r
		}
	}
	if best == 0 {
		best = 1
	}
	return words[:best], rank < 3
}

// breakRank is how good a place before word i is: 4 clause, 3 phrase, 2 inside a phrase, 1 between two words.
func breakRank(words []word, i int) int {
	f := words[i].fold
	if _, clause := clauseBreaks[f]; clause || words[i-1].pause {
		return 4
	}
	if f == "of" {
		return 2
	}
	if _, phrase := phraseBreaks[f]; phrase {
		return 3
	}
	return 1
}

// mainClause is where a clause begins that a title can do without.
func mainClause(words []word) int {
	for i := 1; i < len(words); i++ {
		f := words[i].fold
		_, clause := clauseBreaks[f]
		switch {
		case (f == "that" || f == "which") && i+1 < len(words) && isPerson(words[i+1].fold) && topics(words[:i]) > 0:
			return i
		case topics(words[:i]) < 2:
		case words[i-1].pause && (clause || isPronoun(f)):
			return i
		case f == "because" || f == "which" || f == "although" || f == "unless" || f == "whereas":
			return i
		case f == "so" && i+1 < len(words) && (isPronoun(words[i+1].fold) || words[i+1].fold == "that"):
			return i
		case (f == "and" || f == "but") && i+1 < len(words) && (isPronoun(words[i+1].fold) || words[i+1].fold == "then" || words[i+1].fold == "so"):
			return i
		}
	}
	return len(words)
}

func isPronoun(w string) bool {
	_, is := pronouns[w]
	return is && w != "the"
}

// isPerson tells whether a relative clause goes on with who did it: the page that we built.
func isPerson(w string) bool {
	switch w {
	case "i", "i'm", "i've", "we", "we're", "we've", "you", "you've", "they", "he", "she":
		return true
	}
	return false
}

// dropTail takes off what a title does not end with.
func dropTail(words []word) []word {
	for len(words) > 1 {
		n := 0
		for k := min(4, len(words)-1); k > 0 && n == 0; k-- {
			if longest(tails, words[len(words)-k:]) == k {
				n = k
			}
		}
		last := words[len(words)-1].fold
		if _, open := dangling[last]; n == 0 && (open || isBreak(last)) {
			n = 1
		}
		if n == 0 {
			break
		}
		words = words[:len(words)-n]
	}
	return words
}

func isBreak(w string) bool {
	_, clause := clauseBreaks[w]
	_, phrase := phraseBreaks[w]
	return clause || phrase
}

// topics counts the words that carry a topic.
func topics(words []word) int {
	n := 0
	for _, w := range words {
		if carries(w.fold) {
			n++
		}
	}
	return n
}

// length in characters, as spelled.
func length(words []word) int {
	n := max(0, len(words)-1)
	for i, w := range words {
		n += utf8.RuneCountInString(w.text)
		if w.pause && i < len(words)-1 {
			n++
		}
	}
	return n
}

// spell writes the words out: first letter up, commas kept.
func spell(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
		if w.pause && i < len(words)-1 {
			b.WriteByte(',')
		}
	}
	s := clip(b.String())
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || mixed(s) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// mixed tells whether the first word has a capital inside (iOS, eBPF), which a capital in front would spoil.
func mixed(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	_, size := utf8.DecodeRuneInString(first)
	return unicode.IsLower([]rune(first)[0]) && strings.IndexFunc(first[size:], unicode.IsUpper) >= 0
}

// clip bounds a title that has no spaces to cut at.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxTitle+tolerance {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:maxTitle]))
}
