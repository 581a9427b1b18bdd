package domain

import (
	"fmt"
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
	// StartMS is where it begins in the whole.
	StartMS int64
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

// at is a moment of the part in the whole.
func (p StitchedPart) at(kept Timeline, s Span) Span {
	s = kept.PlayedSpan(s)
	return Span{p.StartMS + s.StartMS, p.StartMS + s.EndMS}
}

// StitchTranscripts puts what is said in each part where it is in the whole.
func StitchTranscripts(parts []StitchedPart, of []Transcript) Transcript {
	out := Transcript{Coverage: 1, Cues: []Cue{}}
	for i, p := range parts {
		t, kept := of[i], p.Clip.Kept()
		for _, c := range kept.PlayedCues(KeptCues(t.Cues, p.Clip.Cuts)) {
			c.StartMS, c.EndMS = c.StartMS+p.StartMS, c.EndMS+p.StartMS
			for j := range c.Words {
				c.Words[j].StartMS += p.StartMS
				c.Words[j].EndMS += p.StartMS
			}
			out.Cues = append(out.Cues, c)
		}
		out.Speech = appendPlayed(out.Speech, p, kept, t.Speech)
		out.Lost = appendPlayed(out.Lost, p, kept, t.Lost)
		if out.Language == "" {
			out.Language = t.Language
		}
		if len(t.Cues) > 0 {
			out.Coverage = min(out.Coverage, t.Coverage)
		}
	}
	return out
}

func appendPlayed(out []Span, p StitchedPart, kept Timeline, all []Span) []Span {
	for _, s := range all {
		if s = p.at(kept, s); s.EndMS > s.StartMS {
			out = AppendSpans(out, s)
		}
	}
	return out
}

// StitchChapters gives each part a chapter with its title, or its own chapters where it has several, the first of which has the part's title, too.
func StitchChapters(parts []StitchedPart, of [][]Chapter, cues [][]Cue, durationMS int64) []Chapter {
	var out []Chapter
	for i, p := range parts {
		title, kept := p.Clip.Title, p.Clip.Kept()
		if title == "" {
			title = fmt.Sprintf("Part %d", i+1)
		}
		own := kept.PlayedChapters(ShownChapters(of[i], cues[i], &p.Clip))
		if len(own) < 2 {
			own = []Chapter{{Title: title}}
		} else if own[0].Title != title {
			own[0].Title = title + ": " + own[0].Title
		}
		own[0].StartMS = 0
		for _, c := range own {
			c.StartMS, c.Title, c.Edited = c.StartMS+p.StartMS, cutRunes(c.Title, maxChapterTitle), true
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
