package searchbench

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// corpus writes sentences that have the words of real English in about their real shares: a Markov chain of
// order two over the comments of Go's standard library, which is on every machine that can build us.
type corpus struct {
	rng    *rand.Rand
	starts [][2]string
	next   map[[2]string][]string
}

var word = regexp.MustCompile(`^[A-Za-z][a-z]{0,19}[.,;:]?$`)

func newCorpus(ctx context.Context, seed uint64) (*corpus, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's sources: %w", err)
	}
	c := &corpus{rng: rand.New(rand.NewPCG(seed, seed)), next: map[[2]string][]string{}} //nolint:gosec // the same corpus each time
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "src"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		return c.read(path)
	})
	if err != nil {
		return nil, fmt.Errorf("read Go's sources: %w", err)
	}
	if len(c.starts) == 0 {
		return nil, fmt.Errorf("read Go's sources: no comment in %s", root)
	}
	return c, nil
}

// read learns from a file's comments.
func (c *corpus) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var key [2]string
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		text, is := strings.CutPrefix(strings.TrimSpace(lines.Text()), "// ")
		if !is {
			n = 0
			continue
		}
		for w := range strings.FieldsSeq(text) {
			if !word.MatchString(w) {
				n = 0
				continue
			}
			if n >= 2 {
				c.next[key] = append(c.next[key], w)
			}
			if key[0], key[1] = key[1], w; n == 1 {
				c.starts = append(c.starts, key)
			}
			n++
		}
	}
	return nil
}

// sentence makes one of n words.
func (c *corpus) sentence(n int) string {
	var out []string
	for len(out) < n {
		key := c.starts[c.rng.IntN(len(c.starts))]
		out = append(out, key[0], key[1])
		for len(out) < n {
			after := c.next[key]
			if len(after) == 0 {
				break
			}
			key[0], key[1] = key[1], after[c.rng.IntN(len(after))]
			out = append(out, key[1])
		}
	}
	return strings.Join(out[:n], " ")
}
