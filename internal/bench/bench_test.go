package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReportEndsInItsSummary(t *testing.T) {
	t.Parallel()
	r := &report{}
	tab := r.aims("Start", "How.")
	tab.aimed("cold", nice(3*time.Second), "under "+nice(2*time.Second), false)
	r.sum("cold start %s", nice(3*time.Second))
	r.sum("warm %s", nice(90*time.Millisecond))
	text := r.markdown()
	if !strings.Contains(text, "| cold | 3.00 s | under 2.00 s | **no** |\n") || !strings.HasSuffix(text, "\n\nbench: cold start 3.00 s; warm 90 ms\n") {
		t.Error(text)
	}
}

func TestReportKeepsWhatWasMeasuredElsewhere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "b.md")
	if err := os.WriteFile(file, []byte("old"+elsewhere+"theirs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &report{}
	r.sum("new")
	for range 2 {
		if err := r.write(file); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(file); string(got) != r.markdown()+elsewhere+"theirs\n" {
		t.Errorf("%s", got)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	took := []time.Duration{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.95: 5, 1: 5} {
		if got := quantile(took, q); got != want {
			t.Errorf("%.2f: %d, not %d", q, got, want)
		}
	}
}

func TestProcessesAreSeen(t *testing.T) {
	t.Parallel()
	pid := os.Getpid()
	all, err := processes()
	if err != nil || all[pid].parent != os.Getppid() {
		t.Fatalf("%+v %v", all[pid], err)
	}
	if used, err := tree(pid); err != nil || used < all[pid].cpu {
		t.Errorf("tree %v, itself %v, %v", used, all[pid].cpu, err)
	}
	if m, err := rss(pid); err != nil || m < 1<<20 {
		t.Errorf("%d bytes, %v", m, err)
	}
	if busy() <= 0 {
		t.Error("the processors have never worked")
	}
}

func TestLastURI(t *testing.T) {
	t.Parallel()
	if got := lastURI([]byte("#EXTM3U\n#EXTINF:2,\nseg-0.m4s\n#EXTINF:2,\nseg-1.m4s\n#EXT-X-ENDLIST\n")); got != "seg-1.m4s" {
		t.Error(got)
	}
}
