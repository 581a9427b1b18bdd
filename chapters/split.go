package chapters

import (
	"strings"

	"baton/domain"
)

const (
	// longCueMS is the length from which a cue without word times is cut at its sentences,
	// their times guessed from the letters.
	longCueMS = 15_000
	// leastSentence is the number of words under which a sentence stays with the next one.
	leastSentence = 3
)

// split cuts a cue that holds several sentences, so that a chapter can start with the second.
func split(c domain.Cue) []domain.Cue {
	tokens := strings.Fields(c.Text)
	timed := len(c.Words) == len(tokens)
	if !timed && c.EndMS-c.StartMS < longCueMS {
		return []domain.Cue{c}
	}
	var out []domain.Cue
	from := 0
	for i, token := range tokens {
		last := i == len(tokens)-1
		if !last && (closes(token) == 0 || i+1-from < leastSentence) {
			continue
		}
		part := domain.Cue{Text: strings.Join(tokens[from:i+1], " ")}
		if timed {
			part.StartMS, part.EndMS = c.Words[from].StartMS, c.Words[i].EndMS
		} else {
			part.StartMS, part.EndMS = guess(c, tokens, from), guess(c, tokens, i+1)
		}
		if from == 0 {
			part.StartMS = c.StartMS
		}
		out = append(out, part)
		from = i + 1
	}
	return out
}

// guess is when token i starts if the cue is spoken evenly.
func guess(c domain.Cue, tokens []string, i int) int64 {
	before, all := 0, 0
	for k, t := range tokens {
		if k < i {
			before += len(t) + 1
		}
		all += len(t) + 1
	}
	return c.StartMS + (c.EndMS-c.StartMS)*int64(before)/int64(max(1, all))
}
