package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"baton/internal/child"
	"baton/transcribe"
)

// Bounds on what is taken from a child.
const (
	maxLine   = 4 << 20
	maxStderr = 4 << 10
	feedBytes = 64 << 10
)

// speech is one running speech process, seen from its parent.
type speech struct {
	cmd    *exec.Cmd
	proc   *child.Process
	in     io.WriteCloser
	out    *os.File
	errs   tail
	dog    *watchdog
	cancel context.CancelCauseFunc

	done    bool  // it said so
	failure error // of the child, as it said
	emitErr error
	feedErr error
}

func (e *Engine) start(ctx context.Context, cancel context.CancelCauseFunc) (*speech, error) {
	argv := e.config.Argv
	c := &speech{cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), cancel: cancel}
	c.cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "GOMEMLIMIT=256MiB"}
	c.cmd.Stderr = &c.errs
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// A pipe of our own: Wait, which package child calls at once, closes that of StdoutPipe.
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, c.in.Close())
	}
	c.out, c.cmd.Stdout = out, childOut
	c.proc, err = child.Start(c.cmd, syscall.SIGKILL)
	_ = childOut.Close()
	if err != nil {
		return nil, errors.Join(err, out.Close(), c.in.Close())
	}
	c.dog = newWatchdog(e.config.Stall, func() { cancel(ErrStalled) })
	return c, nil
}

// feed writes the header and the sound. The watchdog rests while the sound itself is
// awaited: a recording that goes on may pause for as long as it likes.
func (c *speech) feed(h header, pcm io.Reader) {
	defer func() { _ = c.in.Close() }()
	line, err := json.Marshal(h)
	if err != nil {
		c.fail(err)
		return
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		c.feedErr = err // the child is gone: how it ended says more
		return
	}
	buffer := make([]byte, feedBytes)
	for {
		c.dog.rest()
		n, readErr := pcm.Read(buffer)
		c.dog.watch()
		if _, err := c.in.Write(buffer[:n]); err != nil {
			c.feedErr = err
			return
		}
		if errors.Is(readErr, io.EOF) {
			return
		}
		if readErr != nil {
			c.fail(readErr)
			return
		}
	}
}

func (c *speech) fail(err error) {
	c.feedErr = err
	c.cancel(err)
}

// listen takes the child's lines until it closes its output.
func (c *speech) listen(progress func(int64), emit func(transcribe.Stretch) error) {
	lines := bufio.NewScanner(c.out)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		c.dog.touch()
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			c.failure = fmt.Errorf("speech process said %.100q", lines.Text())
			continue
		}
		c.take(m, progress, emit)
	}
	if err := lines.Err(); err != nil {
		c.cancel(fmt.Errorf("read from speech process: %w", err))
	}
}

func (c *speech) take(m message, progress func(int64), emit func(transcribe.Stretch) error) {
	switch {
	case c.emitErr != nil: // it is being killed
	case m.Error != "":
		c.failure = fmt.Errorf("speech process: %s", m.Error)
	case m.Done:
		c.done = true
	case m.Listened != nil && progress != nil:
		progress(*m.Listened)
	case m.Stretch != nil:
		if c.emitErr = emit(*m.Stretch); c.emitErr != nil {
			c.cancel(c.emitErr)
		}
	}
}

// verdict picks the error that began it all.
func (c *speech) verdict(cause, exit error) error {
	switch {
	case c.emitErr != nil:
		return c.emitErr
	case cause != nil:
		return cause
	case c.done:
		return nil
	case c.failure != nil && !killed(c.cmd.ProcessState):
		return c.failure
	case exit != nil:
		return fmt.Errorf("speech process: %w: %s", exit, strings.TrimSpace(c.errs.String()))
	default:
		return fmt.Errorf("speech process: %w", errors.Join(io.ErrUnexpectedEOF, c.feedErr))
	}
}

func killed(p *os.ProcessState) bool {
	s, ok := p.Sys().(syscall.WaitStatus)
	return ok && s.Signaled()
}

func (c *speech) usage() Usage {
	p := c.cmd.ProcessState
	u := Usage{CPU: p.UserTime() + p.SystemTime()}
	if r, ok := p.SysUsage().(*syscall.Rusage); ok {
		u.MaxBytes = r.Maxrss << 10
	}
	return u
}

// watchdog calls bark when it was not touched for a while, unless it rests.
type watchdog struct {
	mu      sync.Mutex
	timer   *time.Timer
	after   time.Duration
	resting bool
}

func newWatchdog(after time.Duration, bark func()) *watchdog {
	return &watchdog{timer: time.AfterFunc(after, bark), after: after}
}

func (w *watchdog) touch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.resting {
		w.timer.Reset(w.after)
	}
}

func (w *watchdog) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.resting = true
	w.timer.Stop()
}

func (w *watchdog) watch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.resting = false
	w.timer.Reset(w.after)
}

// tail keeps the last that was written.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if n := len(t.b) - maxStderr; n > 0 {
		t.b = t.b[n:]
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.b) }
