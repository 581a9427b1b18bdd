package child_test

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/internal/child"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLines(t *testing.T) {
	t.Parallel()
	var got []string
	l := &child.Lines{Keep: 2, Each: func(s string) { got = append(got, s) }}
	for _, s := range []string{"one\nt", "w", "o\r\n\n", "three\nfour", strings.Repeat("x", 20_000), "\nfive\n", "cut"} {
		if n, err := l.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(got) != 5 || got[1] != "two" || len(got[3]) != 8192 || got[4] != "five" {
		t.Errorf("%d lines, %.40q", len(got), got)
	}
	if !slices.Equal(l.Last(), got[3:]) {
		t.Errorf("kept %.40q", l.Last())
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	t.Parallel()
	lines := make(chan string, 8)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `trap "" TERM; echo ready; while :; do sleep 0.01; done`)
	cmd.Stdout = &child.Lines{Each: func(s string) { lines <- s }}
	p, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	<-lines
	if err := p.Stop(syscall.SIGTERM, 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("ended with %v", err)
	}
	p.Signal(syscall.SIGTERM) // of one that is gone: nothing
}

func TestStartSaysWhatItCouldNotStart(t *testing.T) {
	t.Parallel()
	if _, err := child.Start(exec.CommandContext(t.Context(), "/no/such/program"), syscall.SIGKILL); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Fatalf("error %v", err)
	}
}
