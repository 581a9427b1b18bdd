package container_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"baton/media/internal/container"
)

// TestTornFragment: of a fragment that ends in its midst, every frame that is whole is given.
func TestTornFragment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"avc3-opus.mp4", "vp9-opus.mp4", "av1-opus.mp4", "opus.mp4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "media", name))
			if err != nil {
				t.Fatal(err)
			}
			read := func(b []byte) (out []container.Sample) {
				keep := func(s container.Sample) error {
					out = append(out, s)
					return nil
				}
				r := container.NewReader()
				if err := r.Push(b, keep); err != nil {
					t.Fatal(err)
				}
				if err := r.Flush(keep); err != nil {
					t.Fatal(err)
				}
				return out
			}
			all := read(whole)
			ends := make([]int, len(all)) // of each sample in the file
			for i, s := range all {
				ends[i] = bytes.Index(whole, s.Data) + len(s.Data)
			}
			for size := len(whole) / 3; size < len(whole); size += 997 {
				count := 0
				for _, end := range ends {
					if end <= size {
						count++
					}
				}
				got := read(whole[:size])
				if len(got) != count {
					t.Fatalf("of the first %d bytes %d samples are read, want %d", size, len(got), count)
				}
				for _, s := range got {
					if bytes.Index(whole, s.Data)+len(s.Data) > size {
						t.Fatalf("of the first %d bytes: a sample that is not whole", size)
					}
				}
			}
		})
	}
}
