package transcode

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"
)

// NewPicture is the score from which on a change is another slide, window or page.
const NewPicture = 0.03

// SceneChange is a moment at which the picture changed, if only by a line of text.
type SceneChange struct {
	AtMS int64
	// Score is how much of the picture changed, 0 to 1; see NewPicture.
	Score float64
}

const (
	// sceneScore from which on a change counts at all. Measured on slides at 240 lines: a pointer that moves has
	// 0.000001, a line of text that comes up 0.006, another slide of the same colours 0.05.
	sceneScore = 0.003
	// sceneStep between looked-at pictures in ms.
	sceneStep = 500
	// sceneKeyFrames: longer takes are looked at in key frames only.
	sceneKeyFrames = 20 * time.Minute
)

// SceneChanges looks for changes of the screen, for chapters and for reading the screen.
// A take without a picture has none.
func (r *Runner) SceneChanges(ctx context.Context, t Take, progress Progress) ([]SceneChange, error) {
	var all []SceneChange
	for i, run := range t.Runs {
		if run.Media.Video == nil {
			continue
		}
		if i > 0 { // the picture's size or codec changed here
			all = append(all, SceneChange{AtMS: run.StartMS, Score: 1})
		}
		var out bytes.Buffer
		c := command{
			box: run.File.box, args: r.sceneArgs(run), stdout: &limitedBuffer{&out, 16 << 20},
			limits: lightLimits(run.Media), progress: progress.part(t, i),
		}
		c.limits.wall += 4 * run.Media.Duration
		c.limits.cpu = 2 * c.limits.wall
		if _, err := r.run(ctx, c); err != nil {
			return nil, fmt.Errorf("scene changes: %w", err)
		}
		all = append(all, parseScenes(out.String(), run.StartMS)...)
	}
	return all, nil
}

func (r *Runner) sceneArgs(run Run) []string {
	v := *run.Media.Video
	before := ffmpeg.KwArgs{"an": ""}
	if run.Media.Duration > sceneKeyFrames {
		before["skip_frame"] = "nokey"
	}
	w, h := fit(v, 240)
	return streamOf(r.input(run.File, before), v.Index).
		Filter("fps", ffmpeg.Args{"1000/" + strconv.Itoa(sceneStep), "start_time=0", "round=up"}).
		Filter("scale", ffmpeg.Args{strconv.Itoa(w), strconv.Itoa(h)}).
		Filter("select", ffmpeg.Args{fmt.Sprintf("gt(scene,%g)", sceneScore)}).
		Filter("metadata", ffmpeg.Args{"print", "file=-"}).
		Output("pipe:", ffmpeg.KwArgs{"f": "null", "fps_mode": "passthrough"}).GetArgs()
}

// parseScenes reads the metadata filter's text: a line with pts_time, then its score.
func parseScenes(text string, startMS int64) []SceneChange {
	var found []SceneChange
	var at float64
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if _, t, ok := strings.Cut(line, "pts_time:"); ok {
			at, _ = strconv.ParseFloat(t, 64)
		} else if score, ok := strings.CutPrefix(line, "lavfi.scene_score="); ok {
			if s, err := strconv.ParseFloat(score, 64); err == nil {
				found = append(found, SceneChange{AtMS: startMS + int64(at*1000), Score: s})
			}
		}
	}
	return found
}
