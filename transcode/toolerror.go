package transcode

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"baton/domain"
)

// ToolError is the whole truth about a failed run of ffmpeg, for the log. What
// people may see is the message of the domain.Error around it.
type ToolError struct {
	Args   []string
	Stderr string
	Took   time.Duration
	Err    error
}

func (e *ToolError) Error() string {
	return fmt.Sprintf("ffmpeg after %s: %v: %s", e.Took.Round(time.Millisecond), e.Err, strings.TrimSpace(e.Stderr))
}

func (e *ToolError) Unwrap() error { return e.Err }

const diskFull = "the server's disk is full; nothing was lost, try again later"

// known maps what ffmpeg says to what a person can do about it. The texts never
// quote stderr, which may hold words of the file's author.
var known = []struct { //nolint:gochecknoglobals // a table
	says string
	kind domain.Kind
	show string
}{
	{"No space left on device", domain.KindUnavailable, diskFull},
	{"Cannot allocate memory", domain.KindTooLarge, "the picture is too large to convert with the memory that is allowed"},
	{"malloc of size", domain.KindTooLarge, "the picture is too large to convert with the memory that is allowed"},
	{"moov atom not found", domain.KindUnsupported, "the file is cut off: the index at its end (moov) is missing, so it cannot be played; copy or export it again"},
	{"Picture size", domain.KindTooLarge, "the picture is too large"},
	{"picture size", domain.KindTooLarge, "the picture is too large"},
	{"not on whitelist", domain.KindUnsupported, "the file uses a format or codec that is not accepted"},
	{"Invalid data found", domain.KindUnsupported, "the file is damaged or is not what its first bytes say"},
	{"Error while decoding", domain.KindUnsupported, "the file is damaged"},
	{"does not contain any stream", domain.KindUnsupported, "the file holds neither picture nor sound"},
	{"matches no streams", domain.KindUnsupported, "the file holds neither picture nor sound"},
	{"Unknown encoder", domain.KindUnavailable, "the server's ffmpeg lacks an encoder; `baton doctor` says which"},
}

// explain gives the error for the caller: KindUnavailable where another try may
// help, KindTooLarge and KindUnsupported where it will not, KindInternal when we do not know.
func (e *ToolError) explain(l limits, cfg Config) error {
	switch {
	case errors.Is(e.Err, errWallTime):
		return domain.Errorf(domain.KindUnavailable, "the conversion was stopped after %s", l.wall.Round(time.Second)).Because(e)
	case errors.Is(e.Err, errOutput):
		return domain.Errorf(domain.KindTooLarge, "the conversion was stopped: its output grew over %d MB", l.output>>20).Because(e)
	case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded):
		return fmt.Errorf("conversion cancelled: %w", e)
	}
	if exit, ok := errors.AsType[*exec.ExitError](e.Err); ok {
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			switch ws.Signal() { //nolint:exhaustive // the two that limits send
			case syscall.SIGXCPU:
				return domain.Errorf(domain.KindTooLarge, "the conversion was stopped after %s of processor time", l.cpu.Round(time.Second)).Because(e)
			case syscall.SIGXFSZ:
				return domain.Errorf(domain.KindTooLarge, "the conversion was stopped: a file grew over %d MB", l.output>>20).Because(e)
			}
		}
	}
	if known := recognise(e.Stderr, cfg); known != nil {
		return known.Because(e)
	}
	return domain.Errorf(domain.KindInternal, "the file could not be converted").Because(e)
}

// recognise finds the first known complaint in stderr; nil if there is none.
func recognise(stderr string, cfg Config) *domain.Error {
	for _, k := range known {
		if !strings.Contains(stderr, k.says) {
			continue
		}
		if strings.HasSuffix(k.says, "icture size") {
			return domain.Errorf(k.kind, "%s (at most %d megapixels)", k.show, cfg.MaxPixels/1_000_000)
		}
		return domain.Errorf(k.kind, "%s", k.show)
	}
	return nil
}

// excerpt keeps the first and last 16 KiB of what is written to it.
type excerpt struct {
	head, tail []byte
	cut        bool
}

const excerptHalf = 16 << 10

func (x *excerpt) Write(p []byte) (int, error) {
	n := len(p)
	if room := excerptHalf - len(x.head); room > 0 {
		k := min(room, len(p))
		x.head = append(x.head, p[:k]...)
		p = p[k:]
	}
	x.tail = append(x.tail, p...)
	if over := len(x.tail) - excerptHalf; over > 0 {
		x.cut = true
		x.tail = append(x.tail[:0], x.tail[over:]...)
	}
	return n, nil
}

func (x *excerpt) String() string {
	if x.cut {
		return string(x.head) + "\n…\n" + string(x.tail)
	}
	return string(x.head) + string(x.tail)
}
