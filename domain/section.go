package domain

import (
	"cmp"
	"slices"
)

// ClipSections is what a clip answers in a round.
type ClipSections struct {
	// Names are the titles of the round's sections, in order; none when the clip answers no round.
	Names []string
	// Marks are the chapters that its author marked, by answering several sections in one clip; they follow each other from 0 on.
	// None when there is nothing to cut.
	Marks []Chapter
}

// NewClipSections reads them from an answer. durationMS is the clip's, 0 while it is not known.
func NewClipSections(clip ClipID, sections []Section, parts []AnswerPart, durationMS int64) ClipSections {
	var s ClipSections
	titles := map[string]string{}
	for _, x := range sections {
		s.Names, titles[x.Key] = append(s.Names, x.Title), x.Title
	}
	var marks []Chapter
	for _, p := range parts {
		if p.ClipID == clip && titles[p.Section] != "" {
			marks = append(marks, Chapter{StartMS: p.StartMS, Title: titles[p.Section], Edited: true})
		}
	}
	slices.SortStableFunc(marks, func(a, b Chapter) int { return cmp.Compare(a.StartMS, b.StartMS) })
	if durationMS > 0 {
		marks = slices.DeleteFunc(marks, func(c Chapter) bool { return c.StartMS >= durationMS })
	}
	marks = slices.CompactFunc(marks, func(a, b Chapter) bool { return a.StartMS == b.StartMS })
	if len(marks) < 2 {
		return s
	}
	marks[0].StartMS = 0
	for i := range marks {
		marks[i].EndMS = max(durationMS, marks[i].StartMS+1)
		if i+1 < len(marks) {
			marks[i].EndMS = marks[i+1].StartMS
		}
	}
	s.Marks = marks
	return s
}
