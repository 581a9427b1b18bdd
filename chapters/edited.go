package chapters

import (
	"cmp"
	"slices"
	"strings"

	"baton/domain"
)

// shortHeadMS: an edited chapter that starts this close to the clip's start reaches back to it.
const shortHeadMS = 2_000

// findAround keeps the chapters that a person edited, start and title, and cuts only what lies between.
func (t Tuning) findAround(d *document, in Input) []domain.Chapter {
	kept := keep(in.Existing, d.durationMS)
	if len(kept) == 0 {
		in.Existing = nil
		return t.Find(in)
	}
	used := map[string]bool{}
	for _, c := range kept {
		used[strings.ToLower(c.Title)] = true
	}
	gaps := gapsBetween(kept, d.durationMS)
	out := kept
	for i, g := range gaps {
		out = append(out, t.fill(in, g, shareOf(in.Count-len(kept), gaps, i), used)...)
	}
	slices.SortFunc(out, func(a, b domain.Chapter) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return out
}

// keep orders the edited chapters, clears overlaps in favour of the later start, and closes holes
// that are too short for a chapter.
func keep(existing []domain.Chapter, durationMS int64) []domain.Chapter {
	var out []domain.Chapter
	for _, c := range existing {
		c.StartMS, c.EndMS = max(0, c.StartMS), min(c.EndMS, durationMS)
		if c.Edited && c.StartMS < c.EndMS {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b domain.Chapter) int { return cmp.Compare(a.StartMS, b.StartMS) })
	out = slices.CompactFunc(out, func(a, b domain.Chapter) bool { return a.StartMS == b.StartMS })
	for i := range out {
		next := durationMS
		if i+1 < len(out) {
			next = out[i+1].StartMS
		}
		if out[i].EndMS > next || next-out[i].EndMS < MinChapterMS {
			out[i].EndMS = next
		}
	}
	if len(out) > 0 && out[0].StartMS < shortHeadMS {
		out[0].StartMS = 0
	}
	return out
}

func gapsBetween(kept []domain.Chapter, durationMS int64) []domain.Span {
	var gaps []domain.Span
	at := int64(0)
	for _, c := range kept {
		if c.StartMS > at {
			gaps = append(gaps, domain.Span{StartMS: at, EndMS: c.StartMS})
		}
		at = c.EndMS
	}
	if at < durationMS {
		gaps = append(gaps, domain.Span{StartMS: at, EndMS: durationMS})
	}
	return gaps
}

// shareOf divides the chapters that are still wanted among the gaps by length, at least one each.
func shareOf(wanted int, gaps []domain.Span, i int) int {
	if wanted <= 0 {
		return 0
	}
	total, before, own := int64(0), int64(0), int64(0)
	for k, g := range gaps {
		l := g.EndMS - g.StartMS
		switch {
		case k < i:
			before += l
		case k == i:
			own = l
		}
		total += l
	}
	spare := int64(max(0, wanted-len(gaps)))
	return 1 + int(spare*(before+own)/total-spare*before/total)
}

// fill cuts a gap as if it were a clip of its own.
func (t Tuning) fill(in Input, gap domain.Span, count int, used map[string]bool) []domain.Chapter {
	part := Input{DurationMS: gap.EndMS - gap.StartMS}
	for _, c := range in.Cues {
		if c.StartMS >= gap.StartMS && c.StartMS < gap.EndMS {
			part.Cues = append(part.Cues, moved(c, -gap.StartMS))
		}
	}
	for _, s := range in.Speech {
		if s.EndMS > gap.StartMS && s.StartMS < gap.EndMS {
			part.Speech = append(part.Speech, domain.Span{StartMS: s.StartMS - gap.StartMS, EndMS: s.EndMS - gap.StartMS})
		}
	}
	for _, at := range in.ScreenChanges {
		if at >= gap.StartMS && at < gap.EndMS {
			part.ScreenChanges = append(part.ScreenChanges, at-gap.StartMS)
		}
	}
	d := newDocument(part)
	found := title(d, t.cut(d, count, in.SectionNames), used)
	for i := range found {
		found[i].StartMS += gap.StartMS
		found[i].EndMS += gap.StartMS
	}
	return found
}

func moved(c domain.Cue, by int64) domain.Cue {
	c.StartMS += by
	c.EndMS += by
	words := slices.Clone(c.Words)
	for i := range words {
		words[i].StartMS += by
		words[i].EndMS += by
	}
	c.Words = words
	return c
}
