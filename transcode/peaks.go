package transcode

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Peaks is the speech ribbon: how loud each part of a clip is, for drawing.
type Peaks struct {
	DurationMS int64 `json:"duration_ms"`
	// Peaks from 0 (silence) to 255 (the loudest of this clip), spread evenly over the duration.
	Peaks []int `json:"peaks"`
}

const (
	peakCount  = 800
	peakFrames = 20 // ms over which loudness is taken; a bucket shows its loudest frame
)

// JSON is what is stored and served.
func (p Peaks) JSON() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // numbers only
	}
	return b
}

// Peaks listens to a take and spreads what it hears over the clip's duration, as players do who draw it: that of the media may be another one
// where a recording was taken up again. 0: the duration of the media. A take without sound, or silent, gives zeros.
func (r *Runner) Peaks(ctx context.Context, t Take, durationMS int64, progress Progress) (Peaks, error) {
	if durationMS <= 0 {
		durationMS = t.DurationMS()
	}
	meter := newPeakMeter(durationMS)
	if !t.HasAudio() {
		return meter.peaks(), nil
	}
	pcm, err := r.PCM(ctx, t, 0, 0)
	if err != nil {
		return Peaks{}, err
	}
	err = meter.read(pcm, progress)
	if err = errors.Join(err, pcm.Close()); err != nil {
		return Peaks{}, fmt.Errorf("peaks: %w", err)
	}
	return meter.peaks(), nil
}

// peakMeter keeps the loudest frame of each bucket; memory does not grow with the clip.
type peakMeter struct {
	duration int64
	buckets  []float64
}

func newPeakMeter(durationMS int64) *peakMeter {
	n := min(peakCount, max(1, durationMS/peakFrames))
	return &peakMeter{duration: max(1, durationMS), buckets: make([]float64, n)}
}

func (m *peakMeter) read(pcm io.Reader, progress Progress) error {
	r := bufio.NewReaderSize(pcm, 64<<10)
	frame := make([]byte, peakFrames*pcmBytesPerMS)
	for at := int64(0); ; at += peakFrames {
		n, err := io.ReadFull(r, frame)
		if n > 1 {
			i := min(int64(len(m.buckets))-1, at*int64(len(m.buckets))/m.duration)
			m.buckets[i] = max(m.buckets[i], rms(frame[:n&^1]))
		}
		if progress != nil && at%10_000 == 0 {
			progress(min(1, float64(at)/float64(m.duration)))
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err //nolint:wrapcheck // wrapped by Peaks
		}
	}
}

func rms(frame []byte) float64 {
	var sum float64
	for i := 0; i < len(frame); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(frame[i:]))) //nolint:gosec // PCM
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(frame)/2))
}

// peaks scales to the clip's own level: the 98th percentile is full, so that one
// knock on the desk does not flatten the speech, and the root lifts what is quiet.
func (m *peakMeter) peaks() Peaks {
	p := Peaks{DurationMS: m.duration, Peaks: make([]int, len(m.buckets))}
	sorted := slices.Sorted(slices.Values(m.buckets))
	full := sorted[(len(sorted)-1)*98/100]
	const noise = 33 // −60 dBFS: a clip that is never louder is silent
	if full < noise {
		return p
	}
	for i, v := range m.buckets {
		p.Peaks[i] = int(math.Round(255 * math.Sqrt(min(1, v/full))))
	}
	return p
}
