// Package filelock lets processes agree by locks on files. The kernel lets go
// of a lock when its holder dies, so none is ever left behind.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// pollEvery is the pause between two tries for a lock that another process has.
const pollEvery = 25 * time.Millisecond

// Lock is an open file that can be locked. Children do not inherit it.
type Lock struct{ file *os.File }

// Open makes the file if it is missing.
func Open(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	return &Lock{f}, nil
}

// TryExclusive takes the lock if nobody has it.
func (l *Lock) TryExclusive() (bool, error) { return l.try(syscall.LOCK_EX) }

// TryShared takes the lock if nobody has it exclusively.
func (l *Lock) TryShared() (bool, error) { return l.try(syscall.LOCK_SH) }

func (l *Lock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
		}
	}
}

// Exclusive waits for the lock until ctx ends.
func (l *Lock) Exclusive(ctx context.Context) error {
	for {
		if ok, err := l.TryExclusive(); ok || err != nil {
			return err
		}
		if err := Pause(ctx); err != nil {
			return err
		}
	}
}

// Unlock lets others have the lock.
func (l *Lock) Unlock() { _ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) }

// Close unlocks and closes the file. A nil Lock is fine.
func (l *Lock) Close() {
	if l != nil {
		_ = l.file.Close()
	}
}

// Pause waits a moment, for looking again at what only another process can
// change.
func Pause(ctx context.Context) error {
	t := time.NewTimer(pollEvery)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
