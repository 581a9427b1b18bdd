package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"baton/internal/load"
)

// server is a baton of its own process, with a data directory and ports of its own.
type server struct {
	load.Client // as the owner

	bin, dir string
	env      []string
	log      *os.File
	cmd      *exec.Cmd
	exited   chan error
}

// newServer prepares one; start runs it.
func newServer(ctx context.Context, opt options, env ...string) (*server, error) {
	dir, err := os.MkdirTemp("", "bb") // short: PostgreSQL's socket name is limited
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's account has to pass through
		return nil, fmt.Errorf("open the directory: %w", err)
	}
	s := &server{bin: opt.bin, dir: dir, Client: load.Client{HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}}
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	web, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	media, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + web
	for _, kv := range (&exec.Cmd{}).Environ() {
		if !strings.HasPrefix(kv, "BATON_") {
			s.env = append(s.env, kv)
		}
	}
	s.env = append(append(s.env, "BATON_DATA_DIR="+filepath.Join(dir, "d"), "BATON_LISTEN="+web, "BATON_MEDIA_LISTEN="+media,
		"BATON_MODELS_DIR="+opt.models, "BATON_LOG_LEVEL=warn"), env...)
	return s, nil
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// start runs the server and waits for /readyz; it returns how long that took.
func (s *server) start(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	s.cmd = exec.Command(s.bin, "serve") //nolint:noctx // close ends it in order
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.env, s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", s.bin, err)
	}
	s.exited = make(chan error, 1)
	go func(c *exec.Cmd, exited chan<- error) { exited <- c.Wait() }(s.cmd, s.exited)
	err := poll(ctx, 5*time.Millisecond, time.Minute, func() (bool, error) {
		select {
		case err := <-s.exited:
			s.cmd = nil
			return false, fmt.Errorf("the server ended: %w\n%s", err, s.tail())
		default:
		}
		_, err := s.Call(ctx, http.MethodGet, "/readyz", nil)
		return err == nil, nil
	})
	return time.Since(began), err
}

// settle makes the workspace and its owner.
func (s *server) settle(ctx context.Context) error {
	if _, err := s.command(ctx, "user", "add", "--email", "owner@example.org", "--name", "Olga Owner", "--role", "owner"); err != nil {
		return err
	}
	var err error
	s.Token, err = s.command(ctx, "token", "create", "--email", "owner@example.org")
	return err
}

// running starts a server that has an owner.
func running(ctx context.Context, opt options, env ...string) (*server, error) {
	s, err := newServer(ctx, opt, env...)
	if err != nil {
		return nil, err
	}
	if _, err = s.start(ctx); err == nil {
		err = s.settle(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

// stop ends the server in order.
func (s *server) stop() error {
	if s.cmd == nil {
		return nil
	}
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case e := <-s.exited:
		err = errors.Join(err, e)
	case <-time.After(time.Minute):
		err = errors.Join(err, errors.New("the server did not end within a minute"), s.cmd.Process.Kill(), <-s.exited)
	}
	s.cmd = nil
	return err
}

// remove ends the server and deletes its data.
func (s *server) remove() error {
	err := errors.Join(s.stop(), s.log.Close(), os.RemoveAll(s.dir))
	s.HTTP.CloseIdleConnections()
	return err
}

func (s *server) tail() string {
	b, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

// command runs another command of the program beside the server.
func (s *server) command(ctx context.Context, args ...string) (string, error) {
	var out, said bytes.Buffer
	c := exec.CommandContext(ctx, s.bin, args...)
	c.Env, c.Stdout, c.Stderr = s.env, &out, &said
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("baton %s: %w: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return strings.TrimSpace(out.String()), nil
}

// clip is what is read of one.
type clip struct {
	ID              string `json:"id"`
	State           string `json:"state"`
	TranscriptState string `json:"transcript_state"`
	Work            []struct {
		State string `json:"state"`
	} `json:"work"`
}

func (s *server) clip(ctx context.Context, id string) (c clip, err error) {
	b, err := s.Call(ctx, http.MethodGet, "/api/v1/clips/"+id, nil)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}

// poll asks f every so often until it says yes.
func poll(ctx context.Context, every, limit time.Duration, f func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if ok, err := f(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain: %w", ctx.Err())
		}
	}
}

// wait lets time pass.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
