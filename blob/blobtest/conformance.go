package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"baton/blob"
	"baton/domain"
)

// Run checks an S3 server by what Baton asks of it. Every call of open gives
// the same empty bucket.
func Run(t *testing.T, open func(t *testing.T) *blob.Bucket) {
	t.Helper()
	b := open(t)
	for name, check := range map[string]func(*testing.T, *blob.Bucket){
		"what is put is got":              putGet,
		"a put replaces":                  putReplaces,
		"only one may be first":           putNewOnce,
		"ranges":                          ranges,
		"what is missing is not found":    missing,
		"lists in order, page by page":    list,
		"deletes many, and twice":         deleteMany,
		"streams of any length":           streams,
		"a stream that breaks leaves nil": brokenStream,
		"copies":                          copies,
		"bodies that can be rewound":      files,
		"the bucket may be made twice":    ensureTwice,
		"gives up with its context":       cancelled,
		"syncs":                           syncs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, b)
		})
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%032d", n)))).Read(b)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind domain.Kind) {
	t.Helper()
	if err == nil || domain.KindOf(err) != kind {
		t.Fatalf("error %v, not of kind %s", err, kind)
	}
}

func read(t *testing.T, o io.ReadCloser, err error) []byte {
	t.Helper()
	must(t, err)
	b, err := io.ReadAll(o)
	must(t, errors.Join(err, o.Close()))
	return b
}

func putGet(t *testing.T, b *blob.Bucket) {
	t.Helper()
	for i, size := range []int{0, 1, 4 << 10, 3 << 20} {
		key := fmt.Sprintf("putget/%d", i)
		body := random(size)
		must(t, b.Put(t.Context(), key, "video/mp4", body))
		o, err := b.Open(t.Context(), key)
		must(t, err)
		if o.Size != int64(size) || o.Length != int64(size) || o.ContentType != "video/mp4" || o.ETag == "" || time.Since(o.ModifiedAt) > time.Hour {
			t.Errorf("object %+v", o.Info)
		}
		if !bytes.Equal(read(t, o, nil), body) {
			t.Errorf("%d bytes came back changed", size)
		}
		info, err := b.Head(t.Context(), key)
		must(t, err)
		if info != o.Info {
			t.Errorf("head %+v, get %+v", info, o.Info)
		}
	}
}

func putReplaces(t *testing.T, b *blob.Bucket) {
	t.Helper()
	must(t, b.Put(t.Context(), "replaced", "text/plain", []byte("long before")))
	before, err := b.Head(t.Context(), "replaced")
	must(t, err)
	must(t, b.Put(t.Context(), "replaced", "text/plain", []byte("after")))
	after, err := b.Head(t.Context(), "replaced")
	must(t, err)
	o, err := b.Get(t.Context(), "replaced")
	if got := read(t, o, err); string(got) != "after" || before.ETag == after.ETag {
		t.Fatalf("%q, etag %s then %s", got, before.ETag, after.ETag)
	}
}

