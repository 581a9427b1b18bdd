package transcribe

import (
	"math"
	"slices"
	"strings"

	"baton/domain"
)

// How far from a word detected speech counts as its own. Voice detection begins a little
// early and ends late, and a word's times are its loud part.
const wordReachMS = 400

// Coverage is the share of the detected speech that has words, 0 to 1; 1 when nobody spoke.
func Coverage(t domain.Transcript) float64 {
	all := spoken(t.Speech)
	if all == 0 {
		return 1
	}
	return 1 - float64(spoken(wordless(t.Speech, t.Cues)))/float64(all)
}

// wordless are the parts of speech that are far from any word.
func wordless(speech []domain.Span, cues []domain.Cue) []domain.Span {
	var reached []domain.Span
	for _, c := range cues {
		for _, w := range c.Words {
			reached = domain.AppendSpans(reached, domain.Span{StartMS: w.StartMS - wordReachMS, EndMS: w.EndMS + wordReachMS})
		}
	}
	var between []domain.Span
	at := int64(math.MinInt64)
	for _, r := range reached {
		between = append(between, domain.Span{StartMS: at, EndMS: r.StartMS})
		at = r.EndMS
	}
	return overlaps(speech, append(between, domain.Span{StartMS: at, EndMS: math.MaxInt64}))
}

// spoken is how long spans are together, in milliseconds.
func spoken(spans []domain.Span) (ms int64) {
	for _, s := range spans {
		ms += s.EndMS - s.StartMS
	}
	return ms
}

// overlaps are the parts that two ordered lists of spans have in common.
func overlaps(a, b []domain.Span) []domain.Span {
	var out []domain.Span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if start, end := max(a[i].StartMS, b[j].StartMS), min(a[i].EndMS, b[j].EndMS); start < end {
			out = append(out, domain.Span{StartMS: start, EndMS: end})
		}
		if a[i].EndMS < b[j].EndMS {
			i++
		} else {
			j++
		}
	}
	return out
}

// LeastSilenceMS is the shortest stretch without a voice that counts as a silence: shorter ones are how people breathe.
const LeastSilenceMS = 500

// Silences are the stretches of at least minMS, of a clip durationMS long, in which nobody speaks.
func Silences(speech []domain.Span, durationMS, minMS int64) []domain.Span {
	var out []domain.Span
	var at int64
	for _, s := range append(slices.Clip(speech), domain.Span{StartMS: durationMS, EndMS: durationMS}) {
		if s.StartMS-at >= minMS {
			out = append(out, domain.Span{StartMS: at, EndMS: s.StartMS})
		}
		at = max(at, s.EndMS)
	}
	return out
}

// Filler is a sound of hesitation that can be cut out.
type Filler struct {
	domain.Span
	// Text as it was written; empty when the engine left it out of the words.
	Text string `json:"text"`
}

// A voice without words between two words is a hesitation if it is this long.
const (
	minFillerMS = 300 // voice detection bridges pauses up to 250 ms
	maxFillerMS = 2500
	// The words' own sound reaches a little beyond their times.
	fillerEdgeMS = 60
)

// Fillers finds "um" and its like: those that were written, and the voiced parts between
// words that the engine heard and left out.
func Fillers(t domain.Transcript) []Filler {
	var out []Filler
	var last *domain.Word
	for _, c := range t.Cues {
		for _, w := range c.Words {
			if last != nil {
				out = append(out, unwritten(t.Speech, last.EndMS+fillerEdgeMS, w.StartMS-fillerEdgeMS)...)
			}
			if isFiller(w.Text) {
				out = append(out, Filler{Span: domain.Span{StartMS: w.StartMS, EndMS: w.EndMS}, Text: w.Text})
			}
			last = &w
		}
	}
	return out
}

func unwritten(speech []domain.Span, from, to int64) []Filler {
	var out []Filler
	if to-from < minFillerMS {
		return nil
	}
	for _, s := range overlaps(speech, []domain.Span{{StartMS: from, EndMS: to}}) {
		if d := s.EndMS - s.StartMS; d >= minFillerMS && d <= maxFillerMS {
			out = append(out, Filler{Span: s})
		}
	}
	return out
}

func isFiller(word string) bool {
	switch strings.Trim(strings.ToLower(word), ".,!?…-—") {
	case "um", "umm", "uh", "uhh", "uhm", "er", "erm", "hmm", "hm", "mm", "mmm", "ah", "eh":
		return true
	}
	return false
}
