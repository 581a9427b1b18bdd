package domain

import (
	"fmt"
	"slices"
	"strings"
)

// What is shown of a clip to those who may not edit it: nothing that its edit leaves out.

// Kept is what is left of a line when some of its words are cut out; false: nothing. A line without word times goes as a whole.
func (c Cue) Kept(cut []Span) (Cue, bool) {
	if !Overlap(cut, Span{c.StartMS, c.EndMS}) {
		return c, true
	}
	words, said := []Word{}, []string{}
	for _, w := range c.Words {
		if !Overlap(cut, Span{w.StartMS, max(w.EndMS, w.StartMS+1)}) {
			words, said = append(words, w), append(said, w.Text)
		}
	}
	c.Words, c.Text = words, strings.Join(said, " ")
	return c, len(words) > 0
}

// KeptCues are the lines with what is left of them; those of which nothing is left are not among them.
func KeptCues(cues []Cue, cuts []Cut) []Cue {
	if len(cuts) == 0 {
		return cues
	}
	cut, out := CutSpans(cuts), make([]Cue, 0, len(cues))
	for _, c := range cues {
		if k, some := c.Kept(cut); some {
			out = append(out, k)
		}
	}
	return out
}

// Shown is the transcript as those see it who may not edit the clip.
func (t Transcript) Shown(c *Clip) Transcript {
	t.Cues, t.Draft = KeptCues(t.Cues, c.Cuts), KeptCues(t.Draft, c.Cuts)
	return t
}

// ShownChapters are the chapters of which something is kept. A title that was made of words that only a stretch cut by hand holds
// would tell them: it gives way to a number.
func ShownChapters(all []Chapter, cues []Cue, c *Clip) []Chapter {
	if len(c.Cuts) == 0 {
		return all
	}
	kept := c.Kept()
	return slices.DeleteFunc(MaskedChapters(all, cues, c), func(ch Chapter) bool { return !kept.Shows(Span{ch.StartMS, ch.EndMS}) })
}

// MaskedChapters are all chapters, with a number in the place of titles that were made and tell.
func MaskedChapters(all []Chapter, cues []Cue, c *Clip) []Chapter {
	told, out := wordsOnlyIn(cues, Withheld(c.Cuts)), slices.Clone(all)
	for i, ch := range out {
		if !ch.Edited && tells(ch.Title, told) {
			out[i].Title = fmt.Sprintf("Part %d", i+1)
		}
	}
	return out
}

// tells whether a text has one of some words.
func tells(text string, words map[string]bool) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { return words[bareWord(w)] })
}

// ShownTitle is what a clip is called whose title nobody wrote: made, unless that tells words that only a stretch cut by hand holds; then
// the title of the first chapter that is shown and tells none. Empty: there is none.
func ShownTitle(made string, all []Chapter, cues []Cue, c *Clip) string {
	told, kept := wordsOnlyIn(cues, Withheld(c.Cuts)), c.Kept()
	if !tells(made, told) {
		return made
	}
	for _, ch := range all {
		if kept.Shows(Span{ch.StartMS, ch.EndMS}) && !tells(ch.Title, told) {
			return ch.Title
		}
	}
	return ""
}

// wordsOnlyIn are the words that are said in some stretches and nowhere else.
func wordsOnlyIn(cues []Cue, spans []Span) map[string]bool {
	inside, outside := map[string]bool{}, map[string]bool{}
	for _, c := range cues {
		for _, w := range c.Words {
			if Overlap(spans, Span{w.StartMS, max(w.EndMS, w.StartMS+1)}) {
				inside[bareWord(w.Text)] = true
			} else {
				outside[bareWord(w.Text)] = true
			}
		}
	}
	for w := range outside {
		delete(inside, w)
	}
	return inside
}

// ShownLines are the lines of the screen that can be seen in what is kept.
func ShownLines(all []ScreenLine, c *Clip) []ScreenLine {
	if len(c.Cuts) == 0 {
		return all
	}
	kept := c.Kept()
	return slices.DeleteFunc(slices.Clone(all), func(l ScreenLine) bool { return !kept.Shows(Span{l.StartMS, l.EndMS}) })
}

// ShownClaims are those that stand on nothing that is cut out.
func ShownClaims(all []Claim, c *Clip) []Claim {
	cut := CutSpans(c.Cuts)
	return slices.DeleteFunc(slices.Clone(all), func(l Claim) bool { return Overlap(cut, Span{l.StartMS, max(l.EndMS, l.StartMS+1)}) })
}

// PlayedCues puts lines on the time line of what is played.
func (t Timeline) PlayedCues(cues []Cue) []Cue { return movedCues(cues, t.Played) }

func movedCues(cues []Cue, to func(ms int64) int64) []Cue {
	out := make([]Cue, len(cues))
	for i, c := range cues {
		c.StartMS, c.EndMS = to(c.StartMS), to(c.EndMS)
		words := make([]Word, len(c.Words))
		for j, w := range c.Words {
			words[j] = Word{StartMS: to(w.StartMS), EndMS: to(w.EndMS), Text: w.Text}
		}
		c.Words = words
		out[i] = c
	}
	return out
}

// PlayedChapters puts chapters on the time line of what is played.
func (t Timeline) PlayedChapters(all []Chapter) []Chapter { return movedChapters(all, t.Played) }

func movedChapters(all []Chapter, to func(ms int64) int64) []Chapter {
	out := make([]Chapter, len(all))
	for i, c := range all {
		c.StartMS, c.EndMS = to(c.StartMS), to(c.EndMS)
		out[i] = c
	}
	return out
}

// ShownPoster is the key of the picture that stands for a clip, for those who may edit it or for the others; empty while only one is
// there that may show what was cut out.
func (c *Clip) ShownPoster(edits bool) string {
	switch {
	case c.Rendered():
		return c.CutPosterKey
	case edits || len(Withheld(c.Cuts)) == 0:
		return c.PosterKey
	}
	return ""
}

// ShownPreview is the key of the animated preview of a clip; empty while it may show what was cut out.
func (c *Clip) ShownPreview(edits bool) string {
	if edits || len(Withheld(c.Cuts)) == 0 {
		return c.PreviewKey
	}
	return ""
}
