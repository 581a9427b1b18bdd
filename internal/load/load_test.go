package load

import (
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	took := []time.Duration{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.95: 5, 1: 5} {
		if got := Quantile(took, q); got != want {
			t.Errorf("%.2f: %d, not %d", q, got, want)
		}
	}
}

func TestLastURI(t *testing.T) {
	t.Parallel()
	if got := lastURI([]byte("#EXTM3U\n#EXTINF:2,\nseg-0.m4s\n#EXTINF:2,\nseg-1.m4s\n#EXT-X-ENDLIST\n")); got != "seg-1.m4s" {
		t.Error(got)
	}
}
