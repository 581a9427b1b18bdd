package search

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"baton/domain"
)

func TestSnippetIsSafeHTML(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                             "plain",
		"a \uE000hit\uE001 b":               "a <mark>hit</mark> b",
		"<b>\uE000x\uE001 & \"y\"":          "&lt;b&gt;<mark>x</mark> &amp; &#34;y&#34;",
		"Vec\uE002\uE000String\uE001\uE003": "Vec&lt;<mark>String</mark>&gt;",
		"\uE001x\uE000\uE000y":              "x<mark>y</mark>",
		"\uE000<script>\uE001":              "<mark>&lt;script&gt;</mark>",
		"\uE000\uE000a\uE001\uE001b\uE001":  "<mark>a</mark>b",
	} {
		if got := Snippet(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("a \uE000hit\uE001 <b>")
	tags := regexp.MustCompile(`</?mark>`)
	f.Fuzz(func(t *testing.T, in string) {
		got := Snippet(in)
		if strings.ContainsAny(tags.ReplaceAllString(got, ""), "<>\"'") {
			t.Fatalf("%q is not escaped", got)
		}
		if opened := strings.Count(got, "<mark>"); opened != strings.Count(got, "</mark>") {
			t.Fatalf("%q is not balanced", got)
		}
		plain := restore(strings.NewReplacer(string(MarkStart), "", string(MarkEnd), "").Replace(in))
		if utf8.ValidString(in) && html.UnescapeString(tags.ReplaceAllString(got, "")) != plain {
			t.Fatalf("%q lost text of %q", got, in)
		}
	})
}

func TestCleanQuery(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  two words ":            "two words ",
		"“a phrase”":              `"a phrase"`,
		"nul\x00 and \xff bytes":  "nul  and  bytes",
		"tab\tand\nline":          "tab and line",
		strings.Repeat("ä", 400):  strings.Repeat("ä", MaxQueryLength),
		"\uE000marks\uE001 go":    "marks go",
		"\u00a0no-break\u00a0 ab": "no-break  ab",
	} {
		if got := CleanQuery(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if HasWords("?!... --- ") || !HasWords("-a") || !HasWords("日本") {
		t.Error("HasWords")
	}
}

func TestPassagesHoldEveryCueAndOverlapByOne(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "", 1: "0:0", 4: "0:0 1 2 3", 5: "0:0 1 2 3 4", 6: "0:0 1 2 3 4|4:4 5", 9: "0:0 1 2 3 4|4:4 5 6 7 8", 10: "0:0 1 2 3 4|4:4 5 6 7 8|8:8 9",
	} {
		var cues []domain.Cue
		for i := range n {
			cues = append(cues, domain.Cue{No: i, StartMS: int64(i) * 10, EndMS: int64(i)*10 + 10, Text: fmt.Sprint(i)})
		}
		var got []string
		for _, p := range SpeechPassages(cues) {
			got = append(got, p.Ref+":"+p.Body)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%d cues: %v", n, got)
		}
		for no := range n {
			first := FirstCue(no)
			if first%PassageStride != 0 || first > no || no-first >= PassageCues || first >= PassageStride && no-first+PassageStride < PassageCues {
				t.Errorf("cue %d: first %d", no, first)
			}
			// Cutting only from there gives the same passages.
			tail := SpeechPassages(cues[first:])
			whole := SpeechPassages(cues)
			if len(tail) > 0 && tail[len(tail)-1] != whole[len(whole)-1] {
				t.Errorf("cue %d of %d: %v and %v", no, n, tail, whole)
			}
		}
	}
}

func TestCursorsComeBackAndForgedOnesDoNot(t *testing.T) {
	t.Parallel()
	for _, p := range []Position{{0, 0}, {-1.25, 17}, {math.Pi, math.MaxInt64}} {
		got, err := ParseCursor(p.Cursor())
		if err != nil || got != p {
			t.Errorf("%v: %v, %v", p, got, err)
		}
	}
	for _, s := range []string{"", "x", "!!", strings.Repeat("A", 23), Position{Score: math.NaN()}.Cursor(), Position{Score: math.Inf(1)}.Cursor()} {
		if _, err := ParseCursor(s); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}
