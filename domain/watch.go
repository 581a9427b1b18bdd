package domain

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxWatchReport is the most that one report of a player may say was played: two minutes at three times the speed, and some.
const MaxWatchReport = 10 * time.Minute

// Watch is what somebody has watched of a clip.
type Watch struct {
	Viewer  string
	Account Account // zero: a guest, or a stranger
	// Watched are the stretches that were played, in order and apart.
	Watched         []Span
	FirstAt, LastAt time.Time
}

// Watched is what one person has watched of a clip, and where and when they stopped.
type Watched struct {
	Spans      []Span
	PositionMS int64
	At         time.Time
}

// Insight is who has watched a clip, and what of it.
type Insight struct {
	Viewers []Watch
	// Heat is how many people have watched each second of the recording.
	Heat []int
}

// HeatMS is how long each number of a heat line stands for.
const HeatMS = 1000

// NewInsight counts. A second counts for a viewer who has watched at least half of it.
func NewInsight(viewers []Watch, durationMS int64) Insight {
	// steps are by how much more people have watched a second than the one before it, so that an hour costs no more than a moment.
	steps := make([]int, (durationMS+HeatMS-1)/HeatMS+1)
	for i := range viewers {
		for from, to := range wholeSeconds(viewers[i].Watched, durationMS) {
			steps[from]++
			steps[to]--
		}
	}
	for i := 1; i < len(steps); i++ {
		steps[i] += steps[i-1]
	}
	return Insight{Viewers: viewers, Heat: steps[:len(steps)-1]}
}

// wholeSeconds gives the runs of seconds, from the first to before the second number, of which at least half is in spans that are in order and apart.
func wholeSeconds(spans []Span, durationMS int64) iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		next := int64(0) // seconds before it are told of
		for _, s := range spans {
			s.EndMS = min(s.EndMS, durationMS)
			first, last := max(next, s.StartMS/HeatMS), (s.EndMS+HeatMS-1)/HeatMS
			// Other spans may have a part in the seconds at the ends.
			for first < last && !halfWatched(spans, first, durationMS) {
				first++
			}
			for last > first && !halfWatched(spans, last-1, durationMS) {
				last--
			}
			if first < last && !yield(first, last) {
				return
			}
			next = max(next, last)
		}
	}
}

func halfWatched(spans []Span, second, durationMS int64) bool {
	from := second * HeatMS
	to := min(from+HeatMS, durationMS)
	return 2*watchedWithin(spans, from, to) >= to-from
}

// watchedWithin is how many milliseconds of a stretch are in spans that are in order and apart.
func watchedWithin(spans []Span, from, to int64) int64 {
	i, _ := slices.BinarySearchFunc(spans, from, func(s Span, at int64) int { return cmp.Compare(s.EndMS, at) })
	sum := int64(0)
	for ; i < len(spans) && spans[i].StartMS < to; i++ {
		sum += max(0, min(spans[i].EndMS, to)-max(spans[i].StartMS, from))
	}
	return sum
}

// Share is the share of what is kept of a clip that was watched, 0 to 1.
func (w *Watch) Share(kept Timeline) float64 {
	var seen int64
	for _, s := range kept {
		seen += watchedWithin(w.Watched, s.StartMS, s.EndMS)
	}
	return float64(seen) / float64(max(kept.DurationMS(), 1))
}

// CheckWatched refuses what no player can have played since its last report, and cuts off what lies beyond the clip's end.
func CheckWatched(spans []Span, durationMS int64) ([]Span, error) {
	out, err := SpansWithin(spans, durationMS)
	if sum := Timeline(out).DurationMS(); err == nil && sum > MaxWatchReport.Milliseconds() {
		return nil, Errorf(KindInvalid, "nobody has played %d minutes since the last report", sum/60_000)
	}
	return out, err
}

// SpansWithin cuts off what lies beyond a clip's end. KindInvalid for a stretch that is none.
func SpansWithin(spans []Span, durationMS int64) ([]Span, error) {
	out := make([]Span, 0, len(spans))
	for _, s := range spans {
		if s.StartMS < 0 || s.EndMS < s.StartMS {
			return nil, Errorf(KindInvalid, "a stretch ends before it begins")
		}
		if s.EndMS = min(s.EndMS, durationMS); s.EndMS > s.StartMS {
			out = append(out, s)
		}
	}
	return out, nil
}

// FormatSpans writes spans as PostgreSQL's int8multirange, ParseSpans reads it: {[0,1000),[2000,2500)}.
func FormatSpans(spans []Span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = "[" + strconv.FormatInt(s.StartMS, 10) + "," + strconv.FormatInt(s.EndMS, 10) + ")"
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// ParseSpans is FormatSpans' other way. What is no such text has no spans.
func ParseSpans(text string) []Span {
	var out []Span
	for part := range strings.SplitSeq(strings.Trim(text, "{}"), ")") {
		from, to, ok := strings.Cut(strings.TrimLeft(part, ",["), ",")
		if !ok {
			continue
		}
		start, err1 := strconv.ParseInt(from, 10, 64)
		end, err2 := strconv.ParseInt(to, 10, 64)
		if err1 == nil && err2 == nil {
			out = append(out, Span{StartMS: start, EndMS: end})
		}
	}
	return out
}
