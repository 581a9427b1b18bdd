package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// table is one of the report's: a sentence on how it was measured, then rows as wide as head.
type table struct {
	title, how string
	head       []string
	rows       [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// aimed adds a row of a table whose columns are measure, measured, aim, met.
func (t *table) aimed(measure, measured, aim string, met bool) {
	word := "yes"
	if !met {
		word = "**no**"
	}
	t.add(measure, measured, aim, word)
}

// report is the whole document.
type report struct {
	tables  []*table
	summary []string
}

func (r *report) table(title, how string, head ...string) *table {
	t := &table{title: title, how: how, head: head}
	r.tables = append(r.tables, t)
	return t
}

// aims is a table that has an aim beside each measurement.
func (r *report) aims(title, how string) *table {
	return r.table(title, how, "measure", "measured", "aim", "met")
}

func (r *report) sum(format string, args ...any) {
	r.summary = append(r.summary, fmt.Sprintf(format, args...))
}

// title of the document, and what its last line begins with.
const (
	title = "# Benchmarks\n\nWritten by `make bench`, which starts real servers with data of their own and drives them by their API.\n"
	sums  = "bench: "
)

// markdown is the document; its last line is the summary.
func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString(title)
	for _, t := range r.tables {
		b.WriteString("\n" + t.markdown())
	}
	fmt.Fprintf(&b, "\n%s%s\n", sums, strings.Join(r.summary, "; "))
	return b.String()
}

func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", t.title, t.how)
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	line(slices.Repeat([]string{"---"}, len(t.head)))
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// figures in a line of the summary; two lines that are the same but for them are of the same measurement.
var figures = regexp.MustCompile(`[0-9][0-9.,]*( ms| s)?`)

// into puts what was measured into an older document, in place of what is there under the same titles; the rest is kept.
func (r *report) into(old string) string {
	body, summary, _ := strings.Cut(old, "\n"+sums)
	sections := strings.Split(body, "\n## ")
	for _, t := range r.tables {
		text := strings.TrimPrefix(t.markdown(), "## ")
		i := slices.IndexFunc(sections[1:], func(s string) bool { return strings.HasPrefix(s, t.title+"\n") })
		if i < 0 {
			sections = append(sections, text)
			continue
		}
		sections[1+i] = text
	}
	kind := func(line string) string { return figures.ReplaceAllString(line, "#") }
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(summary), "; "), func(before string) bool {
		return slices.ContainsFunc(r.summary, func(now string) bool { return kind(now) == kind(before) })
	})
	return strings.Join(sections, "\n## ") + "\n" + sums + strings.Join(append(lines, r.summary...), "; ") + "\n"
}

// elsewhere begins the part of the document that other programs or people wrote; it is kept.
const elsewhere = "\n<!-- measured elsewhere -->\n"

// write puts the document into the file, if one is named; parts of it only, where not all was measured.
func (r *report) write(file string, parts bool) error {
	if file == "" {
		return nil
	}
	text := r.markdown()
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read what was measured elsewhere: %w", err)
	}
	ours, rest, found := strings.Cut(string(before), elsewhere)
	if parts && strings.HasPrefix(ours, title) {
		text = r.into(ours)
	}
	if found {
		text += elsewhere + rest
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // a document for all
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// nice writes a duration in the unit that people would take.
func nice(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func mib(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
