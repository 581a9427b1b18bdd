package jobs

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"baton/blob"
	"baton/domain"
	"baton/transcode"
)

// cutting is a clip whose exact version is made by hand: one init segment and one segment.
type cutting struct {
	Store
	Transcoder
	shelf     *shelf
	t         *testing.T
	clip      domain.Clip
	conflict  bool
	made      int
	published []domain.RenderedEdit
	sounds    int // how often the sound file was to be made
}

// shelf knows which objects there are.
type shelf struct {
	Objects
	mu     sync.Mutex
	stored map[string]bool
}

func (s *cutting) Clip(context.Context, domain.ClipID) (domain.Clip, error) { return s.clip, nil }

func (*cutting) Rendition(context.Context, domain.ClipID, string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return domain.Rendition{}, []domain.InitSegment{{}}, []domain.Segment{{DurationMS: 4000}}, nil
}

func (s *cutting) QueueSound(context.Context, domain.Clip) error {
	s.sounds++
	return nil
}

func (s *cutting) PublishEdit(_ context.Context, _ domain.ClipID, e domain.RenderedEdit) ([]string, error) {
	if s.conflict {
		return nil, domain.Errorf(domain.KindConflict, "edited again")
	}
	s.published = append(s.published, e)
	return []string{"old"}, nil
}

func (*cutting) OpenStored(context.Context, *transcode.Box, []domain.InitSegment, []domain.Segment, transcode.Get) (transcode.Take, error) {
	return transcode.Take{Runs: []transcode.Run{{Media: transcode.Media{Audio: &transcode.AudioStream{}}}}}, nil
}

func (s *cutting) Cut(context.Context, transcode.Take, domain.Timeline, transcode.Progress) ([]transcode.Rendition, error) {
	s.made++
	path := filepath.Join(s.t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		return nil, err
	}
	return []transcode.Rendition{{Name: "cutaudio", Inits: []transcode.InitFile{{Path: path}}, Segments: []transcode.SegmentFile{{Path: path, DurationMS: 3000}}}}, nil
}

func (s *shelf) PutFile(_ context.Context, key, _ string, _ io.ReadSeeker) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored[key] = true
	return nil
}

func (s *shelf) Delete(_ context.Context, keys ...string) error {
	for _, k := range keys {
		delete(s.stored, k)
	}
	return nil
}

func (s *cutting) Box() (*transcode.Box, error) { return s.Transcoder.Box() }

func newCutting(t *testing.T) (*cutting, *Runner) {
	t.Helper()
	tools, err := transcode.New(t.Context(), transcode.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := &cutting{t: t, Transcoder: tools, shelf: &shelf{stored: map[string]bool{"old": true}}, clip: domain.Clip{
		ID: "c", WorkspaceID: "w", State: domain.ClipReady, DurationMS: 4000, EditNo: 3,
		Cuts: []domain.Cut{{Span: domain.Span{EndMS: 1000}, Kind: domain.CutByHand}},
	}}
	return s, &Runner{Needs: Needs{Store: s, Tools: s, Media: s.shelf, Keys: blob.Keys{}}}
}

func TestExactVersionIsMadeOnce(t *testing.T) {
	t.Parallel()
	s, r := newCutting(t)
	if err := r.edit(t.Context(), s.clip, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	if len(s.published) != 1 || s.published[0].No != 3 || len(s.shelf.stored) != 2 || s.shelf.stored["old"] {
		t.Errorf("%+v, stored %v", s.published, s.shelf.stored)
	}
	s.clip.RenderedNo = 3
	if err := r.edit(t.Context(), s.clip, func(float64) {}); err != nil || s.made != 1 {
		t.Errorf("made %d times, %v", s.made, err)
	}
	// A second run beside the first has keys of its own.
	first := slices.Collect(func(yield func(string) bool) {
		for k := range s.shelf.stored {
			if !yield(k) {
				return
			}
		}
	})
	s.clip.RenderedNo = 0
	if err := r.edit(t.Context(), s.clip, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.published[1].Renditions {
		if slices.Contains(first, m.Segments[0].ObjectKey) || !strings.Contains(m.Segments[0].ObjectKey, "/cutaudio/") {
			t.Errorf("%s is written twice", m.Segments[0].ObjectKey)
		}
	}
}

func TestExactVersionThatWasOvertakenLeavesNothing(t *testing.T) {
	t.Parallel()
	s, r := newCutting(t)
	s.conflict = true
	if err := r.edit(t.Context(), s.clip, func(float64) {}); !errors.Is(err, errSuperseded) {
		t.Fatal(err)
	}
	if len(s.shelf.stored) != 1 || !s.shelf.stored["old"] {
		t.Errorf("left behind: %v", s.shelf.stored)
	}
}

func TestEditThatLeavesNothingOutRemovesTheExactVersion(t *testing.T) {
	t.Parallel()
	s, r := newCutting(t)
	s.clip.Cuts = nil
	if err := r.edit(t.Context(), s.clip, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	if s.made != 0 || s.sounds != 1 || len(s.published) != 1 || len(s.published[0].Renditions) != 0 || s.shelf.stored["old"] {
		t.Errorf("%+v %v", s.published, s.shelf.stored)
	}
}
