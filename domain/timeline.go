package domain

import "slices"

// Timeline is what is played of a recording: stretches of its time in order, without overlaps, played end to end. All times that
// are stored (comments, chapters, words) are the recording's; a Timeline tells where they are in what is played.
type Timeline []Span

// DurationMS is how long it plays.
func (t Timeline) DurationMS() int64 {
	var sum int64
	for _, s := range t {
		sum += s.EndMS - s.StartMS
	}
	return sum
}

// Played is where a moment of the recording is in what is played; one that is left out is at the place where it would be. It
// never goes back when its argument goes on.
func (t Timeline) Played(ms int64) int64 {
	var before int64
	for _, s := range t {
		if ms < s.EndMS {
			return before + max(0, ms-s.StartMS)
		}
		before += s.EndMS - s.StartMS
	}
	return before
}

// Recorded is the moment of the recording that is played at a place: the inverse of Played for all that is kept. At a joint it is
// what follows; beyond the end it is the end.
func (t Timeline) Recorded(ms int64) int64 {
	before := int64(0)
	for _, s := range t {
		length := s.EndMS - s.StartMS
		if ms < before+length {
			return s.StartMS + max(0, ms-before)
		}
		before += length
	}
	if len(t) == 0 {
		return 0
	}
	return t[len(t)-1].EndMS
}

// Keeps tells whether a moment is played.
func (t Timeline) Keeps(ms int64) bool {
	return slices.ContainsFunc(t, func(s Span) bool { return s.StartMS <= ms && ms < s.EndMS })
}

// Shows tells whether some of a stretch is played; one without length counts as the moment.
func (t Timeline) Shows(s Span) bool {
	return t.Keeps(s.StartMS) || Overlap(t, s)
}

// Overlap tells whether a stretch shares time with any of a list.
func Overlap(all []Span, s Span) bool {
	return slices.ContainsFunc(all, func(o Span) bool { return o.StartMS < s.EndMS && s.StartMS < o.EndMS })
}

// Within gives what is played of both.
func (t Timeline) Within(o Timeline) Timeline {
	out := Timeline{}
	for i, j := 0, 0; i < len(t) && j < len(o); {
		s := Span{max(t[i].StartMS, o[j].StartMS), min(t[i].EndMS, o[j].EndMS)}
		if s.StartMS < s.EndMS {
			out = append(out, s)
		}
		if t[i].EndMS < o[j].EndMS {
			i++
		} else {
			j++
		}
	}
	return out
}

// PlayedSpan is where a stretch of the recording is in what is played; shorter where some of it is left out.
func (t Timeline) PlayedSpan(s Span) Span { return Span{t.Played(s.StartMS), t.Played(s.EndMS)} }
