package transcode

import (
	"math"
	"strconv"

	"baton/domain"
)

// Action is what happens to a stream.
type Action string

// The actions.
const (
	ActionNone   Action = ""       // there is no such stream
	ActionCopy   Action = "copy"   // the encoded frames go over as they are
	ActionEncode Action = "encode" // decoded and encoded again: H.264, AAC-LC
)

// Encoding is a rendition to be made.
type Encoding struct {
	// Name of the rendition.
	Name  string
	Video Action
	// ShortSide is the picture's smaller side in pixels, when Video is encoded. A
	// smaller source stays as it is.
	ShortSide int
	// FrameRate when Video is encoded.
	FrameRate Rational
	// CRF and MaxRate (bit/s) of x264.
	CRF     int
	MaxRate int64
	Audio   Action
	// Channels and AudioRate (bit/s) when Audio is encoded.
	Channels  int
	AudioRate int64
	// Normalise the loudness to TargetLUFS when Audio is encoded.
	Normalise bool
}

// Limits of what is encoded. Screens are read, so 1080 lines stay sharp; 30 frames
// a second are enough for a rung beside the source.
const (
	maxShortSide = 1080
	maxFrameRate = 30
	maxCopySide  = 4096
)

// PlanImport says how an uploaded or recorded file becomes the source rendition:
// by copying whatever current browsers can play from CMAF, else by encoding. What
// cannot be copied in one run is encoded in all of them.
func PlanImport(runs []Media) Encoding {
	e := Encoding{Name: domain.SourceRendition}
	v, a, _ := widest(runs)
	if v != nil {
		e.Video = ActionCopy
	}
	if a != nil {
		e.Audio = ActionCopy
	}
	for _, m := range runs {
		if m.Video != nil && (!copyableVideo(*m.Video) || m.Video.Codec != v.Codec) {
			e.importVideo(*v)
		}
		if m.Audio != nil && (!copyableAudio(*m.Audio) || m.Audio.Codec != a.Codec) {
			e.encodeAudio(*a)
		}
	}
	return e
}

// importVideo encodes better than a rung: it is all that remains of the original.
func (e *Encoding) importVideo(v VideoStream) {
	e.encodeVideo(v, maxShortSide)
	e.CRF = 20
}

// encodeAll is the plan for when copying failed.
func (e Encoding) encodeAll(runs []Media) Encoding {
	v, a, _ := widest(runs)
	if v != nil {
		e.importVideo(*v)
	}
	if a != nil {
		e.encodeAudio(*a)
	}
	return e
}

// copyableVideo: 8 bits, 4:2:0, upright, square pixels, progressive, in a codec
// that browsers take in MP4.
func copyableVideo(v VideoStream) bool {
	upright := v.Rotation == 0 && math.Abs(v.PixelAspect-1) < 0.01 && !v.Interlaced
	sized := v.Width%2 == 0 && v.Height%2 == 0 && max(v.Width, v.Height) <= maxCopySide
	if !upright || !sized || v.HDR() {
		return false
	}
	switch v.PixelFormat {
	case "yuv420p", "yuvj420p":
	default:
		return false
	}
	switch v.Codec {
	case "h264":
		return h264Profile(v.Profile)
	case "vp9":
		return v.Profile == "Profile 0" || v.Profile == ""
	case "av1":
		return v.Profile == "Main" || v.Profile == ""
	}
	return false
}

func h264Profile(p string) bool {
	switch p {
	case "Baseline", "Constrained Baseline", "Main", "High", "Constrained High", "":
		return true
	}
	return false
}

func copyableAudio(a AudioStream) bool {
	if a.Channels > 2 {
		return false
	}
	switch a.Codec {
	case "opus":
		return true
	case "aac":
		return a.Profile == "LC" || a.Profile == "HE-AAC" || a.Profile == "HE-AACv2" || a.Profile == ""
	}
	return false
}

