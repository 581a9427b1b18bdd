// Command bench measures Baton on this machine: it starts real servers, plays recordings at them, and prints one
// Markdown document of tables, each measurement beside its aim, whose last line is a summary.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"baton/internal/proc"
)

// options say what is measured, and how much of it.
type options struct {
	bin, models, data string
	only              []string
	out               string

	starts        int
	takes         int
	long, spoken  time.Duration
	live          time.Duration
	load          time.Duration
	viewers       int
	talk          time.Duration
	most          int
	cues, queries int

	mediamtx, against string
	rounds, streams   int
}

// part is one of the things that are measured; its name is for -only.
type part struct {
	name string
	run  func(context.Context, options, *report) error
	// asked: only when it is named; it needs what is not here.
	asked bool
}

func parts() []part {
	return []part{
		{name: "start", run: measureStart},
		{name: "stop", run: measureStop},
		{name: "words", run: measureWords},
		{name: "load", run: measureLoad},
		{name: "beside", run: measureBeside, asked: true},
		{name: "viewers", run: measureViewers},
		{name: "search", run: measureSearch},
		{name: "player", run: measurePlayer},
		{name: "web", run: measureWeb},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func flags() (opt options, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return opt, fmt.Errorf("find the cache: %w", err)
	}
	only := flag.String("only", "", "parts to measure, with commas: start, stop, words, load, beside (only when named), viewers, search, player, web")
	flag.StringVar(&opt.bin, "baton", filepath.Join("bin", "baton"), "the program")
	flag.StringVar(&opt.models, "models", filepath.Join(cache, "baton", "models"), "folder of the speech model")
	flag.StringVar(&opt.data, "data", filepath.Join("..", "shared", "data"), "folder that has speech/; without it, the speech of testdata")
	flag.StringVar(&opt.out, "out", "", "also write the document to this file")
	flag.IntVar(&opt.starts, "starts", 5, "cold and warm starts")
	flag.IntVar(&opt.takes, "takes", 20, "recordings of 10 s over each carrier")
	flag.DurationVar(&opt.long, "long", 30*time.Minute, "the long recording")
	flag.DurationVar(&opt.spoken, "spoken", 3*time.Minute, "the recording that is transcribed")
	flag.DurationVar(&opt.live, "live", time.Minute, "the recording that is transcribed while it is made in real time; 0: none")
	flag.DurationVar(&opt.load, "load", 30*time.Second, "how long many record at once")
	flag.IntVar(&opt.most, "most", 0, "how many record at once at the most; 0: as many as the aims say, and more")
	flag.IntVar(&opt.viewers, "viewers", 200, "how many watch one clip at once")
	flag.DurationVar(&opt.talk, "talk", 30*time.Second, "how long they comment, ten times a second")
	flag.IntVar(&opt.cues, "cues", 1_000_000, "cues that are searched, a seventh of them in the searcher's workspace")
	flag.IntVar(&opt.queries, "queries", 200, "queries of each kind")
	flag.StringVar(&opt.mediamtx, "mediamtx", "", "a MediaMTX to compare with (beside)")
	flag.StringVar(&opt.against, "against", "", "other builds of Baton to compare with, with commas (beside)")
	flag.IntVar(&opt.rounds, "rounds", 5, "how often they take turns (beside)")
	flag.IntVar(&opt.streams, "streams", 20, "how many publish at once (beside)")
	flag.Parse()
	if *only != "" {
		opt.only = strings.Split(*only, ",")
	}
	return opt, nil
}

func run(ctx context.Context) error {
	opt, err := flags()
	if err != nil {
		return err
	}
	all := parts()
	for _, name := range opt.only {
		if !slices.ContainsFunc(all, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("-only: there is no part %q", name)
		}
	}
	r := &report{}
	commit, some := revision(ctx), len(opt.only) > 0
	about := &table{} // a part that is measured alone tells of the machine itself
	if !some {
		about = r.machine(ctx, commit)
	}
	for _, p := range all {
		if some && !slices.Contains(opt.only, p.name) || !some && p.asked {
			continue
		}
		began, others, first := time.Now(), proc.Watch(), len(r.tables)
		fmt.Fprintf(os.Stderr, "bench: %s…\n", p.name)
		if err := p.run(ctx, opt, r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		quiet := fmt.Sprintf("other programs took %.0f %% of the processors; load average after it %s; it lasted %s",
			100*others.Share(), loadAverage(), nice(time.Since(began)))
		about.add("while measuring "+p.name, quiet)
		for _, t := range r.tables[min(first, len(r.tables)):] {
			if some {
				t.how += fmt.Sprintf(" Measured by itself on %s with %s: %s.", time.Now().UTC().Format(time.DateOnly), commit, quiet)
			}
		}
		// After each part, so that what took minutes to measure outlives a part that fails.
		if err := r.write(opt.out, some); err != nil {
			return err
		}
	}
	_, err = os.Stdout.WriteString(r.markdown())
	return err //nolint:wrapcheck // nobody reads it
}

// revision names what was measured.
func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
