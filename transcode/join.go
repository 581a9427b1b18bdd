package transcode

import (
	"context"
	"slices"
	"strconv"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// Joined is a rendition of several takes, one behind the other.
type Joined struct {
	Rendition
	// Takes are where each one is in it.
	Takes []JoinedTake
}

// JoinedTake is where a take is in what it was joined to: its span there, and its stretches, each with where it begins.
type JoinedTake struct {
	domain.Span
	Pieces []domain.StitchedPiece
}

// Join makes the source rendition of several takes in one box, one behind the other. What has the same codecs throughout and is used whole is
// copied; else all of it is encoded, to the frame where a take is used in part (Take.Kept). A take without a picture among others that have one
// gets a black one, one without sound a silence: players cannot lose a track half-way.
func (r *Runner) Join(ctx context.Context, takes []Take, progress Progress) (Joined, error) {
	t, first, exact := joined(takes)
	plan := PlanImport(t.Media())
	if exact {
		plan = plan.encodeAll(t.Media())
	}
	made, err := r.importAs(ctx, t, plan, progress)
	if err != nil {
		return Joined{}, err
	}
	return Joined{Rendition: made, Takes: places(takes, first, made)}, nil
}

// places tells where takes are in what was made of them; first is the number of each one's first run.
func places(takes []Take, first []int, made Rendition) []JoinedTake {
	starts := runStarts(made, first[len(first)-1]+len(takes[len(takes)-1].Runs))
	out := make([]JoinedTake, len(takes))
	for i, take := range takes {
		out[i].StartMS, out[i].EndMS = starts[first[i]], starts[first[i]+len(take.Runs)]
		for j, run := range take.Runs {
			keep := run.Keep
			if len(keep) == 0 {
				keep = []domain.Span{{EndMS: run.Media.DurationMS()}}
			}
			at := starts[first[i]+j]
			for _, s := range keep {
				own := domain.Span{StartMS: run.StartMS + s.StartMS, EndMS: run.StartMS + s.EndMS}
				out[i].Pieces = append(out[i].Pieces, domain.StitchedPiece{Span: own, AtMS: min(at, starts[first[i]+j+1])})
				at += s.EndMS - s.StartMS
			}
		}
	}
	return out
}

// runStarts is where each of n runs begins in a rendition, and where the last ends. One of which nothing was made has no length.
func runStarts(made Rendition, n int) []int64 {
	starts := make([]int64, n+1)
	for i := range starts {
		starts[i] = made.DurationMS()
	}
	for _, s := range slices.Backward(made.Segments) {
		starts[s.InitNo] = s.StartMS
	}
	for i := n - 1; i >= 0; i-- {
		starts[i] = min(starts[i], starts[i+1])
	}
	return starts
}

// joined is one take of several; first is the number of each one's first run. exact: frames have to be made or left out.
func joined(takes []Take) (t Take, first []int, exact bool) {
	var all []Media
	for _, take := range takes {
		all = append(all, take.Media()...)
	}
	v, a, _ := widest(all)
	at := int64(0)
	for _, take := range takes {
		first = append(first, len(t.Runs))
		for _, run := range take.Runs {
			run.StartMS, run.joined = at, true
			at += run.lengthMS()
			exact = exact || len(run.Keep) > 0 || (run.Media.Video == nil) != (v == nil) || (run.Media.Audio == nil) != (a == nil)
			run.Media = completed(run.Media, v, a)
			t.Runs = append(t.Runs, run)
		}
	}
	return t, first, exact
}

// noStream is the index of a stream that is not in the file: it is made.
const noStream = -1

// completed gives media the tracks that it lacks.
func completed(m Media, v *VideoStream, a *AudioStream) Media {
	if m.Video == nil && v != nil {
		black := *v
		black.Index = noStream
		m.Video = &black
	}
	if m.Audio == nil && a != nil {
		silence := *a
		silence.Index = noStream
		m.Audio = &silence
	}
	return m
}

// lengthMS is how long what is used of it plays.
func (r Run) lengthMS() int64 {
	if len(r.Keep) > 0 {
		return domain.Timeline(r.Keep).DurationMS()
	}
	return r.Media.DurationMS()
}

// blackPicture and quiet are as long as what is used of a run.
func blackPicture(v VideoStream, rate Rational, ms int64) *ffmpeg.Stream {
	w, h := v.DisplaySize()
	return sourceFilter("color", ffmpeg.KwArgs{"color": "black", "size": strconv.Itoa(w) + "x" + strconv.Itoa(h), "rate": rate.String(), "duration": exactSeconds(ms)})
}

func quiet(ms int64) *ffmpeg.Stream {
	return sourceFilter("anullsrc", ffmpeg.KwArgs{"sample_rate": "48000", "channel_layout": "mono", "duration": exactSeconds(ms)})
}

// sourceFilter is a filter without inputs, of which ffmpeg-go has none.
func sourceFilter(name string, options ffmpeg.KwArgs) *ffmpeg.Stream {
	return ffmpeg.NewNode(nil, name, nil, "FilterableStream", 0, 0, nil, options, "FilterNode").Stream("", "")
}
