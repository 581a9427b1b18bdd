package transcode

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The benchmarks compare a step with the same work by a bare ffmpeg, alternating
// within one run because the machine's speed wanders. They report the ratios of
// their times and of their processor times, which a busy machine disturbs less:
// packaging should stay under 1.1, encoding under 1.05.

func BenchmarkPackageByCopy(b *testing.B) {
	ctx, r, box := setup(b)
	take := open(ctx, b, r, box, join(picture("1280x720", "30", "60"), sound("60"), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "a.mkv"})...)
	plan := []Encoding{PlanImport(take.Media())}
	compare(b, r, take, plan, func() error {
		_, err := r.Import(ctx, take, nil)
		return err
	})
}

func BenchmarkLadderRung(b *testing.B) {
	ctx, r, box := setup(b)
	take := open(ctx, b, r, box, join(picture("1280x720", "30", "10"), sound("10"), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "a.mkv"})...)
	plan := PlanLadder(take.Media())
	compare(b, r, take, plan, func() error {
		_, err := r.encode(ctx, take, plan, adjustment{}, nil)
		return err
	})
}

// compare runs ours and the same command bare in turn.
func compare(b *testing.B, r *Runner, take Take, plan []Encoding, ours func() error) {
	b.Helper()
	var sandboxed, bare, oursCPU, bareCPU time.Duration
	for b.Loop() {
		start, cpu := time.Now(), childrenCPU(b)
		if err := ours(); err != nil {
			b.Fatal(err)
		}
		sandboxed, oursCPU = sandboxed+time.Since(start), oursCPU+childrenCPU(b)-cpu
		start, cpu = time.Now(), childrenCPU(b)
		bareEncode(b, r, take, plan)
		bare, bareCPU = bare+time.Since(start), bareCPU+childrenCPU(b)-cpu
	}
	media := take.Runs[0].Media.Duration * time.Duration(b.N)
	b.ReportMetric(sandboxed.Seconds()/bare.Seconds(), "wall-ratio")
	b.ReportMetric(oursCPU.Seconds()/bareCPU.Seconds(), "cpu-ratio")
	b.ReportMetric(media.Seconds()/sandboxed.Seconds(), "x-realtime")
	b.ReportMetric(0, "ns/op")
}

// childrenCPU is what all ended children of this process have used.
func childrenCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func bareEncode(b *testing.B, r *Runner, take Take, plan []Encoding) {
	b.Helper()
	run, dir := take.Runs[0], b.TempDir()
	var dirs []string
	for i := range plan {
		dirs = append(dirs, fmt.Sprint("out-", i))
		if err := os.Mkdir(filepath.Join(dir, dirs[i]), 0o700); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(run.File.box.dir, run.File.name), filepath.Join(dir, run.File.name)); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command("nice", append([]string{"-n", "10", "ffmpeg", "-nostdin", "-v", "error"}, r.encodeArgs(run, plan, dirs, adjustment{})...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}
