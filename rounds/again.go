package rounds

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"baton/domain"
)

// enoughAlike is how much of what two texts are about has to be the same for them to be about one trouble.
const enoughAlike = 0.6

// Again finds the blocker that a text speaks of once more, in whatever words: the most alike of those that are given, the oldest of equals.
// It would rather find none than the wrong one, because a trouble that hides behind another is not seen.
func Again(text string, open []domain.Blocker) (domain.Blocker, bool) {
	best, most := -1, 0.0
	for i, b := range open {
		if alike := Alike(text, b.Body); alike >= enoughAlike && alike > most {
			best, most = i, alike
		}
	}
	if best < 0 {
		return domain.Blocker{}, false
	}
	return open[best], true
}

// Alike tells how much two texts are about the same trouble, 0 to 1: the share of the words that carry meaning in both, in any order and form.
// Numbers must be the same, and what is over is not what is in the way.
func Alike(a, b string) float64 {
	if strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " ")) {
		return 1
	}
	if isOver(a) != isOver(b) {
		return 0
	}
	of, other := aboutOf(a), aboutOf(b)
	if !slices.Equal(of.numbers, other.numbers) {
		return 0
	}
	shared, left, sum := 0.0, slices.Clone(other.words), weightOf(of.words)+weightOf(other.words)
	for _, w := range of.words {
		if i := slices.IndexFunc(left, func(o string) bool { return sameWord(w, o) }); i >= 0 {
			shared += min(wordWeight(w), wordWeight(left[i]))
			left = slices.Delete(left, i, i+1)
		}
	}
	if shared == 0 {
		return 0
	}
	return math.Min(1, shared/(sum-shared))
}

// about is what a text is about: its words that carry meaning, each once, and whatever has a digit in it, in order.
type about struct{ words, numbers []string }

func aboutOf(text string) about {
	var out about
	text = strings.NewReplacer("’", "'").Replace(strings.ToLower(text) + " ")
	text = howLong.ReplaceAllString(strings.NewReplacer("'s ", " ", "n't", " not").Replace(text), " ")
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		switch {
		case strings.ContainsFunc(w, unicode.IsNumber):
			out.numbers = append(out.numbers, w)
		case len(w) > 1 && !idle[w] && !slices.Contains(out.words, w):
			out.words = append(out.words, w)
		}
	}
	slices.Sort(out.numbers)
	out.numbers = slices.Compact(out.numbers)
	return out
}

func weightOf(words []string) (sum float64) {
	for _, w := range words {
		sum += wordWeight(w)
	}
	return sum
}

// wordWeight: words that many troubles share tell less than those that name the thing.
func wordWeight(w string) float64 {
	if common[w] || common[strings.TrimSuffix(w, "s")] {
		return 0.5
	}
	return 1
}

// sameWord tells whether two words are forms of one: an ending more or less, or a slip of the keyboard in a long one.
func sameWord(a, b string) bool {
	x, y := stemmed(a), stemmed(b)
	return x == y || min(len(x), len(y)) >= 7 && slips(x, y)
}

// stemmed takes the usual endings off; what is left has four letters or more.
func stemmed(w string) string {
	for _, end := range []string{"ations", "ation", "ings", "ing", "als", "al", "ied", "ies", "ed", "es", "s", "e", "y"} {
		if short, cut := strings.CutSuffix(w, end); cut && len(short) >= 4 {
			return short
		}
	}
	return w
}

// slips tells whether one letter is missing, too many, other, or changed places.
func slips(a, b string) bool {
	x, y := []rune(a), []rune(b)
	head := 0
	for head < min(len(x), len(y)) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < min(len(x), len(y))-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	x, y = x[head:len(x)-tail], y[head:len(y)-tail]
	return len(x) <= 1 && len(y) <= 1 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}

// isOver tells whether somebody says that something is not in the way any more.
func isOver(text string) bool {
	text = strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	return noMore.MatchString(text) || over.MatchString(text) && !goesOn.MatchString(text)
}

var (
	over   = regexp.MustCompile(`\b(fixed|solved|resolved|sorted|done|works (now|again)|is back|are back|(got|have|has|came|come|arrived|granted|given) .*\b(now|finally|thanks|yesterday|today|at last)|thanks to)\b`)
	noMore = regexp.MustCompile(`\b(no longer|not .* any ?more|unblocked)\b`)
	goesOn = regexp.MustCompile(`\b(not|no|never|nobody|still|yet|without)\b|n't\b`)
)

// howLong something has been in the way is another figure each time.
var howLong = regexp.MustCompile(`\b\d+(st|nd|rd|th)? ((working|business|full) )?(day|hour|week|minute|month|time)s?\b`)

// idle words say that something is in the way, or nothing at all; common ones name what many things need.
var (
	idle = wordSet( //nolint:gochecknoglobals // a table
		`a an the this that these those it its they them he she we us our i me my mine you your his her their of on in at to for from with without by about as
 and or but so if then than because since until before after while when what which who whom whose how there here is are was were be been being am do does did done has have had having
 will would can could cannot may might must should shall not no none nor never still yet again also just only even really very too already now today yesterday tomorrow week day days weeks hours
 monday tuesday wednesday thursday friday saturday sunday morning afternoon evening
 same old other another any some people person somebody someone nobody anybody all more most least due wait waits waiting waited block blocks blocked blocker blockers blocking stuck miss missing missed need needs needed needing
 lack lacks lacking hold holds holding held up get gets getting got give gives given giving go goes going gone come comes coming came make makes making made let lets able unable
 continue proceed start finish move forward depend depends depending hang hangs hanging hear heard out way work works working problem trouble issue
 ich wir der die das ein eine auf von mit ist sind noch immer nicht kein keine warte warten wartet fehlt fehlen`,
	)
	common = wordSet( //nolint:gochecknoglobals // a table
		`access key token password permission right account licence license review approval answer reply feedback input decision help team server service system
 machine environment test build deploy deployment release version update ticket issue error bug request meeting document doc page file data database design new red broken down slow late failing fail failed`,
	)
)

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
