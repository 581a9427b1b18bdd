package chapters

import (
	"regexp"
	"strings"
)

// The signs by which a speaker announces, ends or goes on with a topic. They look
// at the folded words of a unit, joined by one space.

// leads are said before nearly every sentence and announce little by themselves.
var leads = set(`okay ok alright so and now well yeah yes um uh all right then also but oh anyway anyways like actually basically hey`) //nolint:gochecknoglobals // a table

const (
	nouns = `(thing|things|piece|part|topic|item|point|step|feature|features|update|updates|area|section|slide|question|issue|example|change|changes|problem|task|bug|ticket|goal|tab|screen|page|nice \w+|neat \w+)`
	tell  = `(show|talk|look|take|share|switch|go over|go through|go back|walk|move|start|cover|jump|demo|present|discuss|dive|explain|open|begin|describe|bring up|pull up|touch on|give|quickly)`
)

// opening says that another topic begins here.
var opening = regexp.MustCompile(`^(` + strings.Join([]string{
	`(the |my |our )?(next|last|final|second|third|fourth|other|another|first|main|biggest|big|only other|one more|one other|one last|a few other|some other)( \w+){0,2} ` + nouns,
	`(another|one more|one last)( \w+)`,
	`next (up|i|we|is|let|on)?`, `finally`, `lastly`, `last but not least`, `first (of all|off|up|i|we|let|thing)`, `second(ly)? (i|we|is)`, `third(ly)? `,
	`(moving|going|switching|jumping|coming|turning) (on|over|back|ahead|to)`,
	`(let's|let me|let us|lets)( just| now| first| also| quickly)* ` + `(go|take|look|move|switch|jump|talk|start|show|walk|dive|open|turn|begin|share|get started|get into|do|try|talk)`,
	`(i'm|we're|i am|we are|i'll|we'll|i will|we will)( just| now| also| first)*( gonna| going to)?( just| now| also| first)* ` + tell,
	`(i|we)( just| also)? (want|wanted|wanna|would like|'d like)( to)?( just| also)? ` + tell, `i'd( also)? like to ` + tell,
	`what (i've|i have|we've|i|we) (been|did|done|got|worked|want)`,
	`there (has|have) (also )?been`, `there are (also )?(a couple|several|a few|many|two|three|four|some|different|a number)`, `this is another`, `(if (we|you) )?(look|looking) at`,
	`(currently |right now )?the (issue|problem|question|challenge)( now| here| currently)? (is|that|i'm|we're|with)`, `(you|we) can also`, `(i|we) also (have|added|did|fixed|want|worked|made|changed)`,
	`(just )?(a |one )?(quick(ly)? )?question`, `(yeah )?(i|we)( just)? (have|got|had)( just)?( got)? (a|one|some|another)( quick)?( couple( of)?| few)? questions?`, `any (other )?questions`,
	`(thanks|thank you) (\w+ )?(you wan|who wan|who's next|do you wan|go ahead)`,
	`(hi|hello|hey|welcome|good morning|good afternoon)( \w+)?$`, `(hi|hello|hey) (everyone|everybody|all|folks|guys|there|team)`,
	`as for`, `speaking of`, `with that`, `besides that`, `other than that`, `apart from that`, `when it comes to`, `in terms of`, `regarding`, `to (start|begin|sum|recap|wrap|finish|summarize)`,
	`in (summary|conclusion|closing|order to)`, `(yesterday|today|tomorrow|this week|last week|next week|this morning)\b`, `(my )?blockers?`, `no blockers`,
	`now (i|we|let|for|to|the|on|if|that)`, `(now )?(here|over here) (is|we have|i have|you can see|you see)`, `so (for|on) the`, `(the )?way (this|that|it) works`,
}, `|`) + `)`)

// turning says so in as many words.
var turning = regexp.MustCompile(`^(` + strings.Join([]string{
	`(the |my )?(next|last|final|second|third)( \w+)? (thing|piece|part|topic|item|point|step|question|section|slide)`, `(another|one more|one other|one last) (thing|topic|item|point)`,
	`(let's|lets|let me|i'll|we'll|i'm going to|we're going to)( now| then| just)* (move|switch|jump|turn|continue) (on|over|to)`, `(moving|switching|jumping|turning) (on|over|to)`,
	`next( up)?$`, `next (up )?(i|we|is|let|on|the|a|an|there)`, `finally`, `lastly`, `last but not least`, `what about`, `(so )?(now )?let's talk about`,
}, `|`) + `)`)

