package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/internal/filelock"
)

// acquire makes this process the one that runs the server, or attaches it to
// the one that does. Two locks: "lock" is held by the process that runs the
// server, "users" is shared by those that use it from outside, so that its
// owner does not stop it under them.
func (s *Server) acquire(ctx context.Context) error {
	owned, err := filelock.Open(filepath.Join(s.opt.Dir, "lock"))
	if err != nil {
		return err
	}
	if s.users, err = filelock.Open(filepath.Join(s.opt.Dir, "users")); err != nil {
		owned.Close()
		return err
	}
	if err = s.acquireWith(ctx, owned); err != nil || s.owned == nil {
		owned.Close()
	}
	if err != nil {
		s.users.Close()
	}
	return err
}

func (s *Server) acquireWith(ctx context.Context, owned *filelock.Lock) error {
	limit := s.opt.OwnLimit
	if limit == 0 {
		limit = 30 * time.Second
	}
	deadline := time.Now().Add(limit)
	for {
		if ok, err := owned.TryExclusive(); err != nil {
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
		if err := filelock.Pause(ctx); err != nil {
			return fmt.Errorf("wait for the database in %s: %w", s.opt.Dir, err)
		}
	}
}

// attach uses the server of another process, if it is ready.
func (s *Server) attach(ctx context.Context) bool {
	if ok, err := s.users.TryShared(); !ok || err != nil {
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
	s.users.Unlock()
	return false
}
