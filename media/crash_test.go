package media_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
)

// childEnv makes the test binary a server to be killed: "dir|clip|chunk size".
const childEnv = "BATON_MEDIA_TEST_CHILD"

// child takes a recording's chunks from its file and prints each acknowledgement.
func child() {
	f := strings.Split(os.Getenv(childEnv), "|") //nolint:forbidigo // how a test tells its own child
	dir, clip := f[0], domain.ClipID(f[1])
	size, _ := strconv.Atoi(f[2])
	ctx := context.Background()
	in, err := media.New(media.Config{
		Store: newStore(filepath.Join(dir, "db.json")), Objects: &objects{dir: filepath.Join(dir, "s3")}, Keys: keys{},
		Dir: filepath.Join(dir, "spool"), Node: "child", Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		err = in.Recover(ctx)
	}
	data, readErr := os.ReadFile("../testdata/media/avc1-opus.mkv")
	if err != nil || readErr != nil {
		_, _ = fmt.Fprintln(os.Stdout, "error", err, readErr)
		os.Exit(1)
	}
	s, err := in.Status(ctx, clip)
	for i, c := range chunks(data, size) {
		if int64(i) < s.NextSeq {
			continue
		}
		if _, err = in.Append(ctx, clip, mkvType, int64(i), c, sha256.Sum256(c)); err != nil {
			break
		}
		_, _ = fmt.Fprintln(os.Stdout, "ack", i)
	}
	_, _ = fmt.Fprintln(os.Stdout, "end", err)
	select {} // wait to be killed
}

// TestKill9LosesNothingAcknowledged kills the server again and again at random moments of one recording.
func TestKill9LosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := newStore(filepath.Join(dir, "db.json"))
	clip := db.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	const size = 500
	total := len(chunks(data, size))
	rnd := rand.New(rand.NewPCG(5, 6))
	acked := -1
	for round := 0; acked < total-1; round++ {
		last := killedChild(t, dir, clip, size, 8+rnd.IntN(30), time.Duration(rnd.IntN(3000))*time.Microsecond)
		if last < acked {
			t.Fatalf("round %d: acknowledged %d, before it was %d", round, last, acked)
		}
		acked = last
		if round > 100 {
			t.Fatal("no progress")
		}
	}
	b := &bench{store: newStore(filepath.Join(dir, "db.json")), objects: &objects{dir: filepath.Join(dir, "s3")}, dir: dir}
	b.start(t)
	s, err := b.Status(t.Context(), clip)
	if err != nil || s.NextSeq < int64(acked+1) {
		t.Fatalf("%d chunks were acknowledged, %+v, %v", acked+1, s, err)
	}
	if s, err = b.Finish(t.Context(), clip, int64(total), hexSum(data)); err != nil || s.DurationMS < 7900 {
		t.Fatalf("%+v, %v", s, err)
	}
	if hexSum(b.source(t, clip)) != hexSum(data) {
		t.Error("the stored source is not what was sent")
	}
	for _, f := range b.files(t, clip) {
		decodes(t, f)
	}
}

// killedChild runs a server until it has acknowledged some chunks, and a moment more, and kills it. It returns the
// last acknowledged chunk; the child continues where its status says, so that is also a test of the status.
func killedChild(t *testing.T, dir string, clip domain.ClipID, size, acks int, more time.Duration) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(cmd.Environ(), fmt.Sprintf("%s=%s|%s|%d", childEnv, dir, clip, size))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	lines := bufio.NewScanner(out)
	kill := func() { _ = cmd.Process.Kill() }
	var timer *time.Timer
	for lines.Scan() {
		word, n, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "ack":
			last, _ = strconv.Atoi(n)
			if acks--; acks == 0 {
				timer = time.AfterFunc(more, kill)
			}
		case "end":
			if n != "<nil>" {
				t.Errorf("child: %s", n)
			}
			if last < 0 { // everything was there before
				last = len(chunks(sample(t, "avc1-opus.mkv"), size)) - 1
			}
			kill()
		default:
			t.Errorf("child: %s", lines.Text())
		}
	}
	if timer != nil {
		timer.Stop()
	}
	_ = cmd.Wait() // killed
	return last
}
