package moonshine

import (
	"context"
	"io"

	"baton/transcribe"
	"baton/transcribe/ort"
)

// Detector finds speech without writing it down. It loads in a moment and costs a
// hundredth of an Engine's work.
type Detector struct {
	runtime *ort.Runtime
	vad     *vad
}

// NewDetector loads the voice activity model of c.
func NewDetector(c Config) (*Detector, error) {
	r, err := ort.Open(c.Runtime)
	if err != nil {
		return nil, err
	}
	v, err := openVAD(r, c.VAD, ort.SessionOptions{})
	if err != nil {
		r.Close()
		return nil, err
	}
	return &Detector{r, v}, nil
}

// Detect tells where somebody speaks, as stretches without words. It keeps the promises of
// transcribe.Engine.
func (d *Detector) Detect(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	c := &chunker{emit: func(k chunk) error {
		s := stretch(k, nil)
		shift(&s, o.StartMS)
		return emit(s)
	}}
	if err := listen(ctx, d.vad.stream(), pcm, o, c, func(bool) {}); err != nil {
		return err
	}
	return c.end()
}

// Close frees the model.
func (d *Detector) Close() error {
	d.vad.session.Close()
	d.runtime.Close()
	return nil
}
