package transcode

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

const (
	// previewMS is how long an animated preview lasts, previewRate its pictures a second.
	previewMS, previewRate = 3000, 8
	// previewBytes is what mail programs and link cards take without a thought.
	previewBytes = 300_000
)

// previewSizes are tried from the best on until one is small enough: the shorter side in pixels, the quality of WebP.
var previewSizes = []struct{ side, quality int }{{216, 60}, {180, 40}, {144, 25}, {108, 15}} //nolint:gochecknoglobals // a table

// Preview makes an animated WebP of a few seconds that goes round for ever, of 300 kB at most. It begins where the poster is looked for
// first, so that it is not a blank beginning. KindInvalid when there is no picture.
func (r *Runner) Preview(ctx context.Context, t Take) ([]byte, error) {
	if !t.HasVideo() {
		return nil, domain.Errorf(domain.KindInvalid, "the clip has no picture")
	}
	at := t.DurationMS() / 10
	run := runAt(t, at)
	at = max(0, at-run.StartMS)
	for _, size := range previewSizes {
		var out bytes.Buffer
		_, err := r.run(ctx, command{
			box: run.File.box, args: r.previewArgs(run, at, size.side, size.quality),
			stdout: &limitedBuffer{&out, 8 << 20}, limits: limits{wall: time.Minute, cpu: time.Minute},
		})
		if err != nil {
			return nil, fmt.Errorf("preview: %w", err)
		}
		if out.Len() > 0 && out.Len() <= previewBytes {
			return out.Bytes(), nil
		}
	}
	return nil, domain.Errorf(domain.KindUnsupported, "no animated preview is small enough")
}

func (r *Runner) previewArgs(run Run, atMS int64, side, quality int) []string {
	v := *run.Media.Video
	in := r.input(run.File, ffmpeg.KwArgs{"ss": milliseconds(atMS), "t": milliseconds(previewMS), "an": ""})
	w, h := fit(v, side)
	return r.prepare(streamOf(in, v.Index), v).
		Filter("fps", ffmpeg.Args{strconv.Itoa(previewRate)}).
		Filter("scale", ffmpeg.Args{strconv.Itoa(w), strconv.Itoa(h)}).
		Filter("setsar", ffmpeg.Args{"1"}).
		Filter("format", ffmpeg.Args{"yuv420p"}).
		Output("pipe:1", ffmpeg.KwArgs{
			"f": "image2pipe", "c:v": "libwebp_anim", "loop": 0, "quality": quality, "compression_level": 4, "frames:v": previewMS * previewRate / 1000, "threads:v": 1,
		}).GetArgs()
}
