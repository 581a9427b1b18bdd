package embedded

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the server runs as. PostgreSQL refuses to run as root, so
// root drops to another account; anybody else keeps their own.
type account struct {
	credential *syscall.Credential // nil: our own
}

// accountFor picks the owner of the cluster if there is one (it may have been
// made by another account), else postgres, else nobody, which every Linux has.
func accountFor(dir string) (account, error) {
	data := filepath.Join(dir, "data")
	owner, exists := ownerOf(data)
	if me := uint32(os.Geteuid()); me != 0 { //nolint:gosec // not negative on Linux
		if exists && owner.Uid != me {
			return account{}, unavailable("%s belongs to the account %s: run baton as that account or as root", data, accountName(owner.Uid))
		}
		return account{}, nil
	}
	if exists && owner.Uid != 0 {
		return account{&syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, unavailable("PostgreSQL does not run as root and there is neither an account postgres nor nobody: run baton as another account")
}

func ownerOf(path string) (*syscall.Stat_t, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return st, ok
}

func accountName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// admit lets the account walk through dir to what is its own there. The
// directory stays ours: in one of the account's, whoever has taken over the
// server could put links for root to follow.
func (a account) admit(dir string) error {
	if a.credential == nil {
		return nil
	}
	if err := os.Chown(dir, os.Geteuid(), os.Getegid()); err != nil {
		return fmt.Errorf("take %s: %w", dir, err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // x alone, see above
		return fmt.Errorf("open %s: %w", dir, err)
	}
	return nil
}

// own makes a directory the account's alone.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	if a.credential == nil {
		return nil
	}
	if err := os.Chown(dir, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return fmt.Errorf("give %s to the database's account: %w", dir, err)
	}
	return nil
}

// ownTree gives everything below dir to the account: a cluster that root has
// copied into place.
func (a account) ownTree(dir string) error {
	if st, ok := ownerOf(dir); a.credential == nil || !ok || st.Uid == a.credential.Uid {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk %s: %w", dir, err)
		}
		if err := os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil { //nolint:gosec // nobody else can change the tree yet
			return fmt.Errorf("give %s to the database's account: %w", path, err)
		}
		return nil
	})
}
