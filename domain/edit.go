package domain

import (
	"slices"
	"time"
)

// CutKind is why a stretch of a clip was cut out.
type CutKind string

// The kinds of cut. What a person chose to cut may be a secret and is withheld at once; a hesitation or a pause is none.
const (
	CutByHand  CutKind = "hand"    // trimmed, or its words were selected
	CutFiller  CutKind = "filler"  // a hesitation
	CutSilence CutKind = "silence" // nobody speaks
)

// Cut is a stretch of a clip that is left out, on the time line of the recording.
type Cut struct {
	Span
	Kind CutKind `json:"kind"`
}

// Edit is one state of a clip's edit list. Nothing is ever lost by it: the recording stays whole, and so does the history.
type Edit struct {
	// No counts from 1 within the clip; 0 is the recording as it was made.
	No       int
	AuthorID AccountID
	// AuthorName is for people; set when read.
	AuthorName string
	At         time.Time
	// Cuts in order, without overlaps; none: nothing is left out.
	Cuts []Cut
	// Reverts is the edit that this one brought back; 0: the recording as it was made, -1: none.
	Reverts int
}

// MadeRendition is a rendition with all that it consists of.
type MadeRendition struct {
	Rendition Rendition
	Inits     []InitSegment
	Segments  []Segment
}

// RenderedEdit is the exact version of an edit. Its renditions have names that begin with CutPrefix.
type RenderedEdit struct {
	No         int
	Renditions []MadeRendition
	// PosterKey is its poster; empty: it has no picture.
	PosterKey string
}

// CutPrefix begins the names of the renditions of an edited version.
const CutPrefix = "cut"

const (
	maxCuts = 5000
	// leastKeptMS must remain of a clip: less cannot be played.
	leastKeptMS = 500
)

// CleanCuts puts cuts in order and joins those that overlap; of two that overlap the one that a person made decides the kind
// of both. KindInvalid for one that is not inside a clip so long, or when they leave nothing.
func CleanCuts(cuts []Cut, durationMS int64) ([]Cut, error) {
	if len(cuts) > maxCuts {
		return nil, Errorf(KindInvalid, "there are more than %d cuts", maxCuts)
	}
	for i, c := range cuts {
		if c.Kind != CutByHand && c.Kind != CutFiller && c.Kind != CutSilence {
			return nil, Errorf(KindInvalid, "cut %d is of no known kind", i+1)
		}
		if c.StartMS < 0 || c.EndMS <= c.StartMS || c.EndMS > durationMS {
			return nil, Errorf(KindInvalid, "cut %d is not inside the clip", i+1)
		}
	}
	out := joinCuts(cuts)
	if Timeline(kept(out, durationMS)).DurationMS() < leastKeptMS {
		return nil, Errorf(KindInvalid, "nothing would be left: keep half a second at least")
	}
	return out, nil
}

func joinCuts(cuts []Cut) []Cut {
	ordered := slices.Clone(cuts)
	slices.SortStableFunc(ordered, func(a, b Cut) int { return int(a.StartMS - b.StartMS) })
	out := []Cut{}
	for _, c := range ordered {
		n := len(out) - 1
		// Neighbours of different kinds stay apart, those that overlap cannot.
		if n < 0 || c.StartMS > out[n].EndMS || c.StartMS == out[n].EndMS && c.Kind != out[n].Kind {
			out = append(out, c)
			continue
		}
		out[n].EndMS = max(out[n].EndMS, c.EndMS)
		if c.Kind == CutByHand {
			out[n].Kind = CutByHand
		}
		// A cut that became one by hand may touch one by hand now.
		if n > 0 && out[n-1].EndMS == out[n].StartMS && out[n-1].Kind == out[n].Kind {
			out[n-1].EndMS = out[n].EndMS
			out = out[:n]
		}
	}
	return out
}

// Kept is what cuts leave of a clip. The end of one that may still grow is kept.
func Kept(cuts []Cut, durationMS int64) Timeline { return kept(cuts, durationMS) }

func kept(cuts []Cut, durationMS int64) []Span {
	out, at := []Span{}, int64(0)
	for _, c := range cuts {
		if c.StartMS > at {
			out = append(out, Span{at, min(c.StartMS, durationMS)})
		}
		at = max(at, c.EndMS)
	}
	if at < durationMS {
		out = append(out, Span{at, durationMS})
	}
	return out
}

// Withheld are the cuts whose media nobody but who may edit the clip is handed from the moment on in which they are made.
func Withheld(cuts []Cut) []Span {
	var out []Span
	for _, c := range cuts {
		if c.Kind == CutByHand {
			out = append(out, c.Span)
		}
	}
	return out
}

// CutSpans are the stretches without their kinds.
func CutSpans(cuts []Cut) []Span {
	out := make([]Span, 0, len(cuts))
	for _, c := range cuts {
		out = AppendSpans(out, c.Span)
	}
	return out
}

// Pauses within speech are shortened to this on both sides of the cut, and cut only when so much is left: shorter ones are how
// people talk, and no breath or last consonant is lost.
const (
	pauseMarginMS = 250
	leastPauseMS  = 900
)

// TightCuts is what the tight version of a clip leaves out: hesitations, and all but a margin of its silences. The clip's own
// ends have no margin.
func TightCuts(silences []Span, fillers []Filler, durationMS int64) []Cut {
	cuts := []Cut{}
	for _, s := range silences {
		c := Cut{Span: Span{max(0, s.StartMS), min(s.EndMS, durationMS)}, Kind: CutSilence}
		if c.StartMS > 0 {
			c.StartMS += pauseMarginMS
		}
		if c.EndMS < durationMS {
			c.EndMS -= pauseMarginMS
		}
		if c.EndMS-c.StartMS >= leastPauseMS {
			cuts = append(cuts, c)
		}
	}
	for _, f := range fillers {
		if f.StartMS >= 0 && f.EndMS > f.StartMS && f.EndMS <= durationMS {
			cuts = append(cuts, Cut{Span: f.Span, Kind: CutFiller})
		}
	}
	return joinCuts(cuts)
}
