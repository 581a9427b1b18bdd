package spoken_test

import (
	"fmt"
	"strings"
	"testing"

	"baton/domain"
	"baton/rounds/spoken"
)

// TestHeldBackSentences holds the promise: at least nine of ten proposals are right, and most of what there is is found.
func TestHeldBackSentences(t *testing.T) {
	t.Parallel()
	set := spoken.LabelledSet()
	negatives := 0
	for _, l := range set {
		if l.Kind == spoken.None {
			negatives++
		}
	}
	if len(set) < 120 || 2*negatives < len(set) {
		t.Errorf("%d sentences, %d hard negatives", len(set), negatives)
	}
	for kind, s := range spoken.Measure(set, true) {
		if s.Precision() < 0.9 || s.Recall() < 0.6 {
			t.Errorf("%q: precision %.2f, recall %.2f", kind, s.Precision(), s.Recall())
		}
	}
}

func TestFindInATranscript(t *testing.T) {
	t.Parallel()
	say := func(start int64, text string) domain.Cue {
		c := domain.Cue{StartMS: start, Text: text}
		for i, w := range strings.Fields(text) {
			c.Words = append(c.Words, domain.Word{StartMS: start + int64(i)*100, EndMS: start + int64(i)*100 + 90, Text: w})
		}
		return c
	}
	tr := domain.Transcript{Cues: []domain.Cue{
		say(0, "Okay, so this is the importer. Ben, can you confirm the"), say(2000, "date by Thursday? As you can see it works."),
		say(4000, "We decided to go with River."), say(6000, "I'm blocked on the staging key."),
	}}
	var got []string
	for _, p := range spoken.Find(tr, []string{"Ana", "Ben Okri"}) {
		got = append(got, fmt.Sprintf("%s %d–%d %s [%s]", p.Kind, p.StartMS, p.EndMS, p.Text, p.Name))
	}
	want := "ask 600–2290 Ben, can you confirm the date by Thursday? [Ben Okri]|decision 4000–4590 We decided to go with River. []|blocker 6000–6590 I'm blocked on the staging key. []"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("\n%s, want\n%s", s, want)
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("Ben, can you confirm?")
	f.Fuzz(func(_ *testing.T, s string) {
		spoken.Classify(s)
		spoken.Find(domain.Transcript{Cues: []domain.Cue{{Text: s}}}, []string{s, ""})
	})
}
