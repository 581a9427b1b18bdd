package transcode

import (
	"fmt"
	"strconv"

	ffmpeg "github.com/u2takey/ffmpeg-go"
)

// Segments of renditions made in the background last this long; key frames come
// every keyFrameSeconds in all rungs alike, so that a player can change between them.
const (
	segmentSeconds  = 4
	keyFrameSeconds = 2
)

// encodeArgs is the command line that makes all of encs from one run in one pass:
// decoded once, written as HLS into the directories of the same order.
func (r *Runner) encodeArgs(run Run, encs []Encoding, dirs []string, sound adjustment) []string {
	in := r.input(run.File)
	pictures := r.pictures(in, run, encs)
	sounds := r.sounds(in, run, encs, sound)
	var outputs []*ffmpeg.Stream
	for i, e := range encs {
		var streams []*ffmpeg.Stream
		options := []ffmpeg.KwArgs{segmentOptions(dirs[i])}
		if pictures[i] != nil {
			streams = append(streams, pictures[i])
			options = append(options, r.videoOptions(e))
		}
		if sounds[i] != nil {
			streams = append(streams, sounds[i])
			options = append(options, audioOptions(e))
		}
		if len(streams) > 0 {
			outputs = append(outputs, ffmpeg.Output(streams, dirs[i]+"/"+playlistName, options...))
		}
	}
	return arguments(outputs...)
}

// pictures gives the stream to map for each encoding: the input's own when it is
// copied, else the end of a chain of filters. What all chains share runs once.
func (r *Runner) pictures(in *ffmpeg.Stream, run Run, encs []Encoding) []*ffmpeg.Stream {
	m := run.Media
	out := make([]*ffmpeg.Stream, len(encs))
	if m.Video == nil {
		return out
	}
	var chains []int
	for i, e := range encs {
		switch e.Video {
		case ActionCopy:
			out[i] = streamOf(in, m.Video.Index)
		case ActionEncode:
			chains = append(chains, i)
		case ActionNone:
		}
	}
	if len(chains) == 0 {
		return out
	}
	branches := fan(r.frames(in, run, encs[chains[0]].FrameRate), len(chains), (*ffmpeg.Stream).Split)
	for n, i := range chains {
		out[i] = scaled(branches[n], *m.Video, encs[i].ShortSide)
	}
	return out
}

// frames are those of a run that are used, at a constant rate.
func (r *Runner) frames(in *ffmpeg.Stream, run Run, rate Rational) *ffmpeg.Stream {
	v := *run.Media.Video
	if v.Index == noStream {
		return blackPicture(v, rate, run.lengthMS())
	}
	s := r.prepare(streamOf(in, v.Index), v).Filter("fps", ffmpeg.Args{rate.String()})
	return cutPictures(s, run.Keep, rate)
}

// prepare makes progressive standard-range pictures of anything.
func (r *Runner) prepare(s *ffmpeg.Stream, v VideoStream) *ffmpeg.Stream {
	if v.Interlaced {
		s = s.Filter("bwdif", ffmpeg.Args{"deint=interlaced"})
	}
	if v.HDR() && r.toneMapping {
		s = s.Filter("zscale", ffmpeg.Args{"t=linear", "npl=100"}).
			Filter("format", ffmpeg.Args{"gbrpf32le"}).
			Filter("zscale", ffmpeg.Args{"p=bt709"}).
			Filter("tonemap", ffmpeg.Args{"hable", "desat=0"}).
			Filter("zscale", ffmpeg.Args{"t=bt709", "m=bt709", "r=tv"}).
			Filter("format", ffmpeg.Args{"yuv420p"})
	}
	return s
}

// scaled ends a chain in upright square pixels, 8 bits, 4:2:0, BT.709, limited range:
// what every H.264 decoder shows in the same colours.
func scaled(s *ffmpeg.Stream, v VideoStream, side int) *ffmpeg.Stream {
	w, h := fit(v, side)
	return s.Filter("scale", ffmpeg.Args{strconv.Itoa(w), strconv.Itoa(h), "flags=bicubic", "out_range=tv", "out_color_matrix=bt709"}).
		Filter("setsar", ffmpeg.Args{"1"}).
		Filter("format", ffmpeg.Args{"yuv420p"})
}

