package moonshine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"baton/transcribe"
)

// retries is how often a bad chunk is halved.
const retries = 2

// outcome is what came of one chunk.
type outcome struct {
	stretches []transcribe.Stretch
	err       error
}

// pipeline is one Transcribe: read fills the queue with one channel a chunk, in
// order; a goroutine a chunk sends its outcome there; emitAll takes them in order.
type pipeline struct {
	engine  *Engine
	options transcribe.Options
	queue   chan chan outcome
	drafts  *drafter // nil: none are wanted
}

// newPipeline makes one that is not read yet.
func newPipeline(e *Engine, o transcribe.Options) *pipeline {
	p := &pipeline{engine: e, options: o, queue: make(chan chan outcome, e.parallel)}
	if o.Draft != nil {
		p.drafts = &drafter{engine: e, say: o.Draft, startMS: o.StartMS}
	}
	return p
}

// read finds speech in pcm and starts the decoding of each chunk. It closes the queue.
func (p *pipeline) read(ctx context.Context, pcm io.Reader) {
	yield(p.options.Awaited)
	defer close(p.queue)
	c := &chunker{emit: func(k chunk) error { return p.start(ctx, k) }, most: p.options.MaxChunkMS * sampleRate / 1000}
	drafting, noMore := context.WithCancel(ctx)
	defer noMore()
	window := func(bool) {}
	if d := p.drafts; d != nil {
		defer d.work.Wait()
		window = func(last bool) { d.look(drafting, c, last) }
	}
	err := listen(ctx, p.engine.vad.stream(), pcm, p.options, c, window)
	noMore()
	if err == nil {
		err = c.end()
	}
	if err != nil {
		failed := make(chan outcome, 1)
		failed <- outcome{err: err}
		select {
		case p.queue <- failed:
		case <-ctx.Done():
		}
	}
}

// listen feeds the chunker with windows until the sound ends; after is called behind each, and told whether all that came was
// listened to.
func listen(ctx context.Context, voice *vadStream, pcm io.Reader, o transcribe.Options, c *chunker, after func(last bool)) error {
	in := bufio.NewReaderSize(pcm, 64<<10)
	raw := make([]byte, 2*window)
	samples := make([]float32, window)
	reported := 0
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(in, raw)
		over := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !over {
			return err
		}
		if n >= 2 {
			toFloats(samples, raw[:n])
			prob, err := voice.probability(samples)
			if err != nil {
				return fmt.Errorf("detect voice: %w", err)
			}
			if err := c.add(samples[:n/2], prob); err != nil {
				return err
			}
			after(in.Buffered() < len(raw))
		}
		if o.Progress != nil && (c.pos-reported >= sampleRate || over) {
			reported = c.pos
			o.Progress(o.StartMS + samplesMS(c.pos))
		}
		if over {
			return nil
		}
	}
}

// toFloats fills samples from 16-bit PCM, and the rest with silence.
func toFloats(samples []float32, raw []byte) {
	clear(samples)
	for i := range len(raw) / 2 {
		samples[i] = float32(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 32768 //nolint:gosec // two's complement
	}
}

// start decodes a chunk in a goroutine of its own, when it is its turn.
func (p *pipeline) start(ctx context.Context, k chunk) error {
	done := make(chan outcome, 1)
	h := &hearing{engine: p.engine, line: lineOf(p.options.Awaited)}
	if err := h.begin(ctx); err != nil {
		return err
	}
	go func() {
		yield(p.options.Awaited)
		stretches, err := h.decode(ctx, k, retries)
		h.end()
		done <- outcome{stretches, err}
	}()
	select {
	case p.queue <- done:
		return nil
	case <-ctx.Done():
		<-done // nobody else will wait for it
		return ctx.Err()
	}
}

// emitAll hands the stretches on in order. At the first error it stops the reader and
// waits for all that runs.
func (p *pipeline) emitAll(cancel context.CancelFunc, emit func(transcribe.Stretch) error) error {
	var failure error
	for done := range p.queue {
		o := <-done
		if failure != nil {
			continue
		}
		if failure = o.err; failure == nil {
			failure = p.emit(o.stretches, emit)
		}
		if failure != nil {
			cancel()
		}
	}
	return failure
}

func (p *pipeline) emit(stretches []transcribe.Stretch, emit func(transcribe.Stretch) error) error {
	for _, s := range stretches {
		shift(&s, p.options.StartMS)
		if err := emit(s); err != nil {
			return err
		}
		if p.drafts != nil {
			p.drafts.settled(s.EndMS)
		}
	}
	return nil
}

func shift(s *transcribe.Stretch, ms int64) {
	s.StartMS += ms
	s.EndMS += ms
	for i := range s.Words {
		s.Words[i].StartMS += ms
		s.Words[i].EndMS += ms
	}
	for i := range s.Speech {
		s.Speech[i].StartMS += ms
		s.Speech[i].EndMS += ms
	}
}
