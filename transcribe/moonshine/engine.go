// Package moonshine is the built-in speech engine: Moonshine models and Silero voice
// activity detection on ONNX Runtime, without cgo. It understands English.
//
// It runs in the process that calls it and takes about 500 MiB; package worker puts it
// into a child process.
package moonshine

import (
	"context"
	"fmt"
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
	line := &pipeline{engine: e, options: o, queue: make(chan chan outcome, e.parallel)}
	go line.read(ctx, pcm)
	if err := line.emitAll(cancel, emit); err != nil {
		return err
	}
	return ctx.Err() // the reader may have seen it before it could queue it
}

// decode makes stretches of a chunk, which is heard twice: at normal speed and slower. A chunk that loops, runs out of tokens or gives
// nothing although there is speech is halved and tried again, tries times.
func (e *Engine) decode(ctx context.Context, k chunk, tries int) ([]transcribe.Stretch, error) {
	if len(k.speech) == 0 {
		return []transcribe.Stretch{stretch(k, nil)}, nil
	}
	d, err := e.model.decode(k.samples, ctx.Err)
	if err != nil {
		return nil, fmt.Errorf("decode speech: %w", err)
	}
	trouble := judge(d, k)
	if trouble != transcribe.TroubleNone && tries > 0 && len(k.samples) > 4*sampleRate {
		first, second := k.halves()
		a, err := e.decode(ctx, first, tries-1)
		if err != nil {
			return nil, err
		}
		b, err := e.decode(ctx, second, tries-1)
		return append(a, b...), err
	}
	words := e.words(d, k)
	switch {
	case trouble != transcribe.TroubleNone && len(words) > 0 && sure(words) < troubledSure:
		words, trouble = nil, transcribe.TroubleForeign
	case trouble == transcribe.TroubleNone:
		again, err := e.slowly(ctx, k)
		if err != nil {
			return nil, err
		}
		if guessed(words, again, k.voiced()) {
			words, trouble = nil, transcribe.TroubleForeign
		} else {
			words = vote(words, again)
		}
	}
	settle(words, k.samples)
	punctuate(words)
	s := stretch(k, words)
	s.Trouble = trouble
	return []transcribe.Stretch{s}, nil
}

// slowly hears a chunk played slower; nothing when that goes wrong.
func (e *Engine) slowly(ctx context.Context, k chunk) ([]word, error) {
	s := chunk{samples: slower(k.samples), voice: make([]float32, 0, len(k.voice)*5/4+2)}
	for _, sp := range k.speech {
		s.speech = append(s.speech, span{int(float64(sp.from) * slowness), int(float64(sp.to) * slowness)})
	}
	for i := 0; len(s.voice)*window < len(s.samples); i++ {
		s.voice = append(s.voice, k.voice[min(len(k.voice)-1, int(float64(i)/slowness))])
	}
	d, err := e.model.decode(s.samples, ctx.Err)
	if err != nil {
		return nil, fmt.Errorf("decode slow speech: %w", err)
	}
	if judge(d, k) != transcribe.TroubleNone {
		return nil, nil
	}
	words := e.words(d, s)
	for i := range words {
		words[i].from /= slowness
		words[i].to /= slowness
	}
	return words, nil
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
