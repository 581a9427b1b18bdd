package captions_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/transcribe/captions"
)

var update = flag.Bool("update", false, "write the golden files")

func talk() domain.Transcript {
	return domain.Transcript{
		Language: "en", Coverage: 0.98,
		Cues: []domain.Cue{
			{No: 0, StartMS: 480, EndMS: 900, Text: "Hello.", Words: []domain.Word{{StartMS: 480, EndMS: 900, Text: "Hello."}}},
			{No: 1, StartMS: 1500, EndMS: 5200, Text: "When a < b && b --> c, the <b>server</b> answers with a problem document.", Words: []domain.Word{}},
			{No: 2, StartMS: 5210, EndMS: 5300, Text: "Naïve café 日本語", Words: []domain.Word{}},
			{No: 3, StartMS: 6000, EndMS: 6001, Text: "  ", Words: []domain.Word{}},
			{No: 4, StartMS: 3_723_004, EndMS: 3_724_005, Text: "One hour\nlater.", Words: []domain.Word{}, Edited: true},
		},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, f := range []captions.Format{captions.VTT, captions.SRT, captions.Text, captions.JSON} {
		for name, in := range map[string]domain.Transcript{"talk": talk(), "empty": {}} {
			var got bytes.Buffer
			if err := captions.Write(&got, f, in); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+"."+string(f))
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got.String()); d != "" {
				t.Errorf("%s: %s", path, d)
			}
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	err := captions.Write(&bytes.Buffer{}, "doc", talk())
	if domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("got %v", err)
	}
}

// Whatever a person wrote into a cue, the file keeps its form: a header, and blocks of a
// number, a time line and text without "-->".
func FuzzVTT(f *testing.F) {
	f.Add("--> <v Bob>\n\n00:00.000 --> 00:01.000\nX", int64(0), int64(1000))
	f.Add("", int64(-5), int64(-7))
	f.Fuzz(func(t *testing.T, text string, start, end int64) {
		var got bytes.Buffer
		if err := captions.WriteVTT(&got, []domain.Cue{{StartMS: start % 1e9, EndMS: end % 1e9, Text: text}}); err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n\n")
		if len(blocks) > 2 || strings.Count(got.String(), "-->") > 1 {
			t.Errorf("%q", got.String())
		}
	})
}
