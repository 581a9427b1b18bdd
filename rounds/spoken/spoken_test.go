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

// TestWhatIsAnsweredToWhatIsInTheWay: within a section for blockers a sentence is one whatever its words, but for those that say that there is none.
func TestWhatIsAnsweredToWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Blockers: the store key.":                   "The store key.",
		"And my blockers are the key and the desk.":  "The key and the desk.",
		"My only blocker is the key.":                "My only blocker is the key.",
		"Nobody from legal answers my mails.":        "Nobody from legal answers my mails.",
		"Nothing works since the upgrade.":           "Nothing works since the upgrade.",
		"No access to staging, so the tests wait.":   "No access to staging, so the tests wait.",
		"Ben, can you confirm the date by Thursday?": "ask",
		"We decided to wait for the new version.":    "decision",
		"Blockers.":                                          "",
		"No blockers.":                                       "",
		"No blockers from my side today.":                    "",
		"As for blockers, none.":                             "",
		"Blockers: none at the moment.":                      "",
		"Nothing is blocking me.":                            "",
		"Nothing from my side.":                              "",
		"I have no blockers right now.":                      "",
		"There are no real blockers.":                        "",
		"I'm good.":                                          "",
		"That's it from me.":                                 "",
		"Thanks, bye everyone.":                              "",
		"The store key was blocking me, but it is here now.": "",
	} {
		var cue domain.Cue
		for i, w := range strings.Fields(said) {
			cue.Words = append(cue.Words, domain.Word{StartMS: 1000 + int64(i)*100, EndMS: 1090 + int64(i)*100, Text: w})
		}
		got := ""
		for _, p := range spoken.Find(domain.Transcript{Cues: []domain.Cue{cue}}, nil, domain.Span{StartMS: 900, EndMS: 1 << 40}) {
			if got = string(p.Kind); p.Kind == spoken.Blocker {
				got = p.Text
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

// TestSectionsCutSentences: where nobody writes full stops, sections and breaths end a sentence.
func TestSectionsCutSentences(t *testing.T) {
	t.Parallel()
	var cue domain.Cue
	at := int64(0)
	for w := range strings.FieldsSeq("today I test it | the store key is missing | nobody has a desk for me") {
		if w == "|" {
			at += 1200
			continue
		}
		cue.Words = append(cue.Words, domain.Word{StartMS: at, EndMS: at + 90, Text: w})
		at += 100
	}
	var got []string
	for _, p := range spoken.Find(domain.Transcript{Cues: []domain.Cue{cue}}, nil, domain.Span{StartMS: 1600, EndMS: 1 << 40}) {
		got = append(got, p.Text)
	}
	if s := strings.Join(got, "|"); s != "The store key is missing|Nobody has a desk for me" {
		t.Error(s)
	}
}

// TestEachProposalHasAMomentOfItsOwn: words that somebody put in have the times of those that they replace, and may share them.
func TestEachProposalHasAMomentOfItsOwn(t *testing.T) {
	t.Parallel()
	var cue domain.Cue
	for w := range strings.FieldsSeq("The key is missing. Nobody has a desk. The lamp is broken.") {
		cue.Words = append(cue.Words, domain.Word{StartMS: 500, EndMS: 900, Text: w})
	}
	var got []int64
	for _, p := range spoken.Find(domain.Transcript{Cues: []domain.Cue{cue}}, nil, domain.Span{EndMS: 1000}) {
		got = append(got, p.StartMS)
	}
	if s := fmt.Sprint(got); s != "[500 501 502]" {
		t.Error(s)
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("Ben, can you confirm?")
	f.Fuzz(func(_ *testing.T, s string) {
		spoken.Classify(s)
		spoken.Find(domain.Transcript{Cues: []domain.Cue{{Text: s}}}, []string{s, ""})
		spoken.Find(domain.Transcript{Cues: []domain.Cue{{Text: s}}}, []string{s, ""}, domain.Span{EndMS: 1})
	})
}
