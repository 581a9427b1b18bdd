package chapters

import (
	"regexp"
	"strings"
)

// rule takes a beginning off a sentence that says nothing about the topic, or puts a
// shorter one in its place.
type rule struct {
	pattern   *regexp.Regexp
	instead   string
	announces bool // what follows is the topic by the speaker's own word
	// untilPause: the topic ends at the first comma.
	untilPause bool
	check      func(rest []word) bool
}

const (
	adverbs = `( just| also| now| then| really| actually| basically| essentially| currently| still| first| quickly| kind of| sort of| only| already| finally| recently| briefly| probably| mostly| largely| mainly| been| be| today| yesterday| here| definitely| simply| now here)*`
	subject = `(i|we|i'm|we're|i am|we are|i was|we were|i've|we've|i have|we have|i'd|we'd|i'll|we'll|i will|we will|i had|we had|i can|we can|i would|we would|let's|lets|let me|let us|you'll|you can|you will|i should|we should|i could|we could|john|everyone)`
	toDo    = `( gonna| going to| wanna| want to| wanted to| like to| about to| here to| need to| have to| had to| trying to| try to| tried to| plan to| planning to| hoping to| go ahead and| go and| get to| start to| starting to| able to| happy to| come and)*`
)

// before makes a rule of a pattern for the folded beginning.
func before(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)(?: |$)`) }

var rules = []rule{ //nolint:gochecknoglobals // a table
	{pattern: before(`(this is|my name is|it's|i am|i'm) \w+( here)? (and|from \w+)`)},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (talk|talking|speak|speaking|chat|tell you|say)( you)?( a little| a bit| a little bit| briefly| quickly| more| mostly| something| a few words)*( about| on| through)`), announces: true},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (share|sharing|shared) (my|the|a) (screen|window|tab)( here| with you| now| again)*( with| on| showing)?( the)?`), announces: true, check: nounFollows},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (show|showing|demo|demoing|share|sharing|present|presenting)( you all| you guys| you| everyone| everybody| off| with you)*( a little bit of| a bit of| a demo of| a quick demo of| an example of)?`), announces: true, check: nounFollows},
	{pattern: before(`(if|when) (you|we|i)( just| now| then)* (look|go|zoom)( in| over| back| down| up)*( at| to| into| on)`), announces: true, check: nounFollows},
	{pattern: before(`(if|so if) (you|we|i)( just| now| then)*`), check: verbFollows, untilPause: true},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (take|have|taking|having)( a| another)?( quick| closer| deeper| brief| little| final| last| first)* look (at|into|through|over)`), announces: true},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (look|looking|go|going|walk|walking|run|running|talk|step|stepping|jump|jumping|dive|diving|move|moving|switch|switching|turn|get|getting|come|hop|start|starting|begin|beginning|started|zoom)( you| us| everyone)*( on| over| back| out| off| ahead| down| right| straight| quickly| briefly| deeper| now)*( at| into| through| over| to| in| with| on to| onto)( by)?`), announces: true, check: nounFollows},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (cover|covering|discuss|discussing|explain|explaining|describe|describing|go over|going over|touch on|touching on|mention|mentioning|highlight|highlighting|point out|introduce|introducing|recap|summarize|review)`), announces: true, check: nounFollows},
	{pattern: before(`(the|my|our|another|one|a|and|this)?( next| last| first| second| third| fourth| other| main| only| big| biggest| key| final| neat| nice| interesting| cool| important| new| small| more| real| quick| few| couple| really| very)+( other)? (thing|things|piece|part|step|topic|item|point|feature|update|change|goal|one|question|task|issue|bit|area)( of this| of it| of the puzzle| of this puzzle| here| now| today)?( that| which)?( i| we| you| was| were| is| people)?('m|'ve| have| had| want| wanted| like| 'd like| need| did| worked| working| added| haven't| fixed| to do| been| like| liked| here| last| week| this| today| on| really| also| just| learned| implemented| now| to| for| talk| show| about| mention| cover| you| walk| through| go| over| tell| point| out| bring| up| touch| demo| discuss| highlight| tackling| right| now| doing| noticed| changed)*( is| was| are| were| here is)( basically| essentially| just| really| actually| kind of| that| to)*`), announces: true},
	{pattern: before(`(the|a)( whole)? (thing|goal|idea|point|plan|reason|problem|issue|question|purpose|focus|trick|magic|result|bottom line)( here| there| of this| of it| of doing this| for this| now| today)?( that| which)?( i'm| we're| i| we)?( having| have| had| see| saw)*( is| was)( basically| essentially| just| really| actually| kind of| that| to)*`), announces: true},
	{pattern: before(`(one|another|the|a)( \w+){0,2} (thing|things|part|piece|issue|problem|point|question|bit)( that| which)? (i|we|you|i'm|we're|i've|we've|i'd|people|they)( \S+){0,6}? (is|was|are|were)( that| to| basically| just| really)*`), announces: true},
	{pattern: before(`(a|an|one|another|the)( open| big| key| common| good| last| main| other| only| real| remaining)* (question|concern|option|thought|risk|challenge|caveat|limitation|downside|upside|benefit|advantage|trick|surprise|lesson|trade-off|tradeoff)( here| now| for me| left| with this| of this)? (is|was)( that| to)?`), announces: true},
	{pattern: before(`(a|an|one|another|the)( \w+)? \S+( that| which)? (i|we) (made|took|chose|did|have|had|see|want|need|noticed|found|hit|ran into|added|built|tried|learned)( here| now| today| about| with)* (is|was|are|were)( that| to)?`), announces: true},
	{pattern: before(`(that|this|which) (leaves|brings|takes|leads|gets)( us| me)?( with| to| on to| back to)?`), announces: true, check: nounFollows},
	{pattern: before(`(i |we )?(just |also |mostly )?spent (most of|all of|all|some of|some|a lot of|half|half of|part of|quite some)?( the| my| of| this| last)* (day|time|week|morning|afternoon|hour|hours|days|yesterday|today)( today| yesterday)?( on| with)?`), announces: true, check: notVerbless},
	{pattern: before(`(so )?(what|the way|all)( that)? (i|we|i've|we've|i'm|we're|it|this|that|you|these)` + `( just| also| really| basically| actually)*( did| do| does| done| have| want| wanted| need| been| working| doing| on| going| gonna| to| got| works| work| is| looks like| happened| see| can| here| now| today| yesterday| this| last| week| trying| for)*( is| was| are)( basically| essentially| just| really| actually| kind of| that| to)*`), announces: true},
	{pattern: before(`(so )?(this|it|here|this video|this clip|what follows)( is|'s| will be)( going to be)?( just| basically| really)*( a| an| the| my| our)*( quick| short| brief| little| small| first| high level| high-level)* (walkthrough|walk-through|overview|demo|tour|summary|recap|introduction|intro|update|video|look|rundown|explanation|recording|presentation)( of| on| about| for| to| at)+`), announces: true},
	{pattern: before(`(so )?(and )?(what|how) about`), announces: true, check: nounFollows},
	{pattern: before(`in (this|the|today's) (video|clip|recording|update|demo|talk|session|walkthrough|next part|second part)`)},
	{pattern: before(`(the )?way( that)?( all)? (this|it|that) works( here)?( is)?( basically)?( that)?`), announces: true},
	{pattern: before(`(and )?(now )?(here |so )?(you can|we can|i can|you'll|you will|we'll|as you can|if you look( here)?( you)?)( also| now| actually| just| already| basically| clearly)*( see| notice| find| tell)( here| over here| now| right here| that| and| in here| how|,)*`), announces: true},
	{pattern: before(`(now )?(here|over here|up here|down here|right here)( on the (left|right|top|bottom|side)( side)?)?( is|'s| are| was|'re| we have| i have| we've got| i've got| we see| you have| you see)?`)},
	{pattern: before(`(there's|there is|there are|there was|there were|there has been|there have been|there'll be|there will be)( also| now| just| basically| actually| really| still)*( a bunch of| a lot of| lots of| a couple of| a few| a| an| some| this| one| several| been)?( different| various| small| little)*`)},
	{pattern: before(`(this|that|it|these|those|here|which|they)( one)?( is|'s| are|'re| was| were| will be)( also| now| just| basically| essentially| kind of| sort of| really| actually| again| all| still| probably| meant to be| supposed to be| going to be)*( where| because| about| like)?( a| an| the| our| my)?( way to| lot of| bit of)?`), check: nounFollows},
	{pattern: before(`(this's|that's|it's|here's|what's|these're)( also| now| just| basically| essentially| kind of| sort of| really| actually| again| all| still| probably| going to be)*( where| because| about| like)?( a| an| the| our| my)?( way to| lot of| bit of)?`), check: nounFollows},
	{pattern: before(`(i|we|you)( just| really| also| personally| still)*( think| guess| believe| feel| hope| suppose| know| mean| said| mentioned| noticed| realized| realised| figured| assume| imagine| wonder| saw)( we| i| you)?( that| like| if)?`), check: notVerbless},
	{pattern: before(subject + adverbs + toDo + adverbs + ` (working|work|worked|focused|focusing|focus|busy)( mostly| mainly| really)*( on| with)( the)?( work on)?`), announces: true},
	{pattern: before(`(i'm|we're|i am|we are|i was|we were|i've been|we've been|i have been|we have been)( also| just| still| currently| now| really| actually| basically| always| today| yesterday| completely| a bit| kind of| here| been)*( going to| gonna| trying to| planning to| planning on| hoping to| about to| able to| looking to| supposed to| ready to| happy to| starting to| starting| start)*( be)?`), announces: true},
	{pattern: before(`(i'll|we'll|i will|we will|i'd|we'd|i would|we would|i can|we can|i could|we could|i should|we should|you can|you could|i might|we might|we may|i must|we must|you'll|you will|you should)( also| just| then| now| even| probably| definitely| first| have to| need to| want to| like to| be able to| always| again| finally| still)*( be)?`)},
	{pattern: before(`(i|we|you)( also| just| then| really| basically| will| still| now| first| all)*( want| wanted| need| needed| plan| planned| have| had| hope| like| try| tried| decided| managed| got| intend| wish| are going| used| forgot)( you| us)? to( just| also| be able to| be)*`), announces: true},
	{pattern: before(`(i've|we've|i have|we have|i had|we had|i did|i do|we did|you have|we do)( also| just| already| now| finally| recently| actually| basically| then| really| still| only| been| got| gotten| have| had| done)*( a bunch of| a lot of| a couple of| a few| a| an| some| this| these| those)?( work on| different| really)?`)},
	{pattern: before(`(i|we)( also| just| then| already| now| finally| recently| actually| basically| really| even| only| quickly| yesterday| today)*`), check: pastFollows, announces: true},
	{pattern: before(`(in order )?to (do|tackle|fix|solve|handle|address|achieve|test|start|begin) (this|that|it|with|things)`)},
	{pattern: before(`(today|yesterday|tomorrow|currently|right now|at the moment|this week|last week|next week|this morning|lately|recently|so far|for now|for today|for this week|over the weekend|on (monday|tuesday|wednesday|thursday|friday)|this time|for the (last|past) (few|couple of) (days|weeks)|in the meantime|after that|before that|from there|once again|again|with that|at this point)`)},
	{pattern: before(`(the|my|our) (update|updates)( for)?( this week| today| the week)?( is| are)?( essentially| basically| just| mostly| mainly| all| primarily)*( going over| about| on| regarding| around)?`)},
	{pattern: before(`(my|our|the)( big| main| only| current| one| biggest)? (blocker|blockers)( right now| today| is| are| at the moment)+`)},
	{pattern: before(`(moving|going|switching|jumping|coming|heading|turning) (on|over|back|ahead|now|forward)*( now)?( to)?`), announces: true, check: nounFollows},
	{pattern: before(`(talking|speaking|looking|starting|beginning|zooming|going|jumping|diving) (about|of|at|into|with|in on|in)`), announces: true, check: nounFollows},
	{pattern: before(`as for|regarding|when it comes to|in terms of|with regards? to|concerning|on the topic of|a (quick )?(word|note|question) (on|about)`), announces: true, untilPause: true},
	{pattern: before(`(i|we) (have|had|got)( just| also)*( a| an| one| some)?( quick| short| couple( of)?| few)* questions?( for \w+| here)?( about| on| regarding)?`), instead: "Question about", announces: true, check: nounFollows},
	{pattern: before(`(do|does|did|can|could|will|would|should|have|has|is|are|was) (you|we|i|they|it|this|that|anyone|anybody|everyone)( all| guys)?( please| just| also)*`), check: verbFollows},
	{pattern: before(`(it|this|that|they|which)( also| now| just| still| even| then| already| actually)*`), check: doesFollows},
	{pattern: before(`(just )?(wondering|curious)( if| whether| about| how)?`), check: notVerbless},
	{pattern: before(`(please|feel free to|make sure to|remember to|go ahead and|try to|in order to)`)},
	{pattern: before(`(this|that|it|which)( now| also| just| basically| essentially| actually| all| will| would| should| can| could)*( allows?| lets?| makes it easy for| enables?| helps?)( us| you| me| people| users| them)?( to)?`), check: notVerbless},
}

