// Package postgrestest gives every test a migrated database of its own, in
// about the time of one CREATE DATABASE.
//
// All test processes of a user share one private cluster, which the first
// starts. A small shell process ends and removes it when no test process has
// used it for half a minute.
package postgrestest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"baton/internal/filelock"
	"baton/migrations"
	"baton/postgres"
	"baton/postgres/embedded"
)

// New gives the test a pool on a fresh database with the newest schema and
// no rows. The database is dropped at the test's end.
func New(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	return open(tb, true)
}

// NewEmpty gives the test a pool on a database without any schema.
func NewEmpty(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	return open(tb, false)
}

func open(tb testing.TB, migrated bool) *pgxpool.Pool {
	tb.Helper()
	ctx := tb.Context()
	c, err := shared(ctx)
	if err != nil {
		tb.Fatalf("start the test database: %v", err)
	}
	template := "template0"
	if migrated {
		template = c.template
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := c.admin(ctx, "create database "+name+" template "+template); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.admin(context.Background(), "drop database "+name+" with (force)"); err != nil {
			tb.Error(err)
		}
	})
	pool, err := c.pool(ctx, name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}

// cluster is the shared server as this process sees it.
type cluster struct {
	adminDSN string
	template string // a migrated database that nobody connects to
	// inUse is held until this process ends.
	inUse *filelock.Lock
}

// shared starts or joins the cluster, once a process. A failure is not kept,
// since it may have been that one test's context.
func shared(ctx context.Context) (*cluster, error) {
	once.Lock()
	defer once.Unlock()
	if once.c != nil {
		return once.c, nil
	}
	c, err := join(ctx)
	if err != nil {
		return nil, err
	}
	once.c = c
	return c, nil
}

var once struct { //nolint:gochecknoglobals // one cluster a process is the point
	sync.Mutex
	c *cluster
}

func join(ctx context.Context) (*cluster, error) {
	dir := filepath.Join(os.TempDir(), "baton-postgrestest-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	if info, err := os.Lstat(dir); err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Getuid()) { //nolint:forcetypeassert,gosec // so on Linux
		return nil, fmt.Errorf("%s belongs to another account: %w", dir, errors.Join(err))
	}
	c := &cluster{template: templateName()}
	var err error
	if c.inUse, err = joinUsers(ctx, filepath.Join(dir, "users")); err != nil {
		return nil, err
	}
	err = exclusively(ctx, filepath.Join(dir, "start"), func() error {
		dsn := filepath.Join(dir, "dsn")
		if b, err := os.ReadFile(dsn); err == nil {
			c.adminDSN = string(b)
			if c.admin(ctx, "select 1") == nil {
				return nil
			}
		}
		var err error
		if c.adminDSN, err = create(ctx, dir); err != nil {
			return err
		}
		return os.WriteFile(dsn, []byte(c.adminDSN), 0o600)
	})
	if err != nil {
		return nil, err
	}
	return c, exclusively(ctx, filepath.Join(dir, c.template), func() error { return c.migrateTemplate(ctx) })
}

func joinUsers(ctx context.Context, path string) (*filelock.Lock, error) {
	l, err := filelock.Open(path)
	if err != nil {
		return nil, err
	}
	for { // the reaper has it while it takes the cluster away
		if ok, err := l.TryShared(); err != nil || ok {
			return l, err
		}
		if err := filelock.Pause(ctx); err != nil {
			l.Close()
			return nil, fmt.Errorf("wait for %s: %w", path, err)
		}
	}
}

// create starts a new cluster, and the process that ends it. What is left of
// an earlier one is removed: without fsync it is worth nothing.
func create(ctx context.Context, dir string) (string, error) {
	pg := filepath.Join(dir, "cluster")
	if err := os.RemoveAll(pg); err != nil {
		return "", fmt.Errorf("remove the old test cluster: %w", err)
	}
	d, err := embedded.StartDetached(ctx, embedded.Options{Dir: pg, Settings: map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
		"max_connections": "600", "shared_buffers": "64MB", "autovacuum": "off", "max_wal_size": "1GB",
	}})
	if err != nil {
		return "", err
	}
	reaper := exec.CommandContext(context.WithoutCancel(ctx), "sh", "-c", reap, "reap", filepath.Join(dir, "users"), strconv.Itoa(d.Pid()), pg)
	reaper.Dir = "/"
	reaper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := reaper.Start(); err != nil {
		return "", errors.Join(fmt.Errorf("start the reaper of the test cluster: %w", err), syscall.Kill(d.Pid(), syscall.SIGQUIT))
	}
	return d.AdminDSN(), reaper.Process.Release()
}

//go:embed reap.sh
var reap string

// migrateTemplate makes the database that tests are copied from. It gets its
// name when it is whole.
func (c *cluster) migrateTemplate(ctx context.Context) error {
	if found, err := c.exists(ctx, c.template); err != nil || found {
		return err
	}
	fresh := c.template + "_new"
	if err := c.admin(ctx, "drop database if exists "+fresh+" with (force)"); err != nil {
		return err
	}
	if err := c.admin(ctx, "create database "+fresh); err != nil {
		return err
	}
	pool, err := c.pool(ctx, fresh)
	if err != nil {
		return err
	}
	err = postgres.Migrate(ctx, pool)
	pool.Close()
	if err != nil {
		return err
	}
	return c.admin(ctx, "alter database "+fresh+" rename to "+c.template)
}

// templateName changes with the migrations, so that checkouts of different
// age can share the cluster.
func templateName() string {
	h := sha256.New()
	_ = fs.WalkDir(migrations.FS, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return err
	})
	_, _ = fmt.Fprint(h, postgres.RiverVersion())
	return "template_" + hex.EncodeToString(h.Sum(nil)[:8])
}

func (c *cluster) exists(ctx context.Context, database string) (found bool, err error) {
	conn, err := pgx.Connect(ctx, c.adminDSN)
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", database).Scan(&found)
	return found, err
}

func (c *cluster) admin(ctx context.Context, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.adminDSN)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func (c *cluster) pool(ctx context.Context, database string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(strings.Replace(c.adminDSN, "dbname='postgres'", "dbname='"+database+"'", 1))
	if err != nil {
		return nil, fmt.Errorf("read the connection string: %w", err)
	}
	cfg.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the pool: %w", err)
	}
	return pool, nil
}

func exclusively(ctx context.Context, path string, do func() error) error {
	l, err := filelock.Open(path)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Exclusive(ctx); err != nil {
		return fmt.Errorf("wait for %s: %w", path, err)
	}
	return do()
}
