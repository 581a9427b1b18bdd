// Package pictures makes pictures from outside harmless: it decodes them within bounds and encodes what it saw anew,
// so that nothing else of the file, where it was taken included, is served to others.
package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // decoders
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/webp"
)

// MaxBytes of a file and MaxPixels of a picture that are taken: a screen of 8K fits.
const (
	MaxBytes  = 10 << 20
	MaxPixels = 36_000_000
)

// Why a picture is not taken.
var (
	ErrFormat   = errors.New("not a PNG, JPEG, GIF or WebP picture")
	ErrTooLarge = errors.New("the picture is too large")
)

// Cleaner decodes and encodes one picture at a time: each may need 150 MB.
type Cleaner struct{ slot chan struct{} }

// NewCleaner makes one.
func NewCleaner() *Cleaner { return &Cleaner{slot: make(chan struct{}, 1)} }

// Clean is a picture as it is served.
type Clean struct {
	Data          []byte
	ContentType   string
	Width, Height int
}

// Clean reads a picture (of an animation the first frame), turns it as its EXIF says, and writes it as JPEG when it was one, as PNG
// otherwise. ErrFormat, ErrTooLarge, or the context's error.
func (c *Cleaner) Clean(ctx context.Context, data []byte) (Clean, error) {
	img, format, err := c.decode(ctx, data)
	if err != nil {
		return Clean{}, err
	}
	defer c.release()
	var out bytes.Buffer
	contentType := "image/png"
	if format == "jpeg" {
		contentType = "image/jpeg"
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: 90})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
	}
	if err != nil {
		return Clean{}, fmt.Errorf("encode picture: %w", err)
	}
	b := img.Bounds()
	return Clean{Data: out.Bytes(), ContentType: contentType, Width: b.Dx(), Height: b.Dy()}, nil
}

// decode reads a picture within bounds, upright. When there is no error the caller has the only slot, and releases it.
func (c *Cleaner) decode(ctx context.Context, data []byte) (image.Image, string, error) {
	if len(data) > MaxBytes {
		return nil, "", ErrTooLarge
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil || cfg.Width <= 0 || cfg.Height <= 0:
		return nil, "", ErrFormat
	case cfg.Width > MaxPixels/cfg.Height:
		return nil, "", ErrTooLarge
	}
	select {
	case c.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, "", fmt.Errorf("wait to clean a picture: %w", ctx.Err())
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		c.release()
		return nil, "", ErrFormat
	}
	if format == "jpeg" {
		img = turned(img, orientation(data))
	}
	return img, format, nil
}

func (c *Cleaner) release() { <-c.slot }

// turned puts a picture upright. o is EXIF's: 1 upright, 2 mirrored, 3 upside down, 4 both; 5 to 8 lie on their side.
func turned(src image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Rect, src, b.Min, draw.Src)
	ow, oh := w, h
	if o >= 5 {
		ow, oh = h, w
	}
	to := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := source(o, x, y, w, h)
			copy(to.Pix[to.PixOffset(x, y):][:4], from.Pix[from.PixOffset(sx, sy):][:4])
		}
	}
	return to
}

// source is where the pixel at x, y of the upright picture stands in one of w × h that is stored turned.
func source(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	default: // 8
		return w - 1 - y, x
	}
}
