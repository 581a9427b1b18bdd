package embedded

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"golang.org/x/sys/unix"
)

const (
	region     = "us-east-1"
	healthPath = "/healthz"
	// memoryLimit is where the garbage collector begins to work harder.
	memoryLimit = 128 << 20
)

// Main is the server's process: args are those after Command. It returns the
// exit code.
func Main(args []string) int {
	if len(args) != 1 || !filepath.IsAbs(args[0]) {
		fmt.Fprintf(os.Stderr, "usage: baton %s DIR (it is started by baton serve)\n", Command)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	debug.SetMemoryLimit(memoryLimit)
	if err := serve(ctx, args[0]); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, dir string) error {
	id, err := loadCredentials(dir)
	if err != nil {
		return err
	}
	backend, err := openBackend(dir)
	if err != nil {
		return err
	}
	err = embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess: id.AccessKeyID, RootUserSecret: id.SecretAccessKey, Region: region,
		Ports:          []string{id.socket()},
		MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10_000,
		KeepAlive: true, Quiet: true, HealthPath: healthPath, DisableACLs: true,
	})
	if err != nil {
		return fmt.Errorf("serve objects: %w", err)
	}
	return nil
}

// openBackend keeps an object's metadata in extended attributes or, where the
// file system has none, in a tree of small files. The choice is made at the
// first start and kept: the other kind would not find it again.
func openBackend(dir string) (*posix.Posix, error) {
	objects, side := filepath.Join(dir, "objects"), filepath.Join(dir, "meta")
	_, err := os.Stat(objects)
	fresh := os.IsNotExist(err)
	if err := os.MkdirAll(objects, 0o700); err != nil {
		return nil, fmt.Errorf("make the object directory: %w", err)
	}
	if fresh && !hasAttributes(objects) {
		if err := os.MkdirAll(side, 0o700); err != nil {
			return nil, fmt.Errorf("make the metadata directory: %w", err)
		}
	}
	var metadata meta.MetadataStorer = meta.XattrMeta{}
	opts := posix.PosixOpts{
		NewDirPerm: 0o700, NewFilePerm: 0o600,
		Concurrency:         256,     // threads that may wait for the disk
		CopyObjectThreshold: 5 << 30, // 0 would refuse every copy
		DataIntegrityEtag:   true,    // CRC instead of MD5: half the processor time of a put
	}
	if _, err := os.Stat(side); err == nil {
		sidecar, err := meta.NewSideCar(side)
		if err != nil {
			return nil, fmt.Errorf("open the metadata directory: %w", err)
		}
		metadata, opts.SideCarDir = sidecar, side
	}
	b, err := posix.New(objects, metadata, opts)
	if err != nil {
		return nil, fmt.Errorf("open the object directory: %w", err)
	}
	return b, nil
}

// hasAttributes tries it out: some file systems name extended attributes and
// then refuse those of users.
func hasAttributes(dir string) bool {
	const name = "user.baton"
	return unix.Setxattr(dir, name, []byte("1"), 0) == nil && unix.Removexattr(dir, name) == nil
}
