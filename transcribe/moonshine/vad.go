package moonshine

import (
	"fmt"

	"baton/transcribe/ort"
)

// Silero VAD v5 looks at 32 ms at a time, and at the 4 ms before.
const (
	window        = 512
	windowContext = 64
	vadState      = 2 * 128
)

// vad is the loaded Silero model. It may serve several streams at once.
type vad struct {
	r       *ort.Runtime
	session *ort.Session
}

func openVAD(r *ort.Runtime, path string, o ort.SessionOptions) (*vad, error) {
	s, err := r.OpenSession(path, []string{"input", "state", "sr"}, []string{"output", "stateN"}, o)
	if err != nil {
		return nil, fmt.Errorf("load voice activity model: %w", err)
	}
	return &vad{r, s}, nil
}

// vadStream is the model's memory of one stream of sound.
type vadStream struct {
	vad    *vad
	state  []float32
	buffer []float32
	rate   []int64
}

func (v *vad) stream() *vadStream {
	return &vadStream{vad: v, state: make([]float32, vadState), buffer: make([]float32, windowContext+window), rate: []int64{sampleRate}}
}

// probability that a voice is in the next window of the stream.
func (s *vadStream) probability(samples []float32) (float32, error) {
	copy(s.buffer, s.buffer[window:])
	copy(s.buffer[windowContext:], samples)
	inputs, err := s.inputs()
	defer closeAll(inputs)
	if err != nil {
		return 0, err
	}
	outputs, err := s.vad.session.Run(inputs)
	if err != nil {
		return 0, err
	}
	defer closeAll(outputs)
	p, err := outputs[0].Data()
	if err != nil {
		return 0, err
	}
	next, err := outputs[1].Data()
	if err != nil {
		return 0, err
	}
	copy(s.state, next)
	return p[0], nil
}

func (s *vadStream) inputs() ([]*ort.Value, error) {
	sound, err := s.vad.r.Floats([]int64{1, windowContext + window}, s.buffer)
	if err != nil {
		return nil, err
	}
	state, err := s.vad.r.Floats([]int64{2, 1, 128}, s.state)
	if err != nil {
		return []*ort.Value{sound}, err
	}
	rate, err := s.vad.r.Int64s(nil, s.rate)
	return []*ort.Value{sound, state, rate}, err
}

func closeAll(values []*ort.Value) {
	for _, v := range values {
		v.Close()
	}
}
