package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
)

// store is the ingest's store in memory. With a file it also survives the process, for the kill -9 tests.
type store struct {
	mu    sync.Mutex
	file  string
	Takes map[domain.ClipID]*taken
	// fail, when set, is asked before each write.
	fail func() error
}

type taken struct {
	Take      media.Take
	Rendition domain.Rendition
	Inits     map[int]domain.InitSegment
	Segments  map[int]domain.Segment
	Outcome   *media.Outcome
}

func newStore(file string) *store {
	s := &store{file: file, Takes: map[domain.ClipID]*taken{}}
	if b, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(b, &s.Takes)
	}
	return s
}

func (s *store) clip(kind domain.ClipKind) domain.ClipID {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := domain.NewID[domain.ClipID]()
	s.Takes[id] = &taken{
		Take:  media.Take{Clip: domain.Clip{ID: id, WorkspaceID: domain.NewID[domain.WorkspaceID](), Kind: kind, State: domain.ClipRecording}, Recording: domain.Recording{ClipID: id}},
		Inits: map[int]domain.InitSegment{}, Segments: map[int]domain.Segment{},
	}
	s.save()
	return id
}

func (s *store) own(clip domain.ClipID, owner domain.AccountID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Takes[clip].Take.Clip.OwnerID = owner
}

// save writes the file as a database would commit. The lock is held.
func (s *store) save() {
	if s.file == "" {
		return
	}
	b, err := json.Marshal(s.Takes)
	if err == nil {
		err = os.WriteFile(s.file+".tmp", b, 0o600)
	}
	if err == nil {
		err = os.Rename(s.file+".tmp", s.file)
	}
	if err != nil {
		panic(err)
	}
}

func (s *store) write(clip domain.ClipID, epoch int64, f func(t *taken)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(); err != nil {
			return err
		}
	}
	t := s.Takes[clip]
	if t == nil {
		return domain.Errorf(domain.KindNotFound, "no such clip")
	}
	if epoch >= 0 && epoch != t.Take.Epoch {
		return domain.Errorf(domain.KindConflict, "another node records this clip")
	}
	f(t)
	s.save()
	return nil
}

func (s *store) Begin(_ context.Context, clip domain.ClipID, mimeType, _ string) (out media.Take, err error) {
	err = s.write(clip, -1, func(t *taken) {
		r := &t.Take.Recording
		if r.EndReason != domain.EndFinished && r.EndReason != domain.EndCancelled {
			t.Take.Epoch++
			if r.MimeType == "" {
				r.MimeType = mimeType
			}
			if mimeType != "" && r.EndReason == domain.EndAbandoned {
				r.EndReason, t.Take.Clip.State = domain.EndNone, domain.ClipRecording
			}
		}
		out = t.Take
	})
	return out, err
}

func (s *store) Take(_ context.Context, clip domain.ClipID) (media.Take, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.Takes[clip]; t != nil {
		return t.Take, nil
	}
	return media.Take{}, domain.Errorf(domain.KindNotFound, "no such clip")
}

func (s *store) OpenBy(_ context.Context, owner domain.AccountID, besides domain.ClipID, _ time.Duration) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id, t := range s.Takes {
		if id != besides && t.Take.Clip.OwnerID == owner && t.Take.Epoch > 0 && t.Take.Recording.EndReason == domain.EndNone {
			n++
		}
	}
	return n, nil
}

func (s *store) SaveProgress(_ context.Context, p media.Progress) error {
	return s.write(p.ClipID, p.Epoch, func(t *taken) {
		r := &t.Take.Recording
		r.NextSeq, r.Bytes, r.LastChunkAt, r.DeclaredBytes = p.NextSeq, p.Bytes, p.LastChunkAt, p.DeclaredBytes
		r.Checkpoint, r.CheckpointOffset, r.GapsMS = p.Checkpoint, p.CheckpointOffset, p.GapsMS
		r.SourceParts, r.SourceRuns = p.SourceParts, p.SourceRuns
		t.Rendition, t.Take.Clip.DurationMS = p.Rendition, p.DurationMS
		for _, x := range p.Inits {
			t.Inits[x.No] = x
		}
		for _, x := range p.Segments {
			t.Segments[x.No] = x
		}
	})
}

