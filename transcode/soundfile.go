package transcode

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// SoundFile makes the sound of a take, which is AAC, one MP4 file in its box, whose header comes first: programs that play files know its
// length and seek in it at once. The frames are copied; where the take has several runs, they are encoded again, because what was
// encoded apart has no common clock. KindInvalid when there is no sound.
func (r *Runner) SoundFile(ctx context.Context, t Take) (path string, err error) {
	var streams []*ffmpeg.Stream
	for _, run := range t.Runs {
		if run.Media.Audio != nil {
			streams = append(streams, streamOf(r.input(run.File), run.Media.Audio.Index))
		}
	}
	if len(streams) == 0 {
		return "", domain.Errorf(domain.KindInvalid, "the clip has no sound")
	}
	dir, err := t.box().mkdir("sound")
	if err != nil {
		return "", err
	}
	options := ffmpeg.KwArgs{"f": "ipod", "movflags": "+faststart", "map_metadata": "-1", "c:a": "copy"}
	out := streams[0]
	if len(streams) > 1 {
		out = ffmpeg.Concat(streams, ffmpeg.KwArgs{"v": 0, "a": 1})
		options["c:a"], options["b:a"] = "aac", "128k"
	}
	limits := lightLimits(Media{Duration: time.Duration(t.DurationMS()) * time.Millisecond})
	name := filepath.Join(dir, "sound.m4a")
	if _, err := r.run(ctx, command{box: t.box(), args: out.Output(name, options).GetArgs(), limits: limits}); err != nil {
		return "", fmt.Errorf("join sound: %w", err)
	}
	path = filepath.Join(t.box().dir, name)
	if _, err = wholeSize(path); err != nil {
		return "", t.box().excuse(err)
	}
	return path, nil
}
