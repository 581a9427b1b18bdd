package loadgen_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"baton/media/loadgen"
)

// TestLoop: what was made of a short recording can be read again, and lasts as long as was asked.
func TestLoop(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "media", "avc1-opus.mkv"))
	if err != nil {
		t.Fatal(err)
	}
	short, err := loadgen.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	long, err := loadgen.Loop(short, short, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadgen.Load(long.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Video) != len(long.Video) || len(again.Audio) != len(long.Audio) || len(long.Video) < 3*len(short.Video) {
		t.Fatalf("%d and %d frames, written were %d and %d", len(again.Video), len(again.Audio), len(long.Video), len(long.Audio))
	}
	for i, f := range again.Video {
		if d := f.At - long.Video[i].At; d.Abs() > time.Millisecond || f.Key != long.Video[i].Key {
			t.Fatalf("frame %d at %v, key %t; written was %v, %t", i, f.At, f.Key, long.Video[i].At, long.Video[i].Key)
		}
	}
	if d := again.Duration - 30*time.Second; d.Abs() > 100*time.Millisecond {
		t.Errorf("it lasts %v", again.Duration)
	}
}
