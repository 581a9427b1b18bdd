package main

import (
	"bytes"
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
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	readyLimit = 2 * time.Minute
	stopLimit  = time.Minute
)

// node is a baton server in a process of its own, with a data directory and ports of its own.
type node struct {
	bin, data  string
	web, media string // addresses
	env        []string
	log        *os.File

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

// newNode prepares a server; start runs it. Its data lies in dir/name.
func newNode(ctx context.Context, opt options, dir, name string, env ...string) (*node, error) {
	n := &node{bin: opt.bin, data: filepath.Join(dir, name)}
	var err error
	if n.web, err = freePort(ctx); err != nil {
		return nil, err
	}
	if n.media, err = freePort(ctx); err != nil {
		return nil, err
	}
	if n.log, err = os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	for _, kv := range (&exec.Cmd{}).Environ() {
		if !strings.HasPrefix(kv, "BATON_") || strings.HasPrefix(kv, "BATON_TEST_") {
			n.env = append(n.env, kv)
		}
	}
	n.env = append(n.env, "BATON_DATA_DIR="+n.data, "BATON_LISTEN="+n.web, "BATON_MEDIA_LISTEN="+n.media, "BATON_MODELS_DIR="+opt.models,
		"BATON_ABANDON_AFTER=10s")
	n.env = append(n.env, env...)
	return n, nil
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// start runs the server and waits until it can take a recording.
func (n *node) start(ctx context.Context) error {
	cmd := exec.Command(n.bin, "serve") //nolint:noctx // it is ended by kill and stop
	cmd.Env, cmd.Stdout, cmd.Stderr = n.env, n.log, n.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", n.bin, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(exited)
	}()
	n.mu.Lock()
	n.cmd, n.exited = cmd, exited
	n.mu.Unlock()
	return poll(ctx, 50*time.Millisecond, readyLimit, func() error {
		select {
		case <-exited:
			return final{fmt.Errorf("the server ended: %s", n.tail())}
		default:
		}
		_, err := n.ask(ctx, http.MethodGet, "/readyz", "", nil)
		return err
	})
}

func (n *node) pid() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil {
		return 0
	}
	return n.cmd.Process.Pid
}

// end sends a signal and waits until the process is gone.
func (n *node) end(sig syscall.Signal) error {
	n.mu.Lock()
	cmd, exited := n.cmd, n.exited
	n.cmd = nil
	n.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("signal the server: %w", err)
	}
	select {
	case <-exited:
		return nil
	case <-time.After(stopLimit):
		return errors.Join(fmt.Errorf("the server did not end within %v of %v", stopLimit, sig), cmd.Process.Kill())
	}
}

func (n *node) tail() string {
	b, err := os.ReadFile(n.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-3000):])
}

// child finds the server's database or object store by a word of its command line; 0: not there at the moment.
func (n *node) child(word string) int {
	parent := strconv.Itoa(n.pid())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // gone meanwhile
		}
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(fields) < 2 || fields[1] != parent {
			continue
		}
		line, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || !bytes.Contains(line, []byte(word)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil {
			return pid
		}
	}
	return 0
}

// command runs another command of the program with the server's settings.
func (n *node) command(ctx context.Context, args ...string) (string, error) {
	var out, said bytes.Buffer
	c := exec.CommandContext(ctx, n.bin, args...)
	c.Env, c.Stdout, c.Stderr = n.env, &out, &said
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("baton %s: %w: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return strings.TrimSpace(out.String()), nil
}

// ask calls the API on the short way, past every fault of the network.
func (n *node) ask(ctx context.Context, method, path, token string, body any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+n.web+path, r)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	b, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, b)
	}
	return b, err
}

// final is an error after which asking again is of no use.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// poll asks f every so often until it has no error.
func poll(ctx context.Context, every, limit time.Duration, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := f()
		if _, over := errors.AsType[final](err); err == nil || over {
			return err
		}
		if pause(ctx, every) != nil {
			return fmt.Errorf("waited %v in vain: %w", limit, err)
		}
	}
}

// pause lets time pass.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
