package chapters

import "strings"

// What the rules need to know of English words: just enough to tell a verb's past from the rest.

var pastVerbs = set(`did made wrote built found got sent ran put took set left met began broke cut drew kept led lost read spent split taught threw went came saw chose gave told felt held brought bought caught grew knew meant paid said sold shot shut spoke stood thought understood won hit hid fell drove sped rebuilt rewrote reran redid undid upped shipped`) //nolint:gochecknoglobals // a table

// plainVerbs are verbs in the base form that a sentence without subject may start with.
var plainVerbs = set(`add adjust allow apply ask automate avoid block bring build bump call change check choose clean clear click close collect combine compare configure connect convert copy cover create cut debug decide define delete deploy design detect disable discuss display drag draw drop edit embed enable encode enter explain export extend extract fetch figure fill filter find finish fix follow generate get give grab group handle hide implement import improve index insert install integrate investigate invite iterate join jump keep launch learn leave let link list listen load log look make manage map mark match measure merge migrate mock monitor move name need open optimise optimize order pair parse pass paste pick plan play poll press prevent print publish pull push put query read rebuild receive record redirect reduce refactor release reload remove rename render reopen repeat replace report request require reset resize resolve respond restart restore retry return reuse review revert rewrite roll rotate run save scale schedule scroll search see select send serve set share ship show shrink sign simplify skip sort speed split start stop store stream submit support swap switch sync tag take talk test throw track train transcribe trigger try tune turn type understand update upgrade upload use validate verify view wait walk want warn watch wire work wrap write`) //nolint:gochecknoglobals // a table

func isPast(w string) bool {
	if _, known := pastVerbs[w]; known {
		return true
	}
	return len(w) > 4 && strings.HasSuffix(w, "ed") && w != "need" && w != "speed" && w != "indeed" && w != "feed"
}

func isPlain(w string) bool {
	_, known := plainVerbs[w]
	return known
}

func pastFollows(rest []word) bool { return len(rest) > 1 && isPast(rest[0].fold) }

func verbFollows(rest []word) bool { return len(rest) > 1 && isPlain(rest[0].fold) }

// notVerbless: enough is left for a title.
func notVerbless(rest []word) bool { return len(rest) > 1 }

// weakStarts cannot start what follows an announcement.
var weakStarts = set(`one one's and or but that it this which so because is was are were i we you me them him her like on in at if not very really pretty quite great good fine cool nice fun interesting important right true hard easy done there here about it's that's`) //nolint:gochecknoglobals // a table

func nounFollows(rest []word) bool {
	if len(rest) == 0 {
		return false
	}
	_, weak := weakStarts[rest[0].fold]
	return !weak
}

// doesFollows: a verb of the third person comes next (works, handles).
func doesFollows(rest []word) bool {
	if len(rest) < 2 {
		return false
	}
	f := rest[0].fold
	_, stop := stopWords[f]
	return strings.HasSuffix(f, "s") && (isPlain(plural(f)) || isPlain(strings.TrimSuffix(f, "s"))) && (!stop || isPlain(strings.TrimSuffix(f, "s")))
}

// doing makes "we store" and "we don't store" into "storing" and "not storing", and "you open" into "open".
func doing(words []word) []word {
	if len(words) < 3 {
		return words
	}
	at, not := 1, false
	switch words[0].fold {
	case "we", "i", "they":
	case "you":
		if isPlain(words[1].fold) {
			return words[1:]
		}
		return words
	default:
		return words
	}
	switch words[1].fold {
	case "don't", "won't", "do", "never":
		at, not = 2, words[1].fold != "do"
		if words[2].fold == "want" && len(words) > 4 && words[3].fold == "to" {
			at = 4
		}
	}
	if !isPlain(words[at].fold) {
		return words
	}
	verb := words[at]
	verb.text, verb.fold = gerund(verb.fold), gerund(verb.fold)
	out := []word{verb}
	if not {
		out = []word{{text: "Not", fold: "not"}, verb}
	}
	return append(out, words[at+1:]...)
}

// doubling are verbs that double their last letter in the gerund.
var doubling = set(`cut drag drop fit get grab hit log map plan plug pop put run set ship shut sit skip spin split stop submit swap tag trim wrap zip`) //nolint:gochecknoglobals // a table

// gerund is the -ing form of a verb's base form.
func gerund(v string) string {
	_, doubles := doubling[v]
	switch {
	case doubles:
		return v + v[len(v)-1:] + "ing"
	case strings.HasSuffix(v, "ie"):
		return v[:len(v)-2] + "ying"
	case strings.HasSuffix(v, "e") && !strings.HasSuffix(v, "ee"):
		return v[:len(v)-1] + "ing"
	}
	return v + "ing"
}
