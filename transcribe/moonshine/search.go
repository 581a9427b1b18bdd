package moonshine

import (
	"slices"

	"baton/transcribe/ort"
)

// search is one greedy decode with its key/value cache.
type search struct {
	m      *model
	hidden *ort.Value
	past   []*ort.Value // four for each layer, see decoderNames
	id     *ort.Value
	cached *ort.Value
	// The tensors above share the memory of these two.
	lastID  []int64
	isLater []byte
}

func (m *model) newSearch(hidden *ort.Value) (*search, error) {
	s := &search{m: m, hidden: hidden, lastID: []int64{tokenBOS}, isLater: []byte{0}}
	var err error
	if s.id, err = m.r.Int64s([]int64{1, 1}, s.lastID); err != nil {
		return s, err
	}
	if s.cached, err = m.r.Bools([]int64{1}, s.isLater); err != nil {
		return s, err
	}
	empty := make([]float32, attentionHeads*m.headSize) // the first step wants a past, but does not read it
	for range 4 * m.layers {
		v, err := m.r.Floats([]int64{1, attentionHeads, 1, int64(m.headSize)}, empty)
		if err != nil {
			return s, err
		}
		s.past = append(s.past, v)
	}
	return s, nil
}

func (s *search) close() {
	closeAll(s.past)
	s.id.Close()
	s.cached.Close()
}

// step decodes one token and makes it the next step's input.
func (s *search) step(frames int) (token, error) {
	in := append([]*ort.Value{s.id, s.hidden, s.cached}, s.past...)
	out, err := s.m.decoder.Run(in)
	if err != nil {
		return token{}, err
	}
	n := len(s.past)
	s.keep(out[1 : 1+n])
	defer closeAll(out[1+n:])
	defer out[0].Close()
	logits, err := out[0].Data()
	if err != nil {
		return token{}, err
	}
	var t token
	t.id, t.logP = best(logits[len(logits)-vocabularySize:])
	t.attention, err = s.m.attention(out[1+n:], frames)
	s.lastID[0], s.isLater[0] = int64(t.id), 1
	return t, err
}

// keep takes a step's cache over. Later steps return no keys and values of the
// encoder: those of the first step stay.
func (s *search) keep(present []*ort.Value) {
	for i, v := range present {
		if s.isLater[0] == 1 && i%4 >= 2 {
			v.Close()
			continue
		}
		s.past[i].Close()
		s.past[i] = v
	}
}

// attention copies the align heads' rows out of the layers' tensors.
func (m *model) attention(layers []*ort.Value, frames int) ([][]float32, error) {
	rows := make([][]float32, len(m.heads))
	for i, h := range m.heads {
		data, err := layers[h.layer].Data()
		if err != nil {
			return nil, err
		}
		rows[i] = slices.Clone(data[h.head*frames : (h.head+1)*frames])
	}
	return rows, nil
}
