package pictures_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"baton/internal/pictures"
)

// corner is a picture whose top left quarter is red.
func corner(w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.RGBA{R: 255, A: 255}})
	for y := range h / 2 {
		for x := range w / 2 {
			m.SetColorIndex(x, y, 1)
		}
	}
	return m
}

func encoded(t *testing.T, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	err := map[string]func() error{
		"png":  func() error { return png.Encode(&b, corner(32, 16)) },
		"jpeg": func() error { return jpeg.Encode(&b, corner(32, 16), nil) },
		"gif":  func() error { return gif.Encode(&b, corner(32, 16), nil) },
	}[format]()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an orientation, and a secret, into a JPEG.
func withEXIF(jpg []byte, o uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, o)
	body := append([]byte("Exif\x00\x00"), append(tiff, "\x00\x00 taken at home"...)...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), jpg[2:]...)
}

func TestPicturesAreEncodedAnew(t *testing.T) {
	t.Parallel()
	for format, typ := range map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/png"} {
		got, err := pictures.NewCleaner().Clean(t.Context(), append(encoded(t, format), "<script>trailing</script>"...))
		if err != nil || got.ContentType != typ || got.Width != 32 || got.Height != 16 {
			t.Errorf("%s: %s %d×%d, %v", format, got.ContentType, got.Width, got.Height, err)
		}
		if bytes.Contains(got.Data, []byte("script")) {
			t.Errorf("%s: what was no picture is still there", format)
		}
	}
}

func TestPhotosStandUprightAndTellNothing(t *testing.T) {
	t.Parallel()
	// Where the red quarter is seen when the picture is shown as EXIF says (x, y as shares).
	for o, at := range map[uint16][2]float64{1: {.2, .2}, 2: {.8, .2}, 3: {.8, .8}, 4: {.2, .8}, 5: {.2, .2}, 6: {.8, .2}, 7: {.8, .8}, 8: {.2, .8}} {
		got, err := pictures.NewCleaner().Clean(t.Context(), withEXIF(encoded(t, "jpeg"), o))
		if err != nil {
			t.Fatal(o, err)
		}
		img, err := jpeg.Decode(bytes.NewReader(got.Data))
		if err != nil {
			t.Fatal(o, err)
		}
		if sideways := got.Height > got.Width; sideways != (o >= 5) {
			t.Errorf("orientation %d: %d×%d", o, got.Width, got.Height)
		}
		_, g, _, _ := img.At(int(at[0]*float64(got.Width)), int(at[1]*float64(got.Height))).RGBA()
		if g > 0x6000 {
			t.Errorf("orientation %d: no red at %v", o, at)
		}
		if bytes.Contains(got.Data, []byte("home")) {
			t.Errorf("orientation %d: the metadata is still there", o)
		}
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	c := pictures.NewCleaner()
	huge := encoded(t, "png")
	binary.BigEndian.PutUint32(huge[16:], 60_000) // the width; then the chunk's checksum
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for name, try := range map[string]struct {
		data []byte
		err  error
	}{
		"nothing": {nil, pictures.ErrFormat}, "SVG": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), pictures.ErrFormat},
		"HTML": {[]byte("<html>"), pictures.ErrFormat}, "half a picture": {encoded(t, "png")[:40], pictures.ErrFormat},
		"a bomb": {huge, pictures.ErrTooLarge}, "a heavy file": {make([]byte, pictures.MaxBytes+1), pictures.ErrTooLarge},
	} {
		if _, err := c.Clean(t.Context(), try.data); !errors.Is(err, try.err) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Square(t.Context(), try.data, 320); !errors.Is(err, try.err) {
			t.Errorf("%s, as a square: %v", name, err)
		}
	}
}

func TestASquareIsTheMiddleOfAPictureAndSmall(t *testing.T) {
	t.Parallel()
	for format, o := range map[string]uint16{"png": 1, "gif": 1, "jpeg": 6} {
		data := encoded(t, format)
		if format == "jpeg" {
			data = withEXIF(data, o)
		}
		for side, want := range map[int]int{8: 8, 320: 16} { // it is never made larger
			got, err := pictures.NewCleaner().Square(t.Context(), data, side)
			if err != nil || got.ContentType != "image/jpeg" || got.Width != want || got.Height != want {
				t.Fatalf("%s: %s %d×%d, %v", format, got.ContentType, got.Width, got.Height, err)
			}
			img, err := jpeg.Decode(bytes.NewReader(got.Data))
			if err != nil || img.Bounds().Dx() != want || bytes.Contains(got.Data, []byte("home")) {
				t.Errorf("%s: %v, %v", format, img.Bounds(), err)
			}
		}
	}
}

func TestWhatIsTransparentIsWhiteInASquare(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 20, 40))); err != nil {
		t.Fatal(err)
	}
	got, err := pictures.NewCleaner().Square(t.Context(), b.Bytes(), 320)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(got.Data))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(10, 10).RGBA(); r < 0xF000 || got.Width != 20 {
		t.Errorf("%d wide, red is %x", got.Width, r)
	}
}

func FuzzClean(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(8, 8), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(withEXIF(b.Bytes(), 6))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	c := pictures.NewCleaner()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			_, _ = c.Clean(t.Context(), data)
			_, _ = c.Square(t.Context(), data, 16)
		}
	})
}
