package moonshine

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packWindows runs the chunker over windows whose voice probability is given, a character each:
// '#' speech, '-' faint, '.' none. It checks what every run must keep.
func packWindows(t *testing.T, voice string) []chunk {
	t.Helper()
	var out []chunk
	at := 0
	c := &chunker{emit: func(k chunk) error {
		if k.from != at || k.to <= k.from {
			t.Errorf("chunk %d..%d after %d", k.from, k.to, at)
		}
		if len(k.samples) > maxChunk || k.at < k.from || len(k.speech) > 0 && k.at+len(k.samples) != k.to {
			t.Errorf("chunk %d..%d has %d samples at %d", k.from, k.to, len(k.samples), k.at)
		}
		for i, v := range k.samples {
			if v != float32(k.at+i) {
				t.Fatalf("sample %d of the chunk at %d is that of %v", i, k.at, v)
			}
		}
		at = k.to
		out = append(out, k)
		return nil
	}}
	for i, r := range voice {
		samples := make([]float32, window)
		for j := range samples {
			samples[j] = float32(i*window + j)
		}
		if err := c.add(samples, map[rune]float32{'#': 0.9, '-': 0.15, '.': 0.01}[r]); err != nil {
			t.Fatal(err)
		}
		if held := len(c.samples); held > maxChunk+joinGap+4*sampleRate {
			t.Fatalf("%d samples are held", held)
		}
	}
	if err := c.end(); err != nil {
		t.Fatal(err)
	}
	if at != len(voice)*window {
		t.Errorf("chunks end at %d of %d", at, len(voice)*window)
	}
	return out
}

func repeat(s string, seconds float64) string {
	n := int(seconds * sampleRate / window)
	b := make([]byte, n)
	for i := range b {
		b[i] = s[i%len(s)]
	}
	return string(b)
}

func TestChunker(t *testing.T) {
	t.Parallel()
	speech, pause := repeat("#", 4), repeat(".", 1)
	for _, c := range []struct {
		name, voice string
		spans       []int // of each chunk, 0 for silence
	}{
		{"nothing", "", nil},
		{"silence", repeat(".", 100), []int{0, 0, 0, 0}},
		{"a click", repeat(".", 5) + "#" + repeat(".", 5), []int{0}},
		{"one sentence", pause + speech + pause, []int{1, 0}},
		{"joined across a pause", speech + pause + speech, []int{2}},
		{"a faint middle is speech", speech + repeat("-", 3) + speech, []int{1}},
		{"not joined across a long pause", speech + repeat(".", 4) + speech, []int{1, 1}},
		{"one long breath", repeat("#", 50), []int{1, 1, 1}},
		{"cut at the longest pause of the second half", speech + pause + speech + pause + speech + repeat(".", 2) + speech + pause + speech, []int{3, 2}},
	} {
		var spans []int
		for _, k := range packWindows(t, c.voice) {
			spans = append(spans, len(k.speech))
		}
		if d := cmp.Diff(c.spans, spans); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func FuzzChunker(f *testing.F) {
	for i := range 8 {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		b := make([]byte, 3000)
		for j := range b {
			b[j] = byte(r.IntN(256))
			if j > 0 && r.IntN(20+i*10) > 0 {
				b[j] = b[j-1]
			}
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		voice := make([]byte, len(b))
		for i, v := range b {
			voice[i] = "#-."[v%3]
		}
		packWindows(t, string(voice))
	})
}

func TestHalves(t *testing.T) {
	t.Parallel()
	k := packWindows(t, repeat("#", 9)+repeat("-", 0.2)+repeat("#", 9))[0]
	a, b := k.halves()
	if len(a.samples)+len(b.samples) != len(k.samples) || a.to != b.from || a.from != k.from || b.to != k.to {
		t.Errorf("%d..%d and %d..%d of %d..%d", a.from, a.to, b.from, b.to, k.from, k.to)
	}
	if a.voiced()+b.voiced() != k.voiced() || a.to < 9*sampleRate || a.to > 9*sampleRate+sampleRate/4 {
		t.Errorf("cut at %d", a.to)
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ids  []int
		want int
	}{
		{nil, 0},
		{[]int{5, 5, 5, 5, 5, 5, 5}, 0},
		{[]int{5, 5, 5, 5, 5, 5, 5, 5}, 7},
		{[]int{9, 1, 2, 3, 1, 2, 3, 1, 2, 3}, 0},
		{[]int{9, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}, 9},
		{[]int{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4}, 0},
	} {
		tokens := make([]token, len(c.ids))
		for i, id := range c.ids {
			tokens[i].id = id
		}
		if got := repeated(tokens); got != c.want {
			t.Errorf("%v: %d, want %d", c.ids, got, c.want)
		}
	}
}

func TestAlignFollowsThePeaks(t *testing.T) {
	t.Parallel()
	weight := [][]float32{{9, 9, 0, 0, 0, 0}, {0, 0, 9, 0, 0, 0}, {0, 0, 0, 9, 9, 9}}
	if d := cmp.Diff([]int{0, 2, 3, 6}, align(weight, 6)); d != "" {
		t.Error(d)
	}
	voice := []float32{1, 1, 1, 1, 1, 1}
	if got := peak(weight[2:], 3, 6, voice); got != 3 {
		t.Errorf("peak at %d", got)
	}
	voice[3] = 0.1
	if got := peak(weight[2:], 3, 6, voice); got != 4 {
		t.Errorf("peak at %d, where there is no voice", got)
	}
}

// A word whose path covers a pause belongs to the side on which its attention peaks.
func TestSnap(t *testing.T) {
	t.Parallel()
	speech := []span{{0, sampleRate}, {2 * sampleRate, 3 * sampleRate}}
	w := word{from: 0.5, to: 2.2}
	if got := snap(w, 2.1, speech); got.from != 2 || got.to != 2.2 {
		t.Errorf("%+v", got)
	}
	if got := snap(w, 0.6, speech); got.from != 0.5 || got.to != 1 {
		t.Errorf("%+v", got)
	}
	if got := snap(word{from: 1.2, to: 1.8}, 1.5, speech); got.from != 1.2 || got.to != 1.8 {
		t.Errorf("in a pause: %+v", got)
	}
}

func TestVocabulary(t *testing.T) {
	t.Parallel()
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int]string{0: "", tokenBOS: "", tokenEOS: "", 3: "\x00", 258: "\xff", 32000: "", 32767: "", 278: " the"} {
		if v[id] != want {
			t.Errorf("token %d is %q, want %q", id, v[id], want)
		}
	}
}

// Damaged model files are refused with an error, whatever is wrong with them.
func FuzzPatch(f *testing.F) {
	f.Add([]byte{})
	f.Add(appendBytes(nil, modelGraph, appendBytes(nil, graphNode, appendBytes(nil, nodeOpType, []byte("If")))))
	f.Add([]byte("junk"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = exposeCrossAttention(b, 8)
		_, _ = outputDimensions(b)
	})
}
