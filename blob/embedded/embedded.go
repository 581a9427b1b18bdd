// Package embedded runs a private S3 server over a directory, for a Baton
// that has no object store configured. The rest of the program speaks to it
// as to any other S3.
//
// The server is versitygw. It needs a process of its own (it moves the working
// directory and keeps package state), so the binary starts itself again with
// the argument Command. It listens on a Unix socket in Linux's abstract
// namespace: no port to collide, none open to the network, gone with its
// process; and every request has to be signed.
//
// A put is confirmed before it is on the disk: versitygw does not call fsync.
// An object whole or absent is promised for kill -9, but a power cut may lose
// the puts of the last seconds. Whoever is about to let go of the only other
// copy calls Sync first.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"baton/domain"
	"baton/internal/child"
	"baton/internal/filelock"
)

// Command is the first argument that makes the binary the server; cmd and the
// tests' main pass what follows to Main.
const Command = "internal-s3"

const (
	startLimit = 30 * time.Second
	stopGrace  = 5 * time.Second
	maxBackOff = 5 * time.Second
)

// Options says where the objects are.
type Options struct {
	// Dir holds objects, credentials and locks. It is made if missing.
	Dir string
	// Exe is this program; empty: os.Executable.
	Exe string
	// Own insists on running the server: Start waits for a passing command to
	// let go of it and fails with KindConflict when another process keeps it.
	// Without Own a server that is already running is used.
	Own bool
	// OwnLimit is how long Own waits; 0: 30 s.
	OwnLimit time.Duration
	Log      *slog.Logger
}

// Server is a running S3 server, ours or another process's.
type Server struct {
	opt      Options
	id       Credentials
	http     *http.Client
	owned    *filelock.Lock // nil: attached
	users    *filelock.Lock
	stopping chan struct{}
	stopOnce sync.Once
	done     chan struct{}

	mu   sync.Mutex
	proc *child.Process
}

// Start returns once the server answers.
func Start(ctx context.Context, opt Options) (*Server, error) {
	s, err := prepare(opt)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(startLimit, s.opt.OwnLimit+startLimit))
	defer cancel()
	if err := s.acquire(ctx); err != nil {
		s.users.Close()
		return nil, err
	}
	if s.owned == nil {
		return s, nil
	}
	if err := s.run(ctx); err != nil {
		s.release()
		return nil, err
	}
	go s.supervise() //nolint:gosec,contextcheck // the server outlives the context of its start
	return s, nil
}

func prepare(opt Options) (*Server, error) {
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the object directory: %w", err)
	}
	opt.Dir = dir
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Exe == "" {
		if opt.Exe, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
	}
	if opt.OwnLimit == 0 {
		opt.OwnLimit = 30 * time.Second
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, domain.Errorf(domain.KindUnavailable, "the directory %s cannot be made", dir).Because(err)
	}
	s := &Server{opt: opt, stopping: make(chan struct{}), done: make(chan struct{})}
	if s.id, err = loadCredentials(dir); err != nil {
		return nil, err
	}
	if s.users, err = filelock.Open(filepath.Join(dir, "users")); err != nil {
		return nil, err
	}
	s.http = &http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", s.id.socket())
		},
	}}
	return s, nil
}

// acquire makes this process the one that runs the server or attaches to it.
func (s *Server) acquire(ctx context.Context) error {
	owned, err := filelock.Open(filepath.Join(s.opt.Dir, "lock"))
	if err != nil {
		return err
	}
	deadline := time.Now().Add(s.opt.OwnLimit)
	for {
		ok, err := owned.TryExclusive()
		switch {
		case err != nil:
			owned.Close()
			return err
		case ok:
			s.owned = owned
			return nil
		case !s.opt.Own && s.attach(ctx):
			owned.Close()
			return nil
		case s.opt.Own && time.Now().After(deadline):
			owned.Close()
			return domain.Errorf(domain.KindConflict, "another baton process is using %s", s.opt.Dir)
		}
		if err := filelock.Pause(ctx); err != nil {
			owned.Close()
			return fmt.Errorf("wait for the object store in %s: %w", s.opt.Dir, err)
		}
	}
}

func (s *Server) attach(ctx context.Context) bool {
	if ok, err := s.users.TryShared(); !ok || err != nil {
		return false // its owner is stopping it
	}
	if s.healthy(ctx) {
		return true
	}
	s.users.Unlock()
	return false
}

