package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// disownZombie helps PostgreSQL over a postmaster that was killed together
// with the process that should have collected it. Until process 1 does so,
// which in a container may be seconds or never, its number looks alive, and
// the new postmaster takes the old "postmaster.pid" for that of a running one.
//
// The file is not removed, for its other lines lead to the shared memory in
// which PostgreSQL looks for backends that are left over. Only the number is
// replaced, by ours: a postmaster knows that its parent is not another one.
func (s *Server) disownZombie() error {
	return errors.Join(
		s.disownIn(filepath.Join(s.opt.Dir, "data", "postmaster.pid")),
		s.disownIn(filepath.Join(s.sock, ".s.PGSQL.5432.lock")),
	)
}

func (s *Server) disownIn(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the server's lock file: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return fmt.Errorf("read the server's lock file: %w", err)
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil || !isZombie(pid) {
		return nil // a file that is being written says nothing yet
	}
	return s.replaceLockFile(path, append([]byte(strconv.Itoa(os.Getpid())+"\n"), rest...))
}

func (s *Server) replaceLockFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".lock-")
	if err != nil {
		return fmt.Errorf("write the server's lock file: %w", err)
	}
	_, err = f.Write(text)
	if c := s.acc.credential; err == nil && c != nil {
		err = f.Chown(int(c.Uid), int(c.Gid))
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the server's lock file: %w", err)
	}
	return nil
}

// isZombie tells whether a process has ended and was not collected yet.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// "PID (NAME) STATE …", where NAME may hold anything.
	end := bytes.LastIndexByte(stat, ')')
	return end > 0 && len(stat) > end+2 && stat[end+2] == 'Z'
}
