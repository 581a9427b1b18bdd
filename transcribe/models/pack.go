package models

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// install unpacks those of the package's files that are not right yet.
func (p pack) install(ctx context.Context, dir, tarballs string) error {
	missing := p.missing(dir)
	if len(missing) == 0 {
		return nil
	}
	if tarballs == "" {
		tmp, err := os.MkdirTemp("", "baton-models-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(tmp) }()
		if err := p.fetch(ctx, tmp); err != nil {
			return err
		}
		tarballs = tmp
	}
	f, err := os.Open(filepath.Join(tarballs, p.tarball()))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := p.verify(f); err != nil {
		return err
	}
	return unpack(f, dir, missing)
}

// missing are the files that are absent or wrong, by their name in the tarball.
func (p pack) missing(dir string) map[string]file {
	missing := map[string]file{}
	for _, f := range p.files {
		r, err := os.Open(filepath.Join(dir, f.out))
		if err == nil {
			err = errors.Join(compare(r, sha256.New(), f.out, f.sha256), r.Close())
		}
		if err != nil {
			missing[f.in] = f
		}
	}
	return missing
}

// tarball is the file name npm pack gives: @scope/name becomes scope-name.
func (p pack) tarball() string {
	return strings.ReplaceAll(strings.TrimPrefix(p.name, "@"), "/", "-") + "-" + p.version + ".tgz"
}

func (p pack) fetch(ctx context.Context, dir string) error {
	var said bytes.Buffer
	c := exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", p.name+"@"+p.version)
	c.Dir, c.Stdout, c.Stderr = dir, &said, &said
	if err := c.Run(); err != nil {
		return fmt.Errorf("npm pack: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// verify compares the tarball's SHA-512 and goes back to its beginning.
func (p pack) verify(f *os.File) error {
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.integrity, "sha512-"))
	if err != nil {
		return fmt.Errorf("read integrity: %w", err)
	}
	if err := compare(f, sha512.New(), f.Name(), hex.EncodeToString(sum)); err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// unpack takes the wanted files out of a tarball.
func unpack(tarball io.Reader, dir string, wanted map[string]file) error {
	zr, err := gzip.NewReader(tarball)
	if err != nil {
		return err
	}
	tr := tar.NewReader(zr)
	for len(wanted) > 0 {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("the tarball lacks %d files", len(wanted))
		}
		if err != nil {
			return fmt.Errorf("read tarball: %w", err)
		}
		f, ok := wanted[header.Name]
		if !ok {
			continue
		}
		if err := put(filepath.Join(dir, f.out), io.LimitReader(tr, f.bytes+1), f.sha256); err != nil {
			return err
		}
		delete(wanted, header.Name)
	}
	return nil
}

// put writes a file under a temporary name and renames it once its hash is right.
func put(path string, r io.Reader, want string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // nothing secret
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(t.Name()) }() // not there any more if all went well
	err = compare(io.TeeReader(r, t), sha256.New(), path, want)
	if err := errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
