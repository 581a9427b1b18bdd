package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"baton/internal/load"
	"baton/media/loadgen"
)

// publishers are how many record at once; a WHIP publisher costs this machine more than a recorder.
var publishers = []struct { //nolint:gochecknoglobals // a table
	plane load.Plane
	name  string
	many  []int
	aim   int // so many are to go well on two cores; beyond is where they end
}{
	{load.Channel, "data channel", []int{1, 10, 40, 100, 140}, 100},
	{load.HTTP, "HTTP", []int{1, 10, 40, 100, 140}, 100},
	{load.WHIP, "WHIP", []int{1, 10, 40, 60, 100}, 60},
}

// measureLoad lets more and more record at once.
func measureLoad(ctx context.Context, opt options, r *report) error {
	t := r.table("Many at once", fmt.Sprintf("%s of %.1f Mbit/s each in real time, begun and stopped one after the other within %s; the publishers run on the same machine. Shares of one core, per recording, "+
		"measured apart for the server, for its database and object store, and for the publishers; the server plays the parts web and ingest. "+
		"An acknowledged chunk is synced to disk; WHIP (RTP) has no acknowledgements. Playable: a player has the ended playlist and the last segment.", opt.load, load.Mbits, nice(opt.load/3)),
		"plane", "at once", "ack p50", "ack p95", "stop → playable p95", "server, % of a core per stream", "database and object store", "publisher", "processors busy while all record", "memory per stream", "failed", "media missing")
	profiles := r.table("Where the time goes", fmt.Sprintf("The five greatest costs of the server (perf, %s times a second, while %d record), each without those below it.",
		profileHz, profiled), "plane", "share of the server's processor time")
	source, err := load.Screen(ctx)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	for _, p := range publishers {
		for _, n := range p.many {
			if opt.most > 0 && n > opt.most {
				continue
			}
			row, costly, err := loadRound(ctx, opt, source, p.plane, n)
			if err != nil {
				if n > p.aim { // it may be more than this machine can
					t.add(p.name, fmt.Sprint(n), "it ended: "+err.Error()[:min(len(err.Error()), 120)])
					continue
				}
				return fmt.Errorf("%d over %s: %w", n, p.name, err)
			}
			ack := func(q float64) string {
				if len(row.Acks) == 0 {
					return "–"
				}
				return nice(load.Quantile(row.Acks, q))
			}
			share := func(d time.Duration) string { return fmt.Sprintf("%.2f", 100*row.PerStream(d)) }
			t.add(p.name, fmt.Sprint(n), ack(0.5), ack(0.95), nice(load.Quantile(row.Stops, 0.95)), share(row.Server), share(row.Below), share(row.Own),
				fmt.Sprintf("%.0f %%", 100*row.Busy), mib(row.Memory/int64(n)), fmt.Sprint(row.Failed), fmt.Sprintf("%.1f %%", 100*row.Missing))
			if costly != "" {
				profiles.add(p.name, costly)
			}
			if n == p.aim {
				r.sum("%d recordings at once over %s: playable %s after stop (p95)", n, p.name, nice(load.Quantile(row.Stops, 0.95)))
			}
		}
	}
	return nil
}

// profiled is how many record at once while the server is profiled: enough to see, few enough to keep up.
const profiled = 40

// loadRound is one row of the table, by a server of its own.
func loadRound(ctx context.Context, opt options, source *loadgen.Source, plane load.Plane, n int) (row load.Row, costly string, err error) {
	s, err := running(ctx, opt, "BATON_ROLES=web,ingest")
	if err != nil {
		return row, "", err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	if n == min(profiled, cmp.Or(opt.most, profiled)) {
		seen := make(chan string, 1)
		go func() {
			_ = wait(ctx, opt.load/3) // all are recording then
			seen <- profile(ctx, s.dir, s.cmd.Process.Pid, opt.load/3)
		}()
		defer func() { costly = <-seen }()
	}
	row, err = load.Run(ctx, load.Options{Client: &s.Client, PID: s.cmd.Process.Pid, Length: opt.load, Spread: opt.load / 3, Source: source, Keep: true}, plane, n)
	if err == nil && row.Failed == n {
		err = fmt.Errorf("all failed, the first: %w\n%s", row.Err, s.tail())
	}
	return row, costly, err
}
