package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"baton/blob"
	"baton/config"
	"baton/domain"
	"baton/ocr"
	"baton/transcode"
	"baton/transcribe/models"
)

type doctorCmd struct {
	config.ServeFlags `embed:""`

	Repair bool `help:"Also compare rows with objects, one by one, and put right what can be without losing anything."`
}

// finding is one line of doctor.
type finding struct {
	name   string
	err    error  // nil: well
	detail string // what was found
	mend   string // what to do about err
}

// leastDisk is what doctor wants to be free: an hour of recordings and the database's own needs.
const leastDisk = 5 << 30

// Run implements the doctor command: a line for each thing that Baton needs. It works beside a running server.
func (c doctorCmd) Run(ctx context.Context, io streams) error {
	cfg, err := c.Config()
	if err != nil {
		return err //nolint:wrapcheck // names every bad option
	}
	bad := 0
	for _, check := range []func(context.Context, *config.Config) finding{
		checkData, checkDatabase, checkObjects, checkFFmpeg, checkModel, checkOCR, checkWebPort, checkMediaPort, checkPublicURL,
	} {
		f := check(ctx, cfg)
		mark := "ok "
		if f.err != nil {
			mark, bad = "BAD", bad+1
		}
		fmt.Fprintf(io.out, "%s  %-12s %s\n", mark, f.name, f)
	}
	if c.Repair {
		n, err := repairAll(ctx, cfg, io.out)
		if err != nil {
			return err
		}
		bad += n
	}
	if bad > 0 {
		return domain.Errorf(domain.KindUnavailable, "%d of the checks failed", bad)
	}
	return nil
}

func (f finding) String() string {
	if f.err == nil {
		return f.detail
	}
	return strings.ReplaceAll(f.err.Error(), "\n", "; ") + "\n                  mend: " + f.mend
}

// quiet is for parts whose log would only repeat what doctor says.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func checkData(_ context.Context, cfg *config.Config) finding {
	f := finding{name: "data", mend: "make " + cfg.Dir + " a directory that this user can write to, on a disk with room, or set BATON_DATA_DIR"}
	if f.err = os.MkdirAll(cfg.Dir, 0o750); f.err != nil {
		return f
	}
	probe, err := os.CreateTemp(cfg.Dir, ".doctor-*")
	if err != nil {
		f.err = err
		return f
	}
	_, werr := probe.WriteString("fsync works")
	f.err = errors.Join(werr, probe.Sync(), probe.Close(), os.Remove(probe.Name()))
	var disk unix.Statfs_t
	if f.err == nil {
		f.err = unix.Statfs(cfg.Dir, &disk)
	}
	if f.err != nil {
		return f
	}
	free := int64(disk.Bavail) * disk.Bsize //nolint:gosec // fits
	f.detail = fmt.Sprintf("%s, %d GiB free", cfg.Dir, free>>30)
	if free < leastDisk {
		f.err = fmt.Errorf("only %d MiB are free", free>>20) //nolint:err113 // words for people
	}
	return f
}

func checkDatabase(ctx context.Context, cfg *config.Config) finding {
	f := finding{name: "database", mend: "install PostgreSQL (apt-get install postgresql), or set BATON_DATABASE_URL to one that answers"}
	db, err := openDatabase(ctx, cfg.Data, false, quiet())
	if err != nil {
		f.err = err
		return f
	}
	defer func() { f.err = errors.Join(f.err, db.close()) }()
	var v string
	if f.err = db.pool.QueryRow(ctx, "show server_version").Scan(&v); f.err != nil {
		return f
	}
	where := "embedded"
	if cfg.DatabaseURL != "" {
		where = "configured"
	}
	f.detail = fmt.Sprintf("PostgreSQL %s, %s, schema up to date", v, where)
	return f
}

// checkObjects puts, reads, reads a part of, and deletes a real object.
func checkObjects(ctx context.Context, cfg *config.Config) (f finding) {
	f = finding{name: "object store", mend: "check BATON_S3_ENDPOINT, the keys and the bucket's permissions (put, get, list, delete)"}
	o, err := openObjects(ctx, cfg.Dir, cfg.S3, false, quiet())
	if err != nil {
		f.err = err
		return f
	}
	defer func() { f.err = errors.Join(f.err, o.close()) }()
	began := time.Now()
	if f.err = roundTrip(ctx, o.Bucket); f.err != nil {
		return f
	}
	where := "embedded S3 server"
	if !cfg.S3.Embedded() {
		where = cfg.S3.Endpoint
	}
	f.detail = fmt.Sprintf("%s: put, get, range and delete in %d ms", where, time.Since(began).Milliseconds())
	return f
}

