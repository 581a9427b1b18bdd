package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	s3server "baton/blob/embedded"
	pgserver "baton/postgres/embedded"
)

// ground is what a world stands on.
type ground int

// The grounds: everything embedded in one node; the same with a spool that is soon full; the same with a spool on a tiny
// disk; the same with everything that it has, database and object store too, on a disk that is filled; and two nodes that share a database and an object store.
const (
	single ground = iota
	tight
	disk
	whole
	cluster
)

const (
	tightSpool = "5MiB"
	diskSpool  = "2MiB"
	wholeDisk  = "500MiB"
	bucketName = "baton"
)

// world is the servers under test. Senders reach the node that is current.
type world struct {
	ground ground
	opt    options
	dir    string
	token  string // of the owner
	cookie string // of the owner's browser; only when there are tabs
	nodes  []*node
	log    *slog.Logger

	mu      sync.Mutex
	current *node

	pg      *pgserver.Server
	s3      *s3server.Server
	s3way   *network
	mounted string
}

func newWorld(ctx context.Context, opt options, g ground) (w *world, err error) {
	w = &world{ground: g, opt: opt, log: opt.log}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "bc"); err != nil { // short: PostgreSQL's socket name is limited
		return w, fmt.Errorf("make a directory: %w", err)
	}
	if err = os.Chmod(w.dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's account has to pass through
		return w, fmt.Errorf("open the directory: %w", err)
	}
	var env []string
	switch g {
	case single:
	case tight:
		env = append(env, "BATON_SPOOL_BYTES="+tightSpool)
	case disk:
		if err = w.mount(filepath.Join(w.dir, "a", "spool"), diskSpool); err != nil {
			return w, err
		}
	case whole:
		if err = w.mount(filepath.Join(w.dir, "a"), wholeDisk); err != nil {
			return w, err
		}
	case cluster:
		if env, err = w.share(ctx); err != nil {
			return w, err
		}
	}
	names := []string{"a"}
	if g == cluster {
		names = append(names, "b")
	}
	for _, name := range names {
		n, err := newNode(ctx, opt, w.dir, name, env...)
		if err != nil {
			return w, err
		}
		w.nodes = append(w.nodes, n)
		if err := n.start(ctx); err != nil {
			return w, err
		}
	}
	w.current = w.nodes[0]
	return w, w.signIn(ctx)
}

// signIn makes the owner.
func (w *world) signIn(ctx context.Context) error {
	n := w.nodes[0]
	const owner = "owner@example.org"
	said, err := n.command(ctx, "user", "add", "--email", owner, "--name", "Olga Owner", "--role", "owner")
	if err != nil {
		return err
	}
	if w.token, err = n.command(ctx, "token", "create", "--email", owner); err != nil || w.opt.tabs == 0 {
		return err
	}
	_, password, _ := strings.Cut(said, "password: ")
	body, err := json.Marshal(map[string]string{"email": owner, "password": password})
	if err != nil {
		return fmt.Errorf("write the sign-in: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.web+"/api/v1/sign-in", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the sign-in: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := res.Body.Close(); err != nil || len(res.Cookies()) == 0 {
		return fmt.Errorf("sign in: %s: %w", res.Status, err)
	}
	w.cookie = res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	return nil
}

// mount makes a disk so small that it is soon full.
func (w *world) mount(dir, size string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	if err := syscall.Mount("chaos", dir, "tmpfs", 0, "mode=755,size="+strings.TrimSuffix(size, "iB")); err != nil {
		return fmt.Errorf("mount a small disk (this part of chaos needs root): %w", err)
	}
	w.mounted = dir
	return nil
}

// share starts a database and an object store that the nodes only use.
func (w *world) share(ctx context.Context) (env []string, err error) {
	if w.pg, err = pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(w.dir, "pg"), Own: true}); err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	if w.s3, err = s3server.Start(ctx, s3server.Options{Dir: filepath.Join(w.dir, "s3"), Exe: w.opt.bin, Own: true}); err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	socket := strings.TrimPrefix(w.s3.Endpoint(), "unix:")
	if w.s3way, err = newNetwork(w.opt.seed, func() string { return socket }, func() string { return "" }); err != nil {
		return nil, err
	}
	return []string{
		"BATON_DATABASE_URL=" + w.pg.DSN(), "BATON_S3_ENDPOINT=http://" + w.s3way.tcp.Addr().String(), "BATON_S3_REGION=" + w.s3.Region(),
		"BATON_S3_BUCKET=" + bucketName, "BATON_S3_ACCESS_KEY_ID=" + w.s3.AccessKey(), "BATON_S3_SECRET_ACCESS_KEY=" + w.s3.SecretKey(),
	}, nil
}

// spool is the size of what all nodes have in theirs.
func (w *world) spool() (bytes int64) {
	for _, n := range w.nodes {
		files, _ := filepath.Glob(filepath.Join(n.data, "spool", "*", "*")) // the pattern is right
		for _, f := range files {
			if info, err := os.Stat(f); err == nil { // else it was shipped just now
				bytes += info.Size()
			}
		}
	}
	return bytes
}

// node is the one that senders reach.
func (w *world) node() *node {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current
}

func (w *world) lead(n *node) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.current = n
}

func (w *world) close() error {
	var err error
	for _, n := range w.nodes {
		err = errors.Join(err, n.end(syscall.SIGTERM), n.log.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if w.s3way != nil {
		w.s3way.close()
	}
	if w.s3 != nil {
		err = errors.Join(err, w.s3.Stop(ctx))
	}
	if w.pg != nil {
		err = errors.Join(err, w.pg.Stop(ctx))
	}
	if w.mounted != "" {
		err = errors.Join(err, syscall.Unmount(w.mounted, 0))
	}
	if w.dir != "" && !w.opt.keep {
		err = errors.Join(err, os.RemoveAll(w.dir))
	}
	return err
}

// clip is what is read of one.
type clip struct {
	ID              string `json:"id"`
	State           string `json:"state"`
	FailureReason   string `json:"failure_reason"`
	DurationMS      int64  `json:"duration_ms"`
	TranscriptState string `json:"transcript_state"`
	Work            []struct {
		Kind   string `json:"kind"`
		State  string `json:"state"`
		Reason string `json:"reason"`
	} `json:"work"`
	Playback struct {
		Renditions []struct {
			Name string `json:"name"`
		} `json:"renditions"`
	} `json:"playback"`
}

func (w *world) newClip(ctx context.Context) (c clip, err error) {
	b, err := w.node().ask(ctx, http.MethodPost, "/api/v1/clips", w.token, map[string]any{"kind": "screen"})
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}

func (w *world) clip(ctx context.Context, id string) (c clip, err error) {
	b, err := w.node().ask(ctx, http.MethodGet, "/api/v1/clips/"+id, w.token, nil)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}
