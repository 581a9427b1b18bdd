// Package chapters cuts a clip into titled chapters from what was said, the
// pauses between and the changes on the screen. It is pure: no model, no
// network, no clock, and the same input always gives the same chapters.
package chapters

import (
	"slices"

	"baton/domain"
)

// MinChapterMS is the shortest chapter that the finder makes by itself. Spoken
// section marks, a person's own chapters and a demanded count may be shorter.
const MinChapterMS = 10_000

// MinClipMS is the length under which a clip stays one chapter, unless section
// marks are spoken in it or a count is demanded.
const MinClipMS = 40_000

// Input is what is known about a clip.
type Input struct {
	Cues []domain.Cue
	// Speech are the detected stretches of speech. When given, pauses are measured
	// between them, else between cues.
	Speech []domain.Span
	// ScreenChanges are the times at which another window or scene came up. Optional.
	ScreenChanges []int64
	// DurationMS of the clip; 0: the end of the last cue.
	DurationMS int64
	// SectionNames are the headings of a round, e.g. Yesterday, Today, Blockers; they become
	// chapters when spoken. When nil the usual three of a stand-up are looked for.
	SectionNames []string
	// Count is the wanted number of chapters; 0: the finder chooses.
	Count int
	// Existing chapters of the clip. Those that a person edited are kept as they are.
	Existing []domain.Chapter
}

// Find cuts a clip into chapters: ordered, without holes, the first from 0 and
// the last to the end of the clip. There is always at least one when the clip has
// a length; a clip with a single topic has exactly one. With a Count, it returns
// exactly so many if there are that many cues with different starts.
func Find(in Input) []domain.Chapter { return DefaultTuning().Find(in) }

// Find does the work of the package's Find with other weights.
func (t Tuning) Find(in Input) []domain.Chapter {
	d := newDocument(in)
	if d.durationMS <= 0 {
		return nil
	}
	if slices.ContainsFunc(in.Existing, func(c domain.Chapter) bool { return c.Edited }) {
		return t.findAround(d, in)
	}
	return title(d, t.cut(d, in.Count, in.SectionNames), map[string]bool{})
}

// cut chooses the first units of the chapters and names those that are spoken sections.
func (t Tuning) cut(d *document, count int, names []string) []piece {
	n := len(d.units)
	if n == 0 {
		return []piece{{endMS: d.durationMS}}
	}
	s := d.sections(names)
	starts := []int{0}
	switch {
	case count > 0:
		starts = t.segment(d, s, min(count, n))
	case len(s) > 1 && d.durationMS < sectionsOnlyMS:
		starts = sectionStarts(d, s)
	case d.durationMS >= MinClipMS:
		starts = t.segment(d, s, 0)
	}
	return d.pieces(starts, s)
}

// piece is a chapter before it has a title.
type piece struct {
	first, end     int // units [first, end)
	startMS, endMS int64
	section        string // the spoken section it opens with; empty: none
}

// pieces turns first units into stretches of time without holes.
func (d *document) pieces(starts []int, sections map[int]string) []piece {
	out := make([]piece, len(starts))
	for i, first := range starts {
		p := piece{first: first, end: len(d.units), startMS: d.units[first].startMS, endMS: d.durationMS}
		if i == 0 {
			p.startMS = 0
		}
		if i+1 < len(starts) {
			p.end = starts[i+1]
			p.endMS = d.units[p.end].startMS
		}
		p.section = d.sectionIn(sections, first, p.end)
		out[i] = p
	}
	return out
}
