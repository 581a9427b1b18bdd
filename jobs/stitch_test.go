package jobs

import (
	"context"
	"errors"
	"testing"

	"baton/domain"
	"baton/transcode"
)

// joining is a clip that joins others; how often one's media is opened is counted.
type joining struct {
	Store
	Transcoder
	parts  []domain.Clip
	err    error
	opened int
	joined int
}

var errNoMedia = errors.New("this is as far as the test goes")

func (s *joining) StitchParts(context.Context, domain.ClipID) ([]domain.ClipID, error) {
	return make([]domain.ClipID, 3), nil
}

func (s *joining) TakeParts(context.Context, domain.ClipID) ([]domain.Clip, error) {
	return s.parts, s.err
}

func (*joining) Rendition(context.Context, domain.ClipID, string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return domain.Rendition{}, []domain.InitSegment{{}}, []domain.Segment{{DurationMS: 4000}}, nil
}

func (s *joining) OpenStored(context.Context, *transcode.Box, []domain.InitSegment, []domain.Segment, transcode.Get) (transcode.Take, error) {
	s.opened++
	return transcode.Take{Runs: []transcode.Run{{}}}, nil
}

func (s *joining) Join(_ context.Context, takes []transcode.Take, _ transcode.Progress) (transcode.Joined, error) {
	s.joined = len(takes)
	return transcode.Joined{}, errNoMedia
}

func newJoining(t *testing.T) (*joining, *Runner) {
	t.Helper()
	tools, err := transcode.New(t.Context(), transcode.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := &joining{Transcoder: tools}
	return s, &Runner{Needs: Needs{Store: s, Tools: s, Media: &shelf{}}}
}

func TestEachClipIsOpenedOnceToJoinIt(t *testing.T) {
	t.Parallel()
	s, r := newJoining(t)
	s.parts = []domain.Clip{{ID: "a"}, {ID: "b"}, {ID: "a"}, {ID: "a"}}
	if err := r.importMedia(t.Context(), domain.Clip{ID: "c", State: domain.ClipProcessing}, func(float64) {}); !errors.Is(err, errNoMedia) {
		t.Fatal(err)
	}
	if s.opened != 2 || s.joined != 4 {
		t.Errorf("%d opened, %d joined", s.opened, s.joined)
	}
}

func TestJoiningEndsWhereAPartMayNotBeTaken(t *testing.T) {
	t.Parallel()
	s, r := newJoining(t)
	s.err = domain.Errorf(domain.KindGone, "no longer shared with you")
	err := r.importMedia(t.Context(), domain.Clip{ID: "c", State: domain.ClipProcessing}, func(float64) {})
	if retryable(domain.JobImport, err) || reasonFor(err) != "no longer shared with you" || s.opened > 0 {
		t.Errorf("%v, %d opened", err, s.opened)
	}
	// It was made before, and only the end of the job was not noted: there is nothing to do.
	if err := r.importMedia(t.Context(), domain.Clip{ID: "c", State: domain.ClipReady}, func(float64) {}); err != nil {
		t.Error(err)
	}
}
