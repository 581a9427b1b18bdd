package domain

import (
	"slices"
	"strings"
	"testing"
)

// spoken makes a cue of words of 100 ms each.
func spoken(text string) Cue {
	c := Cue{StartMS: 1000, Text: text, EndMS: 1000}
	for w := range strings.FieldsSeq(text) {
		c.Words = append(c.Words, Word{StartMS: c.EndMS, EndMS: c.EndMS + 100, Text: w})
		c.EndMS += 100
	}
	return c
}

func TestCorrectedCueKeepsTheTimesOfItsWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, text string
		want            []Word
	}{
		{"one word", "the cat sad down", "the cat sat down", []Word{{1000, 1100, "the"}, {1100, 1200, "cat"}, {1200, 1300, "sat"}, {1300, 1400, "down"}}},
		{"case and punctuation", "hello world", "Hello, world!", []Word{{1000, 1100, "Hello,"}, {1100, 1200, "world!"}}},
		{"one becomes two", "we use postgrest here", "we use Postgres tests here", []Word{{1000, 1100, "we"}, {1100, 1200, "use"}, {1200, 1261, "Postgres"}, {1261, 1300, "tests"}, {1300, 1400, "here"}}},
		{"two become one", "we use post gres here", "we use Postgres here", []Word{{1000, 1100, "we"}, {1100, 1200, "use"}, {1200, 1400, "Postgres"}, {1400, 1500, "here"}}},
		{"insert", "a c", "a b c", []Word{{1000, 1100, "a"}, {1100, 1100, "b"}, {1100, 1200, "c"}}},
		{"remove", "a um c", "a c", []Word{{1000, 1100, "a"}, {1200, 1300, "c"}}},
		{"all new", "aa bb", "xx yy", []Word{{1000, 1100, "xx"}, {1100, 1200, "yy"}}},
		{"no words before", "", "x", []Word{{1000, 1000, "x"}}},
		{"repeated", "no no no", "no no", []Word{{1000, 1100, "no"}, {1100, 1200, "no"}}},
		{"punctuation alone", "a - b", "a - b", []Word{{1000, 1100, "a"}, {1100, 1200, "-"}, {1200, 1300, "b"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := spoken(test.old).WithText("  " + strings.ReplaceAll(test.text, " ", "\n ") + " ")
			if !slices.Equal(got.Words, test.want) {
				t.Errorf("words %v, want %v", got.Words, test.want)
			}
			if got.Text != test.text || !got.Edited {
				t.Errorf("cue %+v", got)
			}
		})
	}
}

func FuzzCorrectedCue(f *testing.F) {
	f.Add("the quick brown fox", "the slow brown fox jumps")
	f.Add("", "a")
	f.Add("a b c d", "d c b a")
	f.Fuzz(func(t *testing.T, old, text string) {
		if len(old)+len(text) > 2000 {
			return
		}
		c := spoken(old)
		got := c.WithText(text)
		if want := strings.Fields(text); len(got.Words) != len(want) {
			t.Fatalf("%d words, want %d", len(got.Words), len(want))
		}
		at := c.StartMS
		for _, w := range got.Words {
			if w.StartMS < at || w.EndMS < w.StartMS || w.EndMS > c.EndMS {
				t.Fatalf("word %v after %d in %v", w, at, got)
			}
			at = w.EndMS
		}
	})
}

func TestEditedCuesWin(t *testing.T) {
	t.Parallel()
	edited := Cue{StartMS: 1000, EndMS: 3000, Text: "edited", Edited: true}
	old := Cue{StartMS: 0, EndMS: 1000, Text: "old"}
	fresh := []Cue{
		{StartMS: 500, EndMS: 1400, Text: "mostly before"},
		{StartMS: 1200, EndMS: 2000, Text: "inside"},
		{StartMS: 2500, EndMS: 3100, Text: "mostly inside"},
		{StartMS: 3000, EndMS: 4000, Text: "after"},
	}
	var got []string
	for _, c := range MergeCues([]Cue{old, edited}, fresh) {
		got = append(got, c.Text)
	}
	if want := []string{"old", "mostly before", "edited", "after"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
