package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// binaries are initdb and postgres of one PostgreSQL installation.
type binaries struct {
	dir   string
	major string // "15"
}

// oldest is the first major version that the schema works with.
const oldest = 14

func findBinaries(ctx context.Context, dir string) (binaries, error) {
	if dir == "" {
		dir = newestIn("/usr/lib/postgresql")
	}
	if dir == "" {
		if p, err := exec.LookPath("initdb"); err == nil {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				dir = filepath.Dir(p)
			}
		}
	}
	if dir == "" {
		return binaries{}, unavailable("no PostgreSQL server is installed: install the package postgresql, or set BATON_DATABASE_URL")
	}
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return binaries{}, unavailable("no %s in %s: install the package postgresql, or correct BATON_PG_BIN", name, dir).Because(err)
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("ask postgres for its version: %w", err)
	}
	major, err := parseMajor(string(out))
	if err != nil {
		return binaries{}, err
	}
	if n, _ := strconv.Atoi(major); n < oldest {
		return binaries{}, unavailable("%s holds PostgreSQL %s; Baton needs %d or newer", dir, major, oldest)
	}
	return binaries{dir: dir, major: major}, nil
}

// parseMajor reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func parseMajor(version string) (string, error) {
	f := strings.Fields(version)
	if len(f) < 3 {
		return "", fmt.Errorf("read the version of postgres: %q", version)
	}
	digits := strings.IndexFunc(f[2], func(r rune) bool { return r < '0' || r > '9' })
	if digits == 0 {
		return "", fmt.Errorf("read the version of postgres: %q", version)
	}
	if digits > 0 {
		return f[2][:digits], nil
	}
	return f[2], nil
}

// newestIn finds the newest version that is whole under Debian's root of
// installations.
func newestIn(root string) string {
	found, _ := filepath.Glob(filepath.Join(root, "*", "bin", "initdb"))
	number := func(p string) float64 {
		n, _ := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(p))), 64)
		return n
	}
	sort.Slice(found, func(i, j int) bool { return number(found[i]) > number(found[j]) })
	for _, p := range found {
		if _, err := os.Stat(filepath.Join(filepath.Dir(p), "postgres")); err == nil {
			return filepath.Dir(p)
		}
	}
	return ""
}
