package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"baton/domain"
	"baton/internal/eval"
	"baton/internal/proc"
	"baton/transcribe"
	"baton/transcribe/moonshine"
	"baton/transcribe/worker"
)

// bench runs the engine over recordings and collects figures.
type bench struct {
	model moonshine.Config
	show  bool
	out   io.Writer

	groups []string
	errors map[string]eval.Errors
	starts eval.Times
	ends   eval.Times
	sound  []byte // everything, for the speed
}

func (b *bench) run(ctx context.Context, set []recording) error {
	b.errors = map[string]eval.Errors{}
	if err := b.accuracy(ctx, set); err != nil {
		return err
	}
	total := b.printErrors()
	b.printTimes()
	fastest, err := b.speed(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(b.out, "\nspeech: WER %.1f %% of %d words, word starts %d ms (median), %.0f %% within 200 ms, real-time factor %.3f\n",
		100*total.Rate(), total.Words, b.starts.Percentile(50), 100*b.starts.Within(200), fastest)
	return err
}

// accuracy transcribes each recording as the program does.
func (b *bench) accuracy(ctx context.Context, set []recording) error {
	c := b.model
	c.Parallel = 2
	e, err := worker.New(worker.Config{Models: c})
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }()
	for _, r := range set {
		pcm, err := decode(ctx, r.path)
		if err != nil {
			return err
		}
		b.sound = append(append(b.sound, pcm...), make([]byte, 1000*transcribe.BytesPerMS)...)
		t, err := transcribe.Run(ctx, e, transcribe.Level(bytes.NewReader(pcm)), transcribe.Options{}, domain.Transcript{}, nil)
		if err != nil {
			return fmt.Errorf("transcribe %s: %w", r.path, err)
		}
		b.score(r, t)
	}
	return nil
}

func (b *bench) score(r recording, t domain.Transcript) {
	pairs, errors := eval.Align(eval.Words(r.text), eval.Words(t.Text()))
	if !slices.Contains(b.groups, r.group) {
		b.groups = append(b.groups, r.group)
	}
	b.errors[r.group] = b.errors[r.group].Plus(errors)
	if r.words != nil {
		var heard []domain.Word
		for _, c := range t.Cues {
			heard = append(heard, c.Words...)
		}
		b.starts, b.ends = eval.Compare(r.words, heard)
	}
	if b.show {
		b.showCues(r, t, pairs)
	}
}

func (b *bench) showCues(r recording, t domain.Transcript, pairs []eval.Pair) {
	fmt.Fprintf(b.out, "\n%s (coverage %.2f)\n", r.path, t.Coverage)
	for _, c := range t.Cues {
		fmt.Fprintf(b.out, "%8d %8d  %s\n", c.StartMS, c.EndMS, c.Text)
	}
	ref, hyp := eval.Words(r.text), eval.Words(t.Text())
	word := func(list []string, i int) string {
		if i < 0 {
			return "*"
		}
		return list[i]
	}
	for _, p := range pairs {
		if x, y := word(ref, p.Ref), word(hyp, p.Hyp); x != y {
			fmt.Fprintf(b.out, "   %s → %s", x, y)
		}
	}
	fmt.Fprintln(b.out)
}

func (b *bench) printErrors() (total eval.Errors) {
	b.head("Word error rate, case, punctuation and spelling of numbers apart.", "set", "words", "substituted", "deleted", "inserted", "WER %")
	row := func(name string, e eval.Errors) {
		fmt.Fprintf(b.out, "| %s | %d | %d | %d | %d | %.1f |\n", name, e.Words, e.Substituted, e.Deleted, e.Inserted, 100*e.Rate())
	}
	for _, g := range b.groups {
		row(g, b.errors[g])
		total = total.Plus(b.errors[g])
	}
	row("all", total)
	return total
}

// head begins a table with a sentence before it.
func (b *bench) head(how string, cells ...string) {
	fmt.Fprintf(b.out, "\n%s\n\n| %s |\n|%s\n", how, strings.Join(cells, " | "), strings.Repeat("---|", len(cells)))
}

func (b *bench) printTimes() {
	if b.starts.Count() == 0 {
		fmt.Fprintln(b.out, "\nmissing: no recording with known word times")
		return
	}
	b.head("How far the times of words are from those that people marked.", "word times", "words", "median ms", "p90 ms", "≤ 100 ms %", "≤ 200 ms %")
	for i, t := range []eval.Times{b.starts, b.ends} {
		name := []string{"start", "end"}[i]
		fmt.Fprintf(b.out, "| %s | %d | %d | %d | %.0f | %.0f |\n", name, t.Count(), t.Percentile(50), t.Percentile(90), 100*t.Within(100), 100*t.Within(200))
	}
}

// speed transcribes all the sound in one piece in several ways, the start of the child
// and the loading of the model included. It gives the least real-time factor.
func (b *bench) speed(ctx context.Context) (least float64, err error) {
	b.head("Speed, with the start of the engine's process and the loading of the model.", "threads", "chunks at once", "sound s", "wall s", "CPU s", "wall RTF", "CPU RTF", "peak MiB", "of the processors, others used %")
	for _, c := range []struct{ threads, parallel int }{{1, 1}, {1, 2}, {2, 1}} {
		m := b.model
		m.Threads, m.Parallel = c.threads, c.parallel
		others := proc.Watch()
		wall, used, err := timed(ctx, m, b.sound)
		if err != nil {
			return 0, err
		}
		seconds := float64(len(b.sound)) / (1000 * transcribe.BytesPerMS)
		rtf := wall.Seconds() / seconds
		if least == 0 || rtf < least {
			least = rtf
		}
		fmt.Fprintf(b.out, "| %d | %d | %.1f | %.1f | %.1f | %.3f | %.3f | %d | %.0f |\n", c.threads, c.parallel, seconds,
			wall.Seconds(), used.CPU.Seconds(), rtf, used.CPU.Seconds()/seconds, used.MaxBytes>>20, 100*others.Share())
	}
	return least, nil
}

func timed(ctx context.Context, m moonshine.Config, pcm []byte) (wall time.Duration, used worker.Usage, err error) {
	e, err := worker.New(worker.Config{Models: m, OnExit: func(u worker.Usage) { used = u }})
	if err != nil {
		return 0, used, err
	}
	began := time.Now()
	var words strings.Builder
	err = e.Transcribe(ctx, bytes.NewReader(pcm), transcribe.Options{}, func(s transcribe.Stretch) error {
		for _, w := range s.Words {
			words.WriteString(w.Text)
		}
		return nil
	})
	if err == nil && words.Len() == 0 {
		err = fmt.Errorf("nothing was heard")
	}
	wall = time.Since(began)
	return wall, used, errors.Join(err, e.Close()) // Close waits until used is known
}
