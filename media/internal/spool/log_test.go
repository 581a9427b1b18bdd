package spool_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"baton/media/internal/spool"
)

func node(tb testing.TB, dir string, limit int64) *spool.Node {
	tb.Helper()
	n, err := spool.NewNode(dir, limit)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func open(tb testing.TB, n *spool.Node) *spool.Log {
	tb.Helper()
	l, err := n.Open("a", spool.Position{}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

func chunk(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 7}, 100+i%50) }

func appendAll(tb testing.TB, l *spool.Log, from, to int) {
	tb.Helper()
	for i := from; i < to; i++ {
		if err := l.Append(int64(i), chunk(i), sha256.Sum256(chunk(i))); err != nil {
			tb.Fatal(err)
		}
	}
}

func content(from, to int) []byte {
	var b []byte
	for i := from; i < to; i++ {
		b = append(b, chunk(i)...)
	}
	return b
}

// all reads the log in pieces.
func all(tb testing.TB, l *spool.Log) []byte {
	tb.Helper()
	var out []byte
	offset := int64(0)
	buf := make([]byte, 1000)
	for {
		n, err := l.Read(buf, offset)
		if err != nil {
			tb.Fatal(err)
		}
		if n == 0 {
			return out
		}
		out = append(out, buf[:n]...)
		offset += int64(n)
	}
}

func TestReopenedLogGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	n := node(t, t.TempDir(), 0)
	l := open(t, n)
	appendAll(t, l, 0, 20)
	if err := l.Rotate(0); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, 20, 30)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, n)
	appendAll(t, l, 30, 35)
	if got := all(t, l); !bytes.Equal(got, content(0, 35)) {
		t.Errorf("%d bytes, want %d", len(got), len(content(0, 35)))
	}
	if l.Sum() != sha256.Sum256(content(0, 35)) {
		t.Error("the running hash is another")
	}
	parts := l.Closed()
	if len(parts) != 2 || parts[1].Start.Seq != 20 || parts[1].End.Seq != 30 {
		t.Fatalf("closed parts %+v", parts)
	}
	if b, err := l.Bytes(1); err != nil || !bytes.Equal(b, content(20, 30)) {
		t.Errorf("part 1: %v", err)
	}
	if err := l.Remove(0); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(make([]byte, 1), 0); !errors.Is(err, spool.ErrNotHere) {
		t.Errorf("read of a removed part: %v", err)
	}
}

// TestTornTailIsCutOff cuts the file at every length: what was whole before the cut is there, nothing else.
func TestTornTailIsCutOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := node(t, dir, 0)
	l := open(t, n)
	appendAll(t, l, 0, 4)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "a", "part-00000000"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut <= len(whole); cut += 7 {
		for _, tail := range [][]byte{nil, bytes.Repeat([]byte{0}, 100)} {
			d := t.TempDir()
			if err := os.MkdirAll(filepath.Join(d, "a"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(d, "a", "part-00000000"), append(whole[:cut:cut], tail...), 0o600); err != nil {
				t.Fatal(err)
			}
			l := open(t, node(t, d, 0))
			k := int(l.Durable().Seq)
			appendAll(t, l, k, k+2)
			if got := all(t, l); !bytes.Equal(got, content(0, k+2)) || l.Sum() != sha256.Sum256(content(0, k+2)) {
				t.Fatalf("cut at %d: wrong content", cut)
			}
		}
	}
}

// TestFailedSyncIsNeverRetried: nothing of it is acknowledged, and the log goes on in a new file after what was durable.
func TestFailedSyncIsNeverRetried(t *testing.T) {
	t.Parallel()
	n := node(t, t.TempDir(), 0)
	var fail atomic.Bool
	var files sync.Map
	n.Sync = func(f *os.File) error {
		if fail.Load() {
			files.Store(f.Name(), true)
			return errors.New("disk error")
		}
		if _, bad := files.Load(f.Name()); bad && filepath.Base(f.Name()) != "a" {
			t.Errorf("%s is synced again", filepath.Base(f.Name()))
		}
		return f.Sync()
	}
	l := open(t, n)
	appendAll(t, l, 0, 5)
	fail.Store(true)
	for range 3 {
		if err := l.Append(5, chunk(5), sha256.Sum256(chunk(5))); !errors.Is(err, spool.ErrBroken) {
			t.Fatal(err)
		}
	}
	if l.Durable().Seq != 5 {
		t.Errorf("durable up to %d", l.Durable().Seq)
	}
	fail.Store(false)
	_ = l.Close()
	l = open(t, n)
	if l.Durable().Seq != 5 {
		t.Errorf("durable up to %d after opening again", l.Durable().Seq)
	}
	appendAll(t, l, 5, 8)
	if !bytes.Equal(all(t, l), content(0, 8)) {
		t.Error("wrong content")
	}
}

func TestFullSpoolSaysSo(t *testing.T) {
	t.Parallel()
	n := node(t, t.TempDir(), 3000)
	l := open(t, n)
	i := 0
	for ; i < 100; i++ {
		if err := l.Append(int64(i), chunk(i), sha256.Sum256(chunk(i))); err != nil {
			if !errors.Is(err, spool.ErrFull) {
				t.Fatal(err)
			}
			break
		}
	}
	if i < 5 || i > 9 {
		t.Errorf("%d chunks fitted", i)
	}
	if err := l.Rotate(0); err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(0); err != nil || n.Used() != 0 {
		t.Fatalf("%d bytes used, %v", n.Used(), err)
	}
	appendAll(t, l, i, i+3)
}

// TestAppendsShareSyncs: several senders of one recording.
func TestAppendsShareSyncs(t *testing.T) {
	t.Parallel()
	n := node(t, t.TempDir(), 0)
	l := open(t, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for next.Load() < 200 {
				i := next.Load()
				err := l.Append(i, chunk(int(i)), sha256.Sum256(chunk(int(i))))
				if err == nil {
					next.CompareAndSwap(i, i+1)
				} else if !errors.Is(err, spool.ErrOrder) {
					t.Error(err)
					return
				} else {
					next.CompareAndSwap(i, l.Written().Seq)
				}
			}
		})
	}
	wg.Wait()
	k := int(l.Durable().Seq)
	if !bytes.Equal(all(t, l), content(0, k)) {
		t.Error("wrong content")
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	l := open(f, node(f, dir, 0))
	appendAll(f, l, 0, 3)
	_ = l.Close()
	b, err := os.ReadFile(filepath.Join(dir, "a", "part-00000000"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		d := t.TempDir()
		if err := os.MkdirAll(filepath.Join(d, "a"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "a", "part-00000000"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := node(t, d, 0).Open("a", spool.Position{}, 0)
		if err != nil {
			return
		}
		_ = l.Close()
	})
}