// fan splits a stream for n users; ffmpeg wants a filter for more than one.
func fan(s *ffmpeg.Stream, n int, split func(*ffmpeg.Stream) *ffmpeg.Node) []*ffmpeg.Stream {
	if n == 1 {
		return []*ffmpeg.Stream{s}
	}
	node := split(s)
	out := make([]*ffmpeg.Stream, n)
	for i := range out {
		out[i] = node.Get(strconv.Itoa(i))
	}
	return out
}

// sounds is pictures for sound.
func (r *Runner) sounds(in *ffmpeg.Stream, run Run, encs []Encoding, adjust adjustment) []*ffmpeg.Stream {
	m := run.Media
	out := make([]*ffmpeg.Stream, len(encs))
	if m.Audio == nil {
		return out
	}
	var chains []int
	normalise := false
	for i, e := range encs {
		switch e.Audio {
		case ActionCopy:
			out[i] = streamOf(in, m.Audio.Index)
		case ActionEncode:
			chains = append(chains, i)
			normalise = normalise || e.Normalise
		case ActionNone:
		}
	}
	if len(chains) == 0 {
		return out
	}
	s := soundOf(in, run)
	if normalise {
		s = adjust.apply(s)
	}
	for n, b := range fan(s, len(chains), (*ffmpeg.Stream).ASplit) {
		out[chains[n]] = b
	}
	return out
}

// soundOf is the sound of a run that is used.
func soundOf(in *ffmpeg.Stream, run Run) *ffmpeg.Stream {
	if run.Media.Audio.Index == noStream {
		return quiet(run.lengthMS())
	}
	return cutSounds(steady(streamOf(in, run.Media.Audio.Index), 48000), run.Keep)
}

// steady resamples and fills holes with silence, so that sound keeps its place on the time line.
func steady(s *ffmpeg.Stream, rate int) *ffmpeg.Stream {
	return s.Filter("aresample", ffmpeg.Args{strconv.Itoa(rate), "async=1", "first_pts=0"})
}

func (r *Runner) videoOptions(e Encoding) ffmpeg.KwArgs {
	if e.Video == ActionCopy {
		return ffmpeg.KwArgs{"c:v": "copy"}
	}
	gop := max(1, int(e.FrameRate.Float()*keyFrameSeconds+0.5))
	return ffmpeg.KwArgs{
		"c:v": "libx264", "preset:v": "veryfast", "profile:v": "high", "crf": e.CRF,
		"maxrate:v": e.MaxRate, "bufsize:v": 2 * e.MaxRate,
		"g": gop, "keyint_min": gop, "sc_threshold": 0, "force_key_frames": fmt.Sprintf("expr:gte(t,n_forced*%d)", keyFrameSeconds),
		"threads:v": r.cfg.Threads, "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv",
	}
}

func audioOptions(e Encoding) ffmpeg.KwArgs {
	if e.Audio == ActionCopy {
		return ffmpeg.KwArgs{"c:a": "copy"}
	}
	return ffmpeg.KwArgs{"c:a": "aac", "b:a": e.AudioRate, "ac": e.Channels}
}

const (
	playlistName = "index.m3u8"
	initName     = "init.mp4"
)

// segmentOptions write CMAF. Metadata stays behind: it may say where somebody lives.
func segmentOptions(dir string) ffmpeg.KwArgs {
	return ffmpeg.KwArgs{
		"f": "hls", "hls_time": segmentSeconds, "hls_playlist_type": "vod", "hls_segment_type": "fmp4",
		"hls_fmp4_init_filename": initName, "hls_segment_filename": dir + "/seg-%06d.m4s",
		"map_metadata": "-1", "map_chapters": "-1", "max_muxing_queue_size": 1024,
	}
}
