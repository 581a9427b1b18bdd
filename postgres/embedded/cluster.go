package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/internal/child"
)

// maxSocketDir is what a socket's directory may take of the 107 bytes that
// Linux allows for "DIR/.s.PGSQL.5432".
const maxSocketDir = 107 - len("/.s.PGSQL.5432")

// ensureCluster makes the cluster, or checks that the binaries fit the one
// that is there. initdb is not atomic, so it works beside and the result is
// renamed: a start that was killed half-way leaves nothing to repair.
func (s *Server) ensureCluster(ctx context.Context) error {
	data := filepath.Join(s.opt.Dir, "data")
	have, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	switch {
	case err == nil:
		if v := strings.TrimSpace(string(have)); v != s.bin.major {
			return unavailable("%s was made by PostgreSQL %s but the binaries in %s are of version %s: "+
				"set BATON_PG_BIN to a PostgreSQL %s, or move the data with pg_upgrade; nothing was changed",
				data, v, s.bin.dir, s.bin.major, v)
		}
		return s.acc.ownTree(data)
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("read the cluster's version: %w", err)
	}
	if entries, err := os.ReadDir(data); err == nil && len(entries) > 0 {
		return unavailable("%s is not a PostgreSQL cluster and not empty; nothing was changed", data)
	}
	fresh, err := s.freshDir(ctx)
	if err != nil {
		return err
	}
	if err := s.initdb(ctx, filepath.Base(fresh)); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("put the cluster into place: %w", err)
	}
	return syncDir(s.opt.Dir)
}

// freshDir makes a directory for a new cluster, with a name that was never
// used: an initdb whose owner was killed may still be writing into its own.
func (s *Server) freshDir(ctx context.Context) (string, error) {
	const prefix = "data.new-"
	entries, err := os.ReadDir(s.opt.Dir)
	if err != nil {
		return "", fmt.Errorf("look for half-made clusters: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if err := clearHalfMade(ctx, filepath.Join(s.opt.Dir, e.Name())); err != nil {
			return "", fmt.Errorf("clear a half-made cluster: %w", err)
		}
	}
	fresh, err := os.MkdirTemp(s.opt.Dir, prefix)
	if err != nil {
		return "", fmt.Errorf("make a new cluster: %w", err)
	}
	return fresh, s.acc.own(fresh)
}

// orphanPatience is how long a start waits for the initdb of a killed one: it
// ends by itself within a few seconds, for its files go away under it.
const orphanPatience = 20 * time.Second

// clearHalfMade removes what a killed start left of a cluster. Whatever an
// orphaned initdb writes meanwhile makes the directory "not empty" again, so
// it is tried until that has ended. One that never ends is left alone: its
// name is not used again, and the next start clears it.
func clearHalfMade(ctx context.Context, dir string) error {
	for deadline := time.Now().Add(orphanPatience); ; {
		err := os.RemoveAll(dir)
		if !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
		if time.Now().After(deadline) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *Server) initdb(ctx context.Context, dir string) error {
	args := []string{
		"-D", dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
		"--data-checksums", "--no-instructions",
	}
	if s.opt.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	var out bytes.Buffer
	c, err := s.command(ctx, "initdb", args...)
	if err != nil {
		return err
	}
	defer closeAll(c.ExtraFiles)
	c.Stdout, c.Stderr = &out, &out
	proc, err := child.Start(c, syscall.SIGKILL)
	if err != nil {
		return err
	}
	<-proc.Done()
	if err := proc.Err(); err != nil {
		return unavailable("the database could not be made in %s", s.opt.Dir).
			Because(fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out.Bytes())))
	}
	return nil
}

// command prepares a program of PostgreSQL. "-D" and "-k" take paths relative
// to Options.Dir (absolute ones stay).
//
// As root the program runs under another account that often may not walk to
// our directory (a 0700 home, a data directory of root's). It is therefore
// handed the directory itself, as file descriptor 3, and finds it through
// /proc, which asks for no permission on the way. The caller closes
// ExtraFiles when the program has started.
func (s *Server) command(ctx context.Context, name string, args ...string) (*exec.Cmd, error) {
	c := exec.CommandContext(ctx, filepath.Join(s.bin.dir, name))
	base := s.opt.Dir
	// Nothing of our environment: PGDATA, PGPORT and the like would steer it.
	c.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	c.Dir = "/"
	if s.acc.credential != nil {
		d, err := os.Open(s.opt.Dir)
		if err != nil {
			return nil, fmt.Errorf("open the database directory: %w", err)
		}
		c.ExtraFiles = []*os.File{d}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: s.acc.credential}
		base = handedDir
	}
	c.Args = append(c.Args[:1], args...)
	for i, a := range c.Args {
		if (a == "-D" || a == "-k") && !filepath.IsAbs(c.Args[i+1]) {
			c.Args[i+1] = base + "/" + c.Args[i+1]
		}
	}
	return c, nil
}

// handedDir is Options.Dir as a program under another account sees it.
const handedDir = "/proc/self/fd/3"

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// placeSocket picks the directory of the socket: beside the cluster or, where
// that path is too long for one or would be read as a list, a private one among the temporary files. It
// is noted in the file "socket" for the processes that attach.
func (s *Server) placeSocket() error {
	note := filepath.Join(s.opt.Dir, "socket")
	s.sock = filepath.Join(s.opt.Dir, "run")
	if len(s.sock) > maxSocketDir || strings.ContainsAny(s.sock, `,"`) {
		if old, err := os.ReadFile(note); err == nil && strings.HasPrefix(filepath.Base(string(old)), tempPrefix) {
			_ = os.RemoveAll(string(old)) // left by a process that was killed
		}
		d, err := shortTemp()
		if err != nil {
			return err
		}
		s.sock = d
	}
	if err := s.acc.own(s.sock); err != nil {
		return err
	}
	if err := os.WriteFile(note+".new", []byte(s.sock), 0o600); err != nil {
		return fmt.Errorf("note the socket: %w", err)
	}
	if err := os.Rename(note+".new", note); err != nil {
		return fmt.Errorf("note the socket: %w", err)
	}
	return nil
}

const tempPrefix = "baton-pg-"

func shortTemp() (string, error) {
	var errs []error
	for _, root := range []string{os.TempDir(), "/tmp", "/run"} {
		d, err := os.MkdirTemp(root, tempPrefix)
		if err == nil && len(d) <= maxSocketDir {
			return d, nil
		}
		if err == nil {
			_ = os.Remove(d)
			err = fmt.Errorf("%s is too long for a socket", d)
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("find a place for the socket: %w", errors.Join(errs...))
}

func (s *Server) ensureDatabase(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.AdminDSN())
	if err != nil {
		return fmt.Errorf("connect to postgres: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	var found bool
	if err := c.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", database).Scan(&found); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if found {
		return nil
	}
	if _, err := c.Exec(ctx, "create database "+database); err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
