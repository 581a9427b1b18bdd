package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"baton/internal/filelock"
)

// Detached is a server that nobody watches over.
type Detached struct {
	server *Server
	pid    int
}

// AdminDSN leads to the maintenance database.
func (d *Detached) AdminDSN() string { return d.server.AdminDSN() }

// Pid is the postmaster's process id.
func (d *Detached) Pid() int { return d.pid }

// StartDetached starts a server that goes on when this process ends, for
// tests: package postgrestest shares one between processes. The caller sees to
// it that one process at a time does this in a directory, and that somebody
// ends the server.
func StartDetached(ctx context.Context, opt Options) (*Detached, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s := &Server{opt: opt}
	s.opt.Log = slog.New(slog.DiscardHandler)
	var err error
	if s.bin, err = findBinaries(ctx, opt.BinDir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the database directory: %w", err)
	}
	if s.acc, err = accountFor(opt.Dir); err != nil {
		return nil, err
	}
	if err := s.acc.admit(opt.Dir); err != nil {
		return nil, err
	}
	if err := s.ensureCluster(ctx); err != nil {
		return nil, err
	}
	if err := s.placeSocket(); err != nil {
		return nil, err
	}
	pid, err := s.spawnDetached(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.awaitPostmaster(ctx, pid); err != nil {
		return nil, err
	}
	return &Detached{server: s, pid: pid}, nil
}

func (s *Server) spawnDetached(ctx context.Context) (int, error) {
	c, err := s.command(context.WithoutCancel(ctx), "postgres", s.arguments()...)
	if err != nil {
		return 0, err
	}
	defer closeAll(c.ExtraFiles)
	log, err := os.OpenFile(filepath.Join(s.opt.Dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, fmt.Errorf("open the server's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	c.Stdout, c.Stderr = log, log
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Setsid = true
	if err := c.Start(); err != nil {
		return 0, fmt.Errorf("start postgres: %w", err)
	}
	pid := c.Process.Pid
	if err := c.Process.Release(); err != nil {
		return 0, fmt.Errorf("let go of postgres: %w", err)
	}
	return pid, nil
}

func (s *Server) awaitPostmaster(ctx context.Context, pid int) error {
	for !s.answers(ctx, pid) {
		if err := filelock.Pause(ctx); err != nil {
			return fmt.Errorf("wait for postgres: %w", err)
		}
		if err := syscall.Kill(pid, 0); err != nil {
			log, _ := os.ReadFile(filepath.Join(s.opt.Dir, "log"))
			return fmt.Errorf("postgres did not start: %s", log)
		}
	}
	return nil
}
