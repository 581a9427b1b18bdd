// Package blobtest gives tests a bucket on a real S3 server and holds what
// every S3 server has to do for Baton.
package blobtest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baton/blob"
	"baton/blob/embedded"
)

// Main is for a TestMain that does nothing else. See Child.
func Main(m *testing.M) {
	Child()
	os.Exit(m.Run())
}

// Child makes the test binary able to be the S3 server: started as one, it
// serves and exits. Call it first in TestMain.
func Child() {
	if len(os.Args) > 1 && os.Args[1] == embedded.Command {
		os.Exit(embedded.Main(os.Args[2:]))
	}
	ready.Store(true)
}

var ready atomic.Bool //nolint:gochecknoglobals // without it a test binary would start itself without end

// New gives the test an empty bucket of its own on the embedded server. The
// server is shared between the tests that run at the same time.
func New(tb testing.TB) *blob.Bucket {
	tb.Helper()
	s := server(tb)
	b, err := blob.Open(tb.Context(), Config(s))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Close)
	if err := b.Ensure(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return b
}

// Config leads to a fresh name on the server.
func Config(s *embedded.Server) blob.Config {
	return blob.Config{
		Endpoint: s.Endpoint(), Region: s.Region(), Name: "test-" + strings.ToLower(rand.Text()),
		AccessKeyID: s.AccessKey(), SecretAccessKey: s.SecretKey(), Sync: s.Sync,
	}
}

// Start gives the test a server of its own, in dir.
func Start(tb testing.TB, dir string) *embedded.Server {
	tb.Helper()
	if !ready.Load() {
		tb.Fatal("call blobtest.Main or blobtest.Child in TestMain")
	}
	s, err := embedded.Start(tb.Context(), embedded.Options{Dir: dir})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { stop(tb, s) })
	return s
}

var shared struct { //nolint:gochecknoglobals // one server for the tests of a process
	sync.Mutex
	users int
	dir   string
	s     *embedded.Server
}

func server(tb testing.TB) *embedded.Server {
	tb.Helper()
	if !ready.Load() {
		tb.Fatal("call blobtest.Main or blobtest.Child in TestMain")
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.users == 0 {
		dir, err := os.MkdirTemp("", "baton-blobtest-") //nolint:usetesting // it outlives the test that comes first
		if err != nil {
			tb.Fatal(err)
		}
		s, err := embedded.Start(tb.Context(), embedded.Options{Dir: dir})
		if err != nil {
			_ = os.RemoveAll(dir)
			tb.Fatal(err)
		}
		shared.dir, shared.s = dir, s
	}
	shared.users++
	tb.Cleanup(func() {
		shared.Lock()
		defer shared.Unlock()
		if shared.users--; shared.users == 0 {
			stop(tb, shared.s)
			_ = os.RemoveAll(shared.dir)
		}
	})
	return shared.s
}

func stop(tb testing.TB, s *embedded.Server) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		tb.Error(err)
	}
}
