package transcode

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"
)

// Frames for reading: small text wants to be enlarged, and more pixels than this make no letter clearer.
const (
	frameLeastWidth = 1600
	frameMostWidth  = 2560
)

// maxFrame bounds one grey picture in bytes.
const maxFrame = frameMostWidth*frameMostWidth + 1<<10

// Frames gives the pictures that are seen at some times, in order, as grey PGM (Netpbm) of a size at which text can be
// read. Where there is no picture it gives none. An error of each ends it and is returned as it is.
func (r *Runner) Frames(ctx context.Context, t Take, atMS []int64, each func(atMS int64, pgm []byte) error) error {
	for _, at := range atMS {
		run := runAt(t, at)
		if run.Media.Video == nil || at < run.StartMS {
			continue
		}
		var out bytes.Buffer
		_, err := r.run(ctx, command{
			box: run.File.box, args: r.frameArgs(run, at-run.StartMS),
			stdout: &limitedBuffer{&out, maxFrame}, limits: limits{wall: time.Minute, cpu: time.Minute, output: 1 << 20},
		})
		if err != nil {
			return fmt.Errorf("picture at %d ms: %w", at, err)
		}
		if out.Len() == 0 {
			continue // behind the last one
		}
		if err := each(at, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) frameArgs(run Run, atMS int64) []string {
	v := *run.Media.Video
	in := r.input(run.File, ffmpeg.KwArgs{"an": "", "ss": milliseconds(max(0, atMS))})
	w, h := v.DisplaySize()
	longer := max(1, w, h)
	to := min(max(longer, frameLeastWidth), frameMostWidth)
	return r.prepare(streamOf(in, v.Index), v).
		Filter("scale", ffmpeg.Args{strconv.Itoa(max(2, w*to/longer)), strconv.Itoa(max(2, h*to/longer)), "flags=lanczos", "out_range=pc"}).
		Filter("format", ffmpeg.Args{"gray"}).
		Output("pipe:1", ffmpeg.KwArgs{"f": "image2pipe", "c:v": "pgm", "frames:v": 1, "threads:v": 1}).GetArgs()
}
