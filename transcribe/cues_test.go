package transcribe_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/transcribe"
)

// speak gives each word 300 ms, a "|" a pause of 1.5 s and a "/" one of 400 ms.
func speak(text string) []domain.Word {
	var words []domain.Word
	at := int64(0)
	for f := range strings.FieldsSeq(text) {
		switch f {
		case "|":
			at += 1500
		case "/":
			at += 400
		default:
			words = append(words, domain.Word{StartMS: at, EndMS: at + 300, Text: f})
			at += 300
		}
	}
	return words
}

func texts(cues []domain.Cue) []string {
	var out []string
	for _, c := range cues {
		out = append(out, c.Text)
	}
	return out
}

func TestCutter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, words string
		want        []string
	}{
		{"nothing", "", nil},
		{"sentences", "I looked at the numbers. They are fine!", []string{"I looked at the numbers.", "They are fine!"}},
		{"abbreviation", "I asked Dr. Smith about version 1.5 of it.", []string{"I asked Dr. Smith about version 1.5 of it."}},
		{"full stop of a chunk, not of a sentence", "We went to the. shop and bought four of them.", []string{"We went to the. shop and bought four of them."}},
		{"pause", "so what I wanted | is this one here today", []string{"so what I wanted", "is this one here today"}},
		{"a flash joins", "Right. So let us look at the plan for it.", []string{"Right. So let us look at the plan for it."}},
		{"a flash alone", "Right. | So let us look at the plan for it.", []string{"Right.", "So let us look at the plan for it."}},
		{
			"long", "When you open the settings page for the first time, it asks the server for every workspace that you are a member of, and that takes about four seconds.",
			[]string{"When you open the settings page for the first time, it asks the server", "for every workspace that you are a member of, and that takes about four seconds."},
		},
		{
			"long without commas", "we should probably think about moving the whole of the payment service into the new cluster before the end of the month because the old one is going away",
			[]string{"we should probably think about moving the whole of the payment service", "into the new cluster before the end of the month because the old one is going away"},
		},
	} {
		var cut transcribe.Cutter
		words := speak(c.words)
		cues := cut.Add(words, 0)
		cues = append(cues, cut.End()...)
		if d := cmp.Diff(c.want, texts(cues)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// However words arrive, none is lost, and a cue that was given is not given again.
func TestCutterWhileWordsCome(t *testing.T) {
	t.Parallel()
	words := speak(strings.Repeat("It is late. We go home / now, and then we sleep | for as long as we possibly can. Yes. ", 20))
	for _, step := range []int{1, 2, 3, 7, 50} {
		var cut transcribe.Cutter
		var cues []domain.Cue
		for i := 0; i < len(words); i += step {
			part := words[i:min(len(words), i+step)]
			cues = append(cues, cut.Add(part, part[len(part)-1].EndMS)...)
			if ms, ok := cut.PendingMS(); ok && len(cues) > 0 && ms < cues[len(cues)-1].EndMS {
				t.Errorf("word at %d is pending behind a cue that ends at %d", ms, cues[len(cues)-1].EndMS)
			}
		}
		cues = append(cues, cut.End()...)
		var got []domain.Word
		for i, c := range cues {
			if c.No != i || c.StartMS != c.Words[0].StartMS || c.EndMS != c.Words[len(c.Words)-1].EndMS {
				t.Errorf("cue %d: %+v", i, c)
			}
			got = append(got, c.Words...)
		}
		if d := cmp.Diff(words, got); d != "" {
			t.Errorf("in steps of %d: %s", step, d)
		}
	}
}

func TestCuesReadWell(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 400 {
		fmt.Fprintf(&text, "word%0*d ", i%11, i)
	}
	var cut transcribe.Cutter
	cut.Add(nil, 0)
	cues := append(cut.Add(speak(text.String()), 0), cut.End()...)
	for _, c := range cues {
		lines := transcribe.Lines(c.Text)
		if len(lines) > 2 || c.EndMS-c.StartMS > 7000 {
			t.Errorf("%d ms, lines %q", c.EndMS-c.StartMS, lines)
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > 42 {
				t.Errorf("line of %d: %q", utf8.RuneCountInString(l), l)
			}
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":      nil,
		"short": {"short"},
		"it asks the server for every workspace that you are in": {"it asks the server for every", "workspace that you are in"},
		strings.Repeat("x", 60) + " y":                           {strings.Repeat("x", 60), "y"},
	} {
		if d := cmp.Diff(want, transcribe.Lines(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}
