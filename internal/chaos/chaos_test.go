package main

import (
	"log/slog"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestShortChaos is `make chaos` in small: the faults that have most to do with each other, three takes each.
func TestShortChaos(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(t.TempDir(), "baton")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/baton").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	r, err := run(t.Context(), options{
		bin: bin, models: modelsDir(), data: filepath.Join("..", "..", "testdata", "media"), takes: 12, together: 3, seed: 1,
		only: "server: kill,page closed, comes,object store: stopped,two nodes", log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	text := r.markdown()
	t.Log("\n" + text)
	if len(r.broken) > 0 {
		t.Errorf("%d things are not as they have to be", len(r.broken))
	}
	if got := len(r.proofs); got != 12 {
		t.Errorf("%d takes were proved", got)
	}
}
