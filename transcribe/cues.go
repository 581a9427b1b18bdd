package transcribe

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/domain"
)

// What a cue may be, so that it reads well as a caption: two lines of 42 characters,
// on the screen for no longer than 7 s (the limits that broadcasters use).
const (
	MaxLineLength = 42 // characters
	MaxCueLines   = 2
	maxCueMS      = 7000
	// Speech goes on across a shorter pause, even in the middle of a caption.
	sentencePauseMS = 1200
	// A sentence that does not end is cut.
	maxSentenceMS    = 30_000
	maxSentenceWords = 80
	// A shorter cue is a flash: it joins a neighbour that follows at once.
	minCueMS   = 1000
	joinWithMS = 700
)

// CutAll cuts words of which no more will come into cues.
func CutAll(words []domain.Word) []domain.Cue {
	c := Cutter{pending: slices.Clone(words)}
	return c.End()
}

// Cutter cuts words into cues while they come: at the ends of sentences first, and inside
// a long one where a reader would take a breath.
type Cutter struct {
	next    int
	pending []domain.Word
}

// Add takes the words of a settled stretch that ends at endMS and returns the cues that
// no later word can change.
func (c *Cutter) Add(words []domain.Word, endMS int64) []domain.Cue {
	c.pending = append(c.pending, words...)
	return c.cut(endMS, false)
}

// End returns the rest.
func (c *Cutter) End() []domain.Cue { return c.cut(math.MaxInt64, true) }

// PendingMS is when the first word begins that is in no cue yet; ok is false if there is none.
func (c *Cutter) PendingMS() (ms int64, ok bool) {
	if len(c.pending) == 0 {
		return 0, false
	}
	return c.pending[0].StartMS, true
}

func (c *Cutter) cut(endMS int64, all bool) []domain.Cue {
	var pieces [][]domain.Word
	for {
		n := unitLength(c.pending, endMS, all)
		if n == 0 {
			break
		}
		pieces = append(pieces, split(c.pending[:n])...)
		c.pending = c.pending[n:]
	}
	c.pending = slices.Clone(c.pending)
	return c.number(pieces)
}

func (c *Cutter) number(pieces [][]domain.Word) []domain.Cue {
	cues := make([]domain.Cue, len(pieces))
	for i, words := range pieces {
		cues[i] = domain.Cue{No: c.next, StartMS: words[0].StartMS, EndMS: words[len(words)-1].EndMS, Text: join(words), Words: slices.Clone(words)}
		c.next++
	}
	return cues
}

// unitLength is how many of the words go into cues together: a sentence, and if that is
// over in a flash and fits, the one that follows at once too. 0: later words decide.
func unitLength(words []domain.Word, endMS int64, all bool) int {
	n := sentenceLength(words, endMS, all)
	if n == 0 || words[n-1].EndMS-words[0].StartMS >= minCueMS {
		return n
	}
	if n == len(words) {
		if all || endMS-words[n-1].EndMS > joinWithMS {
			return n
		}
		return 0
	}
	if words[n].StartMS-words[n-1].EndMS > joinWithMS {
		return n
	}
	switch next := sentenceLength(words[n:], endMS, all); {
	case next == 0:
		return 0
	case fits(words[:n+next]):
		return n + next
	}
	return n
}

// sentenceLength is how many of the words make the first whole sentence; 0 if later
// words may belong to it.
func sentenceLength(words []domain.Word, endMS int64, all bool) int {
	for i, w := range words {
		if i+1 == len(words) {
			if all || endMS-w.EndMS > sentencePauseMS {
				return i + 1
			}
			return 0
		}
		next := words[i+1]
		pause := next.StartMS - w.EndMS
		tooLong := next.EndMS-words[0].StartMS > maxSentenceMS || i+1 == maxSentenceWords
		if endsSentence(w.Text, next.Text, pause) || pause > sentencePauseMS || tooLong {
			return i + 1
		}
	}
	return 0
}

// endsSentence tells whether a full stop is one: not that of an abbreviation or a number.
func endsSentence(word, next string, pauseMS int64) bool {
	word = strings.TrimRight(word, `"')”’`)
	if strings.HasSuffix(word, "?") || strings.HasSuffix(word, "!") {
		return true
	}
	if !strings.HasSuffix(word, ".") || isAbbreviation(word) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, `"'(“‘`))
	return !unicode.IsLower(first) || pauseMS > sentencePauseMS/2
}

