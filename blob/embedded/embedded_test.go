package embedded_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/blob"
	"baton/blob/blobtest"
	"baton/blob/embedded"
	"baton/domain"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "put-objects" {
		putObjects(os.Args[2])
		return
	}
	blobtest.Child()
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, s *embedded.Server, name string) *blob.Bucket {
	t.Helper()
	cfg := blobtest.Config(s)
	cfg.Name = name
	b, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func get(t *testing.T, b *blob.Bucket, key string) []byte {
	t.Helper()
	o, err := b.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	body, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestObjectsOutliveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	began := time.Now()
	s := blobtest.Start(t, dir)
	t.Logf("cold start %v", time.Since(began).Round(time.Millisecond))
	b := open(t, s, "kept")
	if err := b.Put(t.Context(), "a/b", "video/mp4", []byte("here")); err != nil {
		t.Fatal(err)
	}
	stop(t, s)
	began = time.Now()
	s = blobtest.Start(t, dir)
	t.Logf("warm start %v", time.Since(began).Round(time.Millisecond))
	if got := get(t, open(t, s, "kept"), "a/b"); string(got) != "here" {
		t.Fatalf("%q", got)
	}
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// A file system without extended attributes gets the metadata in files.
func TestWithoutExtendedAttributes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, d := range []string{"objects", "meta"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := blobtest.Start(t, dir)
	blobtest.Run(t, func(t *testing.T) *blob.Bucket { t.Helper(); return open(t, s, "sidecar") })
}

func TestCredentialsArePrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := blobtest.Start(t, dir)
	for _, name := range []string{"credentials.json", "objects"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", s.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(append(args, environment...), []byte(s.SecretKey())) {
		t.Error("the secret is where other accounts can read it")
	}
}

func TestAttachesBesideARunningServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner := blobtest.Start(t, dir)
	beside := blobtest.Start(t, dir)
	if owner.Attached() || !beside.Attached() {
		t.Fatal("two servers run")
	}
	if err := open(t, owner, "shared").Put(t.Context(), "k", "text/plain", []byte("x")); err != nil {
		t.Fatal(err)
	}
	get(t, open(t, beside, "shared"), "k")
	stop(t, beside)
	get(t, open(t, owner, "shared"), "k")
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Own: true, OwnLimit: time.Millisecond})
	if domain.KindOf(err) != domain.KindConflict {
		t.Fatalf("a second owner: %v", err)
	}
}

func TestComesBackWhenItIsKilled(t *testing.T) {
	t.Parallel()
	s := blobtest.Start(t, t.TempDir())
	b := open(t, s, "kept")
	for round := range 3 {
		key := fmt.Sprint(round)
		if err := b.Put(t.Context(), key, "text/plain", []byte(key)); err != nil {
			t.Fatal(err)
		}
		old := s.Pid()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		awaitOther(t, s, old)
		if got := awaitObject(t, b, key); string(got) != key {
			t.Fatalf("%q", got)
		}
	}
}

func awaitOther(t *testing.T, s *embedded.Server, old int) {
	t.Helper()
	await(t, func() bool { return s.Pid() != old })
}

func awaitObject(t *testing.T, b *blob.Bucket, key string) []byte {
	t.Helper()
	await(t, func() bool { _, err := b.Head(t.Context(), key); return err == nil })
	return get(t, b, key)
}

func await(t *testing.T, reached func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !reached() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("not reached")
		}
	}
}

// The server shares the machine with encoders, so it has to stay small.
func TestMemoryStaysSmall(t *testing.T) {
	t.Parallel()
	s := blobtest.Start(t, t.TempDir())
	b := open(t, s, "large")
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // 16 MiB
	for i := range 8 {
		if err := b.Put(t.Context(), fmt.Sprint(i), "video/mp4", body); err != nil {
			t.Fatal(err)
		}
		if n := len(get(t, b, fmt.Sprint(i))); n != len(body) {
			t.Fatalf("%d bytes", n)
		}
	}
	if err := b.PutStream(t.Context(), "stream", "video/mp4", io.LimitReader(zeros{}, 128<<20)); err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(peak, &kib); err != nil {
		t.Fatal(err)
	}
	t.Logf("peak %d MiB after 384 MiB", kib>>10)
	if kib > 160<<10 {
		t.Errorf("the server took %d MiB", kib>>10)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
