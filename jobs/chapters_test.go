package jobs

import (
	"context"
	"testing"

	"baton/domain"
)

// spoken is a store with what one clip says, and what it answers.
type spoken struct {
	Store

	words    domain.Transcript
	sections domain.ClipSections
	existing []domain.Chapter
	put      []domain.Chapter
	heard    []domain.SectionMark
}

func (s *spoken) Transcript(context.Context, domain.ClipID) (domain.Transcript, error) {
	return s.words, nil
}

func (s *spoken) Chapters(context.Context, domain.ClipID) ([]domain.Chapter, error) {
	return s.existing, nil
}

func (s *spoken) Screen(context.Context, domain.ClipID) (domain.Screen, error) {
	return domain.Screen{}, nil
}

func (s *spoken) Sections(context.Context, domain.Clip) (domain.ClipSections, error) {
	return s.sections, nil
}

func (s *spoken) SetHeard(_ context.Context, _ domain.ClipID, heard []domain.SectionMark) (bool, error) {
	s.heard = heard
	return false, nil
}

func (s *spoken) PutChapters(_ context.Context, _ domain.ClipID, c []domain.Chapter) error {
	s.put = c
	return nil
}

func TestTheSectionsOfARoundAreChapters(t *testing.T) {
	t.Parallel()
	said := []string{"State is that the importer is half done", "and the tests pass on my machine", "Watch the queue please it grows at night", "it was at nine thousand this morning", "Next is to turn the old one off", "and to tell the support people"}
	s := &spoken{}
	for i, text := range said {
		s.words.Cues = append(s.words.Cues, domain.Cue{StartMS: int64(i) * 8000, EndMS: int64(i)*8000 + 7000, Text: text})
	}
	clip := domain.Clip{DurationMS: 48_000, Title: "Hand-over"}
	run := func() []string {
		t.Helper()
		r := &Runner{Needs: Needs{Store: s}}
		if err := r.chapters(t.Context(), clip, nil); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, c := range s.put {
			titles = append(titles, c.Title)
		}
		return titles
	}
	// A round's own words, which nobody would look for without it.
	s.sections.Names = []string{"State", "Watch", "Next"}
	if got := run(); len(got) != 3 || got[0] != "State" || got[1] != "Watch" || got[2] != "Next" || s.put[1].StartMS != 16_000 {
		t.Errorf("%v %+v", got, s.put)
	}
	// What was clicked counts before what was said, and before what a run without it has made.
	s.existing = s.put
	s.sections.Marks = []domain.Chapter{{EndMS: 20_000, Title: "State", Edited: true}, {StartMS: 20_000, EndMS: 48_000, Title: "Watch", Edited: true}}
	if got := run(); len(got) != 2 || s.put[1].StartMS != 20_000 || got[1] != "Watch" {
		t.Errorf("%v %+v", got, s.put)
	}
}
