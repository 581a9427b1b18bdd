package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"baton/transcribe"
)

// Bounds on what is taken from a child.
const (
	maxLine   = 4 << 20
	maxStderr = 4 << 10
	feedBytes = 64 << 10
)

// speech is one transcription in a child, seen from its parent.
type speech struct {
	process *process
	id      uint32
	conn    *net.UnixConn
	cancel  context.CancelCauseFunc

	done    bool  // the child said so
	failure error // of the child, as it said
	emitErr error
	readErr error
}

func (s *speech) run(ctx context.Context, h header, pcm io.Reader, emit func(transcribe.Stretch) error) error {
	aborted := context.AfterFunc(ctx, func() {
		_ = s.process.say(sayCancel, s.id, nil)
		_ = s.conn.Close()
	})
	s.process.dog.watch()
	defer s.process.dog.rest()
	var feeding sync.WaitGroup
	feeding.Go(func() { s.feed(h, pcm) })
	s.listen(h.Options, emit)
	cause := context.Cause(ctx)
	if aborted() {
		_ = s.conn.Close()
	}
	feeding.Wait()
	return s.verdict(cause)
}

// feed writes the header and the sound. The watchdog rests while the sound itself is
// awaited: a recording that goes on may pause for as long as it likes.
func (s *speech) feed(h header, pcm io.Reader) {
	line, err := json.Marshal(h)
	if err != nil {
		s.cancel(err)
		return
	}
	if _, err := s.conn.Write(append(line, '\n')); err != nil {
		return // the child is gone: how it ended says more
	}
	buffer := make([]byte, feedBytes)
	for {
		s.process.dog.rest()
		n, readErr := pcm.Read(buffer)
		s.process.dog.watch()
		if _, err := s.conn.Write(buffer[:n]); err != nil {
			return
		}
		if errors.Is(readErr, io.EOF) {
			_ = s.conn.CloseWrite()
			return
		}
		if readErr != nil {
			s.cancel(readErr)
			return
		}
	}
}

// listen takes the child's lines until it closes its output.
func (s *speech) listen(o transcribe.Options, emit func(transcribe.Stretch) error) {
	lines := bufio.NewScanner(s.conn)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		s.process.dog.touch()
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			s.failure = fmt.Errorf("speech process said %.100q", lines.Text())
			continue
		}
		s.take(m, o, emit)
	}
	s.readErr = lines.Err()
}

func (s *speech) take(m message, o transcribe.Options, emit func(transcribe.Stretch) error) {
	switch {
	case s.emitErr != nil: // it is being cancelled
	case m.Error != "":
		s.failure = fmt.Errorf("speech process: %s", m.Error)
	case m.Done:
		s.done = true
	case m.Listened != nil && o.Progress != nil:
		o.Progress(*m.Listened)
	case m.Draft != nil && o.Draft != nil:
		o.Draft(m.Draft)
	case m.Stretch != nil:
		if s.emitErr = emit(*m.Stretch); s.emitErr != nil {
			s.cancel(s.emitErr)
		}
	}
}

// verdict picks the error that began it all.
func (s *speech) verdict(cause error) error {
	switch {
	case s.emitErr != nil:
		return s.emitErr
	case cause != nil:
		return cause
	case s.done:
		return nil
	case s.failure != nil:
		return s.failure
	case s.readErr != nil:
		return s.process.endError(s.readErr)
	}
	return s.process.endError(io.ErrUnexpectedEOF)
}
