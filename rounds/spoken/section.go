package spoken

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/domain"
)

// breathMS is how long somebody pauses between two answers to one question: engines that write no full stops leave nothing else to tell them by.
const breathMS = 1000

// sectionAt is the number of the section in which a moment lies; -1: none.
func sectionAt(sections []domain.Span, ms int64) int {
	return slices.IndexFunc(sections, func(s domain.Span) bool { return ms >= s.StartMS && ms < s.EndMS })
}

// apart tells whether what is said before and after belongs to different sections, or are two answers within one.
func apart(sections []domain.Span, before, after domain.Word) bool {
	at := sectionAt(sections, after.StartMS)
	return at != sectionAt(sections, before.StartMS) || at >= 0 && after.StartMS-before.EndMS >= breathMS
}

// answered is what a sentence does that answers what is in the way, and its words without the heading.
func answered(kind Kind, text string) (Kind, string) {
	said := heading.ReplaceAllString(text, "")
	if kind == Ask || kind == Decision {
		return kind, text
	}
	if len(strings.Fields(said)) < 2 || denies.MatchString(plain(said)) || weight(Blocker, text) < 0 {
		return None, ""
	}
	first, size := utf8.DecodeRuneInString(said)
	return Blocker, string(unicode.ToUpper(first)) + said[size:]
}

// weight is what speaks for a kind in a sentence, less what speaks against it.
func weight(k Kind, sentence string) (sum float64) {
	text := plain(sentence)
	for _, f := range features {
		if f.kind == k && f.pattern.MatchString(text) {
			sum += f.weight
		}
	}
	return sum
}

var (
	// heading is how a section for blockers is opened: "And my blockers are".
	heading = regexp.MustCompile(`(?i)^((and|so|then|now|okay|ok|well|um|uh|as|for|to|my|the|our|on|about|next|finally)[, ]+)*(blockers?|impediments?)\b( (is|are|right now|today|this week))*[\s:;,.–-]*`)
	// denies is how people say there that nothing is in the way, or end.
	denies = regexp.MustCompile(`^((i|we|there)( have|'ve got|'ve| got| are|'s| is|'re) )?((currently|right now|today) )?(no|zero|not any|not really any|without)( \w+)? ?(blockers?|impediments?|obstacles?|problems|issues|trouble)\b` +
		`|^(none|nope|no)( (at the moment|for me|right now|today|from \w+( side)?|so far|really))*[.! ]*$` +
		`|^nothing( (is|really|much|else|blocking|blocks|blocked|from|in|at|to|today|right|here|stands|for|new|so)\b.*)?[.! ]*$` +
		`|^(i'm|i am|we're|we are|it's|all) (all )?(good|fine|clear|set|unblocked)\b` +
		`|^(that's|that is|that was) (it|all|everything)\b|^(thanks?|thank you|see you|bye|have a|talk to you|over to)\b` +
		`|\b(it|that|this|which)('s| is| was| has been) (here|back|fixed|solved|resolved|sorted|done)\b`)
)
