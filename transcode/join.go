package transcode

import (
	"context"
	"strconv"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// Joined is a rendition of several takes, one behind the other.
type Joined struct {
	Rendition
	// StartsMS is where each take begins in it.
	StartsMS []int64
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
	out := Joined{Rendition: made, StartsMS: make([]int64, len(first))}
	for i, run := range first {
		for _, s := range made.Segments {
			if s.InitNo == run {
				out.StartsMS[i] = s.StartMS
				break
			}
		}
	}
	return out, nil
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
