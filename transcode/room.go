package transcode

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"baton/domain"
)

// excuse blames the disk, and not the input, for what failed while there was no room in the box: ffmpeg says nothing of what its HLS writer
// could not write, and ends well. Its files are still there then, so the disk is still full.
func (b *Box) excuse(err error) error {
	switch domain.KindOf(err) {
	case domain.KindInvalid, domain.KindUnsupported, domain.KindTooLarge, domain.KindInternal, domain.KindUnavailable:
	case domain.KindNotFound, domain.KindForbidden, domain.KindGone, domain.KindUnauthorized, domain.KindConflict, domain.KindTooMany:
		return err
	}
	if !b.full() {
		return err
	}
	return domain.Errorf(domain.KindUnavailable, diskFull).Because(errors.Join(syscall.ENOSPC, err))
}

// full tells whether less is free than Config.Room.
func (b *Box) full() bool {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &disk); err != nil {
		return false
	}
	return int64(disk.Bavail)*disk.Bsize < b.r.cfg.Room //nolint:gosec // no disk has so many bytes
}

// wholeSize is the size of a file of ours in ISO BMFF, which must be there to its last byte: ffmpeg's own success does not tell.
func wholeSize(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open made file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("size of made file: %w", err)
	}
	if size := info.Size(); size > 0 && walkBoxes(f, size, func(string, int64) {}) == size {
		return size, nil
	}
	return 0, unfinished(path)
}

// unfinished is for files that the disk did not take to their ends. It may next time.
func unfinished(path string) error {
	return domain.Errorf(domain.KindUnavailable, "the server's disk did not take all that was converted").
		Because(fmt.Errorf("%s is cut off", filepath.Base(path))) //nolint:err113 // says all
}
