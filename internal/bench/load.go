package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"baton/media/loadgen"
)

// publishers are how many record at once; a WHIP publisher costs this machine more than a recorder.
var (
	recorders = []int{1, 10, 40, 100} //nolint:gochecknoglobals // a table
	whips     = []int{1, 10, 40, 60}  //nolint:gochecknoglobals // a table
)

// round is what a number of publishers at once saw.
type round struct {
	mu           sync.Mutex
	acks, finish []time.Duration
	errs         []error
}

func (r *round) add(res loadgen.Result, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	r.acks, r.finish = append(r.acks, res.Acks...), append(r.finish, res.Finish)
}

// measureLoad lets more and more record at once.
func measureLoad(ctx context.Context, opt options, r *report) error {
	t := r.table("Many at once", fmt.Sprintf("%s of %.1f Mbit/s each in real time, all stopped at the same moment; the publishers run on the same machine (their processor time is in the last column). "+
		"Processor time is that of the server with its database and object store, per recorded minute; the server plays the parts web and ingest. "+
		"An acknowledged chunk is synced to disk; WHIP (RTP) has no acknowledgements.", opt.load, mbits),
		"carrier", "at once", "ack p50", "ack p95", "stop → finished p95", "server CPU s per recorded minute", "server memory", "failed", "media missing", "publishers' CPU s per recorded minute")
	src, err := newSources(ctx, opt.data)
	if err != nil {
		return err
	}
	take, err := src.recording(opt.load, false)
	if err != nil {
		return err
	}
	for _, c := range append(carriers(), carrier{name: "WHIP"}) {
		counts := recorders
		if c.send == nil {
			counts = whips
		}
		for _, n := range counts {
			if err := loadRound(ctx, opt, r, t, c, n, src.screen, take); err != nil {
				return fmt.Errorf("%d over %s: %w", n, c.name, err)
			}
		}
	}
	return nil
}

// loadRound is one row of the table, by a server of its own.
func loadRound(ctx context.Context, opt options, r *report, t *table, c carrier, n int, short, take *loadgen.Source) (err error) {
	s, err := running(ctx, opt, "BATON_ROLES=web,ingest")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	clips := make([]string, n)
	for i := range clips {
		if clips[i], err = s.newClip(ctx); err != nil {
			return err
		}
	}
	pid, seen := s.cmd.Process.Pid, round{}
	before, err := tree(pid)
	if err != nil {
		return err
	}
	mine, rest := own(), watchMemory(ctx, pid)
	var wg sync.WaitGroup
	for _, id := range clips {
		wg.Go(func() {
			if c.send == nil {
				seen.add(s.whip(ctx, id, short, opt.load))
				return
			}
			seen.add(c.send(&loadgen.Recorder{URL: s.clipURL(id), Token: s.token, Client: s.client, Source: take, MimeType: mkvType, Settings: loopback()}, ctx))
		})
	}
	wg.Wait()
	used, peak := own()-mine, rest()
	after, err := tree(pid)
	if err != nil {
		return err
	}
	missing, err := s.missing(ctx, clips, opt.load)
	if err != nil {
		return err
	}
	if len(seen.errs) == n {
		return fmt.Errorf("all failed, the first: %w\n%s", seen.errs[0], s.tail())
	}
	perMinute := func(d time.Duration) string {
		return fmt.Sprintf("%.2f", d.Seconds()/(opt.load.Minutes()*float64(n)))
	}
	ack := func(q float64) string {
		if len(seen.acks) == 0 {
			return "–"
		}
		return nice(quantile(seen.acks, q))
	}
	t.add(c.name, fmt.Sprint(n), ack(0.5), ack(0.95), nice(quantile(seen.finish, 0.95)), perMinute(after-before), mib(peak), fmt.Sprint(len(seen.errs)),
		fmt.Sprintf("%.1f %%", 100*missing), perMinute(used))
	if n == 1 {
		r.sum("%s s of processor per minute recorded over %s", perMinute(after-before), c.name)
	}
	return nil
}

// missing is the share of what was sent that the recordings do not have: their gaps, and what their ends lack by
// more than a frame or two.
func (s *server) missing(ctx context.Context, clips []string, long time.Duration) (float64, error) {
	var lost int64
	for _, id := range clips {
		b, err := s.call(ctx, http.MethodGet, "/api/v1/clips/"+id+"/recording", nil)
		if err != nil {
			return 0, err
		}
		var rec struct {
			DurationMS int64 `json:"duration_ms"`
			GapsMS     []struct {
				StartMS int64 `json:"start_ms"`
				EndMS   int64 `json:"end_ms"`
			} `json:"gaps_ms"`
		}
		if err := json.Unmarshal(b, &rec); err != nil {
			return 0, fmt.Errorf("read the recording: %w", err)
		}
		for _, g := range rec.GapsMS {
			lost += g.EndMS - g.StartMS
		}
		if short := long.Milliseconds() - rec.DurationMS; short > 100 {
			lost += short
		}
	}
	return float64(lost) / float64(long.Milliseconds()*int64(len(clips))), nil
}

// whip publishes by RTP for so long.
func (s *server) whip(ctx context.Context, id string, src *loadgen.Source, long time.Duration) (res loadgen.Result, err error) {
	p, err := loadgen.Publish(ctx, loadgen.WHIP{URL: s.clipURL(id) + "/whip", Token: s.token, Client: s.client, Source: src, Settings: loopback()})
	if err != nil {
		return res, err
	}
	if err := p.Play(ctx, long); err != nil {
		return res, errors.Join(err, p.Vanish())
	}
	began := time.Now()
	err = p.Stop(ctx)
	res.Finish = time.Since(began)
	return res, err
}

// watchMemory looks at a process's memory every half second; the function it returns gives the most that was seen.
func watchMemory(ctx context.Context, pid int) func() int64 {
	ctx, cancel := context.WithCancel(ctx)
	most := make(chan int64)
	go func() {
		var peak int64
		for {
			if now, err := rss(pid); err == nil {
				peak = max(peak, now)
			}
			if wait(ctx, 500*time.Millisecond) != nil {
				most <- peak
				return
			}
		}
	}()
	return func() int64 {
		cancel()
		return <-most
	}
}