// Endpoint is what blob.Config.Endpoint takes.
func (s *Server) Endpoint() string { return "unix:" + s.id.socket() }

// AccessKey and SecretKey are the server's only account.
func (s *Server) AccessKey() string { return s.id.AccessKeyID }

// SecretKey belongs to AccessKey.
func (s *Server) SecretKey() string { return s.id.SecretAccessKey }

// Region is the one that requests are signed for.
func (s *Server) Region() string { return region }

// Attached tells whether another process runs the server.
func (s *Server) Attached() bool { return s.owned == nil }

// Pid is the server's process id; 0 when attached.
func (s *Server) Pid() int {
	if p := s.current(); p != nil {
		return p.Pid()
	}
	return 0
}

// Done closes when the server is gone for good, after Stop. One that dies
// before is started again for as long as it takes.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server once commands that use it beside us have finished, for
// which it waits up to five seconds. Of an attached server it only lets go.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() {
		if s.owned == nil {
			s.users.Close()
			close(s.done)
			return
		}
		s.awaitUsers(ctx)
		close(s.stopping)
	})
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the object store: %w", ctx.Err())
	}
}

func (s *Server) awaitUsers(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = s.users.Exclusive(ctx)
}

// supervise starts the server again when it ends unasked.
func (s *Server) supervise() {
	defer close(s.done)
	defer s.release()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-s.stopping:
			cancel()
		case <-s.done:
		}
	}()
	backOff := 100 * time.Millisecond
	for {
		proc := s.current()
		select {
		case <-ctx.Done():
			_ = proc.Stop(syscall.SIGTERM, stopGrace)
			return
		case <-proc.Done():
		}
		s.opt.Log.ErrorContext(ctx, "object store ended", slog.Any("err", proc.Err()))
		again, stop := context.WithTimeout(ctx, startLimit)
		err := s.run(again)
		stop()
		if err == nil {
			backOff = 100 * time.Millisecond
			s.opt.Log.InfoContext(ctx, "object store is back", slog.Int("pid", s.Pid()))
			continue
		}
		s.opt.Log.ErrorContext(ctx, "object store does not come back", slog.Any("err", err), slog.Duration("retry_in", backOff))
		wait(ctx, backOff)
		backOff = min(2*backOff, maxBackOff)
	}
}

// run starts the process and returns when it answers.
func (s *Server) run(ctx context.Context) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), s.opt.Exe, Command, s.opt.Dir)
	// The SDK's and the runtime's variables are not meant for the server.
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "GOTRACEBACK=single"}
	cmd.Dir = s.opt.Dir
	logs := &child.Lines{Keep: 10, Each: s.logLine}
	cmd.Stdout, cmd.Stderr = logs, logs
	// An object is whole or absent however the server ends, so it ends at once.
	proc, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.proc = proc
	s.mu.Unlock()
	for !s.healthy(ctx) {
		select {
		case <-proc.Done():
			return domain.Errorf(domain.KindUnavailable, "the embedded object store did not start").
				Because(fmt.Errorf("%s: %w: %q", Command, proc.Err(), logs.Last()))
		case <-ctx.Done():
			_ = proc.Stop(syscall.SIGKILL, stopGrace)
			return fmt.Errorf("start the object store: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

func (s *Server) logLine(line string) {
	s.opt.Log.DebugContext(context.Background(), "object store", slog.String("text", line))
}

// healthy asks the server whether it is up.
func (s *Server) healthy(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+healthPath, nil)
	if err != nil {
		return false
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (s *Server) current() *child.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
}

func (s *Server) release() {
	s.users.Close()
	s.owned.Close()
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Sync returns when the objects are on the disk: what versitygw left to the
// kernel, this waits for. A key that does not exist (deleted meanwhile) is
// passed over.
func (s *Server) Sync(ctx context.Context, bucket string, keys ...string) error {
	if s.sidecar() {
		return syncFileSystem(s.opt.Dir)
	}
	dirs := map[string]bool{}
	root := s.objects()
	for _, key := range keys {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		path := filepath.Join(bucket, filepath.FromSlash(key))
		if !filepath.IsLocal(path) {
			return fmt.Errorf("sync %q: not a key", key)
		}
		err := syncPath(filepath.Join(root, path))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for d := filepath.Dir(path); d != "." && !dirs[d]; d = filepath.Dir(d) {
			dirs[d] = true
		}
	}
	for d := range dirs {
		if err := syncPath(filepath.Join(root, d)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncPath(root)
}
