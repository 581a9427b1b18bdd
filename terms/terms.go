// Package terms puts a team's own words right in what the speech engine wrote: forms that it is known to hear
// instead, and what sounds the same and is no word of common English. It would rather leave a mistake than make one.
//
// It is pure: the list of terms comes from the database, and so do the cues.
package terms

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/domain"
)

// Limits of a list.
const (
	MaxTerms    = 500
	MaxHeard    = 20 // forms of a term
	MaxLength   = 80 // characters of a spelling or a form
	maxWords    = 6  // of a form
	fuzzyWords  = 3  // that together may sound like a term
	fuzzyLetter = 6  // letters that a term must have to be found by its sound
)

// Clean trims a list, drops doubles and says what is wrong with it: KindInvalid.
func Clean(list []domain.Term) ([]domain.Term, error) {
	out := make([]domain.Term, 0, len(list))
	seen := map[string]string{}
	for _, t := range list {
		t.Spelling = strings.Join(strings.Fields(t.Spelling), " ")
		if err := check(t.Spelling); err != nil {
			return nil, err
		}
		var heard []string
		for _, h := range t.Heard {
			h = strings.Join(strings.Fields(h), " ")
			if err := check(h); err != nil {
				return nil, err
			}
			k := strings.Join(bareAll(strings.Fields(h)), " ")
			if other, taken := seen[k]; taken && other != t.Spelling {
				return nil, domain.Errorf(domain.KindInvalid, "%q is heard for both %q and %q", h, other, t.Spelling)
			} else if !taken {
				seen[k] = t.Spelling
				heard = append(heard, h)
			}
		}
		i := slices.IndexFunc(out, func(o domain.Term) bool { return strings.EqualFold(o.Spelling, t.Spelling) })
		if i < 0 {
			i, out = len(out), append(out, domain.Term{Spelling: t.Spelling})
		}
		if out[i].Spelling != t.Spelling {
			return nil, domain.Errorf(domain.KindInvalid, "%q is also spelled %q", out[i].Spelling, t.Spelling)
		}
		if out[i].Heard = append(out[i].Heard, heard...); len(out[i].Heard) > MaxHeard {
			return nil, domain.Errorf(domain.KindInvalid, "%q has more than %d forms", t.Spelling, MaxHeard)
		}
	}
	if len(out) > MaxTerms {
		return nil, domain.Errorf(domain.KindInvalid, "there are more than %d terms", MaxTerms)
	}
	return out, nil
}

func check(s string) error {
	switch words := bareAll(strings.Fields(s)); {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return domain.Errorf(domain.KindInvalid, "a term has characters that cannot be shown")
	case utf8.RuneCountInString(s) > MaxLength || len(words) > maxWords:
		return domain.Errorf(domain.KindInvalid, "%q is longer than %d characters or %d words", s, MaxLength, maxWords)
	case slices.Contains(words, "") || len(words) == 0:
		return domain.Errorf(domain.KindInvalid, "%q has a word without letters or digits", s)
	}
	return nil
}

// Corrector applies a list of terms.
type Corrector struct {
	forms map[string]string // words of a form, bare, joined by blanks → spelling
	sound []target
	own   map[string]bool // bare words of spellings: right as they are
	most  int             // words of the longest form
}

// target is a spelling that may be found by its sound.
type target struct{ spelling, letters, sound string }

// New makes a corrector of a list that Clean has passed.
func New(list []domain.Term) *Corrector {
	c := &Corrector{forms: map[string]string{}, own: map[string]bool{}}
	for _, t := range list {
		words := bareAll(strings.Fields(t.Spelling))
		for _, w := range words {
			c.own[w] = true
		}
		// The spelling itself in another case, unless that is a common word: "linear" is not always Linear.
		if len(words) > 1 || !Common(words[0]) && utf8.RuneCountInString(words[0]) >= 4 {
			c.add(words, t.Spelling)
		}
		if l := letters(words); len(l) >= fuzzyLetter && (len(words) > 1 || !Common(words[0])) {
			c.sound = append(c.sound, target{t.Spelling, l, sound(l)})
		}
	}
	for _, t := range list { // what somebody said goes before what we guess
		for _, h := range t.Heard {
			c.add(bareAll(strings.Fields(h)), t.Spelling)
		}
	}
	return c
}

func (c *Corrector) add(words []string, spelling string) {
	c.forms[strings.Join(words, " ")] = spelling
	c.most = max(c.most, len(words))
}

