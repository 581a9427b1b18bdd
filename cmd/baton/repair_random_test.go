package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"baton/blob"
	"baton/config"
	"baton/domain"
)

// kept is a recording whose sender knows what was acknowledged.
type kept struct {
	id, mime string
	whole    []byte
	chunks   [][]byte
	acked    int
	finished bool
}

// TestRepairLosesNothingAcknowledged brings recordings, objects and spools into random states, with the server killed in between, repairs with
// the server running and without it, today and much later, and then finds everything that was acknowledged, byte for byte.
func TestRepairLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const seed, clips = 3, 5
	r := rand.New(rand.NewPCG(seed, seed))
	s := newSystem(t)
	ground := besides(s)
	var all []*kept
	strays := 0
	for _, later := range []time.Duration{0, 2 * strayAge, 10 * 24 * time.Hour} {
		for range clips {
			all = append(all, s.randomTake(r))
		}
		if r.IntN(2) == 0 {
			s.kill9()
			s.start()
		}
		for _, k := range all {
			s.carryOn(r, k)
		}
		s.rest(all)
		ground.litter(t, r, all)
		down := r.IntN(2) == 0
		if down {
			s.kill9()
		}
		strays += ground.repair(t, time.Now().Add(later))
		if down {
			s.start()
		}
	}
	if strays == 0 {
		t.Error("nothing was left over, so nothing was proved")
	}
	for _, k := range all {
		s.endOf(r, k)
		if got := ground.source(t, k.id); !bytes.Equal(got, k.whole) {
			t.Errorf("clip %s: %d bytes are stored, %d were acknowledged", k.id, len(got), len(k.whole))
		}
	}
}

// randomTake begins a recording.
func (s *system) randomTake(r *rand.Rand) *kept {
	s.t.Helper()
	k := &kept{mime: mkvType}
	name := []string{"avc1.mkv", "avc1-opus.mkv", "opus.webm"}[r.IntN(3)]
	if name == "opus.webm" {
		k.mime = webmType
	}
	k.whole = sample(s.t, name)
	k.chunks = cut(k.whole, 2000+r.IntN(20000))
	k.id = s.newClip("screen")
	return k
}

// carryOn sends some more chunks, and sometimes finishes.
func (s *system) carryOn(r *rand.Rand, k *kept) {
	s.t.Helper()
	if k.finished {
		return
	}
	for range r.IntN(len(k.chunks)) {
		if k.acked < len(k.chunks) {
			s.putChunk(k.id, k.mime, k.acked, k.chunks[k.acked])
			k.acked++
		}
	}
	if k.acked == len(k.chunks) && r.IntN(2) == 0 {
		s.finish(k.id, k.acked, k.whole)
		k.finished = true
	}
}

// rest waits for one finished clip to be at rest: only of such a one anything may be deleted.
func (s *system) rest(all []*kept) {
	s.t.Helper()
	for _, k := range all {
		if k.finished {
			s.settled(k.id)
			return
		}
	}
}

// endOf finishes a recording with what was acknowledged, or with all of it.
func (s *system) endOf(r *rand.Rand, k *kept) {
	s.t.Helper()
	if k.finished {
		return
	}
	var state struct {
		NextSeq int `json:"next_seq"`
	}
	s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+k.id+"/recording", nil).into(s.t, &state)
	if state.NextSeq < k.acked {
		s.t.Fatalf("clip %s: %d chunks were acknowledged, %d are known", k.id, k.acked, state.NextSeq)
	}
	if k.acked == 0 || r.IntN(2) == 0 {
		for ; k.acked < len(k.chunks); k.acked++ {
			s.putChunk(k.id, k.mime, k.acked, k.chunks[k.acked])
		}
	}
	k.whole = bytes.Join(k.chunks[:k.acked], nil)
	s.finish(k.id, k.acked, k.whole)
}

// beside is a server's rows, objects and spool, past the server. Rows and objects are opened anew for each act: they come and go with it.
type beside struct {
	cfg *config.Config
}

func besides(s *system) beside {
	return beside{&config.Config{Data: config.Data{Dir: filepath.Join(s.dir, "d")}, AbandonAfter: time.Hour}}
}

// with calls f with the rows and the objects.
func (b beside) with(t *testing.T, f func(*database, *objects)) {
	t.Helper()
	db, err := openDatabase(t.Context(), b.cfg.Data, false, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.close() }()
	o, err := openObjects(t.Context(), b.cfg.Dir, config.S3{}, false, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.close() }()
	f(db, o)
}

// litter leaves behind what interrupted jobs, lost nodes and old copies leave.
func (b beside) litter(t *testing.T, r *rand.Rand, all []*kept) {
	t.Helper()
	b.with(t, func(db *database, o *objects) {
		for _, k := range all {
			objects, err := db.stores.Clips.Objects(t.Context(), domain.ClipID(k.id))
			if err != nil {
				t.Fatal(err)
			}
			keys := blob.Keys{}
			for _, key := range []string{
				keys.Segment(objects.WorkspaceID, objects.ClipID, "720p", r.IntN(5), "lost"), keys.SourcePart(objects.WorkspaceID, objects.ClipID, r.IntN(9), "lost"),
				keys.Poster(objects.WorkspaceID, objects.ClipID, "lost"), keys.SourcePart(objects.WorkspaceID, domain.NewID[domain.ClipID](), 0, ""),
			} {
				if r.IntN(2) > 0 {
					continue
				}
				if err := o.Put(t.Context(), key, "video/mp4", []byte("left over")); err != nil {
					t.Fatal(err)
				}
			}
			dir := filepath.Join(b.cfg.Dir, "spool", k.id)
			if r.IntN(3) == 0 {
				dir = filepath.Join(b.cfg.Dir, "spool", domain.NewID[string]())
			}
			if k.finished && r.IntN(2) == 0 {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			old := time.Now().Add(-time.Duration(r.IntN(20)) * 24 * time.Hour)
			if _, err := os.Stat(dir); err == nil { // an open one may be quiet for long
				if err := os.Chtimes(dir, old, old); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// repair returns how many objects it deleted.
func (b beside) repair(t *testing.T, now time.Time) (strays int) {
	t.Helper()
	b.with(t, func(db *database, o *objects) {
		var out bytes.Buffer
		r := &repair{clips: db.stores.Clips, takes: db.stores.Recordings, bucket: o.Bucket, out: &out, now: now}
		if _, err := r.run(t.Context(), b.cfg); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		t.Log("\n" + out.String())
		if len(r.missing) > 0 {
			t.Errorf("%v are missing", r.missing)
		}
		strays = r.strays
	})
	return strays
}

// source joins the stored parts of a recording.
func (b beside) source(t *testing.T, id string) []byte {
	t.Helper()
	var all []byte
	b.with(t, func(db *database, o *objects) {
		take, err := db.stores.Recordings.Take(t.Context(), domain.ClipID(id))
		if err != nil {
			t.Fatal(err)
		}
		for n := range take.Recording.SourceParts {
			part, err := o.Get(t.Context(), blob.Keys{}.SourcePart(take.Clip.WorkspaceID, take.Clip.ID, n, domain.SourceAttempt(take.Recording.SourceRuns, n)))
			if err != nil {
				t.Fatal(fmt.Errorf("part %d: %w", n, err))
			}
			b, err := io.ReadAll(part)
			if err != nil {
				t.Fatal(err)
			}
			_ = part.Close()
			all = append(all, b...)
		}
	})
	return all
}
