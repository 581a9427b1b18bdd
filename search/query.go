package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxQueryLength in characters. What is longer is cut: nobody reads the end of it either.
const MaxQueryLength = 300

// CleanQuery makes what a person typed safe to hand to the database: valid UTF-8 without control characters, of
// bounded length, typographic quotes as plain ones. A space at the end stays: it says that the last word is whole.
func CleanQuery(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("“”„‟«»″", r):
			return '"'
		case r == utf8.RuneError || r >= MarkStart && r <= MarkEnd+rune(len(standsFor)):
			return -1
		case unicode.IsControl(r) || unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	text = strings.TrimLeft(text, " ")
	if utf8.RuneCountInString(text) > MaxQueryLength {
		text = string([]rune(text)[:MaxQueryLength])
	}
	return text
}

// HasWords tells whether there is anything to look for.
func HasWords(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
