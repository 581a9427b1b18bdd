package moonshine

import "math"

// The slower copy of a chunk. The model was taught by tidy transcripts: at normal speed it leaves hesitations out and
// smooths what is said fast; played slower it writes what it hears.
const (
	slowness   = 1.25
	slowFrame  = 512 // samples, 32 ms
	slowHop    = slowFrame / 2
	slowSearch = 160 // samples: a period of the deepest voice is 12 ms
)

// slower stretches sound in time without changing its pitch: waveform similarity overlap-add (Verhelst and Roelands, 1993).
func slower(samples []float32) []float32 {
	out := make([]float32, int(float64(len(samples))*slowness)+slowFrame)
	var fade [slowFrame]float32
	for i := range fade {
		fade[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/slowFrame))
	}
	from := 0
	for i := 0; ; i++ {
		if i > 0 {
			wanted := int(float64(i*slowHop) / slowness)
			if wanted+slowSearch+slowFrame > len(samples) {
				return out[:i*slowHop+slowHop]
			}
			from = alike(samples, from+slowHop, wanted)
		} else if slowSearch+slowFrame > len(samples) {
			return samples
		}
		for j, f := range fade {
			if i == 0 && j < slowHop {
				f = 1
			}
			out[i*slowHop+j] += f * samples[from+j]
		}
	}
}

// alike is the place near wanted where the sound goes on most like at next.
func alike(samples []float32, next, wanted int) int {
	pattern := samples[next : next+slowHop]
	best, most := wanted, float32(math.Inf(-1))
	try := func(at int) {
		var product, energy float32
		for j := 0; j < slowHop; j += 2 {
			v := samples[at+j]
			product += v * pattern[j]
			energy += v * v
		}
		if s := product / float32(math.Sqrt(float64(energy)+1e-9)); s > most {
			best, most = at, s
		}
	}
	for at := max(0, wanted-slowSearch); at <= wanted+slowSearch; at += 4 {
		try(at)
	}
	for at, last := max(0, best-3), min(best+3, len(samples)-slowFrame); at <= last; at++ {
		try(at)
	}
	return best
}
