package terms

import (
	"slices"
	"strings"

	"baton/domain"
)

// mostReplaced words on either side make a term; more is another sentence.
const mostReplaced = 4

// Difference tells what a person put right in a line, as a term to put right in others: the words that were
// replaced and what stands there now. False when more than one place changed, words only came or went, or what was
// replaced is a common word, which is right elsewhere.
func Difference(before, after string) (domain.Term, bool) {
	old, now := strings.Fields(before), strings.Fields(after)
	head := 0
	for head < min(len(old), len(now)) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < min(len(old), len(now))-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	old, now = old[head:len(old)-tail], now[head:len(now)-tail]
	if len(old) == 0 || len(now) == 0 || len(old) > mostReplaced || len(now) > mostReplaced {
		return domain.Term{}, false
	}
	heard, spelling := strings.Join(bareAll(old), " "), undressed(now)
	same := heard == strings.ToLower(spelling)
	if slices.Contains(bareAll(old), "") || check(spelling) != nil || same && (undressed(old) == spelling || Common(heard)) {
		return domain.Term{}, false
	}
	if !same && slices.ContainsFunc(bareAll(old), func(w string) bool { return slices.Contains(bareAll(now), w) }) {
		return domain.Term{}, false // something in between stayed: two places
	}
	if len(old) == 1 && Common(heard) || len(heard) < 4 {
		return domain.Term{}, false
	}
	return domain.Term{Spelling: spelling, Heard: []string{heard}}, true
}

// undressed are words without the marks around them.
func undressed(words []string) string {
	s := strings.Trim(strings.Join(words, " "), ".,;:?!\"'()[]“”‘’…")
	return strings.TrimSuffix(strings.TrimSuffix(s, "'s"), "’s")
}
