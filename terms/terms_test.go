package terms_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"baton/domain"
	"baton/terms"
)

func list(tb testing.TB) []domain.Term {
	tb.Helper()
	clean, err := terms.Clean([]domain.Term{
		{Spelling: "Kubernetes", Heard: []string{"cooper netties", "Cuban Eddies"}},
		{Spelling: "PostgreSQL", Heard: []string{"post gress", "postgres equal"}},
		{Spelling: "Grafana"},
		{Spelling: "Zanzibar gateway"},
		{Spelling: "Linear", Heard: []string{"lynnear"}},
		{Spelling: "Okta", Heard: []string{"octa"}},
		{Spelling: "Prometheus"},
		{Spelling: "Terraform"},
		{Spelling: "OAuth", Heard: []string{"oh auth"}},
		{Spelling: "Nguyen", Heard: []string{"win"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return clean
}

func TestCorrects(t *testing.T) {
	t.Parallel()
	c := terms.New(list(t))
	for in, want := range map[string]string{
		"We moved to cooper netties.":        "We moved to Kubernetes.",
		"Cooper Netties, then (post gress).": "Kubernetes, then (PostgreSQL).",
		"cooper netties's pods":              "Kubernetes's pods",
		"the kubernetes cluster":             "the Kubernetes cluster",
		"the cubernettes cluster":            "the Kubernetes cluster",       // by its sound
		"koober nettees is hard":             "Kubernetes is hard",           // two words, by their sound
		"open the graphana board":            "open the Grafana board",       // ph is f
		"the promethus alert":                "the Prometheus alert",         // a slip
		"The zanzibar Gateway is down":       "The Zanzibar gateway is down", // a spelling of two words
		"put it into lynnear":                "put it into Linear",
		"linear regression":                  "linear regression", // a common word
		"cooper. Netties ran.":               "cooper. Netties ran.",
		"a cup of nettles":                   "a cup of nettles",
		"oh auth and octa":                   "OAuth and Okta",
		"Kubernetes and Grafana stay":        "Kubernetes and Grafana stay",
		"many grafanas":                      "many grafanas",
		"":                                   "",
	} {
		if got, changed := c.Text(in); got != want || changed != (in != want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTimesStayAndMerge(t *testing.T) {
	t.Parallel()
	cue := domain.Cue{No: 3, StartMS: 1000, EndMS: 3000, Text: "use cooper netties now", Words: []domain.Word{
		{StartMS: 1000, EndMS: 1200, Text: "use"}, {StartMS: 1300, EndMS: 1700, Text: "cooper"}, {StartMS: 1750, EndMS: 2200, Text: "netties"}, {StartMS: 2500, EndMS: 3000, Text: "now"},
	}}
	got, changed := terms.New(list(t)).Cue(cue)
	want := []domain.Word{{StartMS: 1000, EndMS: 1200, Text: "use"}, {StartMS: 1300, EndMS: 2200, Text: "Kubernetes"}, {StartMS: 2500, EndMS: 3000, Text: "now"}}
	if !changed || got.Text != "use Kubernetes now" || !slices.Equal(got.Words, want) || got.Edited || got.No != 3 {
		t.Errorf("%+v", got)
	}
	cue.Edited = true
	if got, changed := terms.New(list(t)).Cue(cue); changed || got.Text != cue.Text {
		t.Errorf("an edited cue became %+v", got)
	}
}

// TestOrdinaryTalkStays: jargon in the list changes nothing in thousands of words of plain English.
func TestOrdinaryTalkStays(t *testing.T) {
	t.Parallel()
	c := terms.New(list(t))
	words := 0
	for _, path := range []string{"../LICENSE", "../docs/operate.md", "../docs/protocol.md", "../README.md", "../ARCHITECTURE.md", "../chapters/testdata/clips.txt", "../CONTRIBUTING.md"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			line = strings.Join(strings.Fields(line), " ")
			words += len(strings.Fields(line))
			// PostgreSQL and its like may be named there: they are right already.
			if got, changed := c.Text(line); changed {
				t.Errorf("%s: %q became %q", path, line, got)
			}
		}
	}
	if words < 5000 {
		t.Errorf("only %d words were looked at", words)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after, spelling, heard string
	}{
		"two words for one":  {"We use cooper netties, a lot.", "We use Kubernetes, a lot.", "Kubernetes", "cooper netties"},
		"one for two":        {"the rivercue worker", "the River Queue worker", "River Queue", "rivercue"},
		"case":               {"open grafana now", "open Grafana now", "Grafana", "grafana"},
		"marks alone":        {"Well then we go", "Well, then we go", "", ""},
		"a common word":      {"over their now", "over there now", "", ""},
		"words that came":    {"we go", "we will go", "", ""},
		"two places":         {"alfa and bravoo too", "alpha and bravo too", "", ""},
		"another sentence":   {"a b c d e f", "u v w x y z", "", ""},
		"nothing":            {"same", "same", "", ""},
		"genitive":           {"the cooper netties's pods", "the Kubernetes's pods", "Kubernetes", "cooper netties"},
		"case of common one": {"a linear ticket", "a Linear ticket", "", ""},
	} {
		got, ok := terms.Difference(c.before, c.after)
		want := domain.Term{Spelling: c.spelling, Heard: []string{c.heard}}
		if ok != (c.spelling != "") || ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %t", name, got, ok)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	got, err := terms.Clean([]domain.Term{{Spelling: "  River  Queue ", Heard: []string{" rivercue", "Rivercue"}}, {Spelling: "River Queue", Heard: []string{"river cue"}}})
	if want := []domain.Term{{Spelling: "River Queue", Heard: []string{"rivercue", "river cue"}}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	for name, bad := range map[string]domain.Term{
		"empty": {}, "marks": {Spelling: "--"}, "long": {Spelling: strings.Repeat("x", 81)}, "many words": {Spelling: "a b c d e f g"},
		"control": {Spelling: "a\x00b"}, "no form": {Spelling: "A", Heard: []string{" "}},
	} {
		if _, err := terms.Clean([]domain.Term{bad}); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := terms.Clean([]domain.Term{{Spelling: "A1", Heard: []string{"ay one"}}, {Spelling: "B1", Heard: []string{"ay one"}}}); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("two meanings: %v", err)
	}
	if _, err := terms.Clean([]domain.Term{{Spelling: "GitHub"}, {Spelling: "Github"}}); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("two spellings: %v", err)
	}
	if got, err := terms.Clean([]domain.Term{{Spelling: "C"}, {Spelling: "C++"}}); err != nil || len(got) != 2 {
		t.Errorf("alike: %v, %v", got, err)
	}
}

func FuzzCorrect(f *testing.F) {
	f.Add("We use cooper netties's, (post gress)!")
	c := terms.New(list(f))
	f.Fuzz(func(t *testing.T, text string) {
		once, _ := c.Text(text)
		if twice, changed := c.Text(once); changed || twice != once {
			t.Fatalf("%q becomes %q and then %q", text, once, twice)
		}
	})
}
