package moonshine

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"baton/transcribe/ort"
)

// Facts of the Moonshine models.
const (
	sampleRate     = 16000
	frameSamples   = 384 // the encoder's strides are 64, 3 and 2: a frame every 24 ms
	frameCentre    = 447 // middle of the 895 samples that a frame sees
	attentionHeads = 8
	// tokensPerSecond bounds a decode. Fast English needs 6 to 7.
	tokensPerSecond = 10
	tokensExtra     = 8
)

// head is one of the decoder's cross-attention heads.
type head struct{ layer, head int }

// alignHeads are the heads whose peaks follow the voice best, found by greedy search
// over all heads on two sets of aligned speech.
func alignHeads(layers int) (name string, heads []head) {
	switch layers {
	case 6:
		return "moonshine-tiny", []head{{5, 6}, {3, 5}, {3, 7}, {3, 2}}
	case 8:
		return "moonshine-base", []head{{5, 5}, {5, 4}, {6, 5}, {7, 4}}
	}
	return "", nil
}

// model is a loaded encoder and decoder. Several goroutines may decode at once.
type model struct {
	r        *ort.Runtime
	encoder  *ort.Session
	decoder  *ort.Session
	name     string
	layers   int
	headSize int
	heads    []head
}

// openModel loads encoder_model.onnx and decoder_model_merged.onnx from dir.
func openModel(r *ort.Runtime, dir string, o ort.SessionOptions) (*model, error) {
	o.NoMemoryPattern = true // every step has other shapes
	m := &model{r: r}
	var err error
	m.encoder, err = r.OpenSession(filepath.Join(dir, "encoder_model.onnx"), []string{"input_values"}, []string{"last_hidden_state"}, o)
	if err != nil {
		return nil, fmt.Errorf("load speech encoder: %w", err)
	}
	if err := m.openDecoder(filepath.Join(dir, "decoder_model_merged.onnx"), o); err != nil {
		m.close()
		return nil, fmt.Errorf("load speech decoder: %w", err)
	}
	debug.FreeOSMemory() // patching made several copies of the model
	return m, nil
}

func (m *model) openDecoder(path string, o ort.SessionOptions) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	outputs, err := outputDimensions(file)
	if err != nil {
		return err
	}
	for name, dims := range outputs {
		if strings.HasSuffix(name, ".decoder.key") && len(dims) == 4 {
			m.layers++
			m.headSize = int(dims[3])
		}
	}
	if m.name, m.heads = alignHeads(m.layers); m.heads == nil {
		return fmt.Errorf("no known model has %d decoder layers", m.layers)
	}
	file, err = exposeCrossAttention(file, m.layers)
	if err != nil {
		return err
	}
	in, out := m.decoderNames()
	m.decoder, err = m.r.NewSession(file, in, out, o)
	return err
}

// decoderNames are the decoder's inputs and outputs: the cache has, for each layer,
// the decoder's own key and value and then the encoder's.
func (m *model) decoderNames() (in, out []string) {
	in = []string{"input_ids", "encoder_hidden_states", "use_cache_branch"}
	out = []string{"logits"}
	for l := range m.layers {
		for _, part := range []string{"decoder.key", "decoder.value", "encoder.key", "encoder.value"} {
			in = append(in, fmt.Sprintf("past_key_values.%d.%s", l, part))
			out = append(out, fmt.Sprintf("present.%d.%s", l, part))
		}
	}
	for l := range m.layers {
		out = append(out, fmt.Sprintf("xattn.%d", l))
	}
	return in, out
}

func (m *model) close() {
	m.encoder.Close()
	m.decoder.Close()
}

// token is one decoded piece.
type token struct {
	id   int
	logP float64
	// attention has a row for each of the model's align heads, a column for each frame.
	attention [][]float32
}

// decoded is what the model made of one chunk.
type decoded struct {
	tokens    []token
	frames    int
	truncated bool // ran over the limit of tokens
	looped    bool // repeated itself; the repetitions are left out of tokens
}

// decode transcribes up to about 20 s of sound by greedy search. stop is asked before each token.
func (m *model) decode(samples []float32, stop func() error) (decoded, error) {
	hidden, frames, err := m.encode(samples)
	if err != nil {
		return decoded{}, err
	}
	defer hidden.Close()
	s, err := m.newSearch(hidden)
	defer s.close()
	if err != nil {
		return decoded{}, err
	}
	d := decoded{frames: frames}
	limit := int(float64(len(samples))/sampleRate*tokensPerSecond) + tokensExtra
	for {
		if err := stop(); err != nil {
			return d, err
		}
		t, err := s.step(frames)
		if err != nil || t.id == tokenEOS {
			return d, err
		}
		d.tokens = append(d.tokens, t)
		if n := repeated(d.tokens); n > 0 {
			d.looped = true
			d.tokens = d.tokens[:len(d.tokens)-n]
			return d, nil
		}
		if len(d.tokens) >= limit {
			d.truncated = true
			return d, nil
		}
	}
}

// minSamples give the encoder two frames; it fails on none.
const minSamples = 2 * sampleRate / 10

func (m *model) encode(samples []float32) (hidden *ort.Value, frames int, err error) {
	if n := minSamples - len(samples); n > 0 {
		samples = append(slices.Clone(samples), make([]float32, n)...)
	}
	in, err := m.r.Floats([]int64{1, int64(len(samples))}, samples)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close()
	out, err := m.encoder.Run([]*ort.Value{in})
	if err != nil {
		return nil, 0, err
	}
	shape, err := out[0].Shape()
	if err != nil {
		out[0].Close()
		return nil, 0, err
	}
	return out[0], int(shape[1]), nil
}

// repeated counts the tokens at the end that only repeat a phrase of up to 16 tokens
// which was said four times in a row, or of one token said eight times.
func repeated(tokens []token) int {
	n := len(tokens)
	for phrase := 1; phrase <= 16; phrase++ {
		times := 4
		if phrase == 1 {
			times = 8
		}
		extra := phrase * (times - 1)
		if n < phrase*times {
			break
		}
		i := 1
		for i <= extra && tokens[n-i].id == tokens[n-i-phrase].id {
			i++
		}
		if i > extra {
			return extra
		}
	}
	return 0
}

// best is the most likely token and its log probability.
func best(logits []float32) (id int, logP float64) {
	top := logits[0]
	for i, v := range logits {
		if v > top {
			id, top = i, v
		}
	}
	var sum float64
	for _, v := range logits {
		if d := v - top; d > -15 {
			sum += math.Exp(float64(d))
		}
	}
	return id, -math.Log(sum)
}
