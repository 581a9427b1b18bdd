package searchbench

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"baton/postgres/postgrestest"
)

func TestMeasures(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Run(t.Context(), postgrestest.New(t), Options{Cues: 600, Queries: 10, Seed: 1}, &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "typo") || !strings.HasSuffix(got, "over 600 cues\n") {
		t.Fatal(got)
	}
}

// BenchmarkSearch fills and measures once; run it with -benchtime 1x.
func BenchmarkSearch(b *testing.B) {
	for b.Loop() {
		if err := Run(b.Context(), postgrestest.New(b), Options{Cues: 100_000, Queries: 200, Seed: 1}, os.Stderr); err != nil {
			b.Fatal(err)
		}
	}
}
