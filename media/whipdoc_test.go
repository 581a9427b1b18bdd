package media_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	docTest    = regexp.MustCompile(`\bTest[A-Z]\w+`)
	docSubtest = regexp.MustCompile(`C/([^;|…)]+)`)
	aSubtest   = regexp.MustCompile(`t\.Run\("([^"]+)"`)
	aTest      = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// TestEachRequirementOfRFC9725HasItsTest: the tests that docs/whip.md names are there, and no row is without one.
func TestEachRequirementOfRFC9725HasItsTest(t *testing.T) {
	t.Parallel()
	doc := textOf(t, filepath.Join("..", "docs", "whip.md"))
	tests, subtests := map[string]bool{}, []string{}
	for _, m := range aSubtest.FindAllStringSubmatch(textOf(t, "rfc9725_test.go"), -1) {
		subtests = append(subtests, m[1])
	}
	for _, glob := range []string{"*_test.go", filepath.Join("internal", "*", "*_test.go"), filepath.Join("..", "api", "*_test.go")} {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, m := range aTest.FindAllStringSubmatch(textOf(t, f), -1) {
				tests[m[1]] = true
			}
		}
	}
	for _, name := range docTest.FindAllString(doc, -1) {
		if !tests[name] {
			t.Errorf("there is no %s", name)
		}
	}
	for _, m := range docSubtest.FindAllStringSubmatch(doc, -1) {
		if !begins(subtests, strings.Join(strings.Fields(m[1]), " ")) {
			t.Errorf("there is no subtest %q", m[1])
		}
	}
	rows := 0
	for row := range strings.Lines(doc) {
		if cells := strings.Split(row, "|"); len(cells) == 5 && strings.HasPrefix(strings.TrimSpace(cells[1]), "4.") {
			rows++
			if !docTest.MatchString(cells[3]) && !docSubtest.MatchString(cells[3]) && !strings.Contains(cells[3], "the same") {
				t.Errorf("no test: %s", row)
			}
		}
	}
	if rows < 35 {
		t.Errorf("the table has %d rows of section 4", rows)
	}
}

func begins(names []string, with string) bool {
	for _, n := range names {
		if strings.HasPrefix(n, with) {
			return true
		}
	}
	return false
}

func textOf(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
