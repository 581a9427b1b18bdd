package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// asideSuffix marks a recording's directory that was put aside because the recording has gone on elsewhere meanwhile. It has no
// digit that an id could end with.
const asideSuffix = ".aside"

// SetAside makes room for a new log of a recording without losing what the old one has: Absorb takes over what of it still counts.
// The log must be closed. What was set aside before and not absorbed stays.
func (n *Node) SetAside(name string) error {
	to := filepath.Join(n.dir, name+asideSuffix)
	for i := 1; ; i++ {
		_, err := os.Stat(to)
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return fmt.Errorf("set spool aside: %w", err)
		}
		to = filepath.Join(n.dir, fmt.Sprintf("%s%s-%d", name, asideSuffix, i))
	}
	if err := os.Rename(filepath.Join(n.dir, name), to); err != nil {
		return fmt.Errorf("set spool aside: %w", err)
	}
	return n.syncDir(n.dir)
}

// asides lists the directories of a recording that were set aside.
func (n *Node) asides(name string) ([]string, error) {
	dirs, err := filepath.Glob(filepath.Join(n.dir, name+asideSuffix+"*"))
	if err != nil {
		return nil, fmt.Errorf("read spool: %w", err)
	}
	return dirs, nil
}

// Absorb appends what was set aside of this recording and follows what the log has: the same bytes before, as their hash proves, and
// then more chunks. Then it removes what was set aside; left is nothing that the log has not. It returns the chunks that were won.
func (l *Log) Absorb() (chunks int, err error) {
	dirs, err := l.node.asides(l.name)
	if err != nil {
		return 0, err
	}
	for _, dir := range dirs {
		won, err := l.absorb(dir)
		chunks += won
		if err != nil {
			return chunks, fmt.Errorf("absorb spool: %w", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			return chunks, fmt.Errorf("absorb spool: %w", err)
		}
	}
	return chunks, nil
}

func (l *Log) absorb(dir string) (won int, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "part-*"))
	if err != nil {
		return 0, fmt.Errorf("read spool: %w", err)
	}
	slices.Sort(paths)
	for _, path := range paths {
		p, _, err := readPart(path) // what is torn off nobody was told of
		if err != nil {
			return won, err
		}
		if p == nil {
			continue
		}
		more, err := l.take(p)
		won += more
		if err != nil {
			return won, err
		}
	}
	return won, nil
}

// take appends the chunks of another part that come next here.
func (l *Log) take(p *part) (won int, err error) {
	at := l.Written()
	if at.Seq < p.Start.Seq || at.Seq >= p.end.Seq {
		return 0, nil // there is nothing new in it, or something is missing before it
	}
	b, err := p.bytes()
	if err != nil {
		return 0, err
	}
	first := p.chunks[at.Seq-p.Start.Seq]
	h, err := resumeHash(p.Start.Hash)
	if err != nil {
		return 0, err
	}
	h.Write(b[:first.offset-p.Start.Offset])
	if sum := l.Sum(); first.offset != at.Offset || string(h.Sum(nil)) != string(sum[:]) {
		return 0, nil // another recorder's
	}
	for _, c := range p.chunks[at.Seq-p.Start.Seq:] {
		from := c.offset - p.Start.Offset
		if err := l.Append(c.seq, b[from:from+int64(c.size)], c.sum); err != nil {
			return won, err
		}
		won++
	}
	return won, nil
}

// plainName is a recording's name without what marks it as set aside.
func plainName(dir string) string {
	name, _, _ := strings.Cut(dir, asideSuffix)
	return name
}
