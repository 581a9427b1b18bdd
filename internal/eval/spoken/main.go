// Command spoken measures how well asks, decisions and blockers are found in what people say, and prints the table as Markdown.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"baton/domain"
	"baton/internal/eval"
	"baton/rounds/spoken"
)

func main() {
	dir := flag.String("data", "../shared/data/chapters", "folder of transcripts in which little of it is said")
	out := flag.String("out", "", "also put the table into this document")
	flag.Parse()
	var text bytes.Buffer
	err := run(io.MultiWriter(os.Stdout, &text), *dir)
	if err == nil && *out != "" {
		err = eval.Publish(*out, "Spoken asks, decisions and blockers", text.String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "spoken:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, dir string) error {
	set := spoken.LabelledSet()
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n%d labelled sentences, half of them hard negatives; a third was kept back while the patterns were made. Sentences and patterns have the\n"+
		"same authors, so expect less of strangers' speech.\n\n| sentences | what | right | wrong | missed | precision | recall |\n|---|---|---|---|---|---|---|\n", len(set))
	for _, held := range []bool{false, true} {
		name := "seen"
		if held {
			name = "**kept back**"
		}
		scores := spoken.Measure(set, held)
		for _, k := range []spoken.Kind{spoken.Ask, spoken.Decision, spoken.Blocker, spoken.None} {
			what, s := string(k), scores[k]
			if k == spoken.None {
				what = "all"
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %.2f | %.2f |\n", name, what, s.Right, s.Wrong, s.Missed, s.Precision(), s.Recall())
		}
	}
	if err := talks(&b, dir); err != nil {
		return err
	}
	all := spoken.Measure(set, true)[spoken.None]
	fmt.Fprintf(&b, "\nspoken: precision %.2f at recall %.2f on the sentences kept back\n", all.Precision(), all.Recall())
	_, err := b.WriteTo(w)
	return err
}

// talks counts what is proposed in recordings of lectures and meetings, as a measure of how often it would disturb.
func talks(b *bytes.Buffer, dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return fmt.Errorf("list transcripts: %w", err)
	}
	proposals, hours := 0, 0.0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read a transcript: %w", err)
		}
		var t domain.Transcript
		if err := json.Unmarshal(raw, &t); err != nil {
			return fmt.Errorf("parse %s: %w", filepath.Base(name), err)
		}
		proposals += len(spoken.Find(t, nil))
		if n := len(t.Cues); n > 0 {
			hours += float64(t.Cues[n-1].EndMS) / 3.6e6
		}
	}
	if hours > 0 {
		fmt.Fprintf(b, "\nIn %d recorded talks and meetings, %.1f hours: %.1f proposals an hour.\n", len(names), hours, float64(proposals)/hours)
	}
	return nil
}
