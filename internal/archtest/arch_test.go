// Package archtest fails when a package imports one it must not know.
package archtest

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "baton/"

// mayImport lists, for each top-level folder, the folders of ours it may import beside itself.
// Packages below a folder follow its line. ARCHITECTURE.md shows the same table to people.
var mayImport = map[string][]string{
	"domain":     {},
	"migrations": {},
	"web":        {},
	"config":     {},
	"media":      {"domain"},
	"transcode":  {"domain"},
	"transcribe": {"domain"},
	"chapters":   {"domain"},
	"ocr":        {"domain"},
	"terms":      {"domain"},
	"summary":    {"domain"},
	"rounds":     {"domain"},
	"search":     {"domain"},
	"notify":     {"domain"},
	"blob":       {"domain"},
	"postgres":   {"domain", "search", "terms", "rounds", "migrations"},
	"jobs":       {"domain", "transcode", "transcribe", "chapters", "ocr", "summary", "rounds"},
	"api":        {"domain", "search", "terms", "media", "rounds"},
	"cmd":        {"*"},
	"internal":   {"*"}, // leaves (below) and programs over the whole: bench, eval
}

// leaves are small packages of internal that anybody may import because they import nothing of ours.
var leaves = []string{"internal/child", "internal/filelock", "internal/outbound", "internal/password", "internal/pictures"}

// onlyIn lists foreign modules that one folder alone may know.
var onlyIn = map[string][]string{
	"github.com/pion/":             {"media", "internal"},
	"github.com/labstack/echo":     {"api"},
	"github.com/aws/":              {"blob"},
	"github.com/versity/":          {"blob"},
	"github.com/u2takey/ffmpeg-go": {"transcode"},
	"github.com/jackc/pgx":         {"postgres", "jobs", "cmd", "internal"},
	"database/sql":                 {"postgres"},
	"github.com/riverqueue/":       {"jobs", "postgres"}, // postgres runs River's migrations
	"github.com/pressly/goose":     {"postgres"},
	"github.com/emersion/go-ical":  {"rounds"},
	"github.com/teambition/":       {"rounds"},
}

// forAll are packages below internal that every folder but domain may import: they know nothing of ours.
var forAll = []string{
	"internal/child",    // starts programs that do not outlive us
	"internal/filelock", // lets processes agree
	"internal/outbound", // reaches only the public Internet, and what the operator allows
	"internal/password", // hashes passwords
	"internal/pictures", // makes pictures from outside harmless
}

// exceptions are single imports the tables forbid, each with its reason.
var exceptions = map[string]string{}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		top, _, _ := strings.Cut(name, "/")
		may, known := mayImport[top]
		if !known {
			t.Errorf("%s is not in the import table: add it with the packages it may import", name)
			continue
		}
		for _, imp := range p.Imports {
			if reason := exceptions[name+" → "+imp]; reason != "" {
				continue
			}
			if dep, ours := strings.CutPrefix(imp, module); ours {
				if slices.Contains(forAll, dep) && top != "domain" {
					continue
				}
				if slices.Contains(leaves, dep) {
					continue
				}
				if slices.Contains(leaves, name) {
					t.Errorf("%s is a leaf and must not import %s", name, dep)
				}
				depTop, _, _ := strings.Cut(dep, "/")
				if depTop != top && !slices.Contains(may, depTop) && !slices.Contains(may, "*") {
					t.Errorf("%s must not import %s", name, dep)
				}
				continue
			}
			for prefix, owners := range onlyIn {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(owners, top) {
					t.Errorf("%s must not import %s: only %v may", name, imp, owners)
				}
			}
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}