// leadPhrases are taken off wherever a sentence starts with them. Those in softLeads only
// where a comma or a pronoun follows, since they may belong to the topic.
var (
	leadPhrases = phraseList( //nolint:gochecknoglobals // a table
		"okay", "ok", "alright", "all right", "so", "and", "but", "or", "because", "well", "yeah", "yes", "yep", "nope", "um", "uh", "uhm", "hmm", "er", "ah", "oh", "hey", "hi", "hello",
		"hi everyone", "hello everyone", "hey everyone", "hi all", "hey all", "hi team", "hey team", "hi folks", "hello team", "hey folks", "hi there", "good morning", "good afternoon", "good morning everyone", "good morning team", "welcome back", "welcome", "everyone", "guys",
		"you know", "i mean", "basically", "actually", "essentially", "obviously", "honestly", "literally", "also", "anyway", "anyways", "anyhow", "plus", "additionally", "in addition", "besides", "besides that", "other than that", "apart from that", "on top of that",
		"for example", "for instance", "of course", "as you can see", "as you can see here", "as you know", "as i said", "as i mentioned", "as we saw", "as mentioned", "like i said", "first of all", "first off", "to start", "to start with", "to begin with", "last but not least", "finally", "lastly", "secondly", "thirdly", "firstly",
		"in this case", "in fact", "in general", "hopefully", "interestingly", "unfortunately", "luckily", "sadly", "funnily enough", "to be honest", "i guess", "i think", "let's see", "let me see", "kind of", "sort of", "of course", "if you look here", "over here", "and then", "thanks", "thank you", "cool", "great", "awesome", "sorry", "maybe", "perhaps", "probably", "not sure why", "by the way", "long story short", "real quick", "really quickly", "now then", "which is", "and so", "except", "however", "therefore", "thus",
	)
	softLeads = phraseList("now", "then", "next", "next up", "like", "right", "first", "second", "third", "last", "just", "here", "there", "today", "yesterday", "once", "up next", "after that", "instead", "again", "currently", "right now", "previously", "usually", "here we go", "no", "that", "which", "on") //nolint:gochecknoglobals // a table
	pronouns  = set("i i'm i've i'll i'd we we're we've we'll we'd let's lets let you you'll you've there there's it's it this that's that the here what he she they")                                                                                                                                              //nolint:gochecknoglobals // a table
)