func roundTrip(ctx context.Context, b *blob.Bucket) error {
	key, body := "doctor/"+domain.NewID[string](), []byte("baton doctor was here")
	if err := b.Put(ctx, key, "text/plain", body); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	whole, err := readAll(b.Get(ctx, key))
	if err != nil || !bytes.Equal(whole, body) {
		return fmt.Errorf("get gave %q: %w", whole, err)
	}
	part, err := b.OpenRange(ctx, key, 6, 6)
	if err != nil {
		return fmt.Errorf("range: %w", err)
	}
	got, err := readAll(part, nil)
	if err != nil || string(got) != "doctor" {
		return fmt.Errorf("range gave %q: %w", got, err)
	}
	if err := b.Delete(ctx, key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if _, err := b.Head(ctx, key); domain.KindOf(err) != domain.KindNotFound {
		return fmt.Errorf("the object is still there after delete: %w", err)
	}
	return nil
}

func readAll(r io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return b, errors.Join(err, r.Close())
}

func checkFFmpeg(ctx context.Context, cfg *config.Config) finding {
	f := finding{name: "ffmpeg", mend: "install ffmpeg with libx264 and aac (apt-get install ffmpeg)"}
	tools, err := transcode.New(ctx, transcode.Config{Dir: os.TempDir(), Log: quiet()})
	if err != nil {
		f.err = err
		return f
	}
	report, err := tools.Check(ctx)
	if err != nil {
		f.err = err
		return f
	}
	if len(report.Missing) > 0 {
		f.err = fmt.Errorf("it lacks %s", strings.Join(report.Missing, ", ")) //nolint:err113 // words for people
		return f
	}
	f.detail = report.Version
	if len(report.Unprotected) > 0 {
		f.detail += "; sandbox without " + strings.Join(report.Unprotected, ", ")
	}
	return f
}

func checkModel(_ context.Context, cfg *config.Config) finding {
	f := finding{name: "speech model", mend: "baton models install (or make models)", detail: cfg.ModelsDir}
	f.err = models.Check(cfg.ModelsDir, models.Base)
	return f
}

// checkOCR is well without Tesseract: then only the text on screens cannot be found.
func checkOCR(ctx context.Context, _ *config.Config) finding {
	v, err := ocr.New(ocr.Config{}).Version(ctx)
	if err != nil {
		v = "absent, so that text on screens is not found; apt-get install tesseract-ocr"
	}
	return finding{name: "screen text", detail: v}
}

func checkWebPort(ctx context.Context, cfg *config.Config) finding {
	f := finding{name: "web port", mend: "stop what listens on " + cfg.Listen + ", or set BATON_LISTEN"}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err == nil {
		f.detail = cfg.Listen + " is free"
		f.err = l.Close()
		return f
	}
	// Taken is well when it is ourselves.
	if errors.Is(err, syscall.EADDRINUSE) && config.PublicURLFor(cfg.Listen) != nil && answers(ctx, config.PublicURLFor(cfg.Listen).String()+"/readyz") == nil {
		f.detail = cfg.Listen + ": Baton runs there and is ready"
		return f
	}
	f.err = err
	return f
}

func checkMediaPort(ctx context.Context, cfg *config.Config) finding {
	f := finding{name: "media port", mend: "free UDP and TCP " + cfg.Media.Listen + ", or set BATON_MEDIA_LISTEN"}
	p, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", cfg.Media.Listen)
	switch {
	case err == nil:
		f.detail, f.err = cfg.Media.Listen+" is free (UDP)", p.Close()
	case errors.Is(err, syscall.EADDRINUSE) && answers(ctx, config.PublicURLFor(cfg.Listen).String()+"/readyz") == nil:
		f.detail = cfg.Media.Listen + ": in use by the running Baton"
	default:
		f.err = err
	}
	return f
}

func checkPublicURL(ctx context.Context, cfg *config.Config) finding {
	u := cfg.PublicURL
	f := finding{name: "public URL", mend: "set BATON_PUBLIC_URL to the address people use; https is needed for everything but localhost"}
	if u == nil {
		f.detail = "chosen when the server starts"
		return f
	}
	f.detail = u.String()
	host := u.Hostname()
	local := host == "localhost" || net.ParseIP(host).IsLoopback()
	if u.Scheme != "https" && !local {
		f.err = fmt.Errorf("%s is not https: browsers refuse microphone and screen there", u) //nolint:err113 // words for people
		return f
	}
	if err := answers(ctx, u.String()+"/healthz"); err != nil {
		f.detail += " (nothing answers there now; that is well while the server is stopped)"
	}
	return f
}

func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", url, res.Status) //nolint:err113 // words for people
	}
	return nil
}
