package worker

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/moonshine"
)

// The protocol of a transcription, over a socket of its own: the parent writes one line of JSON, the header, and
// then raw PCM to its end; the child writes lines of JSON, the last of which says done or error.
type header struct {
	Config  moonshine.Config   `json:"config"`
	Options transcribe.Options `json:"options"`
	// DetectOnly: find speech, but do not write it down.
	DetectOnly bool `json:"detect_only,omitempty"`
	// Drafts are wanted.
	Drafts bool `json:"drafts,omitempty"`
}

// message is one line of the child. One of its fields is set.
type message struct {
	Stretch  *transcribe.Stretch `json:"stretch,omitempty"`
	Listened *int64              `json:"listened,omitempty"` // ms
	Draft    []domain.Word       `json:"draft,omitempty"`
	Done     bool                `json:"done,omitempty"`
	Error    string              `json:"error,omitempty"`
}

// oomScoreAdj: the child dies first when memory runs out.
const oomScoreAdj = "800"

// Main is the child's whole life; the program calls it for the hidden command named by
// Command, with its standard input, which is the control socket, and its standard error.
func Main(control *os.File, errs io.Writer) (exitCode int) {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte(oomScoreAdj), 0o600)
	conn, err := unixConn(control)
	if err == nil {
		h := host{running: map[uint32]context.CancelFunc{}}
		err = h.serve(conn)
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	return 0
}

// host is the child: one engine, and the transcriptions that run on it.
type host struct {
	mu      sync.Mutex
	running map[uint32]context.CancelFunc

	loading sync.Mutex
	engine  *moonshine.Engine
}

// serve does what the parent says until it hangs up.
func (h *host) serve(control *net.UnixConn) error {
	said, rights := make([]byte, 5), make([]byte, syscall.CmsgSpace(4))
	for {
		n, rn, _, _, err := control.ReadMsgUnix(said, rights)
		if errors.Is(err, io.EOF) || err == nil && n == 0 {
			return nil
		}
		if err != nil || n != len(said) {
			return fmt.Errorf("listen to the parent: %d bytes: %w", n, err)
		}
		id := binary.BigEndian.Uint32(said[1:])
		if said[0] == sayCancel {
			h.stop(id)
			continue
		}
		conn, err := received(rights[:rn])
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		h.mu.Lock()
		h.running[id] = cancel
		h.mu.Unlock()
		go func() {
			defer h.stop(id)
			answer(conn, func(out *lines) error { return h.transcribe(ctx, conn, out) })
		}()
	}
}

// stop ends a transcription, if it still runs.
func (h *host) stop(id uint32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cancel, ok := h.running[id]; ok {
		cancel()
		delete(h.running, id)
	}
}

// received opens the socket that came with a message.
func received(rights []byte) (*net.UnixConn, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return nil, fmt.Errorf("%d sockets came: %w", len(messages), err)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, fmt.Errorf("%d sockets came: %w", len(fds), err)
	}
	return unixConn(os.NewFile(uintptr(fds[0]), "speech"))
}

// answer runs f and tells the parent how it ended.
func answer(conn *net.UnixConn, f func(*lines) error) {
	defer func() { _ = conn.Close() }()
	out := &lines{to: json.NewEncoder(conn)}
	err := f(out)
	last := message{Done: err == nil}
	if err != nil {
		last.Error = err.Error()
	}
	_ = out.write(last) // a parent that is gone does not want to know
}

func (h *host) transcribe(ctx context.Context, in io.Reader, out *lines) error {
	r := bufio.NewReaderSize(in, 64<<10)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	var head header
	if err := json.Unmarshal(line, &head); err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	head.Options.Progress = func(ms int64) { _ = out.write(message{Listened: &ms}) }
	if head.Drafts {
		head.Options.Draft = func(words []domain.Word) { _ = out.write(message{Draft: words}) }
	}
	emit := func(s transcribe.Stretch) error { return out.write(message{Stretch: &s}) }
	if head.DetectOnly {
		d, err := moonshine.NewDetector(head.Config)
		if err != nil {
			return err
		}
		return errors.Join(d.Detect(ctx, r, head.Options, emit), d.Close())
	}
	e, err := h.load(head.Config)
	if err != nil {
		return err
	}
	return e.Transcribe(ctx, r, head.Options, emit)
}

// load gives the engine, which stays.
func (h *host) load(c moonshine.Config) (*moonshine.Engine, error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	if h.engine == nil {
		e, err := moonshine.New(c)
		if err != nil {
			return nil, err
		}
		h.engine = e
	}
	return h.engine, nil
}

// lines writes messages from several goroutines.
type lines struct {
	mu sync.Mutex
	to *json.Encoder
}

func (l *lines) write(m message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Encode(m)
}
