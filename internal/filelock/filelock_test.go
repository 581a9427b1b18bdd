package filelock_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"baton/internal/filelock"
)

func TestLocks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	a, b, c := open(t, path), open(t, path), open(t, path)
	want(t, true)(a.TryShared())
	want(t, true)(b.TryShared())
	want(t, false)(c.TryExclusive())
	soon, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer cancel()
	if err := c.Exclusive(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("waited until %v", err)
	}
	a.Unlock()
	b.Close()
	if err := c.Exclusive(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, false)(a.TryShared())
	c.Close()
	want(t, true)(a.TryShared())
	var none *filelock.Lock
	none.Close()
}

func open(t *testing.T, path string) *filelock.Lock {
	t.Helper()
	l, err := filelock.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func want(t *testing.T, want bool) func(bool, error) {
	t.Helper()
	return func(got bool, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}
