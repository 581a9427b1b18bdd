package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
)

// pollEvery is the pause between two looks at something that only another
// process can change.
const pollEvery = 25 * time.Millisecond

// lock is an advisory lock on a file. The kernel lets go of it when its
// holder dies, so it cannot be left behind.
type lock struct{ file *os.File }

func openLock(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	return &lock{f}, nil
}

func (l *lock) try(how int) (bool, error) {
	switch err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB); {
	case err == nil:
		return true, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return false, nil
	default:
		return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
	}
}

// exclusive waits until nobody else holds the lock.
func (l *lock) exclusive(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		if ok, err := l.try(syscall.LOCK_EX); ok || err != nil {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func (l *lock) release() {
	if l != nil {
		_ = l.file.Close()
	}
}

func pause(ctx context.Context) error {
	t := time.NewTimer(pollEvery)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// acquire makes this process the one that runs the server, or attaches it to
// the one that does. Two locks: "lock" is held by the process that runs the
// server, "users" is shared by those that use it from outside, so that its
// owner does not stop it under them.
func (s *Server) acquire(ctx context.Context) error {
	owned, err := openLock(filepath.Join(s.opt.Dir, "lock"))
	if err != nil {
		return err
	}
	if s.users, err = openLock(filepath.Join(s.opt.Dir, "users")); err != nil {
		owned.release()
		return err
	}
	if err = s.acquireWith(ctx, owned); err != nil || s.owned == nil {
		owned.release()
	}
	if err != nil {
		s.users.release()
	}
	return err
}

func (s *Server) acquireWith(ctx context.Context, owned *lock) error {
	limit := s.opt.OwnLimit
	if limit == 0 {
		limit = 30 * time.Second
	}
	deadline := time.Now().Add(limit)
	for {
		if ok, err := owned.try(syscall.LOCK_EX); err != nil {
			return err
		} else if ok {
			s.owned = owned
			return nil
		}
		switch {
		case !s.opt.Own && s.attach(ctx):
			return nil
		case s.opt.Own && time.Now().After(deadline):
			return domain.Errorf(domain.KindConflict, "another baton process is using %s", s.opt.Dir)
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("wait for the database in %s: %w", s.opt.Dir, err)
		}
	}
}

// attach uses the server of another process, if it is ready.
func (s *Server) attach(ctx context.Context) bool {
	if ok, err := s.users.try(syscall.LOCK_SH); !ok || err != nil {
		return false // its owner is stopping it
	}
	b, err := os.ReadFile(filepath.Join(s.opt.Dir, "socket"))
	if err == nil {
		s.sock = strings.TrimSpace(string(b))
		var c *pgx.Conn
		if c, err = pgx.Connect(ctx, s.DSN()); err == nil {
			_ = c.Close(ctx)
			return true
		}
	}
	_ = syscall.Flock(int(s.users.file.Fd()), syscall.LOCK_UN)
	return false
}
