package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/domain"
)

const (
	maxClaims      = 12  // of a kind in a part
	maxClaimLength = 300 // characters
	maxTitleLength = 80
	// A claim is looked for in its line and so many before and after.
	linesBefore, linesAfter = 2, 4
	// leastSupport is the share of a claim's words of weight that must be found there.
	leastSupport = 0.6
)

// evidence is a part of a transcript against which claims are held.
type evidence struct {
	cues []domain.Cue
	all  map[string]bool // words of the whole part
}

func newEvidence(cues []domain.Cue) evidence { return evidence{cues, wordsOf(cues)} }

// claims keeps those that hold, with their moments.
func (e evidence) claims(said []line) []domain.Claim {
	out := []domain.Claim{}
	for _, s := range said {
		text := clean(s.Text)
		i := slices.IndexFunc(e.cues, func(c domain.Cue) bool { return c.No == s.Line })
		if i < 0 || text == "" || utf8.RuneCountInString(text) > maxClaimLength || len(out) == maxClaims {
			continue
		}
		near := e.cues[max(0, i-linesBefore):min(len(e.cues), i+linesAfter+1)]
		if !e.supports(text, near) || slices.ContainsFunc(out, func(c domain.Claim) bool { return c.Text == text }) {
			continue
		}
		out = append(out, domain.Claim{Text: text, StartMS: e.cues[i].StartMS, EndMS: e.cues[i].EndMS})
	}
	return out
}

func (e evidence) supportsTitle(title string, cues []domain.Cue) bool {
	title = clean(title)
	n := utf8.RuneCountInString(title)
	return n >= 3 && n <= maxTitleLength && e.supports(title, cues)
}

// supports tells whether most of the words of weight in a text were said in the cues, every figure among them, and every
// name at least somewhere in the part. A first word counts as a name, since it may be one.
func (e evidence) supports(text string, cues []domain.Cue) bool {
	said := wordsOf(cues)
	weighty, found := 0, 0
	for w := range strings.FieldsSeq(text) {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(w, mark))
		stem := stemOf(w)
		switch {
		case stem == "":
			continue
		case strings.ContainsFunc(stem, unicode.IsDigit) && !said[stem]:
			return false
		case unicode.IsUpper(first) && !e.all[stem] && !light(stem):
			return false
		case light(stem):
			continue
		}
		weighty++
		if said[stem] {
			found++
		}
	}
	return weighty > 0 && float64(found) >= leastSupport*float64(weighty)
}

func wordsOf(cues []domain.Cue) map[string]bool {
	words := map[string]bool{}
	for _, c := range cues {
		for w := range strings.FieldsSeq(c.Text) {
			words[stemOf(w)] = true
		}
	}
	return words
}

func mark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// stemOf is a word without case, marks and the commonest endings: crude, but the same on both sides.
func stemOf(w string) string {
	w = strings.ToLower(strings.TrimFunc(w, mark))
	w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
	for _, ending := range []string{"ing", "ed", "es", "s", "e"} {
		if stem, ok := strings.CutSuffix(w, ending); ok && len(stem) >= 3 {
			return stem
		}
	}
	return w
}

// light words say nothing by themselves: short ones, and those with which anybody retells what another said.
func light(stem string) bool {
	if len(stem) <= 3 && !strings.ContainsFunc(stem, unicode.IsDigit) {
		return true
	}
	switch stem {
	case "this", "that", "thes", "thos", "they", "them", "their", "then", "than", "there", "with", "will", "would", "should", "could", "from",
		"into", "about", "have", "been", "were", "when", "what", "which", "whil", "after", "befor", "also", "need", "speak", "speaker", "said",
		"talk", "discuss", "mention", "explain", "describ", "updat", "plan", "team", "your", "ours", "some", "more", "because", "becaus", "going":
		return true
	}
	return false
}

// clean makes one line of a text.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)), " ")
}
