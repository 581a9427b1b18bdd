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
		if err := r.write(file, false); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(file); string(got) != r.markdown()+elsewhere+"theirs\n" {
		t.Errorf("%s", got)
	}
}

func TestPartsReplaceTheirOwnInTheDocument(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "b.md")
	all := &report{}
	all.table("Start", "How.", "a").add("1")
	all.table("Load", "How.", "a").add("old")
	all.sum("cold start 3.00 s")
	all.sum("40 at once over HTTP: playable 2.00 s")
	part := &report{}
	part.table("Load", "How, by itself.", "a").add("new")
	part.table("More", "How.", "a").add("2")
	part.sum("40 at once over HTTP: playable 90 ms")
	if err := all.write(file, false); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := part.write(file, true); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	want := title + "\n## Start\n\nHow.\n\n| a |\n| --- |\n| 1 |\n\n## Load\n\nHow, by itself.\n\n| a |\n| --- |\n| new |\n\n## More\n\nHow.\n\n| a |\n| --- |\n| 2 |\n" +
		"\nbench: cold start 3.00 s; 40 at once over HTTP: playable 90 ms\n"
	if err != nil || string(got) != want {
		t.Errorf("%v: %s", err, got)
	}
}

func TestCostsAreNamedByTheInnermostFunction(t *testing.T) {
	t.Parallel()
	const script = `
	    1 __x64_sys_fsync
	    2 baton/media/internal/spool.(*Log).sync

	    3 runtime.mallocgc
	    4 github.com/pion/srtp/v3.(*SessionSRTP).decrypt

	    5 main.nobody

	    6 runtime.mallocgc
`
	if got, want := inWords([]byte(script)), "Go's memory: allocation 50 %, making durable: fsync 25 %"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
