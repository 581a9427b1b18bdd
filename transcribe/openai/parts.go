package openai

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"

	"baton/domain"
	"baton/transcribe"
)

func newReader(pcm []byte) io.Reader { return bytes.NewReader(pcm) }

// Levels are taken by frames of 20 ms.
const (
	frameMS    = 20
	frameBytes = frameMS * transcribe.BytesPerMS
	// pauseFrames of quiet are a place to cut.
	pauseFrames = 25
	// Speech is louder than the floor by this much, or there is none.
	contrastDB = 12
	deafDB     = -60 // nothing below it counts
)

// parts cuts a stream at pauses.
type parts struct {
	from     io.Reader
	minBytes int
	held     []byte
	err      error
}

// next is the next part, nil after the last. Its error is that of the stream or of ctx.
func (p *parts) next(ctx context.Context) ([]byte, error) {
	buffer := make([]byte, 1000*transcribe.BytesPerMS)
	for p.err == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if n := p.cut(); n > 0 {
			return p.take(n), nil
		}
		var n int
		n, p.err = io.ReadFull(p.from, buffer)
		p.held = append(p.held, buffer[:n]...)
	}
	if !errors.Is(p.err, io.EOF) && !errors.Is(p.err, io.ErrUnexpectedEOF) {
		return nil, p.err
	}
	if n := p.cut(); n > 0 {
		return p.take(n), nil
	}
	if len(p.held) == 0 {
		return nil, nil
	}
	return p.take(len(p.held)), nil
}

func (p *parts) take(n int) []byte {
	part := p.held[:n:n]
	p.held = slices.Clone(p.held[n:])
	return part
}

// cut is where to end a part: in the first pause after minBytes, or, when there is
// twice as much, at the quietest place since. 0: not yet.
func (p *parts) cut() int {
	if len(p.held) < p.minBytes+pauseFrames*frameBytes {
		return 0
	}
	from := p.minBytes / frameBytes * frameBytes
	all := levels(p.held)
	later := all[from/frameBytes:]
	quiet := quietLevel(all)
	run := 0
	for i, db := range later {
		if run++; db > quiet {
			run = 0
		}
		if run == pauseFrames {
			return from + (i-pauseFrames/2)*frameBytes
		}
	}
	if len(p.held) < 2*p.minBytes {
		return 0
	}
	least := slices.Index(later, slices.Min(later))
	return from + least*frameBytes + frameBytes/2
}

// levels are the loudness of each whole frame, in dB below full scale.
func levels(pcm []byte) []float64 {
	out := make([]float64, len(pcm)/frameBytes)
	for i := range out {
		var energy float64
		frame := pcm[i*frameBytes : (i+1)*frameBytes]
		for j := 0; j < len(frame); j += 2 {
			v := float64(int16(binary.LittleEndian.Uint16(frame[j:]))) / 32768 //nolint:gosec // two's complement
			energy += v * v
		}
		out[i] = 10 * math.Log10(2*energy/frameBytes+1e-10)
	}
	return out
}

// quietLevel is what no speech lies under.
func quietLevel(levels []float64) float64 {
	sorted := slices.Sorted(slices.Values(levels))
	floor, loud := sorted[len(sorted)/20], sorted[len(sorted)*19/20]
	return max(deafDB, floor+0.3*(loud-floor))
}

// ByLoudness is a Detect that takes for speech what stands out of the floor: noises, too. It hears none in steady sound.
func ByLoudness(_ context.Context, pcm io.Reader, _ transcribe.Options, emit func(transcribe.Stretch) error) error {
	b, err := io.ReadAll(pcm)
	if err != nil {
		return err
	}
	s := transcribe.Stretch{EndMS: int64(len(b)) / transcribe.BytesPerMS}
	all := levels(b)
	if len(all) == 0 {
		return nil
	}
	quiet := quietLevel(all)
	if slices.Max(all)-slices.Min(all) >= contrastDB {
		for i, db := range all {
			if db <= quiet {
				continue
			}
			at := int64(i) * frameMS
			if n := len(s.Speech); n > 0 && at-s.Speech[n-1].EndMS < 250 {
				s.Speech[n-1].EndMS = at + frameMS
				continue
			}
			s.Speech = append(s.Speech, domain.Span{StartMS: at, EndMS: at + frameMS})
		}
	}
	s.Speech = slices.DeleteFunc(s.Speech, func(v domain.Span) bool { return v.EndMS-v.StartMS < 100 })
	return emit(s)
}
