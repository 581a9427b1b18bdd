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
