package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

const preamble = "# Evaluation\n\nWritten by `make eval`. Quality does not depend on the machine; speed does (see benchmarks.md for one described).\n"

// Publish puts a program's section into the Markdown document at path, in the place of its last one. The last line of
// a section is its summary; the last line of the document joins them.
func Publish(path, title, section string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the document: %w", err)
	}
	return os.WriteFile(path, []byte(replaced(string(old), title, section)), 0o644) //nolint:gosec // a document for all
}

// summaryLine begins with the program's name.
var summaryLine = regexp.MustCompile(`^[a-z]+: `)

func replaced(document, title, section string) string {
	section = title + "\n\n" + strings.TrimSpace(section) + "\n"
	var all []string
	found := false
	if i := strings.LastIndex(document, "\neval: "); i >= 0 {
		document = document[:i]
	}
	for _, s := range strings.Split(document, "\n## ")[1:] {
		if name, _, _ := strings.Cut(s, "\n"); name == title {
			s, found = section, true
		}
		all = append(all, s)
	}
	if !found {
		all = append(all, section)
	}
	out, summary := preamble, make([]string, 0, len(all))
	for _, s := range all {
		s = strings.TrimSpace(s)
		out += "\n## " + s + "\n"
		// What people wrote between has none.
		if last := s[strings.LastIndexByte(s, '\n')+1:]; summaryLine.MatchString(last) {
			summary = append(summary, last)
		}
	}
	return out + "\neval: " + strings.Join(summary, "; ") + "\n"
}
