package spool_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"baton/media/internal/spool"
)

// positionAt is the place behind the first chunks, as the store would know it.
func positionAt(t *testing.T, chunks int) spool.Position {
	t.Helper()
	l := open(t, node(t, t.TempDir(), 0))
	appendAll(t, l, 0, chunks)
	if err := l.Rotate(0); err != nil {
		t.Fatal(err)
	}
	parts := l.Closed()
	return parts[len(parts)-1].End
}

// TestAbsorb: what an older log of a recording has beyond the newer one is taken over, if it really follows.
func TestAbsorb(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		from, to   int // the old log's chunks
		spoil      bool
		stored     int // the new log begins behind so many
		and        int // and has these as well
		won, chunk int
	}{
		{"a tail", 0, 20, false, 12, 0, 8, 20},
		{"a tail behind new chunks", 0, 20, false, 10, 4, 6, 20},
		{"nothing new", 0, 12, false, 12, 0, 0, 12},
		{"all of it", 0, 12, false, 0, 0, 12, 12},
		{"of another recorder", 0, 20, true, 12, 0, 0, 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			n := node(t, dir, 0)
			old := open(t, n)
			if tt.spoil {
				other := []byte("something else")
				if err := old.Append(0, other, sha256.Sum256(other)); err != nil {
					t.Fatal(err)
				}
				tt.from++
			}
			appendAll(t, old, tt.from, (tt.from+tt.to)/2)
			if err := old.Rotate(0); err != nil { // it has several parts
				t.Fatal(err)
			}
			appendAll(t, old, (tt.from+tt.to)/2, tt.to)
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			if err := n.SetAside("a"); err != nil {
				t.Fatal(err)
			}
			if names, err := n.Names(); err != nil || len(names) != 1 || names[0] != "a" {
				t.Fatalf("what is set aside is listed as %v, %v", names, err)
			}
			start := spool.Position{}
			if tt.stored > 0 {
				start = positionAt(t, tt.stored)
			}
			l, err := n.Open("a", start, 7)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			appendAll(t, l, tt.stored, tt.stored+tt.and)
			won, err := l.Absorb()
			if err != nil || won != tt.won {
				t.Fatalf("%d chunks were won, %v; want %d", won, err, tt.won)
			}
			if got := l.Durable().Seq; got != int64(tt.chunk) {
				t.Errorf("the log ends at chunk %d, want %d", got, tt.chunk)
			}
			if sum := sha256.Sum256(content(0, tt.chunk)); l.Sum() != sum {
				t.Error("the hash of the whole is another")
			}
			b := make([]byte, 1<<16)
			got, err := l.Read(b, start.Offset)
			if err != nil || !bytes.Equal(b[:got], content(tt.stored, tt.chunk)) {
				t.Errorf("it has %d bytes, %v", got, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "a.aside*")); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
			if err := n.Remove("a"); err != nil {
				t.Fatal(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}
