package searchbench

import (
	"strings"
	"time"
)

// kinds are the ways of asking. ask returns what is typed and a word that has to stand in a good hit.
var kinds = []struct { //nolint:gochecknoglobals // a table
	name string
	aim  time.Duration
	ask  func(*bench) (text, wanted string)
}{
	{"one word", 10 * time.Millisecond, func(b *bench) (string, string) {
		w := b.words()[0]
		return w + " ", w
	}},
	{"two words", 10 * time.Millisecond, func(b *bench) (string, string) {
		w := b.words()
		return w[0] + " " + w[1] + " ", w[0]
	}},
	{"phrase", 10 * time.Millisecond, func(b *bench) (string, string) {
		w := strings.Fields(b.cue())
		return `"` + strings.Join(w[1:4], " ") + `"`, strings.Trim(strings.ToLower(w[2]), ".,;:")
	}},
	{"as you type", 30 * time.Millisecond, func(b *bench) (string, string) {
		w := b.words()
		return w[0] + " " + w[1][:4], w[1][:4]
	}},
	{"typo", 40 * time.Millisecond, func(b *bench) (string, string) {
		w := b.words()[0]
		return b.slip(w) + " ", w
	}},
}

// cue is the text of one of those that are searched.
func (b *bench) cue() string { return b.cues[b.rng.IntN(len(b.cues))].Text }

// words takes two words of five letters or more of one cue, so the more frequent ones more often.
func (b *bench) words() []string {
	for {
		var long []string
		for w := range strings.FieldsSeq(strings.ToLower(b.cue())) {
			if w = strings.Trim(w, ".,;:"); len(w) >= 5 {
				long = append(long, w)
			}
		}
		if len(long) >= 2 {
			b.rng.Shuffle(len(long), func(i, j int) { long[i], long[j] = long[j], long[i] })
			return long[:2]
		}
	}
}

// slip makes one typing mistake behind the first letter.
func (b *bench) slip(w string) string {
	i := 1 + b.rng.IntN(len(w)-2)
	const letters = "abcdefghijklmnopqrstuvwxyz"
	n := b.rng.IntN(len(letters))
	letter := letters[n : n+1]
	switch b.rng.IntN(4) {
	case 0:
		return w[:i] + w[i+1:] // left out
	case 1:
		return w[:i] + letter + w[i:] // one too many
	case 2:
		return w[:i] + letter + w[i+1:] // another
	default:
		return w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:] // changed places
	}
}
