package transcode

import (
	"slices"
	"strconv"

	ffmpeg "github.com/u2takey/ffmpeg-go"
)

// url names the file for ffmpeg; the protocol is spelled out so that no name can be taken for another one.
func (f File) url() string { return "file:" + f.name }

// inputGuards are the options that stand before every input, without exception.
func (r *Runner) inputGuards(f File) ffmpeg.KwArgs {
	return ffmpeg.KwArgs{
		"protocol_whitelist": "file,pipe",
		"format_whitelist":   f.format.demuxers(),
		"codec_whitelist":    decoders,
		"max_pixels":         r.cfg.MaxPixels,
		"threads":            r.cfg.Threads,
	}
}

// input is a file as ffmpeg-go sees it, with its guards and whatever else goes before -i.
func (r *Runner) input(f File, extra ...ffmpeg.KwArgs) *ffmpeg.Stream {
	return ffmpeg.Input(f.url(), append([]ffmpeg.KwArgs{r.inputGuards(f)}, extra...)...)
}

// inputOptions are the guards as ffprobe takes them.
func (r *Runner) inputOptions(f File) []string {
	return ffmpeg.ConvertKwargsToCmdLineArgs(r.inputGuards(f))
}

// streamOf selects one stream of an input by its index in the file.
func streamOf(in *ffmpeg.Stream, index int) *ffmpeg.Stream { return in.Get(strconv.Itoa(index)) }

func (r *Runner) durationArgs(f File) []string {
	in := r.input(f)
	return ffmpeg.Output([]*ffmpeg.Stream{in.Get("v?"), in.Get("a?")}, "pipe:", ffmpeg.KwArgs{"f": "null", "c": "copy"}).GetArgs()
}

// arguments is what ffmpeg-go compiles for some outputs of one graph.
func arguments(outputs ...*ffmpeg.Stream) []string {
	if len(outputs) == 1 {
		return outputs[0].GetArgs()
	}
	return slices.Clone(ffmpeg.MergeOutputs(outputs...).GetArgs())
}
