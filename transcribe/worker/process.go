package worker

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"baton/internal/child"
)

// process is a child that runs, seen from its parent. Its standard input is a socket over which it is handed
// another socket for each transcription.
type process struct {
	proc    *child.Process
	cmd     *exec.Cmd
	control *net.UnixConn
	errs    tail
	dog     *watchdog
	stalled atomic.Bool
	retired atomic.Bool // it was asked to end
	nextID  atomic.Uint32

	users int // guarded by the engine
}

// What the parent says over the control socket: one of these and the transcription's number.
const (
	sayOpen   = 'o' // with its socket
	sayCancel = 'c'
)

// start runs a child. e.mu may be held.
func (e *Engine) start() (*process, error) {
	ours, theirs, err := socketPair(syscall.SOCK_SEQPACKET)
	if err != nil {
		return nil, err
	}
	argv := e.config.Argv
	p := &process{cmd: exec.Command(argv[0], argv[1:]...)} //nolint:noctx // it serves many calls and outlives each
	p.cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "GOMEMLIMIT=256MiB"}
	p.cmd.Stdin, p.cmd.Stderr = theirs, &p.errs
	p.proc, err = child.Start(p.cmd, syscall.SIGKILL)
	_ = theirs.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start speech process: %w", err), ours.Close())
	}
	if p.control, err = unixConn(ours); err != nil {
		p.kill()
		return nil, err
	}
	p.dog = newWatchdog(e.config.Stall, func() {
		p.stalled.Store(true)
		p.kill()
	})
	e.children.Go(func() {
		<-p.proc.Done()
		p.dog.stop()
		_ = p.control.Close()
		e.gone(p)
	})
	return p, nil
}

func (p *process) kill() { p.proc.Signal(syscall.SIGKILL) }

// retire ends a child that nobody uses any more.
func (p *process) retire() {
	p.retired.Store(true)
	_ = p.control.Close()
	p.kill()
}

func (p *process) ended() bool {
	select {
	case <-p.proc.Done():
		return true
	default:
		return p.retired.Load() || p.stalled.Load()
	}
}

// open begins a transcription.
func (p *process) open(cancel context.CancelCauseFunc) (*speech, error) {
	ours, theirs, err := socketPair(syscall.SOCK_STREAM)
	if err != nil {
		return nil, err
	}
	defer func() { _ = theirs.Close() }()
	conn, err := unixConn(ours)
	if err != nil {
		return nil, err
	}
	s := &speech{process: p, id: p.nextID.Add(1), conn: conn, cancel: cancel}
	if err := p.say(sayOpen, s.id, syscall.UnixRights(int(theirs.Fd()))); err != nil {
		return nil, errors.Join(p.endError(err), conn.Close())
	}
	return s, nil
}

func (p *process) say(what byte, id uint32, rights []byte) error {
	_, _, err := p.control.WriteMsgUnix(binary.BigEndian.AppendUint32([]byte{what}, id), rights, nil)
	return err //nolint:wrapcheck // wrapped by the caller
}

// endError says how the child ended; cause is what was noticed of it.
func (p *process) endError(cause error) error {
	patience := time.NewTimer(5 * time.Second)
	defer patience.Stop()
	select {
	case <-p.proc.Done():
	case <-patience.C:
		return fmt.Errorf("speech process: %w", cause)
	}
	if p.stalled.Load() {
		return ErrStalled
	}
	if exit := p.proc.Err(); exit != nil {
		return fmt.Errorf("speech process: %w: %s", exit, strings.TrimSpace(p.errs.String()))
	}
	return fmt.Errorf("speech process: %w", cause)
}

func (p *process) usage() Usage {
	s := p.cmd.ProcessState
	u := Usage{CPU: s.UserTime() + s.SystemTime()}
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		u.MaxBytes = r.Maxrss << 10
	}
	return u
}

// socketPair makes two connected sockets, ours and the child's.
func socketPair(kind int) (ours, theirs *os.File, err error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, kind|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make sockets: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "speech"), os.NewFile(uintptr(pair[1]), "speech child"), nil
}

// unixConn takes a file over as a connection.
func unixConn(f *os.File) (*net.UnixConn, error) {
	c, err := net.FileConn(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("open socket: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("open socket: not a Unix socket"), c.Close())
	}
	return u, nil
}

// watchdog calls bark when there was work for a while and nothing happened.
type watchdog struct {
	mu    sync.Mutex
	timer *time.Timer
	after time.Duration
	busy  int // transcriptions whose next move is the child's
}

func newWatchdog(after time.Duration, bark func()) *watchdog {
	w := &watchdog{timer: time.AfterFunc(after, bark), after: after}
	w.timer.Stop()
	return w
}

// touch: the child did something.
func (w *watchdog) touch() { w.move(0) }

// watch and rest: it is, or is no longer, the child's move in one transcription.
func (w *watchdog) watch() { w.move(1) }
func (w *watchdog) rest()  { w.move(-1) }

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
}

func (w *watchdog) move(busy int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy += busy; w.busy > 0 {
		w.timer.Reset(w.after)
	} else {
		w.timer.Stop()
	}
}

// tail keeps the last that was written.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b) - maxStderr; n > 0 {
		t.b = t.b[n:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
