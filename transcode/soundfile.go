package transcode

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// soundRate is that of sound which is encoded for one file, in bit/s: it was AAC before, and loses little a second time.
const soundRate = 128_000

// SoundFile makes the sound of a take, which is AAC, one MP4 file in its box, whose header comes first: programs that play files know its
// length and seek in it at once. The frames are copied where all of them are used; where the take has several runs, or only some of it is
// kept, they are encoded again: what was encoded apart has no common clock, and a frame is longer than a cut is exact. The length is
// what the file itself says. KindInvalid when there is no sound.
func (r *Runner) SoundFile(ctx context.Context, t Take) (path string, durationMS int64, err error) {
	dir, err := t.box().mkdir("sound")
	if err != nil {
		return "", 0, err
	}
	name := filepath.Join(dir, "sound.m4a")
	args, err := r.soundArgs(t, name)
	if err != nil {
		return "", 0, err
	}
	if args, err = scripted(t.box(), dir, args); err != nil {
		return "", 0, err
	}
	limits := lightLimits(Media{Duration: time.Duration(t.DurationMS()) * time.Millisecond})
	if _, err := r.run(ctx, command{box: t.box(), args: args, limits: limits}); err != nil {
		return "", 0, fmt.Errorf("join sound: %w", err)
	}
	made := File{box: t.box(), name: name, format: FormatMP4}
	path = filepath.Join(t.box().dir, name)
	if made.size, err = wholeSize(path); err != nil {
		return "", 0, t.box().excuse(err)
	}
	m, err := r.Probe(ctx, made)
	return path, m.DurationMS(), err
}

func (r *Runner) soundArgs(t Take, name string) ([]string, error) {
	var whole, used []*ffmpeg.Stream
	kept := false
	for _, run := range t.Runs {
		if run.Media.Audio == nil {
			continue
		}
		in := r.input(run.File)
		whole, used = append(whole, streamOf(in, run.Media.Audio.Index)), append(used, soundOf(in, run))
		kept = kept || len(run.Keep) > 0
	}
	options := ffmpeg.KwArgs{"f": "ipod", "movflags": "+faststart", "map_metadata": "-1"}
	switch {
	case len(whole) == 0:
		return nil, domain.Errorf(domain.KindInvalid, "the clip has no sound")
	case len(whole) == 1 && !kept:
		options["c:a"] = "copy"
		return whole[0].Output(name, options).GetArgs(), nil
	}
	options["c:a"], options["b:a"] = "aac", soundRate
	out := used[0]
	if len(used) > 1 {
		out = ffmpeg.Concat(used, ffmpeg.KwArgs{"v": 0, "a": 1})
	}
	return out.Output(name, options).GetArgs(), nil
}
