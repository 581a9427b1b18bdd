package domain

import (
	"fmt"
	"slices"
	"time"
)

// MostParts is how many clips can be joined at once; together they last no longer, and were no larger, than this.
const (
	MostParts         = 50
	MostStitched      = 12 * time.Hour
	MostStitchedBytes = 16 << 30
)

// StitchedPart is a clip within another one that was made of several.
type StitchedPart struct {
	// Clip as it was when its media was taken: its cuts say what of it is there.
	Clip Clip
	// Span is where it is in the whole.
	Span
	// Pieces are its stretches, in order, each where its media begins in the whole: between two recordings the clip's time goes on where its
	// media does not.
	Pieces []StitchedPiece
}

// StitchedPiece is a stretch of a part's own time, and the moment of the whole where it begins.
type StitchedPiece struct {
	Span
	AtMS int64
}

// NewStitched is the clip that others are joined to: its maker's own, and private until they share it. It takes of each what its edit keeps, so
// that what was cut out of one stays out of reach. KindInvalid when there are too few or too many, KindTooLarge when it would be too long or too
// large, KindConflict when one is not ready.
func NewStitched(id ClipID, maker AccountID, title string, parts []Clip) (Clip, error) {
	if len(parts) < 2 || len(parts) > MostParts {
		return Clip{}, Errorf(KindInvalid, "choose 2 to %d clips to join", MostParts)
	}
	if err := fitsStitched(parts); err != nil {
		return Clip{}, err
	}
	whole := Clip{ID: id, WorkspaceID: parts[0].WorkspaceID, OwnerID: maker, Kind: parts[0].Kind, Title: title, Visibility: VisiblePrivate}
	for i := range parts {
		p := &parts[i]
		if p.State != ClipReady {
			return Clip{}, Errorf(KindConflict, "“%s” is %s: it can be joined when it is ready", titled(p), p.State)
		}
		if p.HasVideo && !whole.HasVideo {
			whole.Kind = p.Kind
		}
		whole.DurationMS += p.Kept().DurationMS()
		whole.HasVideo, whole.HasAudio = whole.HasVideo || p.HasVideo, whole.HasAudio || p.HasAudio
		whole.Width, whole.Height = max(whole.Width, p.Width), max(whole.Height, p.Height)
	}
	if whole.Title == "" {
		whole.Title = cutRunes(titled(&parts[0])+" + "+titled(&parts[1]), 150)
		if more := len(parts) - 2; more > 0 {
			whole.Title += fmt.Sprintf(" and %d more", more)
		}
	}
	return whole, nil
}

// fitsStitched bounds what is joined, each clip as often as it occurs. KindTooLarge.
func fitsStitched(parts []Clip) error {
	var ms, bytes int64
	for i := range parts {
		ms, bytes = ms+parts[i].Kept().DurationMS(), bytes+parts[i].SizeBytes
	}
	switch {
	case ms > MostStitched.Milliseconds():
		return Errorf(KindTooLarge, "together they last longer than %d hours: join fewer", int(MostStitched.Hours()))
	case bytes > MostStitchedBytes:
		return Errorf(KindTooLarge, "together they are larger than %d GiB: join fewer", MostStitchedBytes>>30)
	}
	return nil
}

// MayStitch tells whether somebody may join clips, as all of them are now: the clip is a copy that stays, so each has to be theirs to take along. It is asked again for as long as the copy is not made. KindGone, for good; KindTooLarge.
func (v Viewer) MayStitch(parts []Clip) error {
	for i := range parts {
		switch p := &parts[i]; {
		case !v.May(ActionDownload, p):
			return Errorf(KindGone, "one of the clips that were to be joined is no longer shared with you")
		case p.State != ClipReady:
			return Errorf(KindGone, "“%s” was to be joined, but is %s now", titled(p), p.State)
		}
	}
	return fitsStitched(parts)
}

func titled(c *Clip) string {
	if c.Title == "" {
		return "Untitled"
	}
	return c.Title
}

func cutRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// at is where a moment of the part is in the whole; one that has no media there is where what follows begins. It never goes back when its argument
// goes on.
func (p StitchedPart) at(ms int64) int64 {
	for i, piece := range p.Pieces {
		if ms >= piece.EndMS && i+1 < len(p.Pieces) {
			continue
		}
		end := p.EndMS
		if i+1 < len(p.Pieces) {
			end = p.Pieces[i+1].AtMS
		}
		return min(piece.AtMS+max(0, min(ms, piece.EndMS)-piece.StartMS), end)
	}
	return p.StartMS
}

// StitchTranscripts puts what is said in each part where it is in the whole.
func StitchTranscripts(parts []StitchedPart, of []Transcript) Transcript {
	out := Transcript{Coverage: 1, Cues: []Cue{}}
	for i, p := range parts {
		t := of[i]
		out.Cues = append(out.Cues, movedCues(KeptCues(t.Cues, p.Clip.Cuts), p.at)...)
		out.Speech = appendPlayed(out.Speech, p, t.Speech)
		out.Lost = appendPlayed(out.Lost, p, t.Lost)
		if out.Language == "" {
			out.Language = t.Language
		}
		if len(t.Cues) > 0 {
			out.Coverage = min(out.Coverage, t.Coverage)
		}
	}
	return out
}

func appendPlayed(out []Span, p StitchedPart, all []Span) []Span {
	for _, s := range all {
		if s = (Span{p.at(s.StartMS), p.at(s.EndMS)}); s.EndMS > s.StartMS {
			out = AppendSpans(out, s)
		}
	}
	return out
}

// StitchChapters gives each part a chapter with its title, or its own chapters where it has several, the first of which has the part's title, too.
func StitchChapters(parts []StitchedPart, of [][]Chapter, cues [][]Cue, durationMS int64) []Chapter {
	var out []Chapter
	for i, p := range parts {
		title := p.Clip.Title
		if title == "" {
			title = fmt.Sprintf("Part %d", i+1)
		}
		own := movedChapters(ShownChapters(of[i], cues[i], &p.Clip), p.at)
		own = slices.DeleteFunc(own, func(c Chapter) bool { return c.StartMS >= p.EndMS }) // there is no media of it
		if len(own) < 2 {
			own = []Chapter{{Title: title}}
		} else if own[0].Title != title {
			own[0].Title = title + ": " + own[0].Title
		}
		own[0].StartMS = p.StartMS
		for _, c := range own {
			c.Title, c.Edited = cutRunes(c.Title, maxChapterTitle), true
			if n := len(out) - 1; n >= 0 {
				out[n].EndMS = c.StartMS
			}
			out = append(out, c)
		}
	}
	out[len(out)-1].EndMS = max(durationMS, out[len(out)-1].StartMS+1)
	return out
}

// maxChapterTitle in characters.
const maxChapterTitle = 200