// phraseList keys phrases by their first word.
func phraseList(phrases ...string) map[string][][]string {
	m := map[string][][]string{}
	for _, p := range phrases {
		words := strings.Fields(p)
		m[words[0]] = append(m[words[0]], words)
	}
	return m
}

// longest finds the longest phrase that words begin with; its number of words, 0: none.
func longest(m map[string][][]string, words []word) int {
	n := 0
	if len(words) == 0 {
		return 0
	}
	for _, p := range m[words[0].fold] {
		if len(p) > n && len(p) <= len(words) && begins(words, p) {
			n = len(p)
		}
	}
	return n
}

func begins(words []word, phrase []string) bool {
	for i, p := range phrase {
		if words[i].fold != p {
			return false
		}
	}
	return true
}

// reduced is a sentence without its openers.
type reduced struct {
	words     []word
	announced bool
}

// reduce takes off leads and openers, again and again, as long as something is left.
func reduce(words []word) reduced {
	r := reduced{words: words}
	for range 12 {
		var heading bool
		r.words, heading = dropLeads(r.words)
		r.announced = r.announced || heading
		if !r.apply() {
			break
		}
	}
	r.words = doing(r.words)
	return r
}

// sequence are the leads that announce what comes after them.
var sequence = set("next finally lastly first firstly second secondly third thirdly last up then now") //nolint:gochecknoglobals // a table

