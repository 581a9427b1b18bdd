package worker_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/transcribe"
	"baton/transcribe/transcribetest"
	"baton/transcribe/worker"
)

// The test program is its own child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Stdin, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

// engine starts its children through a shell that leaves its process id in a file
// before it becomes the child, so that a test can kill it.
func engine(t *testing.T, c worker.Config) (e *worker.Engine, kill func(testing.TB)) {
	t.Helper()
	e, pid := engineOf(t, c)
	return e, func(tb testing.TB) {
		tb.Helper()
		if err := exec.Command("/bin/kill", "-KILL", pid(tb)).Run(); err != nil {
			tb.Fatal(err)
		}
	}
}

// engineOf is engine, with what tells the child's process id.
func engineOf(t *testing.T, c worker.Config) (e *worker.Engine, child func(testing.TB) string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pid := filepath.Join(t.TempDir(), "pid")
	c.Argv = []string{"/bin/sh", "-c", `echo $$ > "$0"; exec "$@"`, pid, self, worker.Command}
	if c.Models.Runtime == "" {
		c.Models = transcribetest.Models(t)
		c.Models.Parallel = 2
	}
	e, err = worker.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, func(tb testing.TB) string {
		tb.Helper()
		b, err := os.ReadFile(pid)
		if err != nil {
			tb.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var most int64
	e, kill := engine(t, worker.Config{OnExit: func(u worker.Usage) {
		mu.Lock()
		defer mu.Unlock()
		most = max(most, u.MaxBytes)
	}})
	transcribetest.Run(t, transcribetest.Harness{Engine: e, Break: kill})
	mu.Lock()
	defer mu.Unlock()
	limit := int64(800 << 20)
	if raceDetector {
		limit *= 2
	}
	if most == 0 || most > limit {
		t.Errorf("a child took %d MiB", most>>20)
	}
}

func TestModelsAreMissing(t *testing.T) {
	t.Parallel()
	c := transcribetest.Models(t)
	c.Model = filepath.Join(t.TempDir(), "none")
	e, _ := engine(t, worker.Config{Models: c})
	err := e.Transcribe(t.Context(), bytes.NewReader(nil), transcribe.Options{}, nil)
	if domain.KindOf(err) != domain.KindUnavailable {
		t.Errorf("got %v", err)
	}
}

func TestModelIsDamaged(t *testing.T) {
	t.Parallel()
	c := transcribetest.Models(t)
	c.Model = t.TempDir()
	if err := os.WriteFile(filepath.Join(c.Model, "encoder_model.onnx"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, _ := engine(t, worker.Config{Models: c})
	err := e.Transcribe(t.Context(), bytes.NewReader(transcribetest.Silence(3000)), transcribe.Options{}, nil)
	if err == nil || !strings.Contains(err.Error(), "load speech encoder") {
		t.Errorf("got %v", err)
	}
}

func TestStalledChildIsKilled(t *testing.T) {
	t.Parallel()
	e, err := worker.New(worker.Config{Models: transcribetest.Models(t), Argv: []string{"/bin/sleep", "60"}, Stall: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	err = e.Transcribe(t.Context(), bytes.NewReader(transcribetest.Silence(60_000)), transcribe.Options{}, nil)
	if !errors.Is(err, worker.ErrStalled) {
		t.Errorf("got %v", err)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	pcm := bytes.Repeat(append(transcribetest.Speech(t, "jfk.wav"), transcribetest.Silence(4000)...), 20)
	err := e.Transcribe(t.Context(), bytes.NewReader(pcm), transcribe.Options{}, func(transcribe.Stretch) error {
		go func() { _ = e.Close() }()
		return nil
	})
	if !errors.Is(err, worker.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// What nobody waits for yields more than what somebody does; both yield to recordings.
func TestChildYields(t *testing.T) {
	t.Parallel()
	own := niceness(t, 0)
	for awaited, want := range map[bool]int{false: 10, true: 2} {
		e, child := engineOf(t, worker.Config{})
		nice := 0
		err := e.Transcribe(t.Context(), bytes.NewReader(transcribetest.Speech(t, "jfk.wav")), transcribe.Options{Awaited: awaited, Progress: func(int64) {
			nice = max(nice, nicest(t, child(t)))
		}}, func(transcribe.Stretch) error { return nil })
		if want := min(own+want, 19); err != nil || nice != want {
			t.Errorf("awaited %t: nice %d, want %d, %v", awaited, nice, want, err)
		}
	}
}

// nicest is how nice the nicest thread of a process is.
func nicest(t *testing.T, pid string) (nice int) {
	t.Helper()
	threads, err := os.ReadDir("/proc/" + pid + "/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		nice = max(nice, niceness(t, id))
	}
	return nice
}

// niceness of a thread, 0 for this one; one that has ended is not nice.
func niceness(t *testing.T, id int) int {
	t.Helper()
	p, err := syscall.Getpriority(syscall.PRIO_PROCESS, id)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
	if err != nil {
		return 0
	}
	return 20 - p // the system call counts down from 20
}

// A run that is killed goes on where it was settled: no word is lost, none comes twice.
func TestInterruptedRunGoesOn(t *testing.T) {
	t.Parallel()
	e, kill := engine(t, worker.Config{})
	one := append(transcribetest.Speech(t, "jfk.wav"), transcribetest.Silence(3500)...)
	pcm := bytes.Repeat(one, 4)
	var settled int64
	var kept domain.Transcript
	for attempt := range 3 {
		rest := bytes.NewReader(pcm[settled*transcribe.BytesPerMS:])
		t.Logf("attempt %d from %d ms", attempt, settled)
		updates := 0
		got, err := transcribe.Run(t.Context(), e, rest, transcribe.Options{StartMS: settled}, kept, func(u transcribe.Update) error {
			kept.Cues = append(kept.Cues, u.Cues...) // as a store does
			settled = u.SettledMS
			if updates++; updates == 1 && attempt < 2 {
				kill(t)
			}
			return nil
		})
		if err == nil {
			kept = got
		}
	}
	want := strings.TrimSpace(strings.Repeat(transcribetest.Text(t, "jfk.txt")+" ", 4))
	if got := transcribetest.Plain(kept.Cues); otherWords(got, want) > 2 {
		t.Errorf("heard %q", got)
	}
	for i, c := range kept.Cues {
		if c.No != i || i > 0 && c.StartMS < kept.Cues[i-1].EndMS {
			t.Errorf("cue %d: %+v", i, c)
		}
	}
	if kept.Language != "en" || transcribe.State(kept) != domain.TranscriptDone || kept.Coverage < 0.9 {
		t.Errorf("language %q, coverage %.2f", kept.Language, kept.Coverage)
	}
}

// otherWords counts the places at which two texts have different words. A word that is lost
// or comes twice shifts all that follow. The engine may hear one a little differently ("as"
// for "ask") when it begins at another moment, and where a killed run was settled is chance.
func otherWords(got, want string) (n int) {
	g, w := strings.Fields(got), strings.Fields(want)
	if len(g) != len(w) {
		return max(len(g), len(w))
	}
	for i := range g {
		if g[i] != w[i] {
			n++
		}
	}
	return n
}

// A recording that goes on and one that has ended share a child, and neither waits for the other.
func TestTranscriptionsShareAChild(t *testing.T) {
	t.Parallel()
	var children atomic.Int32
	e, _ := engine(t, worker.Config{OnExit: func(worker.Usage) { children.Add(1) }})
	live, speaker := io.Pipe()
	heard := make(chan string, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- e.Transcribe(t.Context(), live, transcribe.Options{Awaited: true}, func(s transcribe.Stretch) error {
			for _, w := range s.Words {
				heard <- w.Text
			}
			return nil
		})
	}()
	pcm := append(transcribetest.Speech(t, "jfk.wav"), transcribetest.Silence(4000)...)
	if _, err := speaker.Write(pcm); err != nil {
		t.Fatal(err)
	}
	<-heard // and now nothing more comes for a while
	got, err := transcribe.Run(t.Context(), e, bytes.NewReader(pcm), transcribe.Options{}, domain.Transcript{}, nil)
	if err != nil || transcribetest.Plain(got.Cues) != transcribetest.Text(t, "jfk.txt") {
		t.Errorf("heard %q, %v", transcribetest.Plain(got.Cues), err)
	}
	if err := speaker.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if n := children.Load(); n != 1 {
		t.Errorf("%d children", n)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	pcm := append(transcribetest.Silence(60_000), transcribetest.Speech(t, "jfk.wav")...)
	var speech []domain.Span
	err := e.Detect(t.Context(), bytes.NewReader(pcm), transcribe.Options{StartMS: 1000}, func(s transcribe.Stretch) error {
		speech = append(speech, s.Speech...)
		if len(s.Words) > 0 {
			t.Errorf("words %v", s.Words)
		}
		return nil
	})
	if err != nil || len(speech) == 0 || speech[0].StartMS < 61_000 || speech[0].StartMS > 62_000 {
		t.Errorf("%v, %v", speech, err)
	}
}

// A microphone 30 dB too quiet is heard when its sound is levelled.
func TestQuietMicrophone(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	pcm := transcribetest.Speech(t, "jfk.wav")
	for i := 0; i+1 < len(pcm); i += 2 {
		v := int16(binary.LittleEndian.Uint16(pcm[i:])) / 32
		binary.LittleEndian.PutUint16(pcm[i:], uint16(v))
	}
	got, err := transcribe.Run(t.Context(), e, transcribe.Level(bytes.NewReader(pcm)), transcribe.Options{}, domain.Transcript{}, nil)
	if heard := transcribetest.Plain(got.Cues); err != nil || heard != transcribetest.Text(t, "jfk.txt") {
		t.Errorf("heard %q, %v", heard, err)
	}
}

// Words are drafted while the sentence goes on, and the settled ones take their place.
func TestDrafts(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	pcm := transcribetest.Speech(t, "jfk.wav")
	half := len(pcm) / 2 / 2 * 2
	in, out := io.Pipe()
	drafted := make(chan string, 100)
	go func() {
		_, _ = out.Write(pcm[:half])
		var early []string
		for len(early) == 0 || !strings.Contains(early[len(early)-1], "fellow") {
			select {
			case d := <-drafted:
				early = append(early, d)
			case <-t.Context().Done():
				return
			}
		}
		_, _ = out.Write(pcm[half:])
		_ = out.Close()
	}()
	said := 0
	o := transcribe.Options{Draft: func(words []domain.Word) {
		if said++; said < cap(drafted) {
			drafted <- strings.ToLower(transcribetest.Plain(transcribe.CutAll(words)))
		}
	}}
	got, err := transcribe.Run(t.Context(), e, in, o, domain.Transcript{}, nil)
	if err != nil || transcribetest.Plain(got.Cues) != transcribetest.Text(t, "jfk.txt") {
		t.Errorf("heard %q, %v", transcribetest.Plain(got.Cues), err)
	}
}

// Speech of another language is not guessed at: it has no words, and is said to be lost. Reversed speech stands for one.
func TestAnotherLanguage(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	known, pause := transcribetest.Speech(t, "jfk.wav"), transcribetest.Silence(4000)
	foreign := reversed(transcribetest.Speech(t, "acoustic_corpus.wav"))
	both := slices.Concat(known, pause, foreign, pause, known)
	got, err := transcribe.Run(t.Context(), e, bytes.NewReader(both), transcribe.Options{}, domain.Transcript{}, nil)
	one := transcribetest.Text(t, "jfk.txt")
	if heard := transcribetest.Plain(got.Cues); err != nil || heard != one+" "+one {
		t.Errorf("heard %q, %v", heard, err)
	}
	if got.Coverage > 0.75 || len(got.Lost) == 0 {
		t.Errorf("coverage %.2f, lost %v", got.Coverage, got.Lost)
	}
	got, err = transcribe.Run(t.Context(), e, bytes.NewReader(foreign), transcribe.Options{}, domain.Transcript{}, nil)
	if err != nil || len(got.Cues) > 0 || transcribe.State(got) != domain.TranscriptFailed {
		t.Errorf("of another language alone: %q, %s, %v", transcribetest.Plain(got.Cues), transcribe.State(got), err)
	}
}

func reversed(pcm []byte) []byte {
	out := make([]byte, len(pcm)/2*2)
	for i := 0; i+1 < len(pcm); i += 2 {
		j := len(out) - 2 - i
		out[j], out[j+1] = pcm[i], pcm[i+1]
	}
	return out
}

// Nobody speaks for ten minutes, and a telephone gives its dial tone for two: no words, and soon.
func TestLongSilence(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, worker.Config{})
	tone := make([]byte, 0, 120_000*transcribe.BytesPerMS)
	for n := range 120 * transcribe.SampleRate {
		at := 2 * math.Pi * float64(n) / transcribe.SampleRate
		tone = binary.LittleEndian.AppendUint16(tone, uint16(int16(4000*(math.Sin(350*at)+math.Sin(440*at)))))
	}
	for name, pcm := range map[string][]byte{"silence": transcribetest.Silence(600_000), "dial tone": tone} {
		got, err := transcribe.Run(t.Context(), e, transcribe.Level(bytes.NewReader(pcm)), transcribe.Options{}, domain.Transcript{}, nil)
		if err != nil || len(got.Cues) > 0 || transcribe.State(got) != domain.TranscriptNoSpeech {
			t.Errorf("%s: %q, %s, %v", name, transcribetest.Plain(got.Cues), transcribe.State(got), err)
		}
	}
}
