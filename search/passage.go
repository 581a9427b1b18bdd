package search

import (
	"strconv"
	"strings"

	"baton/domain"
)

// Speech is searched in passages of PassageCues cues, of which the last is also the first of the next: two words that
// belong together seldom share one cue (measured: 48 of 100 pairs up to twelve words apart), but nearly always a passage.
const (
	PassageCues   = 5
	PassageStride = 4
)

// Passage is a piece of a clip as the index holds it.
type Passage struct {
	// Ref says what it was made of: for speech the number of its first cue.
	Ref            string
	StartMS, EndMS int64
	Body           string
}

// FirstCue is the first cue of the earliest passage that holds cue no.
func FirstCue(no int) int {
	if no < PassageCues {
		return 0
	}
	return (no - PassageCues + PassageStride) / PassageStride * PassageStride
}

// SpeechPassages cuts cues into passages. The cues are numbered without holes; the first one's number is a
// multiple of PassageStride.
func SpeechPassages(cues []domain.Cue) []Passage {
	var out []Passage
	for i := 0; i < len(cues); i += PassageStride {
		part := cues[i:min(i+PassageCues, len(cues))]
		if len(part) == 1 && cues[i].No > 0 {
			break // the passage before holds it
		}
		var body strings.Builder
		for _, c := range part {
			if body.Len() > 0 {
				body.WriteByte(' ')
			}
			body.WriteString(c.Text)
		}
		last := part[len(part)-1]
		out = append(out, Passage{strconv.Itoa(part[0].No), part[0].StartMS, last.EndMS, body.String()})
	}
	return out
}