// shortTopic is the number of words up to which what follows "next," or "finally," is a heading in itself.
const shortTopic = 4

func dropLeads(words []word) (rest []word, heading bool) {
	for len(words) > 0 {
		n := longest(leadPhrases, words)
		if n == 0 {
			n = longest(softLeads, words)
			if n == 0 || n >= len(words) {
				return words, heading
			}
			if _, pronoun := pronouns[words[n].fold]; !pronoun && !words[n-1].pause {
				return words, heading
			}
		}
		_, ordered := sequence[words[0].fold]
		heading = heading || ordered && len(words)-n <= shortTopic
		words = words[n:]
	}
	return words, heading
}

// apply takes the first rule that fits.
func (r *reduced) apply() bool {
	beginning := folds(r.words[:min(len(r.words), longestOpener)])
	for _, rule := range rules {
		m := rule.pattern.FindString(beginning)
		if m == "" {
			continue
		}
		n := len(strings.Fields(m))
		rest := r.words[min(n, len(r.words)):]
		if rule.check != nil && !rule.check(rest) {
			continue
		}
		if rule.instead != "" {
			var put []word
			for w := range strings.FieldsSeq(rule.instead) {
				put = append(put, word{text: w, fold: fold(w)})
			}
			rest = append(put, rest...)
		}
		if rule.untilPause {
			rest = untilPause(rest)
		}
		r.words = rest
		r.announced = r.announced || rule.announces
		return true
	}
	return false
}

// longestOpener is how many words of a sentence the rules look at.
const longestOpener = 24

// untilPause cuts after the first word that a comma follows.
func untilPause(words []word) []word {
	for i, w := range words {
		if w.pause {
			return words[:i+1]
		}
	}
	return words
}
