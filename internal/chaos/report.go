package main

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
)

// report is what a run found.
type report struct {
	opt     options
	log     *slog.Logger
	faults  []*fault
	takes   map[*fault][]*take
	strikes map[*fault]int
	proofs  map[*take]*proof
	broken  []string
	began   time.Time
}

func newReport(opt options, chosen []*fault) *report {
	return &report{
		opt: opt, log: opt.log, faults: chosen, takes: map[*fault][]*take{}, strikes: map[*fault]int{}, proofs: map[*take]*proof{}, began: time.Now(),
	}
}

func (r *report) add(s *scene, t *take, p *proof) {
	if len(r.takes[s.fault]) == 0 || s.takes[0] == t {
		r.strikes[s.fault] += s.strikes
	}
	r.takes[s.fault] = append(r.takes[s.fault], t)
	r.proofs[t] = p
}

// line is a row of the table.
type line struct {
	takes, strikes, visits, sameHash, ready, jobsDone, frames int
	recorded, lost                                            time.Duration
	refused                                                   map[string]int
}

func (r *report) line(f *fault) line {
	l := line{takes: len(r.takes[f]), strikes: r.strikes[f], refused: map[string]int{}}
	for _, t := range r.takes[f] {
		p := r.proofs[t]
		l.visits += len(t.visits)
		l.recorded += p.recorded
		l.lost += p.lost
		l.sameHash += more(p.sameHash)
		l.ready += more(p.ready)
		l.jobsDone += more(p.jobsDone)
		l.frames += p.frames
		for k, n := range t.refusals {
			l.refused[k] += n
		}
		for _, what := range p.faults {
			r.broken = append(r.broken, fmt.Sprintf("%s, clip %s (%s): %s", f.name, t.clip, t.src.name, what))
		}
	}
	return l
}

// markdown is the table; its last line is the summary.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| fault | takes | times it struck | pages closed | seconds recorded | seconds lost | same bytes | ready | jobs done | pictures played | refusals on the way |\n")
	fmt.Fprintf(&b, "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |\n")
	var sum line
	r.broken = nil
	for _, f := range r.faults {
		l := r.line(f)
		if l.takes == 0 {
			continue
		}
		var refused []string
		for _, k := range slices.Sorted(maps.Keys(l.refused)) {
			refused = append(refused, fmt.Sprintf("%s: %d", k, l.refused[k]))
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.0f | %s | %d | %d | %d | %d | %s |\n", f.name, l.takes, l.strikes, l.visits, l.recorded.Seconds(), seconds(l.lost),
			l.sameHash, l.ready, l.jobsDone, l.frames, strings.Join(refused, ", "))
		sum.takes += l.takes
		sum.strikes += l.strikes
		sum.visits += l.visits
		sum.recorded += l.recorded
		sum.lost += l.lost
		sum.sameHash += l.sameHash
		sum.ready += l.ready
	}
	b.WriteString("\n")
	for _, what := range r.broken {
		fmt.Fprintf(&b, "* not well: %s\n", what)
	}
	fmt.Fprintf(&b, "seed %d: %d takes, %d faults and %d closed pages in %.0f minutes, %.0f s recorded, %s s lost, %d of %d with the encoder's own bytes, %d not well\n",
		r.opt.seed, sum.takes, sum.strikes, sum.visits, time.Since(r.began).Minutes(), sum.recorded.Seconds(), seconds(sum.lost), sum.sameHash, sum.takes, len(r.broken))
	return b.String()
}

func seconds(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}
