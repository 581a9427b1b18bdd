package models

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baton/domain"
)

func TestMissingModel(t *testing.T) {
	t.Parallel()
	for _, check := range []func(string, Model) error{Present, Check} {
		if err := check(t.TempDir(), Base); domain.KindOf(err) != domain.KindUnavailable {
			t.Errorf("got %v", err)
		}
		if err := check(t.TempDir(), "huge"); domain.KindOf(err) != domain.KindUnavailable {
			t.Errorf("got %v", err)
		}
	}
}

// tarball writes a package's tarball into a folder and gives its manifest.
func tarball(t *testing.T, dir, content string) pack {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, text := range map[string]string{"package/other": "no", "package/model": content, "../escape": "no"} {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	whole, inner := sha512.Sum512(b.Bytes()), sha256.Sum256([]byte(content))
	p := pack{
		name: "@some/thing", version: "1.2.3", integrity: "sha512-" + base64.StdEncoding.EncodeToString(whole[:]),
		files: []file{{in: "package/model", out: "sub/model", bytes: int64(len(content)), sha256: hex.EncodeToString(inner[:])}},
	}
	if err := os.WriteFile(filepath.Join(dir, "some-thing-1.2.3.tgz"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestUnpacksOnlyWhatIsRight(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	p := tarball(t, from, "weights")
	if err := p.install(t.Context(), to, from); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(to, "*", "*"))
	if err != nil || len(all) != 1 || !strings.HasSuffix(all[0], "sub/model") {
		t.Errorf("%v, %v", all, err)
	}

	// A damaged file is put right, and only then is the tarball needed.
	if err := os.WriteFile(all[0], []byte("weightz"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.install(t.Context(), to, t.TempDir()); err == nil {
		t.Error("no tarball, no error")
	}
	if err := p.install(t.Context(), to, from); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(all[0]); err != nil || string(b) != "weights" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	p := tarball(t, from, "weights")
	for name, spoil := range map[string]func(*pack){
		"tarball": func(p *pack) { p.integrity = "sha512-" + base64.StdEncoding.EncodeToString(make([]byte, 64)) },
		"file": func(p *pack) {
			p.files = []file{{in: "package/model", out: "m", bytes: 7, sha256: strings.Repeat("0", 64)}}
		},
		"lack": func(p *pack) { p.files = []file{{in: "package/none", out: "m", bytes: 7}} },
	} {
		to, spoiled := t.TempDir(), p
		spoil(&spoiled)
		if err := spoiled.install(t.Context(), to, from); err == nil {
			t.Errorf("%s: no error", name)
		}
		if left, err := filepath.Glob(filepath.Join(to, "*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

func TestEveryMachineHasItsRuntime(t *testing.T) {
	t.Parallel()
	for arch, ok := range map[string]bool{"amd64": true, "arm64": true, "riscv64": false} {
		if p, err := runtimePack("linux", arch); (err == nil) != ok || ok && (len(p.files) != 1 || p.name == "") {
			t.Errorf("%s: %+v, %v", arch, p, err)
		}
	}
}