func (s *store) Finish(_ context.Context, o media.Outcome) error {
	return s.write(o.ClipID, o.Epoch, func(t *taken) {
		r := &t.Take.Recording
		r.EndReason, r.SHA256, r.NextSeq, r.Bytes, r.GapsMS = o.EndReason, o.SHA256, o.NextSeq, o.Bytes, o.GapsMS
		t.Take.Clip.DurationMS = o.DurationMS
		t.Outcome = &o
	})
}

func (s *store) get(clip domain.ClipID) taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.Takes[clip]
}

// objects is the object store as files of a directory.
type objects struct {
	dir  string
	mu   sync.Mutex
	down error // set: every call fails with it
	puts int
}

func (o *objects) fault(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = err
}

func (o *objects) Put(ctx context.Context, key, _ string, body []byte) error {
	o.mu.Lock()
	err := o.down
	o.puts++
	o.mu.Unlock()
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	path := filepath.Join(o.dir, key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, body, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func (o *objects) Get(_ context.Context, key string) (io.ReadCloser, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down != nil {
		return nil, o.down
	}
	f, err := os.Open(filepath.Join(o.dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, domain.Errorf(domain.KindNotFound, "no object %s", key)
	}
	return f, err
}

func (o *objects) read(tb testing.TB, key string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, key))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

type keys struct{}

func (keys) SourcePart(_ domain.WorkspaceID, c domain.ClipID, n int, attempt string) string {
	return fmt.Sprintf("%s/source/%08d-%s", c, n, attempt)
}

func (keys) InitSegment(_ domain.WorkspaceID, c domain.ClipID, r string, n int, attempt string) string {
	return fmt.Sprintf("%s/%s/init-%d-%s.mp4", c, r, n, attempt)
}

func (keys) Segment(_ domain.WorkspaceID, c domain.ClipID, r string, n int, attempt string) string {
	return fmt.Sprintf("%s/%s/seg-%06d-%s.m4s", c, r, n, attempt)
}

// bench is one node with what it stands on.
type bench struct {
	*media.Ingest
	store   *store
	objects *objects
	dir     string
}

func setup(tb testing.TB, change ...func(*media.Config)) *bench {
	tb.Helper()
	dir := tb.TempDir()
	b := &bench{store: newStore(""), objects: &objects{dir: filepath.Join(dir, "s3")}, dir: dir}
	b.start(tb, change...)
	return b
}

// start begins a node on the bench's disk and stores.
func (b *bench) start(tb testing.TB, change ...func(*media.Config)) {
	tb.Helper()
	cfg := media.Config{
		Store: b.store, Objects: b.objects, Keys: keys{}, Dir: filepath.Join(b.dir, "spool"), Node: "test",
		Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	in, err := media.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	b.Ingest = in
	if err := in.Recover(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := in.Close(); err != nil {
			tb.Error(err)
		}
	})
}

// source joins the stored source parts of an ended recording.
func (b *bench) source(tb testing.TB, clip domain.ClipID) []byte {
	tb.Helper()
	var out []byte
	o := b.store.get(clip).Outcome
	for n := range o.SourceParts {
		out = append(out, b.objects.read(tb, keys{}.SourcePart("", clip, n, domain.SourceAttempt(o.SourceRuns, n)))...)
	}
	return out
}

// files joins the segments of a clip behind each of its init segments.
func (b *bench) files(tb testing.TB, clip domain.ClipID) []string {
	tb.Helper()
	x := b.store.get(clip)
	bufs := map[int]*bytes.Buffer{}
	at := int64(0)
	for n := range len(x.Segments) {
		s, ok := x.Segments[n]
		if !ok || s.StartMS != at {
			tb.Fatalf("segment %d: %v, at %d ms, want %d", n, ok, s.StartMS, at)
		}
		at += s.DurationMS
		if bufs[s.InitNo] == nil {
			bufs[s.InitNo] = bytes.NewBuffer(b.objects.read(tb, x.Inits[s.InitNo].ObjectKey))
		}
		data := b.objects.read(tb, s.ObjectKey)
		if int64(len(data)) != s.Bytes {
			tb.Fatalf("segment %d has %d bytes, its row says %d", n, len(data), s.Bytes)
		}
		bufs[s.InitNo].Write(data)
	}
	var out []string
	dir := tb.TempDir()
	for no, buf := range bufs {
		f := filepath.Join(dir, fmt.Sprintf("%d.mp4", no))
		if err := os.WriteFile(f, buf.Bytes(), 0o600); err != nil {
			tb.Fatal(err)
		}
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}
