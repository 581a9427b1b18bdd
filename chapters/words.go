package chapters

import (
	"strings"
	"unicode"
)

// fields splits text into words with their punctuation taken off both ends;
// what is left of each keeps its case and inner marks (it's, v1.2, follow-up).
func fields(s string) []string {
	out := strings.Fields(s)
	n := 0
	for _, w := range out {
		if w = bare(w); w != "" {
			out[n] = w
			n++
		}
	}
	return out[:n]
}

// bare takes punctuation off both ends of a word.
func bare(w string) string {
	return strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// fold lower-cases and straightens apostrophes, for comparing with word lists.
func fold(w string) string {
	return strings.ToLower(strings.ReplaceAll(w, "’", "'"))
}

// content gives the stems of the words that carry a topic: no function words, no talk
// about talking, no single letters or bare numbers.
func content(words []string) []string {
	var out []string
	for _, w := range words {
		if w = fold(w); !carries(w) {
			continue
		}
		out = append(out, stem(w))
	}
	return out
}

// carries tells whether a folded word can carry a topic.
func carries(w string) bool {
	w = strings.TrimSuffix(w, "'s")
	if len(w) < 2 || isStop(w) {
		return false
	}
	return strings.IndexFunc(w, unicode.IsLetter) >= 0
}

func isStop(w string) bool {
	_, found := stopWords[w]
	return found
}

// set makes a look-up of a list of words.
func set(list string) map[string]struct{} {
	m := map[string]struct{}{}
	for w := range strings.FieldsSeq(list) {
		m[w] = struct{}{}
	}
	return m
}

// stopWords are the words of spoken English that say nothing about the topic:
// function words, and the verbs, nouns and adverbs of which all talk is made.
//
//nolint:gochecknoglobals // a table
var stopWords = set(`
a an the this that these those here there where when why how what which who whom whose
i i'm i've i'll i'd me my mine myself we we're we've we'll we'd us our ours ourselves you you're you've you'll you'd your yours yourself
he he's him his she she's her hers it it's its itself they they're they've they'll they'd them their theirs themselves one ones
someone somebody something anyone anybody anything everyone everybody everything none nothing nobody folks guys people
am is isn't are aren't was wasn't were weren't be been being do don't does doesn't did didn't done doing have haven't has hasn't had hadn't having
can can't cannot could couldn't will won't would wouldn't shall should shouldn't may might must ought
and or but nor so yet if then else than as at by for from in into of off on onto out over to too up down with without within about above across
after again against along also although among around before behind below between beyond both during either enough even ever every except few
further hence however just least less lot lots many more most much neither never not now often once only other others otherwise own per
perhaps quite rather really same several since some sometimes somewhere soon still such though through throughout thus together toward
towards under until unless upon very via was well whether while yes no nope yeah yep yup ok okay alright right oh ah uh um uhm hmm hm mm er erm
hello hi hey bye goodbye thanks thank please sorry cool awesome great good nice neat fine sure got gonna wanna gotta kinda sorta let let's lets
that's there's what's here's where's who's how's that'll there'll
actually basically essentially literally obviously probably maybe definitely certainly exactly especially particularly pretty simply usually
generally mostly largely hopefully currently recently already always almost anyway anyways anyhow instead finally lastly firstly
first second third next last another new old big little small bit couple different various kind kinds sort sorts type thing things stuff way ways
part piece pieces case cases point idea example examples fact reason place side time times day days week weeks month months year years
today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday morning afternoon evening minute minutes hour hours moment
go goes going gone went come comes coming came get gets getting gotten give gives giving given gave take takes taking taken took
make makes making made put puts putting keep keeps keeping kept see sees seeing seen saw look looks looking looked show shows showing shown showed
say says saying said tell tells telling told talk talks talking talked think thinks thinking thought know knows knowing known knew
mean means meaning meant want wants wanting wanted need needs needing needed like likes liked try tries trying tried use uses using used
work works working worked start starts starting started stop end ends happen happens happening happened seem seems feel feels guess believe
hope hopes wonder wondering notice call calls calling called help helps helping helped find finds finding found
able available back away ahead whole full lastly left long short best better bad real true false easy easier hard
number two three four five six seven eight nine ten zero hundred half double
else etc yet whatever whenever wherever cause because 'cause cuz due gotcha ya y'all
`)
