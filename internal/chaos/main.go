// Command chaos proves that no recording is lost: it starts real servers, lets many takes be recorded at once as
// browsers do, and while they are breaks everything that can break: servers, pages, networks, the object store,
// the database, disks, whole nodes. Afterwards it compares, for each take, the bytes in the object store with those that the
// encoder made, and plays what plays.
//
//	go run ./internal/chaos -takes 200 -tabs 20 -seed 1 -out docs/chaos.md
//
// Most takes are sent by a program that speaks the recorder's protocol and keeps its chunks as the recorder does; those of -tabs
// are recorded by the web client itself in a real Chromium, which is killed as well. With -long the store and the network are away
// for as long as they may be in life. The seed fixes what is recorded and what is broken for how long; the moments also depend on the machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// options of a run.
type options struct {
	bin, models, data     string
	web                   string // the web client's sources, with the driver of browsers
	takes, together, tabs int
	seed                  uint64
	only, out             string
	keep, jobs, long      bool
	strikes               int // of a scene at the most; 0: until its takes are over
	log                   *slog.Logger

	silence, check string // a silent microphone, and internal/mediacheck; made when there are tabs
}

func main() {
	var opt options
	flag.StringVar(&opt.bin, "bin", "bin/baton", "the program")
	flag.StringVar(&opt.models, "models", modelsDir(), "its speech model")
	flag.StringVar(&opt.data, "data", filepath.Join("testdata", "media"), "recordings of browsers")
	flag.IntVar(&opt.takes, "takes", 200, "how many")
	flag.IntVar(&opt.tabs, "tabs", 0, "how many more in a real browser")
	flag.StringVar(&opt.web, "web", "web", "the web client, installed, for those")
	flag.BoolVar(&opt.long, "long", false, "only what is away for minutes")
	flag.IntVar(&opt.together, "together", 8, "how many at once")
	flag.Uint64Var(&opt.seed, "seed", 1, "of all that is random")
	flag.StringVar(&opt.only, "only", "", "only the faults whose name has one of these in it, a list with |")
	flag.StringVar(&opt.out, "out", "", "also write the table into this file")
	flag.BoolVar(&opt.jobs, "jobs", true, "wait until every job is done")
	flag.BoolVar(&opt.keep, "keep", false, "keep the servers' data and logs")
	flag.Parse()
	opt.log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := chaos(ctx, opt); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func modelsDir() string {
	if d := os.Getenv("BATON_MODELS_DIR"); d != "" { //nolint:forbidigo // the setting of the servers that it starts
		return d
	}
	cache, _ := os.UserCacheDir()
	return filepath.Join(cache, "baton", "models")
}

func chaos(ctx context.Context, opt options) error {
	r, err := run(ctx, opt)
	if r == nil || err != nil && ctx.Err() == nil {
		return err
	}
	if _, err := io.WriteString(os.Stdout, r.markdown()); err != nil { // of what was played until it was interrupted, too
		return fmt.Errorf("print the table: %w", err)
	}
	if opt.out != "" {
		if err := os.WriteFile(opt.out, []byte(r.document()), 0o644); err != nil { //nolint:gosec // for reading
			return fmt.Errorf("write the table: %w", err)
		}
	}
	if n := len(r.broken()); n > 0 {
		return fmt.Errorf("%d things are not as they have to be", n)
	}
	return nil
}

// run plays every fault's share of the takes, ground by ground.
func run(ctx context.Context, opt options) (_ *report, err error) {
	if opt.bin, err = filepath.Abs(opt.bin); err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	src, err := newSources(ctx, opt.data)
	if err != nil {
		return nil, err
	}
	r := newReport(opt, shares(opt))
	if len(r.shares) == 0 {
		return nil, fmt.Errorf("no fault has %q in its name, or there are no takes for it", opt.only)
	}
	if opt.tabs > 0 {
		tools, err := os.MkdirTemp("", "bc")
		if err != nil {
			return nil, fmt.Errorf("make a directory: %w", err)
		}
		defer func() { _ = os.RemoveAll(tools) }()
		if err := r.opt.makeTools(ctx, tools); err != nil {
			return nil, err
		}
	}
	for g := single; g <= cluster; g++ {
		if err := r.onGround(ctx, g, src); err != nil {
			return r, err
		}
	}
	return r, nil
}

// share is how many takes a fault gets, and how many of them at once.
type share struct {
	*fault

	takes, together int
	seed            uint64
}

// shares deals the takes out to the faults that are asked for; the first get what is left over.
func shares(opt options) []share {
	wanted := func(all []fault) (chosen []*fault) {
		for i := range all {
			if slices.ContainsFunc(strings.Split(opt.only, "|"), func(s string) bool { return strings.Contains(all[i].name, s) }) {
				chosen = append(chosen, &all[i])
			}
		}
		return chosen
	}
	var out []share
	deal := func(chosen []*fault, takes, together int, seed uint64) {
		for i, f := range chosen {
			n := takes/len(chosen) + more(i < takes%len(chosen))
			if n > 0 {
				out = append(out, share{f, n, together, seed + uint64(i)*1009})
			}
		}
	}
	all := faults
	if opt.long {
		all = longFaults
	}
	deal(wanted(all), opt.takes, opt.together, opt.seed*1_000_003)
	inBrowsers := browserFaults
	if opt.long {
		inBrowsers = longBrowserFaults
	}
	deal(wanted(inBrowsers), opt.tabs, 1, opt.seed*1_000_003+500_009)
	return out
}

// onGround plays the scenes of the faults that need this ground, in one world.
func (r *report) onGround(ctx context.Context, g ground, src *sources) (err error) {
	var w *world
	var all []*scene
	for _, f := range r.shares {
		if f.ground != g {
			continue
		}
		if w == nil {
			if w, err = newWorld(ctx, r.opt, g); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, w.close()) }()
		}
		for left := f.takes; left > 0; left -= f.together {
			s, err := newScene(ctx, w, f.fault, src, min(left, f.together), f.seed+uint64(left))
			if err != nil {
				return err
			}
			all = append(all, s)
			if err := r.scene(ctx, s); err != nil {
				return fmt.Errorf("%s: %w\n%s", f.name, err, w.node().tail())
			}
		}
	}
	for _, s := range all {
		for _, t := range s.takes {
			if !r.opt.jobs {
				break
			}
			w.settled(ctx, t, r.proofs[t])
		}
	}
	return nil
}

func more(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// scene plays one and proves its takes.
func (r *report) scene(ctx context.Context, s *scene) error {
	defer s.close()
	if err := s.play(ctx); err != nil {
		return err
	}
	return s.world.look(ctx, func(l *look) error {
		for _, t := range s.takes {
			p := s.world.prove(ctx, t, l)
			r.add(s, t, p)
			r.log.InfoContext(ctx, "take", slog.String("fault", s.fault.name), slog.String("clip_id", t.clip), slog.String("source", t.src.name),
				slog.Float64("recorded", p.recorded.Seconds()), slog.Float64("lost", p.lost.Seconds()), slog.Any("refused", t.refusals),
				slog.Float64("receipt_after", t.slow.Seconds()), slog.Any("not_well", p.faults))
		}
		return ctx.Err()
	})
}
