package ocr

const (
	// differenceOfPixel is by how much the brightness of a pixel (0 to 255) must change to count: less is the noise of encoding.
	differenceOfPixel = 48
	// A few pixels are a caret or the tip of a pointer; a letter has more.
	fewPixels = 20
)

// Same tells whether two PGM pictures show the same, so that the second need not be read.
func Same(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	changed := 0
	for i := range a {
		if d := int(a[i]) - int(b[i]); d > differenceOfPixel || d < -differenceOfPixel {
			if changed++; changed > fewPixels {
				return false
			}
		}
	}
	return true
}
