package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	// tabOpens is how long a browser may take to start, load the recorder and record.
	tabOpens = 3 * time.Minute
	// tabShortest and tabLongest are how long a take in a browser is.
	tabShortest = 6 * time.Second
	tabLongest  = 10 * time.Second
)

// tab is a real browser with the product's own recorder, steered through web/e2e/tab.mjs.
type tab struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	events  chan tabEvent
	encoded string // the file of all that its encoder gave
	profile string
}

// tabEvent is a line that the driver writes.
type tabEvent struct {
	Event   string  `json:"event"` // clip, stopped, sent, gone, back, failed
	ID      string  `json:"id"`
	Seconds float64 `json:"seconds"`
	Why     string  `json:"why"`
}

// openTab starts a browser that records as soon as it can. Its way to the server leads through the network.
func (w *world) openTab(ctx context.Context, way *network, carrier string) (*tab, error) {
	dir, err := os.MkdirTemp(w.dir, "tab")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	_, port, _ := net.SplitHostPort(way.udp.LocalAddr().String())
	udp, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("read a port: %w", err)
	}
	t := &tab{encoded: filepath.Join(dir, "encoded"), profile: filepath.Join(dir, "profile"), events: make(chan tabEvent, 16)}
	if err := os.WriteFile(t.encoded, nil, 0o600); err != nil {
		return nil, fmt.Errorf("make a file: %w", err)
	}
	how, err := json.Marshal(map[string]any{
		"url": "http://" + way.tcp.Addr().String(), "cookie": w.cookie, "profile": t.profile, "mic": w.opt.silence, "encoded": t.encoded,
		"carrier": carrier, "udp": udp,
	})
	if err != nil {
		return nil, fmt.Errorf("write the driver's options: %w", err)
	}
	t.cmd = exec.CommandContext(ctx, "node", filepath.Join(w.opt.web, "e2e", "tab.mjs"), string(how))
	t.cmd.Cancel = func() error { return t.cmd.Process.Signal(syscall.SIGTERM) }
	t.cmd.WaitDelay = stopLimit
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	said := &tail{}
	t.cmd.Stderr = said
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("open the driver's input: %w", err)
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("open the driver's output: %w", err)
	}
	if err := t.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a browser: %w", err)
	}
	go t.listen(out, said)
	return t, nil
}

// listen hands on what the driver says, until it ends.
func (t *tab) listen(out io.Reader, said *tail) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var e tabEvent
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			t.events <- e
		}
	}
	err := t.cmd.Wait()
	t.events <- tabEvent{Event: "failed", Why: fmt.Sprintf("the driver ended: %v %s", err, said)}
	close(t.events)
}

// do has the person do something.
func (t *tab) do(what string) error {
	if _, err := io.WriteString(t.in, what+"\n"); err != nil {
		return fmt.Errorf("steer the browser: %w", err)
	}
	return nil
}

// leave closes the browser and waits for its end.
func (t *tab) leave() {
	_ = t.do("leave") // it may have ended
	_ = t.in.Close()
	for range t.events { // what it still says
	}
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	t.b = t.b[max(0, len(t.b)-1000):]
	return len(b), nil
}

func (t *tail) String() string { return string(t.b) }

// recordInTab is record for a take in a browser.
func (t *take) recordInTab(ctx context.Context, w *world) {
	ctx, cancel := context.WithTimeout(ctx, takeLimit+tabOpens+t.lasts)
	defer cancel()
	t.err = t.inTab(ctx, w)
}

func (t *take) inTab(ctx context.Context, w *world) (err error) {
	carrier := "http"
	if t.rnd.IntN(2) == 0 {
		carrier = "channel"
	}
	b, err := w.openTab(ctx, t.way, carrier)
	if err != nil {
		return err
	}
	defer b.leave()
	defer func() { err = errors.Join(err, t.keepEncoded(b.encoded)) }()
	e, err := t.await(ctx, b, "clip")
	if err != nil {
		return err
	}
	t.clip = e.ID
	close(t.begun)
	began := time.Now()
	asked, stop := context.WithCancel(ctx)
	defer stop()
	go t.watchAcks(asked, w, t.clip)
	if len(t.visits) > 0 {
		err = t.killed(ctx, b)
	} else {
		err = t.stopped(ctx, b)
	}
	if t.src.long == 0 {
		t.src.long = time.Since(began)
	}
	return err
}

// stopped records for a while, presses Stop and stays until all is sent.
func (t *take) stopped(ctx context.Context, b *tab) error {
	if err := pause(ctx, max(t.lasts, between(t.rnd, tabShortest, tabLongest))); err != nil {
		return err
	}
	if err := b.do("stop"); err != nil {
		return err
	}
	e, err := t.await(ctx, b, "stopped")
	if err != nil {
		return err
	}
	t.src.long = time.Duration(e.Seconds * float64(time.Second))
	stopped := time.Now()
	_, err = t.await(ctx, b, "sent")
	t.slow = time.Since(stopped)
	t.complete = true
	return err
}

// killed records for a while, and then the page or the browser is gone.
func (t *take) killed(ctx context.Context, b *tab) error {
	v := t.visits[0]
	if err := pause(ctx, tabShortest/2+v.open); err != nil {
		return err
	}
	how := "crash"
	if t.wholeBrowser {
		how = "kill"
	}
	t.src.long = tabShortest/2 + v.open
	if err := b.do(how); err != nil {
		return err
	}
	if _, err := t.await(ctx, b, "gone"); err != nil {
		return err
	}
	t.way.cut()
	if err := pause(ctx, v.away); err != nil || !t.returns {
		return err
	}
	if err := b.do("return"); err != nil {
		return err
	}
	back := time.Now()
	if _, err := t.await(ctx, b, "back"); err != nil {
		return err
	}
	for ctx.Err() == nil { // until the page has completed it
		if t.finished() {
			t.slow = time.Since(back)
			return nil
		}
		_ = pause(ctx, 200*time.Millisecond)
	}
	return fmt.Errorf("the page did not complete it: %w", ctx.Err())
}

// await waits for an event.
func (t *take) await(ctx context.Context, b *tab, event string) (tabEvent, error) {
	for {
		select {
		case e, open := <-b.events:
			switch {
			case !open:
				return e, errors.New("the driver is gone")
			case e.Event == "failed":
				return e, fmt.Errorf("the browser, until %s: %s", event, e.Why)
			}
			if e.Event == event {
				return e, nil
			}
		case <-ctx.Done():
			return tabEvent{}, fmt.Errorf("the browser did not get to %s: %w", event, ctx.Err())
		}
	}
}

// keepEncoded reads what the encoder gave.
func (t *take) keepEncoded(path string) (err error) {
	if t.src.bytes, err = os.ReadFile(path); err != nil {
		return fmt.Errorf("read what was encoded: %w", err)
	}
	return nil
}

// promise is how far the server said to be, at the most.
type promise struct {
	State  string `json:"state"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// watchAcks asks the server again and again what it has acknowledged.
func (t *take) watchAcks(ctx context.Context, w *world, clip string) {
	for pause(ctx, 150*time.Millisecond) == nil {
		b, err := w.node().ask(ctx, http.MethodGet, "/api/v1/clips/"+clip+"/recording", w.token, nil)
		var p promise
		if err != nil || json.Unmarshal(b, &p) != nil {
			continue // the server is away
		}
		t.mu.Lock()
		t.promised.State, t.promised.SHA256, t.promised.Bytes = p.State, p.SHA256, max(t.promised.Bytes, p.Bytes)
		t.mu.Unlock()
	}
}

func (t *take) finished() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.promised.State == "finished"
}
