package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"baton/domain"
	"baton/postgres/embedded"
)

// TestMain doubles as the process that the kill tests kill.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "write-rows" {
		writeRows(os.Args[2])
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(made.dir)
		os.Exit(code)
	}))
}

// made is a cluster that was started and stopped once: making one costs a
// second and a thousand writes, and few tests are about that.
var made struct {
	sync.Once
	dir string
	err error
}

// madeDir gives the test a copy of the cluster.
func madeDir(t *testing.T) string {
	t.Helper()
	made.Do(func() {
		if made.dir, made.err = os.MkdirTemp("", "baton-embedded-test-"); made.err != nil { //nolint:usetesting // it outlives the test that comes first
			return
		}
		var s *embedded.Server
		if s, made.err = embedded.Start(t.Context(), embedded.Options{Dir: made.dir}); made.err == nil {
			made.err = s.Stop(context.WithoutCancel(t.Context()))
		}
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	dir := filepath.Join(t.TempDir(), "postgres")
	if out, err := osexec.CommandContext(t.Context(), "cp", "-a", made.dir, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func start(t *testing.T, opt embedded.Options) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, s *embedded.Server) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func exec(t *testing.T, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func show(t *testing.T, c *pgx.Conn, sql string) (v string) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestDataOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	began := time.Now()
	s := start(t, embedded.Options{Dir: dir})
	t.Logf("cold start %v", time.Since(began).Round(time.Millisecond))
	c := connect(t, s)
	for name, want := range map[string]string{"fsync": "on", "full_page_writes": "on", "data_checksums": "on", "listen_addresses": "", "server_encoding": "UTF8"} {
		if got := show(t, c, "show "+name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	for _, name := range []string{"pg_trgm", "btree_gin", "unaccent", "fuzzystrmatch"} {
		exec(t, c, "create extension "+name)
	}
	exec(t, c, "create table kept as select 'yes'::text as v")
	stop(t, s)
	began = time.Now()
	s = start(t, embedded.Options{Dir: dir})
	t.Logf("warm start %v", time.Since(began).Round(time.Millisecond))
	if got := show(t, connect(t, s), "select v from kept"); got != "yes" {
		t.Fatalf("read %q", got)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	start(t, embedded.Options{Dir: dir})
	for _, d := range []string{"run", "data"} {
		info, err := os.Stat(filepath.Join(dir, d))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", d, info.Mode())
		}
	}
}

func TestDirectoryThatNoSocketCanBeIn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("a'deep path/", 12), `a, "list"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testOddDirectory(t, filepath.Join(t.TempDir(), name))
		})
	}
}

func testOddDirectory(t *testing.T, dir string) {
	t.Helper()
	s := start(t, embedded.Options{Dir: dir})
	exec(t, connect(t, s), "create table kept (v int)")
	if !strings.Contains(s.DSN(), "baton-pg-") {
		t.Errorf("the socket is at %s", s.DSN())
	}
	other := start(t, embedded.Options{Dir: dir})
	exec(t, connect(t, other), "insert into kept values (1)")
	if !other.Attached() {
		t.Error("a second server was started")
	}
}

// The account that the server drops to can often not walk to the directory.
func TestClosedParent(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, embedded.Options{Dir: filepath.Join(home, "baton-data", "postgres")})
	c := connect(t, s)
	exec(t, c, "create table kept (v int)")
	exec(t, c, "checkpoint")
}

func TestAttachesBesideARunningServer(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	owner := start(t, embedded.Options{Dir: dir, Own: true})
	if owner.Attached() {
		t.Fatal("the first is attached")
	}
	beside := start(t, embedded.Options{Dir: dir})
	if !beside.Attached() {
		t.Fatal("the second is not attached")
	}
	exec(t, connect(t, beside), "create table kept (v int)")
	stop(t, beside)
	exec(t, connect(t, owner), "insert into kept values (1)")
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Own: true, OwnLimit: time.Millisecond})
	if domain.KindOf(err) != domain.KindConflict {
		t.Fatalf("a second owner: %v", err)
	}
}

func TestOwnerWaitsForAPassingCommand(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	passing := start(t, embedded.Options{Dir: dir})
	got := make(chan error, 1)
	var owner *embedded.Server
	go func() {
		var err error
		owner, err = embedded.Start(context.WithoutCancel(t.Context()), embedded.Options{Dir: dir, Own: true})
		got <- err
	}()
	exec(t, connect(t, passing), "create table kept (v int)")
	stop(t, passing)
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, owner) })
	if owner.Attached() {
		t.Fatal("the owner is attached")
	}
	exec(t, connect(t, owner), "insert into kept values (1)")
}

func TestForeignMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	s := start(t, embedded.Options{Dir: dir})
	exec(t, connect(t, s), "create table kept (v int)")
	stop(t, s)
	version := filepath.Join(dir, "data", "PG_VERSION")
	was, err := os.ReadFile(version)
	if err != nil {
		t.Fatal(err)
	}
	write(t, version, "12\n")
	_, err = embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if domain.KindOf(err) != domain.KindUnavailable || !strings.Contains(err.Error(), "made by PostgreSQL 12") {
		t.Fatalf("error %v", err)
	}
	write(t, version, string(was))
	exec(t, connect(t, start(t, embedded.Options{Dir: dir})), "insert into kept values (1)")
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	holiday := filepath.Join(dir, "data", "holiday.jpg")
	write(t, holiday, "picture")
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: dir}); domain.KindOf(err) != domain.KindUnavailable {
		t.Fatalf("error %v", err)
	}
	if _, err := os.Stat(holiday); err != nil {
		t.Fatal(err)
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "data.new-1", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "data.new-1", "PG_VERSION"), "15\n")
	start(t, embedded.Options{Dir: dir})
	if _, err := os.Stat(filepath.Join(dir, "data.new-1")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

func TestBrokenClusterSaysWhy(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	if err := os.Remove(filepath.Join(dir, "data", "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if domain.KindOf(err) != domain.KindUnavailable || !strings.Contains(err.Error(), filepath.Join(dir, "data", "global", "pg_control")) {
		t.Fatalf("error %v", err)
	}
}

func TestMissingBinariesSaySo(t *testing.T) {
	t.Parallel()
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: t.TempDir(), BinDir: t.TempDir()})
	var de *domain.Error
	if !errors.As(err, &de) || !strings.Contains(de.Message, "install the package postgresql") {
		t.Fatalf("error %v", err)
	}
}

func TestComesBackWhenThePostmasterIsKilled(t *testing.T) {
	t.Parallel()
	s := start(t, embedded.Options{Dir: madeDir(t), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	exec(t, connect(t, s), "create table kept (v int)")
	for round := range 3 {
		exec(t, connect(t, s), fmt.Sprintf("insert into kept values (%d)", round))
		old := s.Pid()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		c := reconnect(t, s, old, 20*time.Millisecond)
		if got := show(t, c, "select count(*)::text from kept"); got != fmt.Sprint(round+1) {
			t.Fatalf("round %d: %s rows", round, got)
		}
	}
	select {
	case <-s.Done():
		t.Fatal("done closed although the server came back")
	default:
	}
}

// Whoever stops the server while it is being brought back gets one that is
// gone, at whichever moment of that.
func TestStopWhileItComesBack(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	for round := range 12 {
		s := start(t, embedded.Options{Dir: dir})
		old := s.Pid()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if round%2 == 0 {
			time.Sleep(time.Duration(round) * 20 * time.Millisecond)
		} else {
			_ = reconnect(t, s, old, time.Millisecond) // it answers us before its owner knows
		}
		stop(t, s)
		if err := syscall.Kill(s.Pid(), 0); !errors.Is(err, syscall.ESRCH) {
			t.Fatalf("round %d: postgres runs after Stop: %v", round, err)
		}
	}
}

// reconnect waits for another postmaster than old.
func reconnect(t *testing.T, s *embedded.Server, old int, every time.Duration) *pgx.Conn {
	t.Helper()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.Done():
			t.Fatal("the server did not come back")
		case <-tick.C:
		}
		if s.Pid() == old {
			continue
		}
		if c, err := pgx.Connect(t.Context(), s.DSN()); err == nil {
			t.Cleanup(func() { _ = c.Close(context.Background()) })
			return c
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
