package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// budgetLine is what web/scripts/budget.mjs says of a route.
var budgetLine = regexp.MustCompile(`(?m)^\S+\s+(\S+)\s+script\s+(\d+) of (\d+) B`)

// measureWeb takes the sizes from the script that also fails the build when they are too large.
func measureWeb(ctx context.Context, _ options, r *report) error {
	t := r.aims("Web client", "Script that a visitor loads, gzipped: the shell, and each route with the shell, before the video engine is attached.")
	if _, err := os.Stat(filepath.Join("web", "dist", ".vite", "manifest.json")); err != nil {
		t.add("the client is not built", "", "", "")
		return nil //nolint:nilerr // measured is what there is
	}
	c := exec.CommandContext(ctx, "node", "scripts/budget.mjs")
	c.Dir = "web"
	out, err := c.Output()
	lines := budgetLine.FindAllSubmatch(out, -1)
	if len(lines) == 0 {
		return fmt.Errorf("read the sizes: %w: %.200s", err, out)
	}
	shell, route := 0, 0
	for i, m := range lines {
		size, _ := strconv.Atoi(string(m[2]))
		limit, _ := strconv.Atoi(string(m[3]))
		if i == 0 {
			shell = size
		}
		route = max(route, size)
		t.aimed(string(m[1]), fmt.Sprintf("%.1f kB", float64(size)/1000), fmt.Sprintf("under %d kB", limit/1000), size < limit)
	}
	r.sum("web shell %.1f kB, heaviest route %.1f kB", float64(shell)/1000, float64(route)/1000)
	return nil
}
