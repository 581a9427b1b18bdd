package blob_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"testing"

	"baton/blob"
	"baton/blob/blobtest"
)

// BenchmarkPut is what the recorder does with every part and segment.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{4 << 10, 300 << 10, 4 << 20} {
		for _, synced := range []bool{false, true} {
			b.Run(fmt.Sprintf("%dKiB/synced=%v", size>>10, synced), func(b *testing.B) {
				bucket := blobtest.New(b)
				body := make([]byte, size)
				_, _ = rand.Read(body)
				b.SetBytes(int64(size))
				for n := 0; b.Loop(); n++ {
					put(b, bucket, fmt.Sprintf("w/1/c/%d/source/%08d", n%10, n), body, synced)
				}
			})
		}
	}
}

func put(b *testing.B, bucket *blob.Bucket, key string, body []byte, synced bool) {
	b.Helper()
	if err := bucket.Put(b.Context(), key, "application/octet-stream", body); err != nil {
		b.Fatal(err)
	}
	if !synced {
		return
	}
	if err := bucket.Sync(b.Context(), key); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkGet is what a player asks for.
func BenchmarkGet(b *testing.B) {
	bucket := blobtest.New(b)
	body := make([]byte, 300<<10)
	put(b, bucket, "seg", body, false)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		o, err := bucket.Get(b.Context(), "seg")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, o); err != nil {
			b.Fatal(err)
		}
		if err := o.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
