package transcode

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv("TRANSCODE_TEST_CHILD") != "" { //nolint:forbidigo // how a test tells its own child
		childMain()
		return
	}
	goleak.VerifyTestMain(m)
}

// setup gives a runner and a box that are gone after the test.
func setup(tb testing.TB) (context.Context, *Runner, *Box) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	tb.Cleanup(cancel)
	r, err := New(ctx, Config{Dir: tb.TempDir(), Parallel: 2, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	b, err := r.Box()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Error(err)
		}
	})
	return ctx, r, b
}

// make generates media with a bare ffmpeg; the last argument is the file's name.
func generate(tb testing.TB, args ...string) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), args[len(args)-1])
	args = append(append([]string{"-nostdin", "-v", "error"}, args[:len(args)-1]...), name)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		tb.Fatalf("ffmpeg %v: %v: %s", args, err, out)
	}
	return name
}

// picture and sound are sources of generated media.
func picture(size, rate, seconds string) []string {
	return []string{"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=" + rate + ":d=" + seconds}
}

func sound(seconds string) []string {
	return []string{"-f", "lavfi", "-i", "sine=440:d=" + seconds}
}

func join(parts ...[]string) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func write(tb testing.TB, name string, content []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
