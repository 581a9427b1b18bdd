package main

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the server under test, built once for all tests of this package.
var program string // set by TestMain

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "bc")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "baton")
		if out, err := exec.Command("go", "build", "-o", program, "../../cmd/baton").CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
}

// play lets takes be recorded while the faults with these words in their names happen, and fails for whatever is not well.
func play(t *testing.T, takes, together int, only string) *report {
	t.Helper()
	r, err := run(t.Context(), options{
		bin: program, models: t.TempDir(), data: filepath.Join("..", "..", "testdata", "media"), takes: takes, together: together, seed: 1, strikes: 2,
		only: only, log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.markdown())
	if n := len(r.broken()); n > 0 {
		t.Errorf("%d things are not as they have to be", n)
	}
	if got := len(r.proofs); got != takes {
		t.Errorf("%d takes were proved, want %d", got, takes)
	}
	for _, s := range r.shares {
		if s.strike != nil && r.lines[s.fault].strikes == 0 {
			t.Errorf("%s: it never struck", s.name)
		}
	}
	return r
}

// TestShortChaos is `make chaos` in small.
func TestShortChaos(t *testing.T) {
	t.Parallel()
	play(t, 12, 3, "server: kill|page closed, comes|PostgreSQL: kill|pair: object store stopped, server")
}

// TestAnotherNodeGoesOn: of two nodes that share a database and an object store the one that records is lost, with its spool or
// without; the other goes on with the same clips.
func TestAnotherNodeGoesOn(t *testing.T) {
	t.Parallel()
	play(t, 3, 3, "node lost, another takes over")
}

// TestObjectsAwayAndSpoolFull: the spool is bounded while the object store is away, its senders are told when to come again and keep what
// they have, and everything is stored when it is back. The same with a disk that is full.
func TestObjectsAwayAndSpoolFull(t *testing.T) {
	t.Parallel()
	only := "spool of"
	if os.Getuid() == 0 { // who may mount a small disk
		only += "|disk of"
	}
	r := play(t, 3*(1+strings.Count(only, "|")), 3, only)
	for _, s := range r.shares {
		c := r.count(r.lines[s.fault])
		if c.refused[spoolFull]+c.refused[diskFull] == 0 {
			t.Errorf("%s: it was never full: %v", s.name, c.refused)
		}
		if most := int64(5 << 20); c.spool > most {
			t.Errorf("%s: %d bytes were in the spool, %d are allowed", s.name, c.spool, most)
		}
	}
}
