// Package eval measures what the program makes of real data against references made by people.
package eval

import (
	"strconv"
	"strings"
	"unicode"
)

// Words normalises text for scoring: lower case, no punctuation but apostrophes inside
// words, hyphens as spaces, numbers and a few abbreviations spelled out.
func Words(text string) []string {
	text = strings.NewReplacer("’", "'", "‘", "'", "-", " ", "–", " ", "—", " ", "%", " percent ", "&", " and ", "$", " dollars ").Replace(strings.ToLower(text))
	var words []string
	for f := range strings.FieldsSeq(text) {
		f = strings.TrimFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if f != "" {
			words = append(words, spell(f)...)
		}
	}
	return words
}

// spell gives the words of one token.
func spell(token string) []string {
	switch token {
	case "mr":
		return []string{"mister"}
	case "mrs":
		return []string{"missus"}
	case "dr":
		return []string{"doctor"}
	case "ok":
		return []string{"okay"}
	case "yknow", "y'know":
		return []string{"you", "know"}
	}
	if token[0] >= '0' && token[0] <= '9' {
		if words := spellNumber(token); words != nil {
			return words
		}
	}
	plain := strings.Map(func(r rune) rune {
		if r == '\'' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, token)
	return []string{plain}
}

// spellNumber reads whole numbers, decimals and ordinals; nil if it is none of them.
func spellNumber(token string) []string {
	token = strings.ReplaceAll(token, ",", "")
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if digits, ok := strings.CutSuffix(token, suffix); ok {
			return ordinal(spellNumber(digits))
		}
	}
	whole, fraction, isDecimal := strings.Cut(token, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 {
		return nil
	}
	words := cardinal(n)
	if !isDecimal {
		return words
	}
	words = append(words, "point")
	for _, d := range fraction {
		if d < '0' || d > '9' {
			return nil
		}
		words = append(words, cardinal(int64(d-'0'))...)
	}
	return words
}

// cardinal spells a number in words.
func cardinal(n int64) []string {
	small := []string{
		"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
		"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
	}
	tens := []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	switch {
	case n < 20:
		return small[n : n+1 : n+1]
	case n < 100:
		return rest([]string{tens[n/10]}, n%10)
	case n < 1000:
		return rest([]string{small[n/100], "hundred"}, n%100)
	}
	for _, scale := range []struct {
		size int64
		name string
	}{{1_000_000_000, "billion"}, {1_000_000, "million"}, {1000, "thousand"}} {
		if n >= scale.size {
			return rest(append(cardinal(n/scale.size), scale.name), n%scale.size)
		}
	}
	return nil
}

func rest(words []string, n int64) []string {
	if n == 0 {
		return words
	}
	return append(words, cardinal(n)...)
}

func ordinal(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	last := &words[len(words)-1]
	irregular := map[string]string{
		"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
	}
	switch w, isIrregular := irregular[*last]; {
	case isIrregular:
		*last = w
	case strings.HasSuffix(*last, "y"):
		*last = strings.TrimSuffix(*last, "y") + "ieth"
	default:
		*last += "th"
	}
	return words
}
