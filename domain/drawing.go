package domain

import (
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a drawing: far above what a hand draws, far below what would slow a page down.
const (
	MaxStrokes      = 60
	MaxStrokePoints = 1_000
	MaxDrawingDots  = 6_000
	MaxStrokeText   = 120
)

// StrokeTool is what a stroke was drawn with.
type StrokeTool string

// The tools, with how many points a stroke of each has.
const (
	ToolArrow StrokeTool = "arrow" // 2: from, to
	ToolBox   StrokeTool = "box"   // 2: opposite corners
	ToolPen   StrokeTool = "pen"   // 1 or more
	ToolText  StrokeTool = "text"  // 1: where it begins
)

// Drawing is strokes over the frame of a comment's moment.
type Drawing struct {
	Strokes []Stroke `json:"strokes"`
}

// Stroke is one line of a drawing. Points are shares of the picture's width and height, from its top left.
type Stroke struct {
	Tool   StrokeTool   `json:"tool"`
	Colour string       `json:"colour"`          // #rrggbb
	Width  float64      `json:"width,omitempty"` // a share of the picture's width, at most 0.05; 0: the client's choice
	Points [][2]float64 `json:"points"`
	Text   string       `json:"text,omitempty"`
}

var colourForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// CheckDrawing refuses a drawing that is empty, out of the frame or out of bounds, and rounds its points.
func CheckDrawing(d *Drawing) error {
	if len(d.Strokes) == 0 || len(d.Strokes) > MaxStrokes {
		return Errorf(KindInvalid, "a drawing has 1 to %d strokes", MaxStrokes)
	}
	dots := 0
	for i := range d.Strokes {
		s := &d.Strokes[i]
		if err := s.check(); err != nil {
			return err
		}
		if dots += len(s.Points); dots > MaxDrawingDots {
			return Errorf(KindTooLarge, "a drawing has at most %d points", MaxDrawingDots)
		}
	}
	return nil
}

func (s *Stroke) check() error {
	least, most := 2, 2
	switch s.Tool {
	case ToolArrow, ToolBox:
	case ToolPen:
		least, most = 1, MaxStrokePoints
	case ToolText:
		least, most = 1, 1
	default:
		return Errorf(KindInvalid, "%q is no tool", s.Tool)
	}
	s.Text = strings.TrimSpace(s.Text)
	switch n := utf8.RuneCountInString(s.Text); {
	case len(s.Points) < least || len(s.Points) > most:
		return Errorf(KindInvalid, "a stroke of the tool %s has %d to %d points", s.Tool, least, most)
	case !colourForm.MatchString(s.Colour):
		return Errorf(KindInvalid, "a colour is written as #rrggbb")
	case !(s.Width >= 0 && s.Width <= 0.05):
		return Errorf(KindInvalid, "a stroke's width is a share of the picture's, at most 0.05")
	case (s.Tool == ToolText) != (n > 0) || n > MaxStrokeText || !utf8.ValidString(s.Text) || strings.ContainsFunc(s.Text, unicode.IsControl):
		return Errorf(KindInvalid, "the tool text, and no other, has a text of 1 to %d characters", MaxStrokeText)
	}
	for i, p := range s.Points {
		for axis, v := range p {
			if !(v >= 0 && v <= 1) { // false for NaN, too
				return Errorf(KindInvalid, "points are shares of the picture, from 0 to 1")
			}
			s.Points[i][axis] = math.Round(v*1e4) / 1e4
		}
	}
	return nil
}