func isAbbreviation(word string) bool {
	switch strings.ToLower(word) {
	case "mr.", "mrs.", "ms.", "dr.", "st.", "vs.", "e.g.", "i.e.", "prof.", "no.":
		return true
	}
	return len(word) == 2 && unicode.IsUpper(rune(word[0])) && word != "I." // an initial
}

// Prices of cutting a sentence after a word, lower is better. A cue too many costs more
// than an ugly place, and an empty line more than both.
const (
	priceCue    = 10.0
	priceClause = 0.0 // after a comma, or in a pause
	priceJoint  = 2.0 // before a word that begins a clause
	pricePlain  = 6.0
	priceTorn   = 12.0 // after a word that belongs to the next
	breathMS    = 250
)

// split cuts a sentence into pieces that fit a cue, evenly and at good places: the
// cheapest way by dynamic programming.
func split(words []domain.Word) [][]domain.Word {
	if fits(words) {
		return [][]domain.Word{words}
	}
	n := len(words)
	cost, cutAt := make([]float64, n+1), make([]int, n+1)
	for end := 1; end <= n; end++ {
		cost[end] = math.Inf(1)
		for begin := end - 1; begin >= 0; begin-- {
			piece := words[begin:end]
			if len(piece) > 1 && !fits(piece) {
				break
			}
			if c := cost[begin] + price(words, begin, end); c < cost[end] {
				cost[end], cutAt[end] = c, begin
			}
		}
	}
	var pieces [][]domain.Word
	for end := n; end > 0; end = cutAt[end] {
		pieces = append(pieces, words[cutAt[end]:end])
	}
	slices.Reverse(pieces)
	return pieces
}

// price of the cue words[begin:end].
func price(words []domain.Word, begin, end int) float64 {
	const full = MaxCueLines * MaxLineLength
	empty := 1 - float64(min(full, length(words[begin:end])))/full
	p := priceCue + 8*empty*empty
	if end == len(words) {
		return p
	}
	w, next := words[end-1], words[end]
	switch {
	case strings.ContainsAny(w.Text[len(w.Text)-1:], ",;:.") || next.StartMS-w.EndMS >= breathMS:
		return p + priceClause
	case beginsClause(next.Text):
		return p + priceJoint
	case leansOnNext(w.Text):
		return p + priceTorn
	}
	return p + pricePlain
}

func beginsClause(word string) bool {
	switch strings.ToLower(word) {
	case "and", "but", "or", "so", "because", "which", "who", "that", "when", "where", "while", "if", "then", "than", "as", "to", "for", "with", "in", "on", "at", "from", "into", "until":
		return true
	}
	return false
}

func leansOnNext(word string) bool {
	switch strings.ToLower(word) {
	case "a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "that", "these", "those", "of", "to", "in", "on", "at", "for", "with", "from", "and", "or", "but", "not", "no", "is", "are", "was", "i", "we", "you", "he", "she", "it", "they":
		return true
	}
	return false
}

// fits tells whether words make one cue.
func fits(words []domain.Word) bool {
	if words[len(words)-1].EndMS-words[0].StartMS > maxCueMS || length(words) > MaxCueLines*MaxLineLength {
		return false
	}
	return len(Lines(join(words))) <= MaxCueLines
}

// Lines lays a cue's text out: as few lines as fit MaxLineLength, as even as can be, the
// upper ones shorter. A word longer than a line has one to itself.
func Lines(text string) []string {
	words := strings.Fields(text)
	lines := wrap(words, MaxLineLength)
	for width := MaxLineLength - 1; width > 0; width-- {
		narrower := wrap(words, width)
		if len(narrower) > len(lines) {
			break
		}
		lines = narrower
	}
	return lines
}

// wrap fills lines from the last upwards.
func wrap(words []string, width int) []string {
	var lines []string
	for end := len(words); end > 0; {
		begin, n := end-1, utf8.RuneCountInString(words[end-1])
		for begin > 0 && n+1+utf8.RuneCountInString(words[begin-1]) <= width {
			begin--
			n += 1 + utf8.RuneCountInString(words[begin])
		}
		lines = append(lines, strings.Join(words[begin:end], " "))
		end = begin
	}
	slices.Reverse(lines)
	return lines
}

func join(words []domain.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

// length in characters, spaces included.
func length(words []domain.Word) int {
	n := len(words) - 1
	for _, w := range words {
		n += utf8.RuneCountInString(w.Text)
	}
	return n
}
