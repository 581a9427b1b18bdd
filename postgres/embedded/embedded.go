// Package embedded runs a private PostgreSQL server, of the binaries that the
// system has, as a child of this process. It is what Baton uses when no
// database is configured; everything else speaks to it as to any other
// PostgreSQL.
//
// The server listens on a Unix socket in a directory that only its account
// may enter, never on the network. It ends with this process, kill -9
// included, and comes back with all that was committed.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"baton/domain"
	"baton/internal/child"
	"baton/internal/filelock"
)

const (
	// database is what DSN leads to.
	database = "baton"
	// startLimit bounds a start, crash recovery included.
	startLimit = 3 * time.Minute
	// stopLimit is how long a fast shutdown may take before an immediate one.
	stopLimit = 30 * time.Second
	// reviveTries with doubling pauses take about 12 s.
	reviveTries = 7
)

// Options says where the cluster lives and who may hold it.
type Options struct {
	// Dir holds the cluster and its socket. It is made if missing.
	Dir string
	// BinDir has initdb and postgres; empty: the newest under
	// /usr/lib/postgresql, else on the PATH.
	BinDir string
	// Own insists that this process runs the server: it waits for a passing
	// command to let go of it and fails with KindConflict when another
	// process keeps it. Without Own a server that is already running is used.
	Own bool
	// OwnLimit is how long Own waits; 0: 30 s.
	OwnLimit time.Duration
	// Settings override those of the server, e.g. {"fsync": "off"} in tests.
	Settings map[string]string
	Log      *slog.Logger
}

// Server is a running PostgreSQL, ours or another process's.
type Server struct {
	opt      Options
	bin      binaries
	acc      account
	sock     string         // directory of the socket
	owned    *filelock.Lock // nil: attached to another process's server
	users    *filelock.Lock
	stopping chan struct{}
	stopOnce sync.Once
	done     chan struct{}

	mu   sync.Mutex
	proc *child.Process
	logs *child.Lines
}

// Start returns once the server takes connections and the database exists.
// Errors that a person can mend are domain.Errors of KindUnavailable or, for
// a data directory that another process keeps, KindConflict.
func Start(ctx context.Context, opt Options) (*Server, error) {
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the database directory: %w", err)
	}
	opt.Dir = dir
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s := &Server{opt: opt, stopping: make(chan struct{}), done: make(chan struct{})}
	if s.bin, err = findBinaries(ctx, opt.BinDir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the database directory: %w", err)
	}
	if s.acc, err = accountFor(dir); err != nil {
		return nil, err
	}
	if err := s.acquire(ctx); err != nil {
		return nil, err
	}
	if s.owned == nil {
		return s, nil
	}
	if err := s.launch(ctx); err != nil {
		s.release()
		return nil, err
	}
	go s.supervise() //nolint:gosec,contextcheck // the server outlives the context of its start
	return s, nil
}

// launch makes the cluster if there is none, starts the server and makes the
// database.
func (s *Server) launch(ctx context.Context) error {
	if err := s.acc.admit(s.opt.Dir); err != nil {
		return err
	}
	if err := s.ensureCluster(ctx); err != nil {
		return err
	}
	if err := s.placeSocket(); err != nil {
		return err
	}
	if err := s.run(ctx); err != nil {
		return err
	}
	if err := s.ensureDatabase(ctx); err != nil {
		s.halt()
		return err
	}
	return nil
}

// DSN is the connection string of the database, in libpq's keyword form.
func (s *Server) DSN() string { return s.dsn(database) }

// AdminDSN leads to the maintenance database, from which others are made and
// dropped.
func (s *Server) AdminDSN() string { return s.dsn("postgres") }

func (s *Server) dsn(db string) string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace
	return fmt.Sprintf("host='%s' port=5432 user=postgres dbname='%s' sslmode=disable", quote(s.sock), quote(db))
}

// Attached tells whether another process runs the server.
func (s *Server) Attached() bool { return s.owned == nil }

// Pid is the postmaster's process id; 0 when attached.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.Pid()
}

// Done closes when the server is gone for good: after Stop, or when it could
// not be brought back. It stays open while the server is being restarted.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop shuts the server down in order (fast shutdown: open transactions are
// rolled back) once commands that use it beside us have finished, for which
// it waits up to five seconds. Of an attached server it only lets go.
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
		return fmt.Errorf("stop postgres: %w", ctx.Err())
	}
}

// awaitUsers gives commands that attached a moment to finish.
func (s *Server) awaitUsers(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = s.users.Exclusive(ctx)
}

// supervise brings the server back when it ends unasked (somebody killed it,
// the system ran out of memory) and closes done at the end.
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
	for {
		proc := s.current()
		select {
		case <-s.stopping:
			s.halt()
			return
		case <-proc.Done():
		}
		s.opt.Log.ErrorContext(ctx, "postgres ended", slog.Any("err", proc.Err()), slog.Any("last_lines", s.logs.Last()))
		if err := s.revive(ctx); err != nil {
			if !errors.Is(err, context.Canceled) {
				s.opt.Log.ErrorContext(ctx, "postgres does not come back", slog.Any("err", err))
			}
			return
		}
		s.opt.Log.InfoContext(ctx, "postgres is back", slog.Int("pid", s.Pid()))
	}
}

// revive starts the server again. What killed it may kill it once more while
// it recovers, so one failure is not the last word.
func (s *Server) revive(ctx context.Context) error {
	pause := 100 * time.Millisecond
	for try := 1; ; try++ {
		again, stop := context.WithTimeout(ctx, startLimit)
		err := s.run(again)
		stop()
		if err == nil {
			return nil // asked to stop meanwhile or not: supervise has it to halt
		}
		if ctx.Err() != nil || try == reviveTries {
			return errors.Join(err, ctx.Err())
		}
		s.opt.Log.WarnContext(ctx, "postgres did not come back yet", slog.Any("err", err), slog.Int("attempt", try))
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
		pause *= 2
	}
}

func (s *Server) current() *child.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
}

// halt ends the server: fast shutdown first, immediate if that takes too long.
func (s *Server) halt() {
	proc := s.current()
	proc.Signal(syscall.SIGINT)
	late := time.NewTimer(stopLimit)
	defer late.Stop()
	select {
	case <-proc.Done():
	case <-late.C:
		_ = proc.Stop(syscall.SIGQUIT, stopLimit)
	}
}

// release lets others have the cluster.
func (s *Server) release() {
	if s.sock != filepath.Join(s.opt.Dir, "run") && s.sock != "" {
		_ = os.RemoveAll(s.sock)
	}
	s.users.Close()
	s.owned.Close()
}

func unavailable(format string, args ...any) *domain.Error {
	return domain.Errorf(domain.KindUnavailable, format, args...)
}
