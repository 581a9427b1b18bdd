package main

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is what a run found.
type report struct {
	opt    options
	log    *slog.Logger
	shares []share
	lines  map[*fault]*line
	proofs map[*take]*proof
	began  time.Time
}

func newReport(opt options, shares []share) *report {
	r := &report{opt: opt, log: opt.log, shares: shares, lines: map[*fault]*line{}, proofs: map[*take]*proof{}, began: time.Now()}
	for _, s := range shares {
		r.lines[s.fault] = &line{fault: s.fault}
	}
	return r
}

// line is a row of the table.
type line struct {
	*fault

	takes   []*take
	strikes int
	spool   int64 // bytes, at the most
}

func (r *report) add(s *scene, t *take, p *proof) {
	l := r.lines[s.fault]
	if s.takes[0] == t {
		l.strikes += s.strikes
		l.spool = max(l.spool, s.spool)
	}
	l.takes = append(l.takes, t)
	r.proofs[t] = p
}

// sum is what is counted of some takes.
type sum struct {
	takes, strikes, closed, sameHash, ready, jobsDone, frames, beeps int
	recorded, lost, unsaved                                          time.Duration
	spool                                                            int64
	refused                                                          map[string]int
}

func (s *sum) add(o sum) {
	s.takes += o.takes
	s.strikes += o.strikes
	s.closed += o.closed
	s.sameHash += o.sameHash
	s.ready += o.ready
	s.jobsDone += o.jobsDone
	s.frames += o.frames
	s.beeps += o.beeps
	s.recorded += o.recorded
	s.lost += o.lost
	s.unsaved += o.unsaved
}

func (r *report) count(l *line) sum {
	s := sum{takes: len(l.takes), strikes: l.strikes, spool: l.spool, refused: map[string]int{}}
	for _, t := range l.takes {
		p := r.proofs[t]
		s.add(sum{
			closed: len(t.visits), recorded: p.recorded, lost: p.lost, unsaved: p.unsaved, sameHash: more(p.sameHash), ready: more(p.ready),
			jobsDone: more(p.jobsDone), frames: p.frames, beeps: p.beeps,
		})
		for k, n := range t.refusals {
			s.refused[k] += n
		}
	}
	return s
}

// broken lists what is not as it has to be.
func (r *report) broken() (out []string) {
	for _, s := range r.shares {
		for _, t := range r.lines[s.fault].takes {
			for _, what := range r.proofs[t].faults {
				out = append(out, fmt.Sprintf("%s, clip %s (%s): %s", s.name, t.clip, t.src.name, what))
			}
		}
	}
	return out
}

// markdown is the tables; the last line is the summary.
func (r *report) markdown() string {
	var b strings.Builder
	sent, tabs := r.table(&b, false), r.table(&b, true)
	broken := r.broken()
	for _, what := range broken {
		fmt.Fprintf(&b, "* not well: %s\n", what)
	}
	if len(broken) > 0 {
		b.WriteString("\n")
	}
	all := sent
	all.add(tabs)
	fmt.Fprintf(&b, "seed %d: %d takes, %d of them in a browser, %d faults and %d closed pages in %.0f minutes, %.0f s recorded, %s s lost, %d of %d with the encoder's own bytes, %d not well\n",
		r.opt.seed, all.takes, tabs.takes, all.strikes, all.closed, time.Since(r.began).Minutes(), all.recorded.Seconds(), seconds(all.lost), all.sameHash, all.takes, len(broken))
	return b.String()
}

// table writes one of the two: takes of the program that speaks the recorder's protocol, and those in a browser.
func (r *report) table(b *strings.Builder, inBrowser bool) (total sum) {
	head := []string{"fault", "takes", "times it struck", "pages closed", "seconds recorded", "seconds lost", "same bytes", "ready", "jobs done", "pictures played", "spool at most, MiB", "refusals on the way"}
	if inBrowser {
		head = []string{"fault, takes in Chromium", "takes", "times it struck", "pages killed", "seconds recorded", "seconds lost", "seconds not yet on the browser's disk", "same bytes", "ready", "jobs done", "pictures played", "beeps played"}
	}
	rows := [][]string{}
	for _, s := range r.shares {
		l := r.lines[s.fault]
		if s.inBrowser != inBrowser || len(l.takes) == 0 {
			continue
		}
		c := r.count(l)
		total.add(c)
		row := []string{s.name, n(c.takes), n(c.strikes), n(c.closed), fmt.Sprintf("%.0f", c.recorded.Seconds()), seconds(c.lost)}
		if inBrowser {
			row = append(row, fmt.Sprintf("%.2f", c.unsaved.Seconds()))
		}
		row = append(row, n(c.sameHash), n(c.ready), n(c.jobsDone), n(c.frames))
		if inBrowser {
			row = append(row, n(c.beeps))
		} else {
			row = append(row, fmt.Sprintf("%.1f", float64(c.spool)/(1<<20)), refusals(c.refused))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return total
	}
	fmt.Fprintf(b, "| %s |\n| --- |%s\n", strings.Join(head, " | "), strings.Repeat(" --: |", len(head)-1))
	for _, row := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteString("\n")
	return total
}

func n(i int) string { return fmt.Sprint(i) }

func refusals(m map[string]int) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s: %d", k, m[k]))
	}
	return strings.Join(out, ", ")
}

func seconds(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}

// document is the file that a run is kept in: what it was, and its tables.
func (r *report) document() string {
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output() //nolint:noctx // short
	if err != nil {
		commit = []byte("unknown")
	}
	return fmt.Sprintf("%s\n%s of %s, commit %s, on %s, seed %d.\n\n%s", documentHead, r.began.UTC().Format("15:04 UTC"), r.began.UTC().Format("2 January 2006"),
		strings.TrimSpace(string(commit)), machine(), r.opt.seed, r.markdown())
}

const documentHead = `# Chaos

What ` + "`make chaos`" + ` prints: takes are recorded on real servers, with a real PostgreSQL and a real object store, and while they are, everything that
can break is broken at random moments. Afterwards the SHA-256 of the source in the object store is compared with that of what the encoder made, for a
take whose owner never came back with that of what was acknowledged; what plays is decoded, and its pictures are counted; the clip has to be ready, and its jobs done.
`

// machine is what this runs on.
func machine() string {
	name := "an unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%d processors (%s), %s", runtime.NumCPU(), name, runtime.GOOS)
}
