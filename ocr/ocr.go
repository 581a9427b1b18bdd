// Package ocr reads the text on pictures of screens with Tesseract, and follows each line from the picture in which
// it came up to the one in which it was gone.
//
// Reader runs the program, one picture at a time, with little priority and hard limits. It is given pictures
// that our own ffmpeg wrote, never a file of somebody's. Times chooses which
// pictures of a clip to read, and Track makes lines with times of what was read; both are pure.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"baton/domain"
)

// Config is what a Reader needs. The zero value works.
type Config struct {
	// Program is Tesseract; looked up in PATH when empty.
	Program string
	// Language as Tesseract names it; "eng" when empty.
	Language string
	// Timeout for one picture; 30 s when 0.
	Timeout time.Duration
	// MaxMemory is the address space of one process in bytes; 1 GiB when 0.
	MaxMemory uint64
	Log       *slog.Logger
}

// Reader reads pictures. It holds nothing between calls and needs no Close.
type Reader struct{ cfg Config }

// New makes a reader. Whether Tesseract is there is asked by Present, as it may be installed later.
func New(c Config) *Reader {
	if c.Program == "" {
		c.Program = "tesseract"
	}
	if c.Language == "" {
		c.Language = "eng"
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.MaxMemory == 0 {
		c.MaxMemory = 1 << 30
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{c}
}

// Present tells why nothing can be read now: KindUnavailable with words for people.
func (r *Reader) Present(ctx context.Context) error {
	_, err := r.Version(ctx)
	return err
}

// Version is Tesseract's own, e.g. "tesseract 5.3.0". KindUnavailable when it, or its language, is not installed.
func (r *Reader) Version(ctx context.Context) (string, error) {
	path, err := exec.LookPath(r.cfg.Program)
	if err != nil {
		return "", domain.Errorf(domain.KindUnavailable, "tesseract is not installed (on Debian or Ubuntu: apt-get install tesseract-ocr)").Because(err)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "", domain.Errorf(domain.KindUnavailable, "tesseract does not start").Because(err)
	}
	version, _, _ := bytes.Cut(out, []byte("\n"))
	languages, err := exec.CommandContext(ctx, path, "--list-langs").Output()
	if err != nil || !bytes.Contains(languages, []byte("\n"+r.cfg.Language+"\n")) {
		return "", domain.Errorf(domain.KindUnavailable, "tesseract lacks the language %q (on Debian or Ubuntu: apt-get install tesseract-ocr-%[1]s)", r.cfg.Language).Because(err)
	}
	return string(version), nil
}

// maxAnswer bounds what is taken of Tesseract's answer in bytes; a screen full of small text has 300 kB.
const maxAnswer = 8 << 20

// Read gives the lines of a picture in any format that Tesseract takes (PGM, PNG), in reading order. What is hardly
// legible is left out. KindUnavailable for a limit that was hit and a program that cannot be started.
func (r *Reader) Read(ctx context.Context, picture []byte) ([]Line, error) {
	// Pdeathsig fires when the starting thread ends, so the thread must stay ours.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	var out, complaint bytes.Buffer
	path, err := exec.LookPath(r.cfg.Program)
	if err != nil {
		return nil, domain.Errorf(domain.KindUnavailable, "tesseract is not installed").Because(err)
	}
	cmd := r.command(ctx, path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(picture), &bounded{&out, maxAnswer}, &bounded{&complaint, 4 << 10}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return nil, domain.Errorf(domain.KindUnavailable, "a picture of the screen could not be read").
			Because(fmt.Errorf("tesseract: %w: %s", err, bytes.TrimSpace(complaint.Bytes())))
	}
	return parseTSV(out.Bytes()), nil
}

// wrapper lowers the limits and the priority, then becomes the program; see package transcode for the why.
const wrapper = `ulimit -c 0 && ulimit -n 64 && ulimit -v "$1" && ulimit -t "$2" || exit 126
shift 2
if command -v nice >/dev/null; then exec nice -n 15 "$@"; fi
exec "$@"`

// pageMode 3 finds columns and paragraphs by itself; measured on screens it keeps the lines of tables and code
// together that mode 11 (sparse text) tears apart, at the same cost.
const pageMode = "3"

func (r *Reader) command(ctx context.Context, path string) *exec.Cmd {
	seconds := max(1, int64(r.cfg.Timeout/time.Second))
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", wrapper, "sh",
		strconv.FormatUint(r.cfg.MaxMemory>>10, 10), strconv.FormatInt(seconds, 10),
		path, "stdin", "stdout", "-l", r.cfg.Language, "--psm", pageMode, "tsv")
	cmd.Dir = "/"
	// One thread: more are slower on single pictures. No secret of ours is in it.
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "OMP_THREAD_LIMIT=1", "MALLOC_ARENA_MAX=2"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// bounded drops what comes after its first bytes.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	n := len(p)
	p = p[:min(n, b.left)]
	b.left -= len(p)
	if _, err := b.w.Write(p); err != nil {
		return 0, err //nolint:wrapcheck // a writer
	}
	return n, nil
}
