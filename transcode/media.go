package transcode

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Media is what a file holds. At least one of Video and Audio is set.
type Media struct {
	Format Format
	// Start is the first time stamp. Duration does not count what is before it, but in fragmented MP4, where ffmpeg gives the last one.
	Start, Duration time.Duration
	// Video and Audio are the streams that will be used: the default ones, no cover art.
	Video *VideoStream
	Audio *AudioStream
	// BitRate of the whole file in bit/s; 0 when unknown.
	BitRate int64
}

// VideoStream is one picture stream.
type VideoStream struct {
	Index   int    // within the file
	Codec   string // ffmpeg's name: h264, hevc, vp8, vp9, av1 …
	Profile string
	// PixelFormat as ffmpeg names it, e.g. yuv420p.
	PixelFormat string
	// Width and Height as stored, in pixels; DisplaySize says what people see.
	Width, Height int
	// Rotation by which a player turns the picture clockwise: 0, 90, 180, 270.
	Rotation int
	// PixelAspect is the width of a pixel over its height; 1 unless the file says otherwise.
	PixelAspect float64
	// FrameRate is the average; BaseRate the smallest that could hold all time
	// stamps. They differ when the frame rate varies.
	FrameRate, BaseRate Rational
	BitRate             int64
	// Transfer is the transfer characteristic; smpte2084 and arib-std-b67 are HDR.
	Transfer   string
	Interlaced bool
}

// AudioStream is one sound stream.
type AudioStream struct {
	Index      int
	Codec      string // aac, opus, mp3 …
	Profile    string
	SampleRate int
	Channels   int
	BitRate    int64
}

// Rational is a fraction as ffmpeg writes it.
type Rational struct{ Num, Den int }

// Float is its value; 0 when undefined.
func (r Rational) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

func (r Rational) String() string {
	if r.Den == 1 {
		return strconv.Itoa(r.Num)
	}
	return strconv.Itoa(r.Num) + "/" + strconv.Itoa(r.Den)
}

func parseRational(s string) Rational {
	n, d, _ := strings.Cut(strings.ReplaceAll(s, ":", "/"), "/")
	num, err1 := strconv.Atoi(n)
	den, err2 := strconv.Atoi(d)
	if err1 != nil || err2 != nil || num <= 0 || den <= 0 {
		return Rational{}
	}
	return Rational{num, den}
}

// DisplaySize is the size in square pixels after rotation.
func (v VideoStream) DisplaySize() (width, height int) {
	width, height = v.Width, v.Height
	if v.PixelAspect > 0 && v.PixelAspect != 1 {
		width = int(math.Round(float64(width) * v.PixelAspect))
	}
	if v.Rotation%180 != 0 {
		width, height = height, width
	}
	return width, height
}

// HDR tells whether the picture needs tone mapping for ordinary screens.
func (v VideoStream) HDR() bool { return v.Transfer == "smpte2084" || v.Transfer == "arib-std-b67" }

// Variable tells whether the frame rate varies, as it does in screen captures.
func (v VideoStream) Variable() bool {
	avg, base := v.FrameRate.Float(), v.BaseRate.Float()
	return avg == 0 || base == 0 || base > avg*1.1
}

// DurationMS is Duration in whole milliseconds.
func (m Media) DurationMS() int64 { return m.Duration.Milliseconds() }
