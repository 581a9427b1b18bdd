// Package moonshine is the built-in speech engine: Moonshine models and Silero voice
// activity detection on ONNX Runtime, without cgo. It understands English.
//
// It runs in the process that calls it and takes about 500 MiB; package worker puts it
// into a child process.
package moonshine

import (
	"context"
	"io"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/ort"
)

// Config says where the files are (package models installs them) and how much
// of the machine to use.
type Config struct {
	// Runtime is the path of libonnxruntime.
	Runtime string `json:"runtime"`
	// Model is the folder of encoder_model.onnx and decoder_model_merged.onnx.
	Model string `json:"model"`
	// VAD is the path of silero_vad_v5.onnx.
	VAD string `json:"vad"`
	// Threads inside one operator. 0 means 1: a second thread costs a third more CPU
	// for a fourteenth less time.
	Threads int `json:"threads,omitempty"`
	// Parallel is how many chunks are decoded at once; 0 means 1. This is the better
	// use of a second core. Each costs about 90 MiB.
	Parallel int `json:"parallel,omitempty"`
}

// Engine is a loaded model. See transcribe.Engine for its methods.
type Engine struct {
	runtime    *ort.Runtime
	model      *model
	vad        *vad
	vocabulary vocabulary
	turns      *turns // of the chunks that want to be decoded
	parallel   int
}

// New loads the models, which takes about 2 s of CPU.
func New(c Config) (*Engine, error) {
	r, err := ort.Open(c.Runtime)
	if err != nil {
		return nil, err
	}
	e := &Engine{runtime: r, parallel: max(1, c.Parallel)}
	e.turns = newTurns(e.parallel)
	// Threads that spin while they wait double the CPU time on a busy machine.
	o := ort.SessionOptions{Threads: c.Threads, Config: map[string]string{"session.intra_op.allow_spinning": "0"}}
	if e.vocabulary, err = loadVocabulary(); err != nil {
		return nil, err
	}
	if e.vad, err = openVAD(r, c.VAD, o); err != nil {
		return nil, err
	}
	if e.model, err = openModel(r, c.Model, o); err != nil {
		e.vad.session.Close()
		return nil, err
	}
	return e, nil
}

// Name is the model's.
func (e *Engine) Name() string { return e.model.name }

// Close frees the models.
func (e *Engine) Close() error {
	e.model.close()
	e.vad.session.Close()
	e.runtime.Close()
	return nil
}

// Transcribe implements transcribe.Engine. Reading and voice detection run ahead of
// the decoding by at most as many chunks as are decoded at once.
func (e *Engine) Transcribe(ctx context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	line := newPipeline(e, o)
	go line.read(ctx, pcm)
	if err := line.emitAll(cancel, emit); err != nil {
		return err
	}
	return ctx.Err() // the reader may have seen it before it could queue it
}

func judge(d decoded, k chunk) transcribe.Trouble {
	switch {
	case d.looped:
		return transcribe.TroubleLoop
	case d.truncated:
		return transcribe.TroubleTruncated
	case len(d.tokens) == 0 && k.voiced() > 2*sampleRate:
		return transcribe.TroubleUnheard
	}
	return transcribe.TroubleNone
}

// stretch goes over from samples and seconds to milliseconds of the stream.
func stretch(k chunk, words []word) transcribe.Stretch {
	s := transcribe.Stretch{StartMS: samplesMS(k.from), EndMS: samplesMS(k.to), Language: "en"}
	for _, sp := range k.speech {
		s.Speech = append(s.Speech, domain.Span{StartMS: samplesMS(k.at + sp.from), EndMS: samplesMS(k.at + sp.to)})
	}
	at := samplesMS(k.at)
	for _, w := range words {
		s.Words = append(s.Words, domain.Word{StartMS: at + int64(w.from*1000), EndMS: at + int64(w.to*1000), Text: w.text})
		s.LogProb += w.logP / float64(len(words))
	}
	transcribe.Tidy(s.Words, at, s.EndMS)
	return s
}

func samplesMS(n int) int64 { return int64(n) * 1000 / sampleRate }
