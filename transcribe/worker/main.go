package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"baton/transcribe"
	"baton/transcribe/moonshine"
)

// The protocol: the parent writes one line of JSON, the header, and then raw PCM to its
// end; the child writes lines of JSON, the last of which says done or error.
type header struct {
	Config  moonshine.Config   `json:"config"`
	Options transcribe.Options `json:"options"`
	// DetectOnly: find speech, but do not write it down.
	DetectOnly bool `json:"detect_only,omitempty"`
}

// message is one line of the child. One of its fields is set.
type message struct {
	Stretch  *transcribe.Stretch `json:"stretch,omitempty"`
	Listened *int64              `json:"listened,omitempty"` // ms
	Done     bool                `json:"done,omitempty"`
	Error    string              `json:"error,omitempty"`
}

// What the child asks of the kernel: it yields to everything a person waits for, and
// dies first when memory runs out.
const (
	niceness    = 10
	oomScoreAdj = "800"
)

// Main is the child's whole life; the program calls it for the hidden command named by
// Command, with its own standard input, output and error, and exits with its result.
func Main(in io.Reader, out, errs io.Writer) (exitCode int) {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte(oomScoreAdj), 0o600)
	l := &lines{to: json.NewEncoder(out)}
	err := serve(in, l)
	last := message{Done: err == nil}
	if err != nil {
		last.Error = err.Error()
	}
	if err = errors.Join(err, l.write(last)); err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	return 0
}

func serve(in io.Reader, out *lines) error {
	r := bufio.NewReaderSize(in, 64<<10)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	h.Options.Progress = func(ms int64) { _ = out.write(message{Listened: &ms}) }
	emit := func(s transcribe.Stretch) error { return out.write(message{Stretch: &s}) }
	if h.DetectOnly {
		d, err := moonshine.NewDetector(h.Config)
		if err != nil {
			return err
		}
		return errors.Join(d.Detect(context.Background(), r, h.Options, emit), d.Close())
	}
	e, err := moonshine.New(h.Config)
	if err != nil {
		return err
	}
	return errors.Join(e.Transcribe(context.Background(), r, h.Options, emit), e.Close())
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
