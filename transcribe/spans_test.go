package transcribe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/transcribe"
)

func spans(ms ...int64) []domain.Span {
	var out []domain.Span
	for i := 0; i < len(ms); i += 2 {
		out = append(out, domain.Span{StartMS: ms[i], EndMS: ms[i+1]})
	}
	return out
}

func cue(words ...domain.Word) domain.Cue { return domain.Cue{Words: words} }

func TestCoverage(t *testing.T) {
	t.Parallel()
	hello := domain.Word{StartMS: 1000, EndMS: 1600, Text: "hello"}
	for _, c := range []struct {
		name string
		in   domain.Transcript
		want float64
	}{
		{"nobody spoke", domain.Transcript{}, 1},
		{"all", domain.Transcript{Speech: spans(900, 1800), Cues: []domain.Cue{cue(hello)}}, 1},
		{"half", domain.Transcript{Speech: spans(900, 1800, 5000, 5900), Cues: []domain.Cue{cue(hello)}}, 0.5},
		{"none", domain.Transcript{Speech: spans(900, 1800)}, 0},
		{"a hole inside", domain.Transcript{Speech: spans(1000, 5000), Cues: []domain.Cue{cue(hello)}}, 0.25},
	} {
		if got := transcribe.Coverage(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSilences(t *testing.T) {
	t.Parallel()
	speech := spans(0, 1000, 1200, 3000, 6000, 7000)
	if d := cmp.Diff(spans(3000, 6000, 7000, 10000), transcribe.Silences(speech, 10000, 500)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(spans(0, 400), transcribe.Silences(nil, 400, 0)); d != "" {
		t.Error(d)
	}
}

func TestFillers(t *testing.T) {
	t.Parallel()
	in := domain.Transcript{
		Speech: spans(0, 3000),
		Cues: []domain.Cue{
			cue(domain.Word{StartMS: 0, EndMS: 400, Text: "So"}, domain.Word{StartMS: 420, EndMS: 700, Text: "um,"}),
			cue(domain.Word{StartMS: 1500, EndMS: 1900, Text: "here"}),
		},
	}
	want := []transcribe.Filler{
		{Span: domain.Span{StartMS: 420, EndMS: 700}, Text: "um,"},
		{Span: domain.Span{StartMS: 760, EndMS: 1440}},
	}
	if d := cmp.Diff(want, transcribe.Fillers(in)); d != "" {
		t.Error(d)
	}
}
