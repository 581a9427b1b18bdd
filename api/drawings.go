package api

import (
	"baton/api/gen"
	"baton/domain"
)

// drawn reads a drawing; nil: none.
func drawn(d *gen.Drawing) (*domain.Drawing, error) {
	if d == nil {
		return nil, nil
	}
	out := &domain.Drawing{Strokes: make([]domain.Stroke, len(d.Strokes))}
	for i, s := range d.Strokes {
		points := make([][2]float64, len(s.Points))
		for j, p := range s.Points {
			copy(points[j][:], p)
		}
		out.Strokes[i] = domain.Stroke{
			Tool: domain.StrokeTool(s.Tool), Colour: s.Colour, Width: or(s.Width, 0), Points: points, Text: or(s.Text, ""),
		}
	}
	return out, domain.CheckDrawing(out)
}

func drawingOf(d *domain.Drawing) *gen.Drawing {
	out := &gen.Drawing{Strokes: make([]gen.Stroke, len(d.Strokes))}
	for i, s := range d.Strokes {
		points := make([][]float64, len(s.Points))
		for j, p := range s.Points {
			points[j] = p[:]
		}
		out.Strokes[i] = gen.Stroke{Tool: gen.StrokeTool(s.Tool), Colour: s.Colour, Width: nonZero(s.Width), Points: points, Text: nonZero(s.Text)}
	}
	return out
}