// ending says that the clip, or a speaker's turn, comes to its end here.
var ending = regexp.MustCompile(`^(` + strings.Join([]string{
	`(that's|that is|this is|thats|those are|these are|that was)( just| really| basically| kind of| pretty much)* (it|all|about it|much it|what i|what we|everything|the main|the big|my|quickly|really quickly|big)`,
	`thank you`, `thanks (everyone|all|folks|for|guys|again|so much|a lot)`, `signing off`, `(i )?hope(fully)? (you|this|that|it)( \w+)? (found|was|helps|enjoy|makes|like)`, `have a (good|great|nice|wonderful)`,
	`good ?bye`, `bye`, `see you`, `talk (to you )?(soon|later)`, `(leave )?anything else`, `any questions`, `let me know if`, `to (wrap|sum|recap|conclude|summarize)`, `in (summary|conclusion|closing)`,
	`(i'm|i am) (gonna|going to) (stop|end)`, `(i'll|i will) (stop|end)`,
}, `|`) + `)`)

// acknowledgement is a whole unit that rounds off what was said.
var acknowledgement = regexp.MustCompile(`^((okay|ok|yeah|yes|cool|alright|all right|awesome|got it|great|nice|good stuff|sounds good|good|right|perfect|thank you|thanks( \w+)?|there we go|here we go|that's it|exactly|sure|makes sense|i see|so|and|that's pretty neat) ?)+$`)

// goingOn are first words that tie a unit to the one before.
var goingOn = set(`and but or because which that than to of with for it its it's they he she them this these those if so as at in on from like where who when then while although though unless until instead just`) //nolint:gochecknoglobals // a table

// dangling are last words after which a sentence is not over, whatever the recogniser's full stop says.
var dangling = set(`the a an of to and or in on for with is are was were be been at by that this my your our their his her its some any from into if because so but just these those as than then like i we you they he she can could will would should have has had do does did not very more most which who where when what how i'm we're it's that's there's gonna wanna about up over`) //nolint:gochecknoglobals // a table

// signs of a boundary before a unit.
type signs struct {
	opener float64 // 0 to 2.5
	closer float64 // 0 to 1
	broken float64 // 0 to 1.9
}

// late is the share of a clip after which words of leave-taking end it rather than a turn.
const late = 0.85

// signsAt reads the words around the start of unit i > 0.
func (d *document) signsAt(i int) signs {
	u, before := &d.units[i], &d.units[i-1]
	words := folded(u.words, 14)
	whole := strings.Join(words, " ")
	stripped, lead := stripLeads(words)
	head := strings.Join(stripped, " ")
	s := signs{closer: closing(before)}
	switch {
	case turning.MatchString(head), turning.MatchString(whole), len(words) > 0 && len(words) <= shortTopic && isSequence(words[0]):
		s.opener = 1.5
	case opening.MatchString(head), opening.MatchString(whole):
		s.opener = 1
	}
	if lead {
		s.opener += 0.3
	}
	if float64(i) > late*float64(len(d.units)) && (ending.MatchString(head) || ending.MatchString(whole)) {
		s.opener += 1.2
	}
	s.broken = brokenness(words, before, s.opener < 1)
	return s
}

// closing is how surely a unit rounds off its topic.
func closing(u *unit) float64 {
	words := folded(u.words, 14)
	whole := strings.Join(words, " ")
	head, _ := stripLeads(words)
	switch {
	case ending.MatchString(strings.Join(head, " ")), ending.MatchString(whole):
		return 1
	case acknowledgement.MatchString(whole):
		return 0.7
	}
	return 0
}

// brokenness is how surely the unit goes on with what the unit before began.
// A scrap of a unit is no beginning, unless it is a heading.
func brokenness(words []string, before *unit, scrap bool) float64 {
	b := 0.0
	if len(words) < 3 && scrap {
		b += 0.4
	}
	if len(words) > 0 {
		if _, ties := goingOn[words[0]]; ties && words[0] != "so" {
			b += 0.5
		}
	}
	if unfinished(before) {
		b++
	}
	return b
}

// unfinished tells whether a unit stops in the middle of a sentence.
func unfinished(u *unit) bool {
	if n := len(u.words); n > 0 {
		if _, open := dangling[fold(u.words[n-1])]; open {
			return true
		}
	}
	return !strings.ContainsAny(u.text[len(u.text)-1:], ".?!")
}

// isSequence tells whether a heading may follow the word: next, finally.
func isSequence(w string) bool {
	_, is := sequence[w]
	return is
}

// folded gives the first n words of a unit, folded.
func folded(words []string, n int) []string {
	out := make([]string, 0, n)
	for _, w := range words[:min(n, len(words))] {
		out = append(out, fold(w))
	}
	return out
}

// stripLeads takes the leads off; it tells whether one of them was a full stop in
// speech (okay, alright, so, now).
func stripLeads(words []string) ([]string, bool) {
	strong := false
	for len(words) > 1 {
		if _, is := leads[words[0]]; !is {
			break
		}
		switch words[0] {
		case "okay", "ok", "alright", "all", "now", "so", "anyway", "anyways":
			strong = true
		}
		words = words[1:]
	}
	return words, strong
}
