package spoken

import "regexp"

// features are read as: who talks like this, does that. Weights below zero are patterns of those who only talk about it.
var features = build([]rule{ //nolint:gochecknoglobals // a table
	// Asks: somebody is spoken to and shall do something.
	{Ask, 1, `\b(can|could|would|will) (you|somebody|someone|anybody|anyone)( from \w+| else)?( please| maybe| also| possibly)? (let|tell|send|give|show|confirm|check|double|review|look|take|have|add|update|share|approve|talk|pair|ask|rerun|run|rename|test|try|help|fix|write|call|prepare|sign|make|find|cover|be able|move|merge|open|close|put|remind|book|upload|explain|finish|come|set|get|do|read|answer|decide|pick|join|organi[sz]e|schedule|investigate|verify|follow)\b`},
	{Ask, 1, `^(\w+, )?please (send|add|have|get|take|look|let|check|review|update|share|confirm|give|tell|make|put|write|try|test|fix|call|remind|approve|sign|read|answer|reply|join|move|merge|help|book|prepare|do)\b`},
	{Ask, 1, `^(\w+, )?let me know (by|if|what|which|whether|who|when|how|until)\b`},
	{Ask, 1, `\bi('d| would)? (need|like|want) you to\b`},
	{Ask, 1, `\bi('d| would)? (need|like|want|appreciate) your (answer|input|opinion|feedback|help|review|approval|sign|decision|thoughts|ok)\b`},
	{Ask, 1, `\bwhat i (need|want) from you\b|\bi'm asking you to\b|\bi am asking you to\b|\bi('m| am) asking \w+ to\b`},
	{Ask, 1, `\bmy (question|request|ask) (for|to) you\b`},
	{Ask, 1, `\bdo you think you could\b|\bwould you mind\b|\bare you able to\b|\bwould (somebody|someone|you) be able to\b`},
	{Ask, 1, `\bcan (we|i) (get|have) .*\bfrom you\b`},
	{Ask, 1, `\bif you (could|can)\b.*\b(great|nice|helpful|appreciate|help|wonderful|good)\b|\b(help|appreciate|great|nice|lovely)\b.*\bif you could\b`},
	{Ask, 1, `\bget back to me (with|by|on|about|when|before)\b`},
	{Ask, -1, `^(you|it|that|they|he|she|this) (can|could|would|might|may)\b`},
	{Ask, -2, `\b(asked|asks|asking (whether|if|for)|wanted to know|keep asking|wondered|was asking)\b`},
	{Ask, -2, `\b(button|dialog|form|message|page|screen|popup|prompt|error) (says|asks|said|shows|appears|tells)\b|\b(appears|shown) on\b`},
	{Ask, -1, `\b(can|could) you (see|hear|imagine|believe|guess)\b`},
	{Ask, -2, `^i('ll| will| can| could| would) (let|tell|send|show)\b|^thanks\b|^thank you\b`},
	{Ask, -1, `\bwhen (the|a|you|users?|people) \w+.*\bplease\b|\bif you (click|press|open|go)\b`},

	// Decisions: it is settled, and it is ours.
	{Decision, 1, `\b(we|i)('ve| have|'d| had)?( all| both| just| now| finally| also)? (decided|agreed|chosen|settled|opted|resolved|concluded|chose|picked)\b`},
	{Decision, 1, `\b(the|our|whole) (team|group|board|two of us) (has |have )?(decided|agreed|settled|chose|opted|picked)\b`},
	{Decision, 1, `^(let's|let us) (go with|stick (with|to)|do option|take option|settle on|use)\b`},
	{Decision, 1, `\b(it's|it is|it was|that's|that is|this is|it has been) (now |all )?(decided|agreed|settled)\b`},
	{Decision, 1, `\b(the|our|final) (final )?(decision|conclusion|verdict|agreement) (is|was|here is) (that|to|we)\b|\bdecision made\b|\bdecision: `},
	{Decision, 1, `\bmade the (call|decision) (to|that)\b|\bended up (choosing|going with|picking|using)\b`},
	{Decision, 1, `^(from now on|going forward|starting (now|today|next)),? .*\b(we|all|every|no)\b`},
	{Decision, 1, `\bwe('ll| will|'re going to| are going to) (stick|stay|go) with\b`},
	{Decision, 1, `\bthe plan is (final|settled|fixed)\b`},
	{Decision, 1, `\bwe('re| are) not going to .*\bwe (will|'ll)\b|\bnot going to .*, we (will|'ll|are)\b`},
	{Decision, -3, `\?$|\b(should|shall|could|may|might) we\b`},
	{Decision, -2, `\b(not|haven't|hasn't|never|nobody|can't|cannot|couldn't|without|yet|still open|whether)\b.*\b(decid\w*|decision|agree\w*|settled|chosen)\b|\b(decid\w+|decision|agreed|settled)\b.*\b(yet|still open|open)\b`},
	{Decision, -2, `\b(once|if|when|until|before|unless) (we|they|you|i)\b.*\b(agree|decide|go with|choose|settle)\b`},
	{Decision, -2, `\b(maybe|perhaps|probably|may|might|at some point|i think we|i guess|want to hear|regretted)\b`},
	{Decision, -2, `\b(last|back in|years?|months?) (year|month|then|\d{4}|ago)\b`},
	{Decision, -2, `\b(need|have|has|had|want|try|trying) to (decide|agree|choose|settle)\b|\bwere going to\b`},
	{Decision, -2, `^(he|she|they|who|someone|somebody|users?|you|the (user|algorithm|function|system)) `},

	// Blockers: somebody cannot go on, and it is so now.
	{Blocker, 1, `\b(i'm|i am|we're|we are|it's|it is|\w+ is|\w+ are|been|got|still|completely) (still |completely |totally |currently |all )?(blocked|stuck|held up|on hold)\b`},
	{Blocker, 1, `\b(my|our|the) (only |biggest |main |current |one |next )?blockers? (is|are|here|remains?|right now)\b|\bthere('s| is) (a|one|another) blocker\b|\bblocker on\b`},
	{Blocker, 1, `\b(what's|what is|that's|that is|is|are|still) blocking (me|us|my|our|the)\b|\band (that|this|it) blocks\b|\b(that|this|which) (is )?block(s|ing) (me|us|the|my|our)\b`},
	{Blocker, 1, `\b(i|we) (can't|cannot|can not|couldn't|won't be able to)( really| even)? (continue|go on|go ahead|move|deploy|finish|start|merge|proceed|ship|release|run|test|build|work|do anything|make progress|publish|complete)\b.*\b(until|without|because|before|while|unless|since|as long as)\b`},
	{Blocker, 1, `^(without|until|because of|since) .*\b(i|we) (can't|cannot|can not) \w+`},
	{Blocker, 1, `\b(can't|cannot|couldn't|not) (move forward|go on|continue|proceed|merge anything|move on)\b`},
	{Blocker, 1, `\b(i'm|i am|we're|we are) (still )?(waiting) (for|on) .*\b(from|before|until|key|access|review|approval|answer|reply|credentials|design|legal|finance|feedback|decision|input|sign|vendor|partner|team)\b`},
	{Blocker, 1, `\b(i've|i have|we've|we have) been waiting\b|\bstill waiting (for|on)\b`},
	{Blocker, 1, `\b(haven't|have not|not) been able to (start|finish|continue|deploy|test|go|move|make|get|run|work|merge)\b|\b(i'm|i am|we're|we are) unable to\b`},
	{Blocker, 1, `\b(i|we) (don't|do not|still don't) have (the )?(permission|access|rights|credentials|a key)\b`},
	{Blocker, 1, `\bthe whole thing is on hold\b|\bnothing moves (before|until)\b|\bso we're stuck\b|\bstill stuck\b`},
	{Blocker, -3, `\b(no|not|nothing|without any|zero|isn't|aren't|wasn't) (is |are )?(\w+ )?(blockers?|blocked|blocking|stuck)\b|\bunblocked\b|\bunstuck\b`},
	{Blocker, -3, `\b(was|were|had been) (blocked|stuck|held up|broken|down)\b.*\b(but|until|it is|is|now|and)\b`},
	{Blocker, -2, `\b(fixed|solved|resolved|green again|works again|cleaned it up|is up again|got it working|thanks to)\b`},
	{Blocker, -2, `\b(can't|cannot|couldn't) (wait|believe|be happier|hear|see any|decide|delete)\b|\bno hurry\b`},
	{Blocker, -2, `\b(thread|lock|queue|worker|request|process|client|user|button|menu|call) (is |was )?(waits|held|blocks|stuck|blocked)\b|\bad blocker\b|\bif the\b`},
})

// rule is a feature before its pattern is compiled.
type rule struct {
	kind    Kind
	weight  float64
	pattern string
}

func build(rules []rule) []feature {
	out := make([]feature, len(rules))
	for i, r := range rules {
		out[i] = feature{r.kind, r.weight, regexp.MustCompile(r.pattern)}
	}
	return out
}
