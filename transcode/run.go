package transcode

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// command is one start of ffmpeg or ffprobe inside a box.
type command struct {
	box    *Box
	probe  bool // ffprobe instead of ffmpeg
	args   []string
	stdout io.Writer
	limits limits
	// heavy work takes an encoder's place.
	heavy bool
	// verbose keeps ffmpeg's information lines, for filters that report by logging.
	verbose bool
	// progress is called with the time stamp that the output has reached.
	progress func(time.Duration)
}

// waitDelay is how long what a process said is waited for when it has ended.
const waitDelay = 5 * time.Second

var (
	errWallTime = errors.New("time limit")
	errOutput   = errors.New("output limit")
)

// run does c and waits for it. It returns what ffmpeg wrote to stderr, and a
// *domain.Error whose message may be shown and whose cause is a *ToolError.
func (r *Runner) run(ctx context.Context, c command) (string, error) {
	places := r.light
	switch {
	case c.heavy:
		places = r.heavy
	case c.box.hurried:
		places = r.hurried
	}
	release, err := r.place(ctx, places)
	if err != nil {
		return "", err
	}
	defer release()
	// Pdeathsig fires when the starting thread ends, so the thread must stay ours.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(c.limits.wall, func() { cancel(errWallTime) })
	defer timer.Stop()

	var stderr excerpt
	started := time.Now()
	err = r.start(ctx, c, &stderr, cancel)
	if err == nil {
		return stderr.String(), nil
	}
	te := &ToolError{Args: c.args, Stderr: stderr.String(), Err: err, Took: time.Since(started)}
	if cause := context.Cause(ctx); cause != nil {
		te.Err = errors.Join(cause, err)
	}
	return te.Stderr, c.box.excuse(te.explain(c.limits, r.cfg))
}

// start runs the process to its end under ctx.
func (r *Runner) start(ctx context.Context, c command, stderr io.Writer, cancel context.CancelCauseFunc) error {
	dir, err := os.Open(c.box.dir)
	if err != nil {
		return fmt.Errorf("open box: %w", err)
	}
	defer func() { _ = dir.Close() }()
	cmd := r.process(ctx, c, dir)
	cmd.Stderr = stderr
	pr, pw, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make progress pipe: %w", err)
	}
	defer func() { _ = pr.Close() }()
	cmd.ExtraFiles = []*os.File{pw}
	out, err := openOutput(cmd, c.stdout)
	if err != nil {
		return errors.Join(err, pw.Close())
	}
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("start: %w", err), pw.Close(), out.drain(ctx))
	}
	_ = pw.Close()
	passedOn := make(chan error, 1)
	go func() { passedOn <- out.drain(ctx) }()
	watched := make(chan struct{})
	watch, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(watched)
		c.box.watchSize(watch, c.limits.output, cancel)
	}()
	read := make(chan struct{})
	go func() {
		defer close(read)
		readProgress(pr, c.progress)
	}()
	err = cmd.Wait()
	stop()
	<-watched
	<-read
	return errors.Join(err, <-passedOn)
}

// process prepares the command line. The working directory is given by descriptor,
// because the child's user may not be allowed to walk the path to it.
func (r *Runner) process(ctx context.Context, c command, dir *os.File) *exec.Cmd {
	level := "error"
	if c.verbose {
		level = "info"
	}
	program, args := r.cfg.FFmpeg, []string{"-nostdin", "-hide_banner", "-nostats", "-v", level, "-progress", "pipe:3", "-stats_period", "0.5"}
	if c.probe {
		program, args = r.cfg.FFprobe, []string{"-hide_banner", "-v", level}
	}
	polite := r.sandbox.polite
	if c.box.hurried {
		polite = r.sandbox.hurried
	}
	line := r.sandbox.confined(c.limits, r.cfg.MaxMemory, polite, program, append(args, c.args...))
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = "/proc/self/fd/" + strconv.Itoa(int(dir.Fd()))
	cmd.Env = childEnv(c.box.dir)
	cmd.SysProcAttr = r.sandbox.attributes()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = waitDelay
	return cmd
}

// readProgress reads ffmpeg's key=value lines until the pipe ends.
func readProgress(r io.Reader, report func(time.Duration)) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		us, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
		if !ok || report == nil {
			continue
		}
		if n, err := strconv.ParseInt(us, 10, 64); err == nil && n > 0 {
			report(time.Duration(n) * time.Microsecond)
		}
	}
	_, _ = io.Copy(io.Discard, r) // an overlong line must not block the writer
}
