package pictures

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Square reads a picture as Clean does and makes of its middle a square JPEG, side pixels wide at most. What is transparent becomes white.
// ErrFormat, ErrTooLarge, or the context's error.
func (c *Cleaner) Square(ctx context.Context, data []byte, side int) (Clean, error) {
	img, _, err := c.decode(ctx, data)
	if err != nil {
		return Clean{}, err
	}
	defer c.release()
	from := middle(img.Bounds())
	side = min(side, from.Dx())
	to := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(to, to.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(to, to.Rect, img, from, draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: 85}); err != nil {
		return Clean{}, fmt.Errorf("encode picture: %w", err)
	}
	return Clean{Data: out.Bytes(), ContentType: "image/jpeg", Width: side, Height: side}, nil
}

// middle is the largest square in the middle of a picture; a little above it where that is taller than wide, for faces are there.
func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	x, y := b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/3
	return image.Rect(x, y, x+side, y+side)
}
