package chapters_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"baton/chapters"
	"baton/domain"
)

// check fails unless the chapters are what Find promises.
func check(t *testing.T, in chapters.Input, got []domain.Chapter) {
	t.Helper()
	duration := in.DurationMS
	if duration == 0 {
		for _, c := range in.Cues {
			duration = max(duration, c.EndMS)
		}
	}
	if duration == 0 {
		if len(got) != 0 {
			t.Fatalf("%d chapters in a clip without length", len(got))
		}
		return
	}
	if len(got) == 0 {
		t.Fatal("no chapter")
	}
	at := int64(0)
	titles := map[string]bool{}
	for i, c := range got {
		if c.StartMS != at || c.EndMS <= c.StartMS {
			t.Fatalf("chapter %d is %d..%d, expected to start at %d", i, c.StartMS, c.EndMS, at)
		}
		at = c.EndMS
		if strings.TrimSpace(c.Title) == "" || titles[strings.ToLower(c.Title)] && !c.Edited {
			t.Fatalf("chapter %d has the title %q: empty or said twice", i, c.Title)
		}
		if !c.Edited && utf8.RuneCountInString(c.Title) > 60 {
			t.Fatalf("title %q is too long", c.Title)
		}
		titles[strings.ToLower(c.Title)] = true
	}
	if at != duration {
		t.Fatalf("the last chapter ends at %d of %d", at, duration)
	}
}

// talk makes a transcript of n cues of random words around topics that change every ten cues.
func talk(r *rand.Rand, n int) []domain.Cue {
	topics := [][]string{
		strings.Fields("login session cookie password browser redirect"),
		strings.Fields("search index query ranking snippet typo"),
		strings.Fields("video player poster segment playlist codec"),
		strings.Fields("invoice payment customer plan refund tax"),
	}
	cues := make([]domain.Cue, n)
	at := int64(r.IntN(3000))
	for i := range cues {
		topic := topics[i/10%len(topics)]
		words := []string{"we", "have", "the"}
		for range 4 + r.IntN(8) {
			words = append(words, topic[r.IntN(len(topic))])
		}
		length := int64(1000 + r.IntN(6000))
		cues[i] = domain.Cue{StartMS: at, EndMS: at + length, Text: strings.Join(words, " ") + "."}
		at += length + int64(r.IntN(1500))
	}
	return cues
}

func TestFindIsContiguousOrderedAndExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		n := 1 + r.IntN(120)
		in := chapters.Input{Cues: talk(r, n)}
		if r.IntN(2) == 0 {
			in.DurationMS = in.Cues[n-1].EndMS + int64(r.IntN(9000))
		}
		if r.IntN(2) == 0 {
			in.Count = 1 + r.IntN(n)
		}
		for range r.IntN(5) {
			in.ScreenChanges = append(in.ScreenChanges, int64(r.IntN(300_000)))
		}
		got := chapters.Find(in)
		check(t, in, got)
		if in.Count > 0 && len(got) != in.Count {
			t.Fatalf("%d chapters of %d cues, wanted %d", len(got), n, in.Count)
		}
		if again := chapters.Find(in); !slices.Equal(got, again) {
			t.Fatal("a second run gives other chapters")
		}
	}
}

