package eval

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPublishReplacesASection(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "evaluation.md")
	if err := os.WriteFile(path, []byte(preamble+"\n## Notes\n\nOf people.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]string{{"Speech", "table\n\nspeech: worse\n"}, {"Chapters", "chapters: good"}, {"Speech", "better table\n\nspeech: better\n"}} {
		if err := Publish(path, s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	want := preamble + "\n## Notes\n\nOf people.\n\n## Speech\n\nbetter table\n\nspeech: better\n\n## Chapters\n\nchapters: good\n\neval: speech: better; chapters: good\n"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}
