// Package spool is a node's write-ahead log for what it has acknowledged and not
// yet brought to the object store. A recording is a directory of parts; a part is
// an append-only file of chunks, each with its number, length and SHA-256; what
// an append returned for has been fsynced and survives kill -9 and power loss.
package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// Limits of a part: the object that it becomes.
const (
	MaxPartBytes = 4 << 20
	MaxPartAge   = 10 * time.Second
)

// ErrFull means that the node's spool has no room. Nothing was written; the sender keeps the chunk and tries again.
var ErrFull = errors.New("the spool is full")

// ErrBroken means that an fsync failed, so what the file holds is not known. The log takes nothing more; Open it again to
// go on, in a new file, after what was durable. It is never retried on the same file: a second fsync of
// it would report success for pages that the kernel has dropped.
var ErrBroken = errors.New("the spool's file is broken")

// Node is all the logs below one directory, with one budget.
type Node struct {
	dir  string
	max  int64
	used atomic.Int64
	// Sync is (*os.File).Sync; tests make it fail.
	Sync func(*os.File) error
}

// NewNode uses dir (made if missing), for at most max bytes (0: no limit).
func NewNode(dir string, maxBytes int64) (*Node, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	return &Node{dir: dir, max: maxBytes, Sync: (*os.File).Sync}, nil
}

// Names of the recordings that have something in the spool.
func (n *Node) Names() ([]string, error) {
	entries, err := os.ReadDir(n.dir)
	if err != nil {
		return nil, fmt.Errorf("read spool: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name := plainName(e.Name()); e.IsDir() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// ChangedAt is when something was last written for a recording.
func (n *Node) ChangedAt(name string) (time.Time, error) {
	dirs, err := n.asides(name)
	if err != nil {
		return time.Time{}, err
	}
	if own := filepath.Join(n.dir, name); exists(own) {
		dirs = append(dirs, own)
	}
	paths := dirs
	for _, dir := range dirs {
		inside, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			return time.Time{}, fmt.Errorf("read spool: %w", err)
		}
		paths = append(paths, inside...)
	}
	var last time.Time
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return time.Time{}, fmt.Errorf("read spool: %w", err)
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Used is the number of bytes in open logs.
func (n *Node) Used() int64 { return n.used.Load() }

func (n *Node) reserve(bytes int64) error {
	if used := n.used.Add(bytes); n.max > 0 && used > n.max {
		n.used.Add(-bytes)
		return ErrFull
	}
	return nil
}

// syncDir makes a directory's entries durable.
func (n *Node) syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return n.Sync(d)
}

// SaveNote keeps a small durable note beside a recording's parts.
func (n *Node) SaveNote(name, note string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("note %s: %w", note, err)
	}
	dir := filepath.Join(n.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("note %s: %w", note, err)
	}
	tmp := filepath.Join(dir, note+".tmp")
	if err := n.writeFile(tmp, b); err != nil {
		return fmt.Errorf("note %s: %w", note, err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, note)); err != nil {
		return fmt.Errorf("note %s: %w", note, err)
	}
	return n.syncDir(dir)
}

func (n *Node) writeFile(path string, b []byte) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(b); err != nil {
		return err
	}
	return n.Sync(f)
}

// Note reads a note; ok is false when there is none.
func (n *Node) Note(name, note string, v any) (ok bool, err error) {
	b, err := os.ReadFile(filepath.Join(n.dir, name, note))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("note %s: %w", note, err)
	}
	return true, json.Unmarshal(b, v)
}

// Remove deletes a recording's directory, and what was set aside of it. Its log must be closed.
func (n *Node) Remove(name string) error {
	dirs, err := n.asides(name)
	if err != nil {
		return err
	}
	for _, dir := range append(dirs, filepath.Join(n.dir, name)) {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove from spool: %w", err)
		}
	}
	return nil
}