func TestFindCutsWhereTheTopicChanges(t *testing.T) {
	t.Parallel()
	in := chapters.Input{Cues: talk(rand.New(rand.NewPCG(1, 1)), 40)}
	got := chapters.Find(in)
	for _, i := range []int{10, 20, 30} {
		if !slices.ContainsFunc(got, func(c domain.Chapter) bool { return c.StartMS == in.Cues[i].StartMS }) {
			t.Errorf("no chapter starts at cue %d: %v", i, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d chapters, wanted 4", len(got))
	}
}

func TestFindOfShortAndEmptyClips(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]chapters.Input{
		"nothing":       {},
		"silence":       {DurationMS: 90_000},
		"one word":      {DurationMS: 5_000, Cues: []domain.Cue{{StartMS: 100, EndMS: 400, Text: "Hello."}}},
		"no letters":    {Cues: []domain.Cue{{StartMS: 0, EndMS: 400, Text: "… 42 !"}}},
		"blank":         {Cues: []domain.Cue{{StartMS: 0, EndMS: 400, Text: "  "}}},
		"thirty second": {DurationMS: 30_000, Cues: talk(rand.New(rand.NewPCG(9, 9)), 6)},
		"beyond end":    {DurationMS: 1_000, Cues: talk(rand.New(rand.NewPCG(9, 9)), 20)},
		"unordered":     {Cues: []domain.Cue{{StartMS: 9000, EndMS: 9500, Text: "Later words."}, {StartMS: 0, EndMS: 400, Text: "First words."}}},
		"no spaces":     {DurationMS: 9_000, Cues: []domain.Cue{{StartMS: 0, EndMS: 8000, Text: strings.Repeat("録画を検索する", 20)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := chapters.Find(in)
			check(t, in, got)
			if len(got) > 1 {
				t.Errorf("%d chapters: %v", len(got), got)
			}
		})
	}
}

func TestFindKeepsEditedChapters(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		in := chapters.Input{Cues: talk(r, 60)}
		first := chapters.Find(in)
		in.Existing = first
		kept := map[int64]string{}
		for i := range in.Existing {
			if r.IntN(3) == 0 {
				in.Existing[i].Title = fmt.Sprintf("My own words %d", i)
				in.Existing[i].Edited = true
				kept[in.Existing[i].StartMS] = in.Existing[i].Title
			}
		}
		got := chapters.Find(in)
		check(t, in, got)
		for _, c := range got {
			if c.Edited {
				if kept[c.StartMS] != c.Title {
					t.Fatalf("%+v was not so", c)
				}
				delete(kept, c.StartMS)
			}
		}
		if len(kept) > 0 {
			t.Fatalf("lost: %v", kept)
		}
	}
}

func TestFindNamesSpokenSections(t *testing.T) {
	t.Parallel()
	say := func(lines ...string) chapters.Input {
		var in chapters.Input
		for i, l := range lines {
			in.Cues = append(in.Cues, domain.Cue{StartMS: int64(i) * 5000, EndMS: int64(i)*5000 + 4800, Text: l})
		}
		return in
	}
	standup := say("Hi everyone.", "Yesterday I finished the upload page.", "It resumes after a lost connection now.", "I also fixed the poster.",
		"Today I am moving transcript search over to the new index.", "It should bring typos in reach.", "And then I will look at the ranking.",
		"I'm blocked on the review of the migration.", "If somebody has ten minutes, please look.")
	for name, c := range map[string]struct {
		in    chapters.Input
		names []string
		want  []string
	}{
		"template":        {standup, []string{"Yesterday", "Today", "Blockers"}, []string{"0 Yesterday", "20000 Today", "35000 Blockers"}},
		"without":         {standup, nil, []string{"0 Yesterday", "20000 Today", "35000 Blockers"}},
		"another heading": {say("The wins of this week first.", "We shipped search.", "And it is fast.", "As for risks, the disk is nearly full.", "We should add one."), []string{"Wins", "Risks"}, []string{"0 Wins", "15000 Risks"}},
		"other forms": {say("Yesterday's work was the upload page.", "It resumes now.", "It was slow before.", "For today I plan the index.", "It brings typos in reach.", "That takes a day.",
			"What's blocking me is the review.", "Please look."), []string{"Yesterday", "Today", "My blockers"}, []string{"0 Yesterday", "15000 Today", "30000 My blockers"}},
		"two in one heading": {
			say("So what went well is the release.", "Nobody had to stay.", "It took an hour.", "What worries me, and our risks are many, is the disk.", "It is nearly full."),
			[]string{"What went well", "Risks & concerns"},
			[]string{"0 What went well", "15000 Risks & concerns"},
		},
		"of a template": {
			say("The state of things is calm.", "All is green.", "Nothing pages.", "Please keep an eye on the queue.", "It grows at noon.", "It shrinks later.", "Next you could drain it.", "It takes a minute."),
			[]string{"State", "Watch", "Next"},
			[]string{"0 State", "15000 Watch", "30000 Next"},
		},
		"another language": {
			say("Gestern habe ich die Seite gebaut.", "Sie ist schnell.", "Alle mögen sie.", "Heute kommt die Suche dran.", "Sie findet alles.", "Das dauert.", "Ein Hindernis ist die Prüfung.", "Bitte schaut darauf."),
			[]string{"Gestern", "Heute", "Hindernisse"},
			[]string{"0 Gestern", "15000 Heute", "30000 Hindernisse"},
		},
		"none spoken": {say("Here is the new page.", "It has a button."), []string{"Wins", "Risks"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.in.SectionNames = c.names
			var got []string
			for _, ch := range chapters.Find(c.in) {
				got = append(got, fmt.Sprintf("%d %s", ch.StartMS, ch.Title))
			}
			if c.want != nil && !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.want == nil && len(got) != 1 {
				t.Errorf("got %q, want one chapter", got)
			}
		})
	}
}

func TestFindOfVeryLongTalk(t *testing.T) {
	t.Parallel()
	in := chapters.Input{Cues: talk(rand.New(rand.NewPCG(2, 2)), 4500)}
	for _, in.Count = range []int{0, 3, 3000} {
		got := chapters.Find(in)
		check(t, in, got)
		if in.Count > 0 && len(got) != in.Count || len(got) < 3 {
			t.Errorf("%d chapters, wanted %d", len(got), in.Count)
		}
	}
}

// BenchmarkFindTwoHours is to stay under a second.
func BenchmarkFindTwoHours(b *testing.B) {
	in := chapters.Input{Cues: talk(rand.New(rand.NewPCG(7, 8)), 1800)}
	for _, in.Count = range []int{0, 40} {
		b.Run(fmt.Sprintf("count=%d", in.Count), func(b *testing.B) {
			for b.Loop() {
				chapters.Find(in)
			}
		})
	}
}

func TestJSONGoesInAndOut(t *testing.T) {
	t.Parallel()
	in, err := chapters.ReadJSON(strings.NewReader(`{"language":"en","coverage":1,"cues":[
		{"start_ms":0,"end_ms":4000,"text":"This is the new recorder.","words":[{"start_ms":0,"end_ms":300,"text":"This"}]},
		{"start_ms":5000,"end_ms":9000,"text":"It keeps every byte."}], "actions":[{"at_ms":4500,"title":"Editor"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Cues) != 2 || !slices.Equal(in.ScreenChanges, []int64{4500}) {
		t.Fatalf("%+v", in)
	}
	var out bytes.Buffer
	if err := chapters.WriteJSON(&out, chapters.Find(in)); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"chapters\": [\n    {\n      \"start_ms\": 0,\n      \"end_ms\": 9000,\n      \"title\": \"New recorder\"\n    }\n  ]\n}\n"; out.String() != want {
		t.Errorf("got %s", out.String())
	}
	for _, bad := range []string{``, `[]`, `{"cues":[{"start_ms":5,"end_ms":1,"text":"x"}]}`, `{"cues":"x"}`} {
		if _, err := chapters.ReadJSON(strings.NewReader(bad)); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Okay so first.\nYesterday I.\nToday.\nBlockers\n\x80 — ,,,\n'", int64(4000), int64(0), 3)
	f.Add("i\ni'm going to\nthis is\nlet's take a look at", int64(1), int64(10), 0)
	f.Add("the the the\nso that's it\nthank you", int64(30_000), int64(50_000), 2)
	f.Fuzz(func(t *testing.T, text string, step, duration int64, count int) {
		var in chapters.Input
		for i, line := range strings.Split(text, "\n") {
			at := int64(i) * (step % 100_000)
			in.Cues = append(in.Cues, domain.Cue{StartMS: at, EndMS: at + step%5000, Text: line})
		}
		in.DurationMS = duration % 1_000_000
		in.Count = count % 50
		for _, c := range chapters.Find(in) {
			if c.Title == "" || !utf8.ValidString(c.Title) || c.EndMS <= c.StartMS {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// TestAnnouncedSections: what opens a section beyond doubt, and what only speaks of one.
func TestAnnouncedSections(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Hi everyone.|Yesterday I fixed the importer.|Today I write tests for it.|My blockers are the key and the desk.":               "1 Yesterday, 2 Today, 3 Blockers",
		"Yesterday, the importer.|So for today, the tests.|And as for blockers, I wait for the key.":                                   "0 Yesterday, 1 Today, 2 Blockers",
		"I finished the page yesterday.|I want to write the tests for it today.|Nobody else got blocked by that in the end.":           "",
		"The page is done.|We shipped it to everybody yesterday.|It will be seen by the customers later today.":                        "",
		"Yesterday was the importer.|It is finished, and I would like to thank Ben for all the help today.|Blockers: the store's key.": "0 Yesterday, 2 Blockers",
	} {
		in := chapters.Input{SectionNames: []string{"Yesterday", "Today", "Blockers"}, DurationMS: 60_000}
		for i, text := range strings.Split(said, "|") {
			in.Cues = append(in.Cues, domain.Cue{StartMS: int64(i) * 10_000, EndMS: int64(i)*10_000 + 8000, Text: text})
		}
		var got []string
		for _, m := range chapters.Announced(in) {
			got = append(got, fmt.Sprintf("%d %s", m.StartMS/10_000, m.Name))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: %s, want %s", said, s, want)
		}
	}
	if got := chapters.Announced(chapters.Input{Cues: []domain.Cue{{Text: "Today I test", EndMS: 900}}}); got != nil {
		t.Errorf("%+v", got) // it answers no round
	}
}