// Cue gives the cue with its terms put right, and whether anything changed. Words that stay keep their times, and
// what replaces words takes their place in time. A cue that a person edited stays as it is.
func (c *Corrector) Cue(cue domain.Cue) (domain.Cue, bool) {
	if cue.Edited {
		return cue, false
	}
	text, changed := c.Text(cue.Text)
	if !changed {
		return cue, false
	}
	out := cue.WithText(text)
	out.Edited = false
	return out, true
}

// Text is Cue for a text alone.
func (c *Corrector) Text(text string) (string, bool) {
	words := strings.Fields(text)
	out := make([]string, 0, len(words))
	changed := false
	for i := 0; i < len(words); {
		spelling, n := c.match(words[i:])
		if n == 0 {
			out = append(out, words[i])
			i++
			continue
		}
		put := dress(spelling, words[i], words[i+n-1])
		changed = changed || put != strings.Join(words[i:i+n], " ")
		out = append(out, put)
		i += n
	}
	return strings.Join(out, " "), changed
}

// match finds what the first words mean: the longest form, else what sounds like a term.
func (c *Corrector) match(words []string) (spelling string, n int) {
	most := reach(words, max(c.most, fuzzyWords))
	bare := bareAll(words[:most])
	for n = min(most, c.most); n > 0; n-- {
		if s, known := c.forms[strings.Join(bare[:n], " ")]; known {
			return s, n
		}
	}
	for n = min(most, fuzzyWords); n > 0; n-- {
		if s, ok := c.alike(bare[:n]); ok {
			return s, n
		}
	}
	return "", 0
}

// reach is how many of the words stand in one phrase: a mark between them keeps them apart.
func reach(words []string, most int) int {
	most = min(most, len(words))
	for i := range most {
		if strings.ContainsAny(words[i][len(words[i])-1:], ".,;:?!") {
			return i + 1
		}
	}
	return most
}

// alike finds the term that the words sound like.
func (c *Corrector) alike(words []string) (string, bool) {
	if !slices.ContainsFunc(words, func(w string) bool { return !Common(w) && !c.own[w] }) {
		return "", false // all of them are words of their own
	}
	if slices.ContainsFunc(words, func(w string) bool { return c.own[w] || w == "" }) {
		return "", false
	}
	l := letters(words)
	var heard string
	for _, t := range c.sound {
		if len(l) < len(t.letters)*7/10 || len(l) > len(t.letters)*3/2 || l == t.letters+"s" {
			continue
		}
		if heard == "" {
			heard = sound(l)
		}
		if sameSound(heard, t.sound) || len(words) == 1 && heard[0] == t.sound[0] && distance(l, t.letters) <= allowed(t.letters, heard == t.sound) {
			return t.spelling, true
		}
	}
	return "", false
}

// dress gives a spelling the marks that stood around the words that it replaces, and their genitive.
func dress(spelling, first, last string) string {
	before := first[:len(first)-len(strings.TrimLeftFunc(first, mark))]
	core := strings.TrimRightFunc(last, mark)
	after := last[len(core):]
	for _, s := range []string{"'s", "’s"} {
		if strings.HasSuffix(core, s) && !strings.HasSuffix(spelling, s) {
			after = s + after
		}
	}
	return before + spelling + after
}

func mark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// bare is a word without case, marks around it and genitive.
func bare(w string) string {
	w = strings.ToLower(strings.TrimFunc(w, mark))
	return strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
}

func bareAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = bare(w)
	}
	return out
}

//go:embed common.txt
var commonList string

// Common tells whether a word, in lower case, is one of everyday English: those that a language model's vocabulary of
// 32,000 pieces has whole, and their simple inflections. Words of three letters and less always are.
func Common(w string) bool {
	if utf8.RuneCountInString(w) <= 3 {
		return true
	}
	for _, ending := range []string{"", "s", "es", "ed", "d", "ing", "ly", "er", "n't"} {
		stem, ok := strings.CutSuffix(w, ending)
		if ok && len(stem) >= 3 && (listed(stem) || ending == "ing" && listed(stem+"e")) {
			return true
		}
	}
	return false
}

// listed looks a word up in the sorted list without making a set of it.
func listed(w string) bool {
	lo, hi := 0, len(commonList)
	for lo < hi {
		mid := (lo + hi) / 2
		start := strings.LastIndexByte(commonList[:mid], '\n') + 1
		end := start + strings.IndexByte(commonList[start:], '\n')
		switch at := commonList[start:end]; {
		case at == w:
			return true
		case at < w:
			lo = end + 1
		default:
			hi = start
		}
	}
	return false
}
