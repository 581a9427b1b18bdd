package moonshine

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// plainBonus is by how much the mean log probability of words heard at normal speed must be better than that of
	// those heard slowly for them to be kept where the two differ.
	plainBonus = 0.1
	// nothing is that of no words at all.
	nothing = -0.7
)

// vote makes one list of what was heard at normal speed and slowly: the words and times of the slow one where they
// agree or it is surer, with the punctuation and case of the other, which has more of them.
func vote(plain, slow []word) []word {
	if len(plain) == 0 || len(slow) == 0 {
		return append(plain, slow...)
	}
	var out []word
	for _, r := range joined(runs(plain, slow)) {
		switch {
		case r.same:
			w := slow[r.slow]
			w.text = plain[r.plain].text
			// Each errs by giving a word the pause or hesitation before it.
			if later := plain[r.plain].from; later > w.from && later < w.to-minWord {
				w.from = later
			}
			if opens := r.plain > 0 && len(out) > 0 && out[len(out)-1].text != plain[r.plain-1].text; opens && startsLower(slow[r.slow].text) {
				w.text = lowerFirst(w.text)
			}
			out = append(out, w)
		case sure(plain[r.plain:r.plainEnd]) > sure(slow[r.slow:r.slowEnd])+plainBonus:
			out = append(out, plain[r.plain:r.plainEnd]...)
		default:
			opens := len(out) == 0 || endsSentence(out[len(out)-1].text)
			out = append(out, dressed(slow[r.slow:r.slowEnd], plain[r.plain:r.plainEnd], opens)...)
		}
	}
	return out
}

// What is guessed: the model is not sure at either speed, or at another speed it hears something else. Of speech that it knows, over a
// telephone and in a loud room too, the mean log probability is above -0.22, and the two hearings have four words in five in common;
// real speakers of Spanish, Italian, French and Russian gave -0.37 to -1.5. English of a few seconds, cut off and cleaned of noise by the
// browser, was heard rightly at -0.52, so being unsure alone tells only far below that; but a dozen words of English, in noise, cut to a telephone's
// band or spoken fast, were never below -0.2, and of Spanish and Italian that both hearings guess alike never above -0.44.
const (
	guessWords  = 4              // fewer tell little
	guessVoiced = 4 * sampleRate // unless they are all that comes of so much voice
	guessBoth   = -0.7           // at most, at both speeds
	guessSure   = -0.4           // at most, when the two are not alike
	guessAlike  = 0.6            // at most
	guessMany   = 12             // words tell more
	guessLong   = -0.4           // at most, at both speeds, of so many
	// troubledSure is the least that must be had of words that ended in a loop.
	troubledSure = -0.3
)

// guessed tells whether the words of so many samples of voice were made up of sounds that the model does not know, as those
// of another language.
func guessed(plain, slow []word, voiced int) bool {
	surest := max(sure(plain), sure(slow))
	switch {
	case len(plain) == 0:
		return false
	case len(plain) < guessWords:
		return surest <= guessBoth && voiced >= guessVoiced
	case surest <= guessBoth, len(plain) >= guessMany && surest <= guessLong:
		return true
	case sure(plain) > guessSure:
		return false
	}
	same := 0
	for _, r := range runs(plain, slow) {
		if r.same {
			same++
		}
	}
	return float64(same) <= guessAlike*float64(max(len(plain), len(slow)))
}

// dressed gives words the case and punctuation of their place: a capital when they open a sentence, the last mark of those
// that they replace, a comma after a hesitation.
func dressed(words, instead []word, opens bool) []word {
	words = slices.Clone(words)
	if len(words) == 0 {
		return words
	}
	first, last := &words[0], &words[len(words)-1]
	if opens {
		r, n := utf8.DecodeRuneInString(first.text)
		first.text = string(unicode.ToUpper(r)) + first.text[n:]
	}
	switch {
	case bare(last.text) != strings.ToLower(last.text): // has a mark
	case len(instead) > 0:
		old := instead[len(instead)-1].text
		last.text += old[len(strings.TrimRight(old, marks)):]
	case len(words) == 1 && len(bare(last.text)) == 2: // um, uh
		last.text += ","
	}
	return words
}

const marks = ".,?!;:"

const (
	// unmarkedWords is how many words without any mark are no sentence.
	unmarkedWords = 8
	// commaPause is how long people pause, in seconds, where they would write a comma.
	commaPause = 0.5
)

// punctuate puts marks where a speaker pauses into words that have none at all: the model leaves them out of a whole chunk or of none
// of it, at every speed.
func punctuate(words []word) {
	if len(words) < unmarkedWords || slices.ContainsFunc(words, func(w word) bool { return strings.ContainsAny(w.text, marks) }) {
		return
	}
	for i := range words {
		switch {
		case i == len(words)-1:
			words[i].text += "."
		case words[i+1].from-words[i].to >= commaPause:
			words[i].text += ","
		}
	}
}

func endsSentence(s string) bool {
	return strings.HasSuffix(strings.TrimRight(s, `"')”’`), ".") || strings.ContainsAny(s, "?!")
}

// sure is the mean log probability of words.
func sure(words []word) float64 {
	if len(words) == 0 {
		return nothing
	}
	var sum float64
	for _, w := range words {
		sum += w.logP
	}
	return sum / float64(len(words))
}

func startsLower(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r)
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// bare is a word's letters, digits and apostrophes in lower case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// run is a word that both have, or what either has between two such.
type run struct {
	same                           bool
	plain, plainEnd, slow, slowEnd int
}

// runs aligns two lists by the longest common subsequence of their words.
func runs(plain, slow []word) []run {
	n, m := len(plain), len(slow)
	a, b := make([]string, n), make([]string, m)
	for i, w := range plain {
		a[i] = bare(w.text)
	}
	for j, w := range slow {
		b[j] = bare(w.text)
	}
	common := make([][]int, n+1) // of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []run
	between := run{}
	flush := func(i, j int) {
		between.plainEnd, between.slowEnd = i, j
		if i > between.plain || j > between.slow {
			out = append(out, between)
		}
	}
	i, j := 0, 0
	for i < n && j < m {
		switch {
		case a[i] == b[j]:
			flush(i, j)
			out = append(out, run{same: true, plain: i, slow: j})
			i, j = i+1, j+1
			between = run{plain: i, slow: j}
		case common[i+1][j] >= common[i][j+1]:
			i++
		default:
			j++
		}
	}
	flush(n, m)
	return out
}

// joined makes one of two differences that lie side by side but for a word or two that both happen to have: "thyself thy"
// and "thy self, thy".
func joined(all []run) []run {
	const most = 2 // words
	var out []run
	for i := 0; i < len(all); i++ {
		r := all[i]
		for j := i + 1; !r.same && j < len(all) && j <= i+1+most; j++ {
			next := all[j]
			if next.same {
				continue
			}
			if left, right := r.slowEnd-r.slow, next.plainEnd-next.plain; left == 0 && right == 0 || r.plainEnd == r.plain && next.slowEnd == next.slow {
				r.plainEnd, r.slowEnd = next.plainEnd, next.slowEnd
				i = j
			}
			break
		}
		out = append(out, r)
	}
	return out
}
