package domain

import (
	"testing"
	"time"
)

func TestIDsAreUniqueSortAndValidate(t *testing.T) {
	t.Parallel()
	seen := map[ClipID]bool{}
	at := time.UnixMilli(1_700_000_000_000)
	var last ClipID
	for i := range 1000 {
		id := NewIDAt[ClipID](at.Add(time.Duration(i) * time.Millisecond))
		if !ValidID(string(id)) {
			t.Fatalf("%q is not valid", id)
		}
		if seen[id] || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		seen[id], last = true, id
	}
	if got := string(NewIDAt[ClipID](at))[:10]; got != "01hf7yat00" {
		t.Fatalf("time part %q", got) // as the ULID specification encodes it
	}
	for _, bad := range []string{"", "01hf7yat00", "81hf7yat00aaaaaaaaaaaaaaaa", "01HF7YAT00AAAAAAAAAAAAAAAA", "01hf7yat00aaaaaaaaaaaaaaau"} {
		if ValidID(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}
