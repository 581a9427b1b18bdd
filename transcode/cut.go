package transcode

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

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
		Filter("fps", ffmpeg.Args{rate.String(), "start_time=0"})
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

// inside is an expression that is not 0 while t is in one of the spans. Half a millisecond keeps roundings on the right side.
func inside(keep []domain.Span) string {
	terms := make([]string, len(keep))
	for i, s := range keep {
		terms[i] = fmt.Sprintf("gte(t+.0005,%s)*lt(t+.0005,%s)", exactSeconds(s.StartMS), exactSeconds(s.EndMS))
	}
	return strings.Join(terms, "+")
}

// leftOut is an expression for the seconds that are left out before T.
func leftOut(keep []domain.Span) string {
	terms, last := make([]string, len(keep)), int64(0)
	for i, s := range keep {
		terms[i] = fmt.Sprintf("gte(T+.0005,%s)*%s", exactSeconds(s.StartMS), exactSeconds(s.StartMS-last))
		last = s.EndMS
	}
	return strings.Join(terms, "+")
}

func exactSeconds(ms int64) string { return fmt.Sprintf("%d.%03d", ms/1000, ms%1000) }

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
