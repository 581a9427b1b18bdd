package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
)

// PCMRate is the sampling rate of PCM in Hz; samples are signed 16 bit, little endian, mono.
const PCMRate = 16000

const pcmBytesPerMS = PCMRate / 1000 * 2

// PCM decodes the sound of a take from startMS on, raised by gainDB, and keeps its
// place on the clip's time line: holes and silent runs are zeros, and a take with
// EndMS gives exactly what lies before it, so that the stretches of a recording that
// goes on join without a seam. The reader ends with io.EOF only after everything was
// decoded; Close may come before that and waits for ffmpeg to be gone. KindInvalid
// when there is no sound.
func (r *Runner) PCM(ctx context.Context, t Take, gainDB float64, startMS int64) (io.ReadCloser, error) {
	if !t.HasAudio() {
		return nil, domain.Errorf(domain.KindInvalid, "the clip has no sound")
	}
	ctx, cancel := context.WithCancel(ctx)
	pr, pw := io.Pipe()
	p := &pcmReader{PipeReader: pr, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		defer cancel()
		_ = pw.CloseWithError(r.writePCM(ctx, pw, t, gainDB, startMS))
	}()
	return p, nil
}

type pcmReader struct {
	*io.PipeReader
	cancel context.CancelFunc
	done   chan struct{}
}

func (p *pcmReader) Close() error {
	p.cancel()
	err := p.PipeReader.Close()
	<-p.done
	return err //nolint:wrapcheck // a closer
}

func (r *Runner) writePCM(ctx context.Context, w io.Writer, t Take, gainDB float64, startMS int64) error {
	for i, run := range t.Runs {
		end := int64(-1) // the last run lasts as long as it lasts
		switch {
		case i+1 < len(t.Runs):
			end = t.Runs[i+1].StartMS
		case t.EndMS > 0:
			end = t.EndMS
		}
		if end >= 0 && end <= startMS {
			continue
		}
		skip := max(0, startMS-run.StartMS)
		exact := &exactWriter{w: w, left: -1}
		if end >= 0 {
			exact.left = (end - max(startMS, run.StartMS)) * pcmBytesPerMS
		}
		if run.Media.Audio != nil {
			if err := r.runPCM(ctx, exact, run, gainDB, skip); err != nil {
				return err
			}
		}
		if err := exact.fill(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) runPCM(ctx context.Context, w io.Writer, run Run, gainDB float64, skipMS int64) error {
	l := lightLimits(run.Media)
	l.wall += 4*run.Media.Duration + time.Hour // whoever reads sets the pace
	_, err := r.run(ctx, command{box: run.File.box, args: r.pcmArgs(run, gainDB, skipMS), stdout: w, limits: l})
	if err != nil {
		return fmt.Errorf("decode sound: %w", err)
	}
	return nil
}

func (r *Runner) pcmArgs(run Run, gainDB float64, skipMS int64) []string {
	var seek ffmpeg.KwArgs
	if skipMS > 0 {
		seek = ffmpeg.KwArgs{"ss": milliseconds(skipMS)}
	}
	s := steady(streamOf(r.input(run.File, seek), run.Media.Audio.Index), PCMRate)
	if gainDB != 0 {
		s = s.Filter("volume", ffmpeg.Args{strconv.FormatFloat(gainDB, 'f', 2, 64) + "dB"})
	}
	return s.Output("pipe:1", ffmpeg.KwArgs{"f": "s16le", "c:a": "pcm_s16le", "ac": 1, "ar": PCMRate}).GetArgs()
}

// milliseconds as ffmpeg reads times.
func milliseconds(ms int64) string { return strconv.FormatInt(ms, 10) + "ms" }

// exactWriter passes on at most left bytes and can fill up to them; left < 0 is no bound.
type exactWriter struct {
	w    io.Writer
	left int64
}

func (e *exactWriter) Write(p []byte) (int, error) {
	n := len(p)
	if e.left >= 0 {
		p = p[:min(int64(n), e.left)]
		e.left -= int64(len(p))
	}
	if len(p) == 0 {
		return n, nil
	}
	if _, err := e.w.Write(p); err != nil {
		return 0, err //nolint:wrapcheck // a writer
	}
	return n, nil
}

func (e *exactWriter) fill() error {
	zeros := make([]byte, 32<<10)
	for e.left > 0 {
		if _, err := e.Write(zeros); err != nil {
			return errors.Join(errors.New("fill with silence"), err) //nolint:err113 // wraps
		}
	}
	return nil
}
