package transcode

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"
)

// TargetLUFS is the integrated loudness of renditions (EBU R 128 measures it,
// −16 is the custom for speech on the web); peakLimit the highest sample in dBFS
// before the AAC encoder, which adds a decibel or so.
const (
	TargetLUFS = -16.0
	peakLimit  = -2.0
	// maxGain in dB: more would only raise the room's noise.
	maxGain = 24.0
	// silence in LUFS: below it nobody speaks and nothing is raised.
	silence = -55.0
)

// Loudness of a take as measured.
type Loudness struct {
	// Integrated in LUFS after EBU R 128; −70 or less for silence.
	Integrated float64
	// Peak is the highest sample in dBFS.
	Peak float64
}

// adjustment brings a take to TargetLUFS by one constant gain, which is what
// ffmpeg's loudnorm does in linear mode, without its detour through 192 kHz. Where
// the gain would push peaks over the limit a limiter takes those alone down;
// loudnorm would turn to riding the gain instead, which pumps.
type adjustment struct {
	gainDB float64
	limit  bool
}

// planLoudness is the second pass's plan from the first's figures.
func planLoudness(l Loudness) adjustment {
	if l.Integrated < silence || math.IsNaN(l.Integrated) {
		return adjustment{}
	}
	gain := min(maxGain, max(-maxGain, TargetLUFS-l.Integrated))
	return adjustment{gainDB: math.Round(gain*10) / 10, limit: l.Peak+gain > peakLimit}
}

func (a adjustment) apply(s *ffmpeg.Stream) *ffmpeg.Stream {
	if a.gainDB != 0 {
		s = s.Filter("volume", ffmpeg.Args{strconv.FormatFloat(a.gainDB, 'f', 1, 64) + "dB"})
	}
	if a.limit {
		ceiling := strconv.FormatFloat(math.Pow(10, peakLimit/20), 'f', 3, 64)
		s = s.Filter("alimiter", ffmpeg.Args{"limit=" + ceiling, "level=0", "attack=3", "release=50"})
	}
	return s
}

// MeasureLoudness listens to the whole take.
func (r *Runner) MeasureLoudness(ctx context.Context, t Take, progress Progress) (Loudness, error) {
	meter := loudnessMeter{peak: math.Inf(-1)}
	for i, run := range t.Runs {
		if run.Media.Audio == nil {
			continue
		}
		stderr, err := r.run(ctx, command{
			box: run.File.box, args: r.loudnessArgs(run), verbose: true,
			limits: lightLimits(run.Media), progress: progress.part(t, i),
		})
		if err != nil {
			return Loudness{}, fmt.Errorf("measure loudness: %w", err)
		}
		l, err := parseLoudness(stderr)
		if err != nil {
			return Loudness{}, err
		}
		meter.add(l, run.Media.Duration)
	}
	return meter.sum(), nil
}

func (r *Runner) loudnessArgs(run Run) []string {
	return streamOf(r.input(run.File), run.Media.Audio.Index).
		Filter("ebur128", ffmpeg.Args{"peak=sample", "framelog=verbose"}).
		Output("pipe:", ffmpeg.KwArgs{"f": "null"}).GetArgs()
}

var loudnessLines = regexp.MustCompile(`(?s)Integrated loudness:\s+I:\s+(\S+) LUFS.*?Sample peak:\s+Peak:\s+(\S+) dBFS`)

func parseLoudness(stderr string) (Loudness, error) {
	all := loudnessLines.FindAllStringSubmatch(stderr, -1)
	if len(all) == 0 {
		return Loudness{}, fmt.Errorf("measure loudness: no summary in %q", stderr) //nolint:err113 // for the log
	}
	m := all[len(all)-1] // a filter that was set up twice reports its empty first life, too
	i, err1 := strconv.ParseFloat(m[1], 64)
	p, err2 := strconv.ParseFloat(m[2], 64)
	if err1 != nil || err2 != nil {
		return Loudness{Integrated: -70, Peak: -70}, nil //nolint:nilerr // "-inf" or "nan": silence
	}
	return Loudness{i, p}, nil
}

// loudnessMeter joins the runs of a take: energies add up by their time.
type loudnessMeter struct{ energy, seconds, peak float64 }

func (m *loudnessMeter) add(l Loudness, d time.Duration) {
	m.peak = max(m.peak, l.Peak)
	if l.Integrated >= silence {
		m.energy += math.Pow(10, l.Integrated/10) * d.Seconds()
		m.seconds += d.Seconds()
	}
}

func (m *loudnessMeter) sum() Loudness {
	if m.seconds == 0 {
		return Loudness{Integrated: -70, Peak: max(m.peak, -120)}
	}
	return Loudness{Integrated: 10 * math.Log10(m.energy/m.seconds), Peak: m.peak}
}
