package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baton/config"
	"baton/domain"
)

// TestRepair: what is left over goes, what is missing is told, and nothing that somebody might need is touched.
func TestRepair(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	whole := sample(t, "avc1.mkv")
	list := cut(whole, 8192)
	record := func() string {
		id := s.newClip("screen")
		for i, c := range list {
			s.putChunk(id, mkvType, i, c)
		}
		return id
	}
	well, torn, open, deleted := record(), record(), record(), record()
	for _, id := range []string{well, torn, deleted} {
		s.finish(id, len(list), whole)
	}
	s.settled(well)
	s.settled(torn)
	s.must(http.StatusNoContent, http.MethodDelete, "/api/v1/clips/"+deleted, nil)

	data := config.Data{Dir: filepath.Join(s.dir, "d")}
	db, err := openDatabase(t.Context(), data, false, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.close() }()
	o, err := openObjects(t.Context(), data.Dir, config.S3{}, false, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.close() }()
	objects := func(id string) domain.ClipObjects {
		t.Helper()
		x, err := db.stores.Clips.Objects(t.Context(), domain.ClipID(id))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	workspace := string(objects(well).WorkspaceID)
	prefix := func(id string) string { return "w/" + workspace + "/c/" + id + "/" }
	unknown := domain.NewID[string]()
	left := []string{prefix(well) + "r/720p/seg-000000-lost.m4s", prefix(well) + "source/00000099-z"}
	kept := []string{prefix(open) + "source/00000099-z", prefix(unknown) + "source/00000000-0", prefix(well) + "attachment-x"}
	for _, key := range append(left, kept...) {
		if err := o.Put(t.Context(), key, "video/mp4", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	lost := objects(torn).Keys[0]
	if err := o.Delete(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	spool := filepath.Join(data.Dir, "spool")
	for _, id := range []string{well, unknown} {
		if err := os.MkdirAll(filepath.Join(spool, id), 0o700); err != nil {
			t.Fatal(err)
		}
	}

	run := func(now time.Time) (int, string) {
		t.Helper()
		var out bytes.Buffer
		r := &repair{clips: db.stores.Clips, takes: db.stores.Recordings, bucket: o.Bucket, out: &out, now: now}
		bad, err := r.run(t.Context(), &config.Config{Data: data, AbandonAfter: time.Hour})
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		return bad, out.String()
	}
	exists := func(key string) bool {
		_, err := o.Head(t.Context(), key)
		return err == nil
	}
	if _, out := run(time.Now()); !exists(left[0]) || !exists(left[1]) {
		t.Errorf("what is young was deleted:\n%s", out)
	}
	bad, out := run(time.Now().Add(2 * strayAge))
	t.Log("\n" + out)
	for _, key := range left {
		if exists(key) {
			t.Errorf("%s is still there", key)
		}
	}
	for _, key := range append(kept, objects(well).Keys...) {
		if !exists(key) {
			t.Errorf("%s was deleted", key)
		}
	}
	if bad != 2 || !strings.Contains(out, "missing: "+lost) || !strings.Contains(out, "no row: "+strings.TrimSuffix(prefix(unknown), "/")) {
		t.Errorf("%d things are bad", bad)
	}
	for id, there := range map[string]bool{well: false, unknown: true, open: true} {
		if _, err := os.Stat(filepath.Join(spool, id)); (err == nil) != there {
			t.Errorf("the spool of %s: %v", id, err)
		}
	}
	if got := s.call(http.MethodGet, "/api/v1/clips/"+open+"/recording", nil); got.status != http.StatusOK {
		t.Errorf("the open recording: %d %s", got.status, got.body)
	}
	s.finish(open, len(list), whole)
}