// PlanLadder says which renditions to make beside the source, whose runs are
// given. For H.264 the top rung copies the picture and makes the sound AAC at an
// even loudness, which costs next to nothing; other codecs get a top rung that is
// encoded. Smaller rungs follow where they are clearly smaller; nothing is
// enlarged. Sound alone gets one rung, "audio".
func PlanLadder(runs []Media) []Encoding {
	v, a, copyable := widest(runs)
	if v == nil {
		if a == nil {
			return nil
		}
		e := Encoding{Name: "audio", Normalise: true}
		e.encodeAudio(*a)
		return []Encoding{e}
	}
	top := shortSide(*v)
	var rungs []Encoding
	if !copyable {
		top = min(top, maxShortSide)
		rungs = append(rungs, rung(v, a, top))
	} else if a != nil {
		rungs = append(rungs, twin(v, a))
	}
	for _, side := range []int{1080, 720, 360} {
		if side*5 <= top*4 {
			rungs = append(rungs, rung(v, a, side))
		}
	}
	return rungs
}

// widest finds the largest picture and the sound with most channels, and whether
// the picture can be copied as H.264 throughout.
func widest(runs []Media) (v *VideoStream, a *AudioStream, copyable bool) {
	copyable = true
	for _, m := range runs {
		if m.Video != nil {
			copyable = copyable && m.Video.Codec == "h264" && copyableVideo(*m.Video)
			if v == nil || shortSide(*m.Video) > shortSide(*v) {
				v = m.Video
			}
		}
		if m.Audio != nil && (a == nil || m.Audio.Channels > a.Channels) {
			a = m.Audio
		}
	}
	return v, a, copyable
}

func shortSide(v VideoStream) int {
	w, h := v.DisplaySize()
	return min(w, h)
}

func rung(v *VideoStream, a *AudioStream, side int) Encoding {
	e := Encoding{Name: strconv.Itoa(side) + "p", Normalise: true}
	e.encodeVideo(*v, side)
	if a != nil {
		e.encodeAudio(*a)
	}
	return e
}

func twin(v *VideoStream, a *AudioStream) Encoding {
	e := Encoding{Name: strconv.Itoa(shortSide(*v)) + "p", Video: ActionCopy, Normalise: true}
	e.encodeAudio(*a)
	return e
}

func (e *Encoding) encodeVideo(v VideoStream, side int) {
	e.Video = ActionEncode
	e.ShortSide = min(side, max(2, shortSide(v)))
	e.FrameRate = targetRate(v)
	e.CRF = 23
	e.MaxRate = maxRate(e.ShortSide)
}

func (e *Encoding) encodeAudio(a AudioStream) {
	e.Audio = ActionEncode
	e.Channels = min(2, max(1, a.Channels))
	e.AudioRate = 128_000
	if e.Channels == 1 {
		e.AudioRate = 96_000
	}
}

// maxRate of a rung in bit/s, for peaks; screens need a fraction of it.
func maxRate(side int) int64 {
	switch {
	case side > 720:
		return 4_500_000
	case side > 480:
		return 2_500_000
	case side > 360:
		return 1_300_000
	}
	return 800_000
}

// targetRate makes a constant rate of whatever came: the average where the rate is
// constant, half of it above 30, and 30 for captures whose rate follows the screen,
// so that a scroll stays smooth and every rung has its key frames at the same times.
func targetRate(v VideoStream) Rational {
	full := Rational{maxFrameRate, 1}
	r := v.FrameRate
	f := r.Float()
	switch {
	case f < 1 || v.Variable() || r.Num > 1_000_000:
		return full
	case f <= maxFrameRate+0.5:
		return r
	case f/2 > 23 && f/2 <= maxFrameRate+0.5:
		return Rational{r.Num, r.Den * 2}
	}
	return full
}

// fit is the size of v with its short side at most side, upright, even and never enlarged.
func fit(v VideoStream, side int) (width, height int) {
	w, h := v.DisplaySize()
	scale := min(1, float64(side)/float64(max(1, min(w, h))))
	even := func(n int) int { return max(2, int(math.Floor(float64(n)*scale/2+0.1))*2) }
	return even(w), even(h)
}
