package domain

import (
	"cmp"
	"math"
	"slices"
)

// ClipSections is what a clip answers in a round.
type ClipSections struct {
	// Names are the titles of the round's sections, in order; none when the clip answers no round.
	Names []string
	// Marks are the chapters that its author marked, by answering several sections in one clip; they follow each other from 0 on.
	// None when there is nothing to cut.
	Marks []Chapter
	// Blockers are the stretches that answer what is in the way.
	Blockers []Span
}

// SectionMark is where a section is opened by its name.
type SectionMark struct {
	Name    string
	StartMS int64
}

// NewClipSections reads them from an answer. durationMS is the clip's, 0 while it is not known.
func NewClipSections(clip ClipID, sections []Section, parts []AnswerPart, durationMS int64) ClipSections {
	s := ClipSections{Blockers: BlockerSpans(clip, sections, parts)}
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

// BlockerSpans are the stretches of a clip that answer what is in the way, in order. One that goes on to the clip's end has no end of its own.
func BlockerSpans(clip ClipID, sections []Section, parts []AnswerPart) []Span {
	var out []Span
	for _, p := range parts {
		if p.ClipID != clip || !slices.ContainsFunc(sections, func(s Section) bool { return s.Key == p.Section && s.Blockers }) {
			continue
		}
		span := Span{StartMS: p.StartMS, EndMS: p.EndMS}
		if span.EndMS == 0 {
			span.EndMS = math.MaxInt64
		}
		out = append(out, span)
	}
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return out
}

// greetingMS is how long somebody may greet before the first section that they name: that belongs to it.
const greetingMS = 10_000

// WithHeard gives each section that is opened by its name in a clip its stretch of it, as if its author had marked it. It leaves alone what
// somebody marked: a clip that answers several sections already, but for those that were heard before, or a stretch of its own. false: nothing changes.
func WithHeard(clip ClipID, sections []Section, parts []AnswerPart, heard []SectionMark) ([]AnswerPart, bool) {
	first, mayCut := heardBefore(clip, parts)
	if !mayCut {
		return nil, false
	}
	starts := heardStarts(clip, first, sections, parts, heard)
	if len(starts) < 2 {
		return nil, false
	}
	var out []AnswerPart
	for _, s := range sections {
		part := AnswerPart{Section: s.Key}
		if i := slices.IndexFunc(parts, func(p AnswerPart) bool { return p.Section == s.Key }); i >= 0 {
			part = parts[i]
			if part.ClipID == clip {
				part.ClipID, part.StartMS, part.EndMS, part.Heard = "", 0, 0, false
			}
		}
		if i := slices.IndexFunc(starts, func(m SectionMark) bool { return m.Name == s.Key }); i >= 0 {
			part.ClipID, part.StartMS, part.Heard = clip, starts[i].StartMS, true
			if i+1 < len(starts) {
				part.EndMS = starts[i+1].StartMS
			}
		}
		if part.ClipID != "" || part.Text != "" {
			out = append(out, part)
		}
	}
	return out, true
}

// heardBefore is the section with which a clip begins to answer, if its marks are nobody's own.
func heardBefore(clip ClipID, parts []AnswerPart) (section string, mayCut bool) {
	var own []AnswerPart
	for _, p := range parts {
		if p.ClipID == clip {
			own = append(own, p)
		}
	}
	if len(own) == 0 {
		return "", false
	}
	whole := len(own) == 1 && own[0].StartMS == 0 && own[0].EndMS == 0
	if !whole && slices.ContainsFunc(own, func(p AnswerPart) bool { return !p.Heard }) {
		return "", false
	}
	return slices.MinFunc(own, func(a, b AnswerPart) int { return cmp.Compare(a.StartMS, b.StartMS) }).Section, true
}

// heardStarts are the keys of the sections with where each begins, in order; from the clip's beginning on.
func heardStarts(clip ClipID, first string, sections []Section, parts []AnswerPart, heard []SectionMark) []SectionMark {
	var starts []SectionMark
	for _, m := range heard {
		i := slices.IndexFunc(sections, func(s Section) bool { return s.Title == m.Name })
		if i < 0 {
			continue
		}
		key := sections[i].Key
		elsewhere := func(p AnswerPart) bool { return p.Section == key && p.ClipID != "" && p.ClipID != clip }
		if !slices.ContainsFunc(parts, elsewhere) {
			starts = append(starts, SectionMark{Name: key, StartMS: m.StartMS})
		}
	}
	if len(starts) == 0 {
		return nil
	}
	slices.SortStableFunc(starts, func(a, b SectionMark) int { return cmp.Compare(a.StartMS, b.StartMS) })
	named := slices.ContainsFunc(starts, func(m SectionMark) bool { return m.Name == first })
	if !named && starts[0].StartMS > greetingMS {
		starts = slices.Insert(starts, 0, SectionMark{Name: first})
	}
	starts[0].StartMS = 0
	return slices.CompactFunc(starts, func(a, b SectionMark) bool { return a.StartMS == b.StartMS })
}
