package moonshine

import (
	"math"
	"strings"
	"testing"
)

// heard makes words of 100 ms each; "~" before a word says that it is unsure.
func heard(text string) []word {
	var out []word
	for i, f := range strings.Fields(text) {
		w := word{text: strings.TrimPrefix(f, "~"), from: float64(i) / 10, to: float64(i+1) / 10, logP: -0.05}
		if w.text != f {
			w.logP = -1
		}
		out = append(out, w)
	}
	return out
}

func TestVote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ plain, slow, want string }{
		{"", "", ""},
		{"So it is.", "", "So it is."},
		{"", "so it is", "so it is"},
		{"So it is. Good.", "so it is good", "So it is. Good."},
		{"Who cares. This is me.", "who cares um this is me", "Who cares. Um, this is me."},
		{"Nothing going ~on. ~It's on.", "nothing going else on", "Nothing going else on."},
		{"We met in June, too.", "we met in ~dune too", "We met in June, too."},
		{"Lies thyself thy foe.", "lies thy self, thy foe", "Lies thy self, thy foe."},
		{"Some words.", "some words ~bla", "Some words."},
	} {
		var got []string
		for _, w := range vote(heard(c.plain), heard(c.slow)) {
			got = append(got, w.text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q and %q: %q, want %q", c.plain, c.slow, s, c.want)
		}
	}
}

// A tone keeps its pitch and its loudness when it is played slower, and lasts longer.
func TestSlower(t *testing.T) {
	t.Parallel()
	in := make([]float32, 2*sampleRate)
	for i := range in {
		in[i] = float32(0.5 * math.Sin(2*math.Pi*200*float64(i)/sampleRate))
	}
	out := slower(in)
	if n := float64(len(out)) / float64(len(in)); n < 1.2 || n > 1.27 {
		t.Errorf("%.3f times as long", n)
	}
	crossings, most := 0, float32(0)
	for i := sampleRate / 2; i < 2*sampleRate; i++ {
		if out[i] >= 0 && out[i-1] < 0 {
			crossings++
		}
		most = max(most, out[i])
	}
	if crossings < 298 || crossings > 302 || most > 0.55 || most < 0.45 {
		t.Errorf("%d periods of 300, peak %.2f", crossings, most)
	}
	if got := slower(make([]float32, 100)); len(got) != 100 {
		t.Errorf("too short a sound became %d samples", len(got))
	}
}

// However long the sound is, nothing beyond its end is looked at.
func TestSlowerStaysInsideTheSound(t *testing.T) {
	t.Parallel()
	rising := make([]float32, sampleRate/5) // of a long period, so that it goes on best at the end of what is searched
	for i := range rising {
		x := float64(i) / sampleRate
		rising[i] = float32(math.Sin(2 * math.Pi * (25 + 40*x) * x))
	}
	for n := range 2 * slowFrame {
		in := rising[:len(rising)-n]
		if got, want := len(slower(in)), int(float64(len(in))*slowness); got < want-2*slowFrame || got > want {
			t.Errorf("%d samples became %d", len(in), got)
		}
	}
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	said := func(text string, logP float64) (words []word) {
		for w := range strings.FieldsSeq(text) {
			words = append(words, word{text: w, logP: logP})
		}
		return words
	}
	for _, c := range []struct {
		name        string
		plain, slow []word
		seconds     int
		want        bool
	}{
		{"clear", said("ask what you can do", -0.1), said("ask what you can do", -0.1), 3, false},
		{"a loud room", said("ask what you can do", -0.21), said("ask what we can do", -0.3), 3, false},
		{"one speed is sure", said("ask what you can do", -0.5), said("ask what you can do", -0.2), 3, false},
		{"unsure at both speeds, though alike", said("the death of the number", -0.73), said("the death of the number", -0.78), 3, true},
		{"a short take that the browser cleaned", said("And so my fellow American asked not", -0.51), said("And so my fellow American, ask not", -0.52), 3, false},
		{"something else at the other speed", said("follow the news network", -0.45), said("in grace one of two", -0.3), 3, true},
		{"many words that both guess alike", said(strings.Repeat("marker al asterisco ", 5), -0.45), said(strings.Repeat("marker al asterisco ", 5), -0.44), 9, true},
		{"many words over a telephone", said(strings.Repeat("and here are some more ", 3), -0.24), said(strings.Repeat("and here are some more ", 3), -0.2), 9, false},
		{"a short answer", said("maybe", -0.5), said("maybe", -0.5), 1, false},
		{"one word for much voice", said("three", -0.8), said("three", -0.9), 18, true},
		{"nothing", nil, said("um", -0.5), 9, false},
	} {
		if got := guessed(c.plain, c.slow, c.seconds*sampleRate); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

func TestPunctuate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"and so my fellow Americans ask not / what your country can do": "and so my fellow Americans ask not, what your country can do.",
		"it has a mark, so / it stays as it was written down":           "it has a mark, so it stays as it was written down",
		"too short / for that": "too short for that",
	} {
		var words []word
		at := 0.0
		for f := range strings.FieldsSeq(in) {
			if f == "/" {
				at += commaPause
				continue
			}
			words = append(words, word{text: f, from: at, to: at + 0.2})
			at += 0.25
		}
		punctuate(words)
		var got []string
		for _, w := range words {
			got = append(got, w.text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}
