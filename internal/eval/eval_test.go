package eval_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/internal/eval"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Don’t “shout”, Mr. O'Neil!": {"don't", "shout", "mister", "o'neil"},
		"It's 3rd, 20th, 21st":       {"it's", "third", "twentieth", "twenty", "first"},
		"1,234.5 self-made 15%":      {"one", "thousand", "two", "hundred", "thirty", "four", "point", "five", "self", "made", "fifteen", "percent"},
		"a 2x4 -- 0":                 {"a", "2x4", "zero"},
	} {
		if d := cmp.Diff(want, eval.Words(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ref, hyp string
		want     eval.Errors
	}{
		{"the cat sat", "the cat sat", eval.Errors{Words: 3}},
		{"the cat sat", "the bat sat down", eval.Errors{Words: 3, Substituted: 1, Inserted: 1}},
		{"the cat sat", "", eval.Errors{Words: 3, Deleted: 3}},
		{"", "the cat", eval.Errors{Inserted: 2}},
		{"a b c d", "b c x d", eval.Errors{Words: 4, Deleted: 1, Inserted: 1}},
	} {
		if _, got := eval.Align(eval.Words(c.ref), eval.Words(c.hyp)); got != c.want {
			t.Errorf("%q, %q: %+v", c.ref, c.hyp, got)
		}
	}
}

const grid = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n2.5\n<exists>\n1\n\"IntervalTier\"\n\"words\"\n0\n2.5\n3\n0\n1.05\n\"\"\n1.05\n1.2\n\"this\"\n1.2\n1.34\n\"is\"\n"

func TestTextGrid(t *testing.T) {
	t.Parallel()
	words, err := eval.ParseTextGrid(grid)
	want := []domain.Word{{StartMS: 1050, EndMS: 1200, Text: "this"}, {StartMS: 1200, EndMS: 1340, Text: "is"}}
	if d := cmp.Diff(want, words); d != "" || err != nil {
		t.Error(d, err)
	}
	starts, ends := eval.Compare(want, []domain.Word{{StartMS: 1000, EndMS: 1190, Text: "This"}, {StartMS: 1200, EndMS: 1400, Text: "was"}})
	if starts.Count() != 1 || starts.Percentile(50) != 50 || ends.Percentile(50) != 10 || starts.Within(49) != 0 || starts.Within(50) != 1 {
		t.Error(starts, ends)
	}
}

func FuzzTextGrid(f *testing.F) {
	f.Add(grid)
	f.Add("\"words\"\n0\n1\n99")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = eval.ParseTextGrid(text) })
}
