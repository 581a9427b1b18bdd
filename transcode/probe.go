package transcode

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"baton/domain"
)

// MaxDuration of what is taken.
const MaxDuration = 12 * time.Hour

var probeLimits = limits{wall: time.Minute, cpu: 30 * time.Second, output: 0} //nolint:gochecknoglobals // a constant

// Probe looks into a file. KindUnsupported: damaged, or without picture and
// sound; KindTooLarge: a picture or duration over the limit.
func (r *Runner) Probe(ctx context.Context, f File) (Media, error) {
	var out bytes.Buffer
	args := append(r.inputOptions(f), "-show_format", "-show_streams", "-of", "json", f.url())
	stderr, err := r.run(ctx, command{box: f.box, probe: true, args: args, stdout: &limitedBuffer{&out, 4 << 20}, limits: probeLimits})
	if err != nil {
		return Media{}, fmt.Errorf("probe: %w", err)
	}
	// ffprobe ends well when only a stream's picture is over the limit, and leaves its size out.
	if e := recognise(stderr, r.cfg); e != nil && e.Kind == domain.KindTooLarge {
		return Media{}, e.Because(errors.New(stderr)) //nolint:err113 // the tool's words
	}
	m, err := parseProbe(out.Bytes(), f.format)
	if err != nil {
		return Media{}, f.box.excuse(err)
	}
	if v := m.Video; v != nil && v.Width*v.Height > r.cfg.MaxPixels {
		return Media{}, domain.Errorf(domain.KindTooLarge, "the picture is too large: %dx%d (at most %d megapixels)", v.Width, v.Height, r.cfg.MaxPixels/1_000_000)
	}
	if m.Duration == 0 { // a browser's WebM says nothing
		if m.Duration, err = r.measureDuration(ctx, f); err != nil {
			return Media{}, err
		}
	}
	if m.Duration > MaxDuration {
		return Media{}, domain.Errorf(domain.KindTooLarge, "the recording is longer than %d hours", int(MaxDuration.Hours()))
	}
	return m, nil
}

// measureDuration reads all packets and returns the last time stamp.
func (r *Runner) measureDuration(ctx context.Context, f File) (time.Duration, error) {
	var last time.Duration
	l := limits{wall: 10 * time.Minute, cpu: 5 * time.Minute}
	args := r.durationArgs(f)
	if _, err := r.run(ctx, command{box: f.box, args: args, limits: l, progress: func(d time.Duration) { last = d }}); err != nil {
		return 0, fmt.Errorf("measure duration: %w", err)
	}
	return last, nil
}

// ffprobe's JSON, the parts that are used.
type probed struct {
	Format struct {
		StartTime string `json:"start_time"`
		Duration  string `json:"duration"`
		BitRate   string `json:"bit_rate"`
	} `json:"format"`
	Streams []probedStream `json:"streams"`
}

type probedStream struct {
	Index         int    `json:"index"`
	Type          string `json:"codec_type"`
	Codec         string `json:"codec_name"`
	Profile       string `json:"profile"`
	PixFmt        string `json:"pix_fmt"`
	Width         int    `json:"width"`
	Height        int    `json:"height"`
	SampleAspect  string `json:"sample_aspect_ratio"`
	AvgFrameRate  string `json:"avg_frame_rate"`
	RealFrameRate string `json:"r_frame_rate"`
	FieldOrder    string `json:"field_order"`
	ColorTransfer string `json:"color_transfer"`
	SampleRate    string `json:"sample_rate"`
	Channels      int    `json:"channels"`
	BitRate       string `json:"bit_rate"`
	Duration      string `json:"duration"`
	Disposition   struct {
		Default     int `json:"default"`
		AttachedPic int `json:"attached_pic"`
	} `json:"disposition"`
	SideData []struct {
		Rotation int `json:"rotation"`
	} `json:"side_data_list"`
}

func parseProbe(text []byte, f Format) (Media, error) {
	var p probed
	if err := json.Unmarshal(text, &p); err != nil {
		return Media{}, fmt.Errorf("read ffprobe's answer: %w", err)
	}
	m := Media{Format: f, Start: seconds(p.Format.StartTime), Duration: seconds(p.Format.Duration), BitRate: number(p.Format.BitRate)}
	if s := choose(p.Streams, "video"); s != nil {
		m.Video = s.video()
		m.Duration = cmp.Or(m.Duration, seconds(s.Duration))
	}
	if s := choose(p.Streams, "audio"); s != nil {
		m.Audio = &AudioStream{
			Index: s.Index, Codec: s.Codec, Profile: s.Profile,
			SampleRate: int(number(s.SampleRate)), Channels: s.Channels, BitRate: number(s.BitRate),
		}
		m.Duration = cmp.Or(m.Duration, seconds(s.Duration))
	}
	if m.Video == nil && m.Audio == nil {
		return Media{}, domain.Errorf(domain.KindUnsupported, "the file holds neither picture nor sound that can be played")
	}
	return m, nil
}

// choose takes the default stream of a type, or its first, and no cover art.
func choose(streams []probedStream, kind string) *probedStream {
	var found *probedStream
	for i := range streams {
		s := &streams[i]
		usable := s.Type == kind && s.Codec != "" && s.Disposition.AttachedPic == 0 &&
			(kind == "audio" && s.Channels > 0 && number(s.SampleRate) > 0 || kind == "video" && s.Width > 0 && s.Height > 0)
		if usable && (found == nil || s.Disposition.Default == 1 && found.Disposition.Default == 0) {
			found = s
		}
	}
	return found
}

func (s *probedStream) video() *VideoStream {
	v := &VideoStream{
		Index: s.Index, Codec: s.Codec, Profile: s.Profile, PixelFormat: s.PixFmt, Width: s.Width, Height: s.Height,
		PixelAspect: 1, FrameRate: parseRational(s.AvgFrameRate), BaseRate: parseRational(s.RealFrameRate),
		BitRate: number(s.BitRate), Transfer: s.ColorTransfer,
	}
	switch s.FieldOrder {
	case "tt", "bb", "tb", "bt":
		v.Interlaced = true
	}
	if a := parseRational(s.SampleAspect).Float(); a > 0.1 && a < 10 {
		v.PixelAspect = a
	}
	for _, d := range s.SideData {
		if d.Rotation != 0 { // ffprobe counts counter-clockwise
			v.Rotation = ((-d.Rotation%360 + 360) % 360 / 90) * 90
		}
	}
	return v
}

func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f <= 0 || f > 1e8 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// limitedBuffer refuses to grow beyond a size, so that a hostile file cannot fill our memory.
type limitedBuffer struct {
	*bytes.Buffer
	most int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errOutput
	}
	return b.Buffer.Write(p) //nolint:wrapcheck // never fails
}
