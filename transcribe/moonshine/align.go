package moonshine

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// attentionLag is how much later than the sound the attention comes, in seconds: 0.01 against marks that people set, 0.045
// against a forced aligner.
const attentionLag = 0.015

// word is a word of a chunk with times in seconds from the chunk's first sample.
type word struct {
	text     string
	from, to float64
	logP     float64 // mean over its tokens
}

// words cuts decoded tokens into timed words.
func (e *Engine) words(d decoded, k chunk) []word {
	if len(d.tokens) == 0 {
		return nil
	}
	weight := normalisedAttention(d)
	starts := align(weight, d.frames)
	length := float64(len(k.samples)) / sampleRate
	voice := k.voiceOf(d.frames)
	var out []word
	from := 0
	for i := 1; i <= len(d.tokens); i++ {
		if i < len(d.tokens) && !strings.HasPrefix(e.vocabulary[d.tokens[i].id], " ") {
			continue
		}
		w, sounding := e.join(d.tokens[from:i])
		w.from = frameTime(onset(weight[from], starts[from], starts[from+1]), length)
		w.to = frameTime(starts[from+sounding], length)
		top := peak(weight[from:from+sounding], starts[from], starts[from+sounding], voice)
		if w.text != "" {
			out = append(out, snap(w, frameTime(top, length), k.speech))
		}
		from = i
	}
	return out
}

// join makes a word's text of its tokens; sounding is how many of them, from the
// first, it takes until only punctuation follows.
func (e *Engine) join(tokens []token) (w word, sounding int) {
	var b strings.Builder
	sounding = 1
	for i, t := range tokens {
		piece := e.vocabulary[t.id]
		b.WriteString(piece)
		w.logP += t.logP / float64(len(tokens))
		if strings.ContainsFunc(piece, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			sounding = i + 1
		}
	}
	w.text = strings.ToValidUTF8(strings.TrimSpace(b.String()), "")
	return w, sounding
}

// frameTime is the time at which an encoder frame begins, in seconds.
func frameTime(frame int, length float64) float64 {
	t := (float64(frame)*frameSamples-frameSamples/2+frameCentre)/sampleRate - attentionLag
	return min(length, max(0, t))
}

// minOverlap of a word with speech, in seconds, less is chance.
const minOverlap = 0.03

// snap clamps a word to the speech it is in, so that a pause is not part of the word beside
// it. Of several, that is the one nearest to where the attention peaks: the path gives the
// whole of a long pause to one of its neighbours, so that the overlap tells nothing.
func snap(w word, peak float64, speech []span) word {
	nearest, from, to := math.Inf(1), w.from, w.to
	for _, s := range speech {
		start, end := float64(s.from)/sampleRate, float64(s.to)/sampleRate
		a, b := max(w.from, start), min(w.to, end)
		if d := max(start-peak, peak-end, 0); b-a > minOverlap && d < nearest {
			nearest, from, to = d, a, b
		}
	}
	w.from, w.to = from, to
	return w
}

// onsetShare of a token's most attention is attention in earnest.
const onsetShare = 0.6

// onset is the first frame of [from,to) to which a word's first token attends in earnest: the path gives it all the
// frames after the word before it, and a hesitation that was not written is among them.
func onset(row []float32, from, to int) int {
	if from >= to {
		return from
	}
	most := slices.Max(row[from:to])
	for f := from; f < to; f++ {
		if row[f] >= onsetShare*most {
			return f
		}
	}
	return from
}

// peak is the frame of [from,to) that the tokens attend to most, as far as there is a voice in it: they attend to breaths, too.
func peak(weight [][]float32, from, to int, voice []float32) int {
	most, at := float32(math.Inf(-1)), from
	for f := from; f < to; f++ {
		for _, row := range weight {
			if w := row[f] * voice[f]; w > most {
				most, at = w, f
			}
		}
	}
	return at
}

// voiceOf is the probability of a voice in each encoder frame.
func (k chunk) voiceOf(frames int) []float32 {
	out := make([]float32, frames)
	for f := range out {
		out[f] = k.voice[min(len(k.voice)-1, (f*frameSamples+frameCentre)/window)]
	}
	return out
}

// normalisedAttention sums the align heads, each frame made comparable by its mean
// and deviation over the tokens. A row for each token, a column for each frame.
func normalisedAttention(d decoded) [][]float32 {
	n := float64(len(d.tokens))
	sum := make([][]float32, len(d.tokens))
	for i := range sum {
		sum[i] = make([]float32, d.frames)
	}
	for h := range d.tokens[0].attention {
		for f := range d.frames {
			var mean, square float64
			for _, t := range d.tokens {
				mean += float64(t.attention[h][f]) / n
			}
			for _, t := range d.tokens {
				x := float64(t.attention[h][f]) - mean
				square += x * x / n
			}
			deviation := math.Sqrt(square) + 1e-6
			for i, t := range d.tokens {
				sum[i][f] += float32((float64(t.attention[h][f]) - mean) / deviation)
			}
		}
	}
	return sum
}

// Steps of the alignment path.
const (
	stepBoth  = iota // next token, next frame
	stepToken        // next token, same frame
	stepFrame        // same token, next frame
)

// align is dynamic time warping: the first frame of each token on the monotonic
// path of most weight, and the number of frames as a last entry.
func align(weight [][]float32, frames int) []int {
	tokens, width := len(weight), frames+1
	cost := make([]float64, (tokens+1)*width)
	for i := range cost {
		cost[i] = math.Inf(1)
	}
	steps := make([]uint8, len(cost))
	cost[0] = 0
	for i := 1; i <= tokens; i++ {
		for j := 1; j <= frames; j++ {
			least, step := cost[(i-1)*width+j-1], uint8(stepBoth)
			if c := cost[(i-1)*width+j]; c < least {
				least, step = c, stepToken
			}
			if c := cost[i*width+j-1]; c < least {
				least, step = c, stepFrame
			}
			cost[i*width+j], steps[i*width+j] = least-float64(weight[i-1][j-1]), step
		}
	}
	return firstFrames(steps, tokens, frames)
}

// firstFrames walks the path back from its end.
func firstFrames(steps []uint8, tokens, frames int) []int {
	first := make([]int, tokens+1)
	first[tokens] = frames
	for i, j := tokens, frames; i > 0 && j > 0; {
		first[i-1] = j - 1
		switch steps[i*(frames+1)+j] {
		case stepBoth:
			i, j = i-1, j-1
		case stepToken:
			i--
		default:
			j--
		}
	}
	return first
}
