// Command chapters measures the chapter finder on transcripts whose topics people have marked, beside
// TextTiling, equidistant and random boundaries, and prints the tables as Markdown.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"baton/chapters"
	"baton/internal/eval"
)

func main() {
	dir := flag.String("data", "../shared/data/chapters", "folder of transcripts with reference topics")
	cross := flag.Bool("cross", false, "also tune the weights on all files but one, for each file in turn")
	out := flag.String("out", "", "also put the tables into this document")
	titles := flag.Bool("titles", false, "also print the chapters with their titles")
	flag.Parse()
	var text bytes.Buffer
	err := run(io.MultiWriter(os.Stdout, &text), *dir, *cross, *titles)
	if err == nil && *out != "" {
		err = eval.Publish(*out, "Chapters", text.String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chapters:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, dir string, cross, titles bool) error {
	files, err := readAll(dir)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	table(&b, files)
	perFile(&b, files)
	if cross {
		crossValidate(&b, files)
	}
	if titles {
		printTitles(&b, files)
	}
	given, free := evaluate(files, methods()[0].run, true), evaluate(files, methods()[0].run, false)
	fmt.Fprintf(&b, "\nchapters: Pk %.3f with the number of chapters given, %.3f without, over %d recordings\n", given.mean(), free.mean(), len(files))
	_, err = b.WriteTo(w)
	return err
}

// file is a transcript with its reference boundaries: coarse, then fine.
type file struct {
	name   string
	in     chapters.Input
	texts  []string
	levels [2]boundaries
}

func readAll(dir string) ([]file, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list transcripts: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no transcripts in %s", dir)
	}
	files := make([]file, 0, len(names))
	for _, name := range names {
		f, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(name), err)
		}
		files = append(files, f)
	}
	return files, nil
}

func read(name string) (file, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	in, err := chapters.ReadJSON(bytes.NewReader(b))
	if err != nil {
		return file{}, err
	}
	type mark struct {
		FirstCue int `json:"first_cue"`
	}
	var ref struct {
		Reference struct{ Coarse, Fine []mark } `json:"reference"`
	}
	if err := json.Unmarshal(b, &ref); err != nil {
		return file{}, fmt.Errorf("parse reference: %w", err)
	}
	f := file{name: filepath.Base(name), in: in}
	for _, c := range in.Cues {
		f.texts = append(f.texts, c.Text)
	}
	for l, marks := range [][]mark{ref.Reference.Coarse, ref.Reference.Fine} {
		f.levels[l] = make(boundaries, len(in.Cues))
		for _, m := range marks {
			if m.FirstCue > 0 && m.FirstCue < len(in.Cues) {
				f.levels[l][m.FirstCue] = true
			}
		}
	}
	return f, nil
}

// find runs the finder and puts its chapters back on cues.
func find(t chapters.Tuning, f file, count int) boundaries {
	in := f.in
	in.Count = count
	b := make(boundaries, len(in.Cues))
	i := 0
	for _, c := range t.Find(in)[1:] {
		for i < len(in.Cues) && in.Cues[i].StartMS < c.StartMS {
			i++
		}
		if i < len(in.Cues) {
			b[i] = true
		}
	}
	return b
}

// score of a method over all files.
type score struct {
	pk, windowDiff [2]float64 // coarse, fine
	found          float64    // mean number of chapters
}

// method gives boundaries for a file; count 0 means free.
type method func(f file, count int) []boundaries

func evaluate(files []file, m method, given bool) score {
	var s score
	for _, f := range files {
		for l, ref := range f.levels {
			count := 0
			if given {
				count = ref.chapters()
			}
			tries := m(f, count)
			part := 1 / float64(len(tries)*len(files))
			for _, b := range tries {
				pk, wd := measure(ref, b, window(ref))
				s.pk[l] += pk * part
				s.windowDiff[l] += wd * part
				s.found += float64(b.chapters()) * part / 2
			}
		}
	}
	return s
}

func methods() []struct {
	name string
	run  method
} {
	// Those that cannot choose take as many as Baton chose.
	chosen := func(f file, count int) int {
		if count == 0 {
			return find(chapters.DefaultTuning(), f, 0).chapters()
		}
		return count
	}
	one := func(b boundaries) []boundaries { return []boundaries{b} }
	return []struct {
		name string
		run  method
	}{
		{"Baton", func(f file, count int) []boundaries { return one(find(chapters.DefaultTuning(), f, count)) }},
		{"TextTiling", func(f file, count int) []boundaries { return one(textTiling(f.texts, count)) }},
		{"equidistant", func(f file, count int) []boundaries { return one(equidistant(len(f.texts), chosen(f, count))) }},
		{"random (100 runs)", func(f file, count int) []boundaries {
			count = chosen(f, count)
			r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
			out := make([]boundaries, 100)
			for i := range out {
				out[i] = random(len(f.texts), count, r)
			}
			return out
		}},
	}
}

func table(w *bytes.Buffer, files []file) {
	fmt.Fprintln(w, "\nErrors of the boundaries against the topics that people marked at two levels, 0 best: Pk (Beeferman and others, 1999) and WindowDiff\n"+
		"(Pevzner and Hearst, 2002). Given K: told how many there are. Free K: not told; one answer, measured at both levels;\n"+
		"those that cannot choose take as many as Baton chose.")
	fmt.Fprintf(w, "\n| method, %d files | Pk coarse | Pk fine | **Pk mean** | WindowDiff coarse | fine | mean | chapters |\n|---|---|---|---|---|---|---|---|\n", len(files))
	for _, given := range []bool{true, false} {
		for _, m := range methods() {
			s := evaluate(files, m.run, given)
			name := m.name + ", given K"
			if !given {
				name = m.name + ", free K"
			}
			fmt.Fprintf(w, "| %s | %.3f | %.3f | **%.3f** | %.3f | %.3f | %.3f | %.1f |\n", name,
				s.pk[0], s.pk[1], s.mean(), s.windowDiff[0], s.windowDiff[1], (s.windowDiff[0]+s.windowDiff[1])/2, s.found)
		}
	}
}

func (s score) mean() float64 { return (s.pk[0] + s.pk[1]) / 2 }

func perFile(w *bytes.Buffer, files []file) {
	fmt.Fprintf(w, "\n| file | cues | K coarse | Pk | K fine | Pk | free K | Pk coarse | Pk fine |\n|---|---|---|---|---|---|---|---|---|\n")
	m := methods()[0]
	for i, f := range files {
		given := evaluate(files[i:i+1], m.run, true)
		free := evaluate(files[i:i+1], m.run, false)
		fmt.Fprintf(w, "| %s | %d | %d | %.3f | %d | %.3f | %.0f | %.3f | %.3f |\n", f.name, len(f.texts),
			f.levels[0].chapters(), given.pk[0], f.levels[1].chapters(), given.pk[1], free.found, free.pk[0], free.pk[1])
	}
}

func printTitles(w *bytes.Buffer, files []file) {
	for _, f := range files {
		fmt.Fprintf(w, "\n%s\n\n", f.name)
		for _, c := range chapters.Find(f.in) {
			fmt.Fprintf(w, "- %d:%02d %s\n", c.StartMS/60_000, c.StartMS/1000%60, c.Title)
		}
	}
}