func putNewOnce(t *testing.T, b *blob.Bucket) {
	t.Helper()
	var wg sync.WaitGroup
	won := make(chan int, 8)
	for i := range 8 {
		wg.Go(func() {
			err := b.PutNew(t.Context(), "first", "text/plain", []byte(fmt.Sprint(i)))
			if err == nil {
				won <- i
			} else if domain.KindOf(err) != domain.KindConflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d were first", len(won))
	}
	o, err := b.Get(t.Context(), "first")
	if got := read(t, o, err); string(got) != fmt.Sprint(<-won) {
		t.Fatal("another than the first is kept")
	}
}

func ranges(t *testing.T, b *blob.Bucket) {
	t.Helper()
	body := random(100_000)
	must(t, b.Put(t.Context(), "ranges", "video/mp4", body))
	for _, c := range []struct{ offset, length, from, to int64 }{
		{0, 1, 0, 1}, {10, 500, 10, 510}, {99_999, 1, 99_999, 100_000}, {99_000, 5000, 99_000, 100_000}, {40_000, -1, 40_000, 100_000},
	} {
		o, err := b.OpenRange(t.Context(), "ranges", c.offset, c.length)
		must(t, err)
		if o.Size != 100_000 || o.Length != c.to-c.from {
			t.Errorf("%+v: size %d, length %d", c, o.Size, o.Length)
		}
		if !bytes.Equal(read(t, o, nil), body[c.from:c.to]) {
			t.Errorf("%+v: other bytes", c)
		}
	}
	for _, c := range [][2]int64{{100_000, 1}, {-1, 5}, {0, 0}} {
		_, err := b.OpenRange(t.Context(), "ranges", c[0], c[1])
		wantKind(t, err, domain.KindInvalid)
	}
}

func missing(t *testing.T, b *blob.Bucket) {
	t.Helper()
	_, err := b.Open(t.Context(), "nothing/here")
	wantKind(t, err, domain.KindNotFound)
	_, err = b.Head(t.Context(), "nothing/here")
	wantKind(t, err, domain.KindNotFound)
	_, err = b.OpenRange(t.Context(), "nothing/here", 0, 5)
	wantKind(t, err, domain.KindNotFound)
	wantKind(t, b.Copy(t.Context(), "nothing/here", "copy"), domain.KindNotFound)
}

func list(t *testing.T, b *blob.Bucket) {
	t.Helper()
	var want []string
	for i := range 25 {
		key := fmt.Sprintf("list/%02d/x", i)
		want = append(want, key)
		must(t, b.Put(t.Context(), key, "text/plain", []byte{1, 2, 3}))
	}
	must(t, b.Put(t.Context(), "lisu", "text/plain", nil))
	var got []string
	for after := ""; ; after = got[len(got)-1] {
		page, err := b.List(t.Context(), "list/", after, 10)
		must(t, err)
		for _, o := range page {
			got = append(got, o.Key)
			if o.Size != 3 || o.ETag == "" {
				t.Errorf("%+v", o)
			}
		}
		if len(page) < 10 {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("listed %v", got)
	}
}

func deleteMany(t *testing.T, b *blob.Bucket) {
	t.Helper()
	const prefix = "delete/many/"
	for i := range 30 {
		must(t, b.Put(t.Context(), fmt.Sprintf("%s%d/x", prefix, i), "text/plain", nil))
	}
	must(t, b.Delete(t.Context(), prefix+"3/x", prefix+"4/x", prefix+"absent"))
	must(t, b.Delete(t.Context(), prefix+"3/x"))
	must(t, b.Delete(t.Context()))
	_, err := b.Head(t.Context(), prefix+"3/x")
	wantKind(t, err, domain.KindNotFound)
	n, err := b.DeletePrefix(t.Context(), prefix)
	must(t, err)
	left, err := b.List(t.Context(), prefix, "", 10)
	must(t, err)
	if n != 28 || len(left) > 0 {
		t.Fatalf("%d deleted, %d left", n, len(left))
	}
	_, err = b.DeletePrefix(t.Context(), "w/")
	wantKind(t, err, domain.KindInternal)
}

// unsized hides everything of a reader but Read.
type unsized struct{ io.Reader }

func streams(t *testing.T, b *blob.Bucket) {
	t.Helper()
	for _, size := range []int{0, 5, 16 << 20, 40<<20 + 7} {
		key := fmt.Sprintf("stream/%d", size)
		body := random(size)
		must(t, b.PutStream(t.Context(), key, "video/mp4", unsized{bytes.NewReader(body)}))
		o, err := b.Open(t.Context(), key)
		must(t, err)
		if o.Size != int64(size) || o.ContentType != "video/mp4" {
			t.Errorf("%d bytes: %+v", size, o.Info)
		}
		if got := read(t, o, nil); sha256.Sum256(got) != sha256.Sum256(body) {
			t.Errorf("%d bytes came back changed", size)
		}
	}
}

func brokenStream(t *testing.T, b *blob.Bucket) {
	t.Helper()
	broken := io.MultiReader(bytes.NewReader(random(40<<20)), readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))
	if err := b.PutStream(t.Context(), "stream/broken", "video/mp4", broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("error %v", err)
	}
	_, err := b.Head(t.Context(), "stream/broken")
	wantKind(t, err, domain.KindNotFound)
	if _, err := b.AbortUploads(t.Context(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func copies(t *testing.T, b *blob.Bucket) {
	t.Helper()
	body := random(1 << 20)
	must(t, b.Put(t.Context(), "copy/from +%ü", "video/mp4", body))
	must(t, b.Copy(t.Context(), "copy/from +%ü", "copy/to"))
	o, err := b.Open(t.Context(), "copy/to")
	must(t, err)
	if got := read(t, o, nil); !bytes.Equal(got, body) || o.ContentType != "video/mp4" {
		t.Fatalf("%d bytes, %+v", len(got), o.Info)
	}
}

func files(t *testing.T, b *blob.Bucket) {
	t.Helper()
	f := bytes.NewReader(random(2 << 20))
	_, err := f.Seek(77, io.SeekStart)
	must(t, err)
	must(t, b.PutFile(t.Context(), "file", "video/mp4", f))
	o, err := b.Get(t.Context(), "file")
	if got := read(t, o, err); len(got) != 2<<20 {
		t.Fatalf("%d bytes", len(got))
	}
}

func ensureTwice(t *testing.T, b *blob.Bucket) {
	t.Helper()
	must(t, b.Ensure(t.Context()))
	must(t, b.Check(t.Context()))
}

func cancelled(t *testing.T, b *blob.Bucket) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Put(ctx, "cancelled", "text/plain", nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
}

func syncs(t *testing.T, b *blob.Bucket) {
	t.Helper()
	must(t, b.Put(t.Context(), "sync/a/b", "text/plain", random(100)))
	must(t, b.Sync(t.Context(), "sync/a/b", "sync/absent"))
}
