package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/postgres/embedded"
)

// writeRows is the process under the axe: it starts the server in dir and
// commits one row after the other, saying on stdout what was acknowledged.
func writeRows(dir string) {
	ctx := context.Background()
	s, err := embedded.Start(ctx, embedded.Options{Dir: dir, Own: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c, err := pgx.Connect(ctx, s.DSN())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := c.Exec(ctx, "create table if not exists kept (n bigint generated always as identity primary key)"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, "postmaster", s.Pid())
	for {
		var n int64
		if err := c.QueryRow(ctx, "insert into kept default values returning n").Scan(&n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_, _ = fmt.Fprintln(os.Stdout, "row", n)
	}
}

// TestKill9LosesNothing kills the process and, every other round, the
// postmaster with it, at moments that move through its life, and starts the
// next at once.
func TestKill9LosesNothing(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	acknowledged := map[int64]bool{}
	for round := range 10 {
		killWriter(t, dir, 20+round*60, round%2 == 1, acknowledged)
	}
	began := time.Now()
	s := start(t, embedded.Options{Dir: dir})
	t.Logf("start after the last kill %v; %d rows were acknowledged", time.Since(began).Round(time.Millisecond), len(acknowledged))
	rows, err := connect(t, s).Query(t.Context(), "select n from kept")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range kept {
		delete(acknowledged, n)
	}
	if len(acknowledged) > 0 {
		t.Fatalf("%d acknowledged rows are lost", len(acknowledged))
	}
}

func killWriter(t *testing.T, dir string, rows int, postmasterToo bool, acknowledged map[int64]bool) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := osexec.CommandContext(t.Context(), exe, "write-rows", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var postmaster, seen int
	killed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			continue // the line that the kill cut
		}
		switch what {
		case "postmaster":
			postmaster = int(n)
		case "row":
			acknowledged[n] = true
			seen++
		}
		if seen == rows && !killed {
			killed = true
			if postmasterToo {
				_ = syscall.Kill(postmaster, syscall.SIGKILL)
			}
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if !killed {
		t.Fatal("the writer ended by itself")
	}
}

// TestKilledWhileTheClusterIsMade kills the first start at moments that move
// through initdb, each time beside what the last kill left.
func TestKilledWhileTheClusterIsMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(20+40*round)*time.Millisecond)
		_ = osexec.CommandContext(ctx, exe, "write-rows", dir).Run() // the context kills it
		cancel()
	}
	var pid int
	s := start(t, embedded.Options{Dir: dir})
	if err := connect(t, s).QueryRow(t.Context(), "select pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
}
