package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Box is a private directory for one job: what it reads and what it makes. Only
// generated names occur in it. Close removes everything. A Box is for one
// goroutine at a time.
type Box struct {
	r     *Runner
	dir   string
	files int
	// hurried: somebody awaits what is made in it.
	hurried bool
	// lock is held for as long as this process lives, so that a box that was left
	// behind by a crash can be told from one in use.
	lock *os.File
}

const boxPrefix = "baton-box-"

// Box makes an empty one.
func (r *Runner) Box() (*Box, error) {
	dir, err := os.MkdirTemp(r.cfg.Dir, boxPrefix)
	if err != nil {
		return nil, fmt.Errorf("make box: %w", err)
	}
	b := &Box{r: r, dir: dir}
	if b.lock, err = lockDir(dir); err == nil {
		err = b.own(dir, 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Hurry lets what is made in the box go before other work of its kind: somebody awaits it.
func (b *Box) Hurry() { b.hurried = true }

// lockDir takes the only lock on a directory, or fails at once.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open box: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock box: %w", err), f.Close())
	}
	return f, nil
}

// sweep removes boxes that nobody holds. One a moment old may not have been locked yet.
func sweep(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, boxPrefix+"*"))
	if err != nil {
		return fmt.Errorf("look for abandoned boxes: %w", err)
	}
	var errs []error
	for _, box := range found {
		info, err := os.Stat(box)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if lock, err := lockDir(box); err == nil {
			errs = append(errs, os.RemoveAll(box), lock.Close())
		}
	}
	return errors.Join(errs...)
}

// Close removes the box and all in it.
func (b *Box) Close() error {
	err := os.RemoveAll(b.dir)
	if b.lock != nil {
		err = errors.Join(err, b.lock.Close())
	}
	if err != nil {
		return fmt.Errorf("remove box: %w", err)
	}
	return nil
}

// own hands a path to the user that ffmpeg runs as.
func (b *Box) own(path string, mode os.FileMode) error {
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("set mode in box: %w", err)
	}
	if d := b.r.sandbox.drop; d != nil {
		if err := os.Lchown(path, int(d.Uid), int(d.Gid)); err != nil {
			return fmt.Errorf("set owner in box: %w", err)
		}
	}
	return nil
}

// mkdir makes a fresh directory in the box for outputs and returns its name in it.
func (b *Box) mkdir(prefix string) (string, error) {
	b.files++
	name := prefix + "-" + strconv.Itoa(b.files)
	if err := os.Mkdir(filepath.Join(b.dir, name), 0o700); err != nil {
		return "", fmt.Errorf("make directory in box: %w", err)
	}
	return name, b.own(filepath.Join(b.dir, name), 0o700)
}

// File is a media file in a box, recognised by its first bytes.
type File struct {
	box    *Box
	name   string
	format Format
	size   int64
}

// Size in bytes.
func (f File) Size() int64 { return f.size }

// Format that the first bytes show.
func (f File) Format() Format { return f.format }

// Add copies src into the box and recognises it. KindUnsupported when it is no
// media file that Baton takes; the message says what it is instead.
func (b *Box) Add(ctx context.Context, src io.Reader) (File, error) {
	b.files++
	f := File{box: b, name: "in-" + strconv.Itoa(b.files)}
	path := filepath.Join(b.dir, f.name)
	dst, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if err != nil {
		return File{}, fmt.Errorf("create file in box: %w", err)
	}
	var head prefix
	f.size, err = io.Copy(io.MultiWriter(dst, &head), readerUntil(ctx, src))
	if err = errors.Join(err, dst.Close()); err != nil {
		return File{}, fmt.Errorf("copy into box: %w", err)
	}
	if err := b.own(path, 0o400); err != nil {
		return File{}, err
	}
	if f.format, err = Sniff(head); err != nil {
		return f, b.excuse(err)
	}
	return f, nil
}

// AddPath is Add for a file of this machine.
func (b *Box) AddPath(ctx context.Context, path string) (File, error) {
	src, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("open media file: %w", err)
	}
	defer func() { _ = src.Close() }()
	return b.Add(ctx, src)
}

// prefix keeps the first bytes written to it.
type prefix []byte

func (p *prefix) Write(b []byte) (int, error) {
	if room := SniffLen - len(*p); room > 0 {
		*p = append(*p, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

type ctxReader struct {
	ctx context.Context //nolint:containedctx // lives as long as the one call
	r   io.Reader
}

func readerUntil(ctx context.Context, r io.Reader) io.Reader { return ctxReader{ctx, r} }

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err //nolint:wrapcheck // wrapped by Add
	}
	return c.r.Read(p) //nolint:wrapcheck // a reader
}

// sizeEvery is how often the growth of a box is looked at while ffmpeg writes into it.
const sizeEvery = 2 * time.Second

// watchSize ends ctx with errOutput when the box grows by more than most bytes.
func (b *Box) watchSize(ctx context.Context, most int64, cancel context.CancelCauseFunc) {
	before := b.bytes()
	tick := time.NewTicker(sizeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if b.bytes()-before > most {
				cancel(errOutput)
				return
			}
		}
	}
}

func (b *Box) bytes() int64 {
	var n int64
	_ = filepath.WalkDir(b.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // files come and go while ffmpeg renames them
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return nil
	})
	return n
}
