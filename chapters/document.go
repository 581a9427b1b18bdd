package chapters

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"baton/domain"
)

// unit is the smallest stretch that a boundary may fall before: a cue, or a sentence of one.
type unit struct {
	startMS, endMS int64
	text           string
	words          []string // as said, without punctuation
	stems          []int32  // ids of the content stems
	pauseMS        int64    // silence before it
	change         bool     // the screen changed shortly before or at its start
}

// document is a clip's talk made ready for cutting.
type document struct {
	units      []unit
	durationMS int64
	vocabulary []string // stem of each id
	counts     []int    // how often each stem occurs
}

// changeBeforeMS and changeAfterMS: people say what comes next and then switch the window, or switch
// it and then go on.
const (
	changeBeforeMS = 6_000
	changeAfterMS  = 12_000
)

func newDocument(in Input) *document {
	d := &document{durationMS: in.DurationMS}
	cues := slices.Clone(in.Cues)
	slices.SortStableFunc(cues, func(a, b domain.Cue) int { return cmp.Compare(a.StartMS, b.StartMS) })
	ids := map[string]int32{}
	if d.durationMS <= 0 {
		for _, c := range cues {
			d.durationMS = max(d.durationMS, c.EndMS)
		}
	}
	for _, c := range cues {
		for _, part := range split(c) {
			d.add(part, ids)
		}
	}
	d.measurePauses(in.Speech)
	d.markChanges(in.ScreenChanges)
	return d
}

// add appends a cue as a unit. One that starts with the unit before (or outside the
// clip) joins it, since no boundary can tell them apart.
func (d *document) add(c domain.Cue, ids map[string]int32) {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(c.Text, "")), " ")
	if text == "" {
		return
	}
	start := max(0, min(c.StartMS, d.durationMS-1))
	words := fields(text)
	stems := make([]int32, 0, len(words))
	for _, s := range content(words) {
		id, known := ids[s]
		if !known {
			id = int32(len(d.vocabulary)) //nolint:gosec // bounded by the transcript's words
			ids[s] = id
			d.vocabulary = append(d.vocabulary, s)
			d.counts = append(d.counts, 0)
		}
		d.counts[id]++
		stems = append(stems, id)
	}
	if n := len(d.units); n > 0 && d.units[n-1].startMS >= start {
		u := &d.units[n-1]
		u.text += " " + text
		u.words = append(u.words, words...)
		u.stems = append(u.stems, stems...)
		u.endMS = max(u.endMS, c.EndMS)
		return
	}
	d.units = append(d.units, unit{startMS: start, endMS: max(c.EndMS, start), text: text, words: words, stems: stems})
}

// measurePauses finds the silence before each unit.
func (d *document) measurePauses(speech []domain.Span) {
	end := int64(0) // of all that was said before
	for i := range d.units {
		u := &d.units[i]
		if i > 0 {
			u.pauseMS = max(0, u.startMS-end)
		}
		end = max(end, u.endMS)
	}
	if len(speech) == 0 {
		return
	}
	spans := slices.Clone(speech)
	slices.SortFunc(spans, func(a, b domain.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	for i := 1; i < len(d.units); i++ {
		d.units[i].pauseMS = silenceAround(spans, d.units[i-1].startMS, d.units[i].startMS)
	}
}

// silenceAround is the longest gap between spans that ends near to: cue times
// are less exact than those of the voice detector.
func silenceAround(spans []domain.Span, from, to int64) int64 {
	const slackMS = 400
	longest := int64(0)
	k := sort.Search(len(spans), func(k int) bool { return spans[k].EndMS > from })
	for k++; k > 0 && k < len(spans) && spans[k].StartMS <= to+slackMS; k++ {
		if spans[k].StartMS >= to-slackMS {
			longest = max(longest, spans[k].StartMS-spans[k-1].EndMS)
		}
	}
	return longest
}

// markChanges gives each change of the screen to the unit that starts nearest to it,
// within reach.
func (d *document) markChanges(changes []int64) {
	for _, at := range changes {
		best, distance := -1, int64(0)
		k := sort.Search(len(d.units), func(k int) bool { return d.units[k].startMS >= at })
		for _, i := range []int{k - 1, k} {
			if i < 1 || i >= len(d.units) {
				continue
			}
			away := d.units[i].startMS - at
			if away < -changeBeforeMS || away > changeAfterMS {
				continue
			}
			if away = max(away, -away); best < 0 || away < distance {
				best, distance = i, away
			}
		}
		if best > 0 {
			d.units[best].change = true
		}
	}
}
