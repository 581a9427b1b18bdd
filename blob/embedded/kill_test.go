package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	osexec "os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"baton/blob"
	"baton/blob/blobtest"
	"baton/blob/embedded"
)

// content of an object, so large that a kill meets it half written.
func content(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return bytes.Repeat([]byte(hex.EncodeToString(h[:])), 20_000) // 1.3 MB
}

// putObjects is the process under the axe: it starts the server in dir and
// puts one object after the other, every third over one that is there.
func putObjects(dir string) {
	ctx := context.Background()
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	exe, err := os.Executable()
	fail(err)
	s, err := embedded.Start(ctx, embedded.Options{Dir: dir, Exe: exe, Own: true})
	fail(err)
	cfg := blobtest.Config(s)
	cfg.Name = "kill"
	b, err := blob.Open(ctx, cfg)
	fail(err)
	fail(b.Ensure(ctx))
	_, _ = fmt.Fprintln(os.Stdout, "server", s.Pid())
	for n := 0; ; n++ {
		key := fmt.Sprintf("o/%d", n)
		if n%3 == 2 {
			key = "o/again"
		}
		fail(b.Put(ctx, key, "video/mp4", content(key)))
		_, _ = fmt.Fprintln(os.Stdout, "put", n)
	}
}

// TestKill9LosesNothing kills the process and, every other round, its server,
// and starts the next at once. What was confirmed has to be there and whole;
// what was overwritten at that moment has to be whole.
func TestKill9LosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	confirmed := -1
	for round := range 10 {
		confirmed = max(confirmed, killPutter(t, dir, 3+round*4, round%2 == 1))
	}
	b := open(t, blobtest.Start(t, dir), "kill")
	for n := range confirmed + 1 {
		key := fmt.Sprintf("o/%d", n)
		if n%3 == 2 {
			key = "o/again"
		}
		if !bytes.Equal(get(t, b, key), content(key)) {
			t.Errorf("%s is not whole", key)
		}
	}
	all, err := b.List(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if !bytes.Equal(get(t, b, o.Key), content(o.Key)) {
			t.Errorf("%s is listed and not whole", o.Key)
		}
	}
	t.Logf("%d confirmed, %d listed", confirmed+1, len(all))
}

func killPutter(t *testing.T, dir string, puts int, serverToo bool) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := osexec.CommandContext(t.Context(), exe, "put-objects", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	server, last, killed := 0, -1, false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(value)
		if err != nil {
			continue // the line that the kill cut
		}
		if what == "server" {
			server = n
			continue
		}
		last = n
		if last >= puts && !killed {
			killed = true
			if serverToo {
				_ = syscall.Kill(server, syscall.SIGKILL)
			}
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if !killed {
		t.Fatal("the putter ended by itself")
	}
	return last
}
