package domain

import (
	"slices"
	"strings"
	"unicode"
)

// WithText gives the cue another text, as a person corrected it. Words that stay keep their times; the
// time of words that changed is shared by those that stand in their place, by their length.
func (c Cue) WithText(text string) Cue {
	text = strings.Join(strings.Fields(text), " ")
	words := strings.Fields(text)
	kept := alignWords(c.Words, words)
	out := make([]Word, len(words))
	for i := 0; i < len(words); {
		if kept[i] >= 0 {
			w := c.Words[kept[i]]
			out[i] = Word{StartMS: w.StartMS, EndMS: w.EndMS, Text: words[i]}
			i++
			continue
		}
		n := i
		for n < len(words) && kept[n] < 0 {
			n++
		}
		start, end := c.gap(out, kept, i, n)
		spread(out[i:n], words[i:n], start, end)
		i = n
	}
	c.Text, c.Words, c.Edited = text, out, true
	return c
}

// gap is the time that the new words i to n-1 may take: between the kept neighbours, but no wider than the
// old words that stood there, if there were any.
func (c Cue) gap(out []Word, kept []int, i, n int) (start, end int64) {
	start, end = c.StartMS, c.EndMS
	first, last := 0, len(c.Words) // the old words that were replaced
	if i > 0 {
		start, first = out[i-1].EndMS, kept[i-1]+1
	}
	if n < len(kept) {
		last = kept[n]
		end = c.Words[last].StartMS
	}
	if first < last {
		start, end = max(start, c.Words[first].StartMS), min(end, c.Words[last-1].EndMS)
	}
	return start, max(start, end)
}

// spread shares a stretch of time out by the words' lengths.
func spread(out []Word, words []string, start, end int64) {
	var total int64
	for _, w := range words {
		total += int64(len([]rune(w)))
	}
	at, done := start, int64(0)
	for i, w := range words {
		done += int64(len([]rune(w)))
		next := start + (end-start)*done/max(total, 1)
		out[i] = Word{StartMS: at, EndMS: next, Text: w}
		at = next
	}
}

// alignWords finds for each new word the old one that it is, or -1, by the longest common
// subsequence; case and punctuation do not count.
func alignWords(old []Word, words []string) []int {
	a, b := make([]string, len(old)), make([]string, len(words))
	for i, w := range old {
		a[i] = bareWord(w.Text)
	}
	for i, w := range words {
		b[i] = bareWord(w)
	}
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i, wa := range slices.Backward(a) {
		for j, wb := range slices.Backward(b) {
			if wa == wb {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	kept := make([]int, len(b))
	for i, j := 0, 0; j < len(b); {
		switch {
		case i < len(a) && a[i] == b[j]:
			kept[j] = i
			i, j = i+1, j+1
		case i < len(a) && length[i+1][j] >= length[i][j+1]:
			i++
		default:
			kept[j] = -1
			j++
		}
	}
	return kept
}

// bareWord is a word without case and surrounding punctuation.
func bareWord(s string) string {
	bare := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if bare == "" {
		return s
	}
	return strings.ToLower(bare)
}

// MergeCues puts the cues of a new transcription among those that are there, in order of time. Where a new
// one overlaps an edited one by half of its time or more, the edited one stands.
func MergeCues(there, fresh []Cue) []Cue {
	out := slices.Clone(there)
	for _, f := range fresh {
		covered := int64(0)
		for _, c := range there {
			if c.Edited {
				covered += max(0, min(f.EndMS, c.EndMS)-max(f.StartMS, c.StartMS))
			}
		}
		if covered == 0 || 2*covered < f.EndMS-f.StartMS {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Cue) int { return int(a.StartMS - b.StartMS) })
	return out
}
