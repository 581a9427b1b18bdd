package embedded

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"baton/domain"
)

// Credentials are the server's only account. They are made at the first start
// and kept, so that commands beside the server can use it.
type Credentials struct {
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}

// socket is the address of the server: abstract, and as unlikely to be met as
// the credentials, since processes in other containers may share the network.
func (c Credentials) socket() string {
	h := sha256.Sum256([]byte("baton s3 socket " + c.SecretAccessKey))
	return "@baton-s3-" + hex.EncodeToString(h[:12])
}

// loadCredentials reads {dir}/credentials.json, or makes it.
func loadCredentials(dir string) (Credentials, error) {
	path := filepath.Join(dir, "credentials.json")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := makeCredentials(path); err != nil {
			return Credentials{}, err
		}
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("read the object store's credentials: %w", err)
	}
	var c Credentials
	if err := json.Unmarshal(b, &c); err != nil || c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return Credentials{}, domain.Errorf(domain.KindUnavailable, "%s is damaged: remove it, a new one is made", path).Because(err)
	}
	return c, nil
}

// makeCredentials puts the file into place whole. Of two processes that do so
// at once the first wins.
func makeCredentials(path string) error {
	b, err := json.Marshal(Credentials{AccessKeyID: "baton" + rand.Text()[:10], SecretAccessKey: rand.Text() + rand.Text()})
	if err != nil {
		return fmt.Errorf("write the object store's credentials: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "credentials-*.new") // mode 0600
	if err != nil {
		return fmt.Errorf("write the object store's credentials: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("write the object store's credentials: %w", err)
	}
	return nil
}

func (s *Server) objects() string { return filepath.Join(s.opt.Dir, "objects") }

// sidecar tells whether the objects' metadata is in files of its own.
func (s *Server) sidecar() bool {
	_, err := os.Stat(filepath.Join(s.opt.Dir, "meta"))
	return err == nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}

func syncFileSystem(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("sync the file system of %s: %w", dir, err)
	}
	return nil
}
