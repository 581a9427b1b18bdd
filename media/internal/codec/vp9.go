package codec

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/vp9"
)

// vp9 passes a frame; a key frame tells size, profile and depth.
func (t *Track) vp9(data []byte) (Frame, error) {
	var h vp9.Header
	if err := h.Unmarshal(data); err != nil {
		return Frame{}, fmt.Errorf("VP9 frame header: %w: %w", ErrMalformed, err)
	}
	f := Frame{Payload: data, Key: !h.ShowExistingFrame && !h.NonKeyFrame}
	if f.Key {
		if h.ColorConfig == nil || h.FrameSize == nil {
			return Frame{}, fmt.Errorf("VP9 key frame header: %w", ErrMalformed)
		}
		f.Config = t.use(vp9Config(&h))
	}
	if t.config == nil {
		return Frame{}, nil
	}
	return f, nil
}

// vp9Config makes the vp09 sample entry ("VP Codec ISO Media File Format Binding", 1.0).
func vp9Config(h *vp9.Header) *Config {
	w, ht := h.Width(), h.Height()
	level, depth, chroma := vp9Level(w, ht), h.ColorConfig.BitDepth, h.ChromaSubsampling()
	full := byte(0)
	if h.ColorConfig.ColorRange {
		full = 1
	}
	// Colour primaries, transfer and matrix: 2, unspecified.
	vpcc := []byte{1, 0, 0, 0, h.Profile, byte(level), depth<<4 | chroma<<1 | full, 2, 2, 2, 0, 0} //nolint:gosec // at most 62
	return &Config{
		Name: VP9, Width: w, Height: ht,
		Codecs: fmt.Sprintf("vp09.%02d.%02d.%02d", h.Profile, level, depth),
		Entry:  visualEntry("vp09", w, ht, Box("vpcC", vpcc)),
	}
}

// vp9Level is the lowest level that takes the picture size at 30 frames a second.
func vp9Level(w, h int) int {
	px := w * h
	for _, l := range []struct{ level, px, rate int }{
		{10, 36864, 829440},
		{11, 73728, 2764800},
		{20, 122880, 4608000},
		{21, 245760, 9216000},
		{30, 552960, 20736000},
		{31, 983040, 36864000},
		{40, 2228224, 83558400},
		{50, 8912896, 311951360},
	} {
		if px <= l.px && 30*px <= l.rate {
			return l.level
		}
	}
	return 60
}
