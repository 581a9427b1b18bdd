package transcode

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// Cut makes the renditions of what is kept of a take, in every rung that PlanLadder has for it, with the loudness evened out. Picture and
// sound are decoded and encoded again: sound is cut to the millisecond, the picture to the frame, and neither drifts from the other
// however many cuts there are. Renditions have names that begin with domain.CutPrefix.
func (r *Runner) Cut(ctx context.Context, t Take, kept domain.Timeline, progress Progress) ([]Rendition, error) {
	plan := PlanCut(t.Media())
	if len(plan) == 0 {
		return nil, nil
	}
	cut, err := t.Kept(kept)
	if err != nil {
		return nil, err
	}
	var adjust adjustment
	if t.HasAudio() {
		l, err := r.MeasureLoudness(ctx, t, progress.between(0, 0.1))
		if err != nil {
			return nil, fmt.Errorf("cut: %w", err)
		}
		adjust = planLoudness(l)
	}
	made, err := r.encode(ctx, cut, plan, adjust, progress.between(0.1, 1))
	if err != nil {
		return nil, fmt.Errorf("cut: %w", err)
	}
	return made, nil
}

// PlanCut is PlanLadder without copies: a copied picture can be cut at its key frames only.
func PlanCut(runs []Media) []Encoding {
	plan := PlanLadder(runs)
	v, _, _ := widest(runs)
	if len(plan) == 0 && v != nil { // H.264 without sound needs no ladder, but a cut one does
		plan = []Encoding{rung(v, nil, min(shortSide(*v), maxShortSide))}
	}
	for i := range plan {
		if plan[i].Video == ActionCopy {
			plan[i].encodeVideo(*v, min(shortSide(*v), maxShortSide))
		}
		plan[i].Name = domain.CutPrefix + plan[i].Name
	}
	return plan
}

// Kept is a take of which only some stretches of its time line are used. KindUnsupported when it has no media there.
func (t Take) Kept(kept domain.Timeline) (Take, error) {
	out := Take{}
	for i, run := range t.Runs {
		end := run.StartMS + run.Media.DurationMS()
		if i+1 < len(t.Runs) {
			end = min(end, t.Runs[i+1].StartMS)
		}
		run.Keep = nil
		for _, s := range kept.Within(domain.Timeline{{StartMS: run.StartMS, EndMS: end}}) {
			run.Keep = append(run.Keep, domain.Span{StartMS: s.StartMS - run.StartMS, EndMS: s.EndMS - run.StartMS})
		}
		if len(run.Keep) > 0 {
			out.Runs = append(out.Runs, run)
		}
	}
	if len(out.Runs) == 0 {
		return out, domain.Errorf(domain.KindUnsupported, "there is no media in what is kept")
	}
	return out, nil
}

// cutPictures leaves the frames of a constant rate out that are not in keep, and moves the others together.
func cutPictures(s *ffmpeg.Stream, keep []domain.Span, rate Rational) *ffmpeg.Stream {
	if len(keep) == 0 {
		return s
	}
	return s.Filter("select", ffmpeg.Args{inside(keep)}).
		Filter("setpts", ffmpeg.Args{"PTS-(" + leftOut(keep) + ")/TB"}).
		Filter("fps", ffmpeg.Args{rate.String(), "start_time=0"}).
		// The last frame would stay until where the recording ends.
		Filter("trim", ffmpeg.Args{"end=" + exactSeconds(domain.Timeline(keep).DurationMS())})
}

// cutSounds does the same with sound at 48 kHz, which it cuts into pieces of a millisecond first: the unit of every edit.
func cutSounds(s *ffmpeg.Stream, keep []domain.Span) *ffmpeg.Stream {
	if len(keep) == 0 {
		return s
	}
	return s.Filter("asetnsamples", ffmpeg.Args{"48", "p=0"}).
		Filter("aselect", ffmpeg.Args{inside(keep)}).
		Filter("asetpts", ffmpeg.Args{"N/SR/TB"})
}

// inside is an expression that is 1 while t is in one of the spans, else 0.
func inside(keep []domain.Span) string {
	var steps []step
	for _, s := range keep {
		steps = append(steps, step{s.StartMS, "1"}, step{s.EndMS, "0"})
	}
	return stepwise("t", "0", steps)
}

// leftOut is an expression for the seconds that are left out before T.
func leftOut(keep []domain.Span) string {
	steps, sum, last := make([]step, len(keep)), int64(0), int64(0)
	for i, s := range keep {
		sum, last = sum+s.StartMS-last, s.EndMS
		steps[i] = step{s.StartMS, exactSeconds(sum)}
	}
	return stepwise("T", "0", steps)
}

// step is a moment from which on an expression has another value.
type step struct {
	fromMS int64
	value  string
}

// stepwise is an expression of a time that has the value of the last step before it. It is a search tree: ffmpeg takes no sum of
// more than a hundred terms, and evaluates this for each frame. Half a millisecond keeps roundings on the right side.
func stepwise(variable, before string, steps []step) string {
	if len(steps) == 0 {
		return before
	}
	middle := len(steps) / 2
	at := steps[middle]
	return fmt.Sprintf("if(lt(%s+.0005,%s),%s,%s)", variable, exactSeconds(at.fromMS),
		stepwise(variable, before, steps[:middle]), stepwise(variable, at.value, steps[middle+1:]))
}

func exactSeconds(ms int64) string { return fmt.Sprintf("%d.%03d", ms/1000, ms%1000) }

// longestFilter is what of a graph of filters goes onto the command line: Linux takes 128 KiB for one argument.
const longestFilter = 32 << 10

// scripted moves a graph of filters that is too long for the command line into a file in the box.
func scripted(b *Box, dir string, args []string) ([]string, error) {
	for i := range args[:len(args)-1] {
		if args[i] != "-filter_complex" || len(args[i+1]) <= longestFilter {
			continue
		}
		name := dir + "/filters"
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, []byte(args[i+1]), 0o600); err != nil {
			return nil, fmt.Errorf("write filters: %w", err)
		}
		if err := b.own(path, 0o600); err != nil {
			return nil, err
		}
		args[i], args[i+1] = "-filter_complex_script", "file:"+name
	}
	return args, nil
}

// OpenMade brings a rendition that was made here into a box of its own, for pictures of it.
func (r *Runner) OpenMade(ctx context.Context, b *Box, made Rendition) (Take, error) {
	inits, segments := make([]domain.InitSegment, len(made.Inits)), made.rows()
	for i, f := range made.Inits {
		inits[i] = domain.InitSegment{No: f.No, ObjectKey: f.Path}
	}
	for i := range segments {
		segments[i].ObjectKey = made.Segments[i].Path
	}
	return r.OpenStored(ctx, b, inits, segments, func(_ context.Context, path string) (io.ReadCloser, error) { return os.Open(path) })
}
