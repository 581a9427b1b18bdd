package media_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
)

// held keeps the first source part that is put on its way until it is let go: a store, or a network, that is slow.
type held struct {
	*objects
	once    sync.Once
	waiting chan struct{}
	free    chan struct{}
	stored  chan struct{}
}

func (h *held) Put(ctx context.Context, key, contentType string, body []byte) error {
	first := false
	if strings.Contains(key, "/source/") {
		h.once.Do(func() { first = true })
	}
	if first {
		close(h.waiting)
		<-h.free
		ctx = context.WithoutCancel(ctx) // what the store has received it stores
		defer close(h.stored)
	}
	return h.objects.Put(ctx, key, contentType, body)
}

// TestLatePutOfALostNodeReplacesNothing: a node is thought dead while it stores a part, another takes over and stores
// a longer part of the same number, and then the first put arrives.
func TestLatePutOfALostNodeReplacesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	slow := &held{objects: b.objects, waiting: make(chan struct{}), free: make(chan struct{}), stored: make(chan struct{})}
	old, err := media.New(media.Config{
		Store: b.store, Objects: slow, Keys: keys{}, Dir: filepath.Join(b.dir, "old"), Node: "old", Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	whole := sample(t, "avc1-opus.mkv")
	parts := chunks(whole, 4096)
	clip := b.store.clip(domain.KindScreen)
	for i, c := range parts[:5] {
		if _, err := old.Append(t.Context(), clip, mkvType, int64(i), c, sha256.Sum256(c)); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, _ = old.Abandon(ctx, clip) // closes the part; it comes to nothing, because another takes over
	}()
	<-slow.waiting
	for i, c := range parts {
		b.append(t, clip, mkvType, i, c)
	}
	if _, err := b.Finish(t.Context(), clip, int64(len(parts)), hexSum(whole)); err != nil {
		t.Fatal(err)
	}
	close(slow.free)
	<-slow.stored
	<-ended
	if err := old.Close(); err != nil {
		t.Error(err)
	}
	if got := b.source(t, clip); hexSum(got) != hexSum(whole) {
		t.Errorf("%d bytes are stored, want %d", len(got), len(whole))
	}
}

// TestSpoolOfALostNodeStillCounts: a node acknowledges more than it can store, and is lost; another goes on, is told a part of it again, and
// then the sender is gone for ever. When the first node is back, nothing of what it acknowledged is missing.
func TestSpoolOfALostNodeStillCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	whole := sample(t, "avc1-opus.mkv")
	parts := chunks(whole, 4096)
	clip := b.store.clip(domain.KindScreen)
	first := func(objects media.ObjectStore) *media.Ingest {
		in, err := media.New(media.Config{
			Store: b.store, Objects: objects, Keys: keys{}, Dir: filepath.Join(b.dir, "first"), Node: "first", Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	lost := first(away{b.objects})
	acknowledged := len(parts) - 2
	for i, c := range parts[:acknowledged] {
		if _, err := lost.Append(t.Context(), clip, mkvType, int64(i), c, sha256.Sum256(c)); err != nil {
			t.Fatal(err)
		}
	}
	if err := lost.Close(); err != nil {
		t.Fatal(err)
	}
	for i, c := range parts[:acknowledged/2] {
		b.append(t, clip, mkvType, i, c)
	}
	if s, err := b.Abandon(t.Context(), clip); err != nil || s.StoredSeq != int64(acknowledged/2) {
		t.Fatalf("%+v, %v", s, err)
	}
	back := first(b.objects)
	defer func() {
		if err := back.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := back.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := back.Abandon(t.Context(), clip); err != nil || s.StoredSeq != int64(acknowledged) {
		t.Fatalf("%d chunks were acknowledged: %+v, %v", acknowledged, s, err)
	}
	if got := b.source(t, clip); hexSum(got) != hexSum(whole[:acknowledged*4096]) {
		t.Errorf("%d bytes are stored, want %d", len(got), acknowledged*4096)
	}
}

// TestOvertakenNodeAsksForNothingOld: a node that does not know yet that another has taken a recording over asks for no chunk that is stored: its
// sender has it no more.
func TestOvertakenNodeAsksForNothingOld(t *testing.T) {
	t.Parallel()
	whole := sample(t, "avc1-opus.mkv")
	parts := chunks(whole, 4096)
	tests := []struct {
		name string
		next func(t *testing.T, in *media.Ingest, clip domain.ClipID) int64
	}{
		{"status", func(t *testing.T, in *media.Ingest, clip domain.ClipID) int64 {
			t.Helper()
			s, err := in.Status(t.Context(), clip)
			if err != nil {
				t.Fatal(err)
			}
			return s.NextSeq
		}},
		{"a chunk", func(t *testing.T, in *media.Ingest, clip domain.ClipID) int64 {
			t.Helper()
			last := len(parts) - 1
			s, err := in.Append(t.Context(), clip, mkvType, int64(last), parts[last], sha256.Sum256(parts[last]))
			if err != nil {
				t.Fatal(err)
			}
			return s.NextSeq
		}},
		{"the end", func(t *testing.T, in *media.Ingest, clip domain.ClipID) int64 {
			t.Helper()
			_, err := in.Finish(t.Context(), clip, int64(len(parts)), "")
			if reason(err) != media.ReasonMissing {
				t.Fatal(err)
			}
			var r *media.Refused
			asRefused(err, &r)
			return r.NextSeq
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			frozen, err := media.New(media.Config{
				Store: b.store, Objects: b.objects, Keys: keys{}, Dir: filepath.Join(b.dir, "frozen"), Node: "frozen", Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = frozen.Close() }()
			clip := b.store.clip(domain.KindScreen)
			if _, err := frozen.Append(t.Context(), clip, mkvType, 0, parts[0], sha256.Sum256(parts[0])); err != nil {
				t.Fatal(err)
			}
			for i, c := range parts[:len(parts)-1] {
				b.append(t, clip, mkvType, i, c)
			}
			stored, err := b.Abandon(t.Context(), clip)
			if err != nil {
				t.Fatal(err)
			}
			if next := tt.next(t, frozen, clip); next < stored.StoredSeq {
				t.Errorf("chunk %d is wanted, %d are stored", next, stored.StoredSeq)
			}
		})
	}
}

// away is an object store that takes nothing.
type away struct{ *objects }

func (away) Put(context.Context, string, string, []byte) error {
	return domain.Errorf(domain.KindUnavailable, "away")
}
