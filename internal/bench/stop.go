package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"baton/internal/load"
	"baton/media/loadgen"
)

const (
	stopAim   = time.Second
	shortTake = 10 * time.Second
	// inTime is how much of the long recording is sent as it would be recorded.
	inTime = 20 * time.Second
)

// carrier is a way of the record plane.
type carrier struct {
	name string
	send func(*loadgen.Recorder, context.Context) (loadgen.Result, error)
}

func carriers() []carrier {
	return []carrier{{"HTTP", (*loadgen.Recorder).HTTP}, {"data channel", (*loadgen.Recorder).DataChannel}}
}

// record sends a recording to a new clip and returns how long after its last chunk it could be played.
func (s *server) record(ctx context.Context, c carrier, src *loadgen.Source, lead time.Duration) (id string, playable time.Duration, sent loadgen.Result, err error) {
	if id, err = s.NewClip(ctx); err != nil {
		return id, 0, sent, err
	}
	if sent, err = s.send(ctx, c, id, src, lead); err != nil {
		return id, 0, sent, err
	}
	fetch, err := s.Playable(ctx, id)
	return id, sent.Finish + fetch, sent, err
}

// send sends a recording; its first part, as long as lead, at once and the rest as it would be recorded.
func (s *server) send(ctx context.Context, c carrier, id string, src *loadgen.Source, lead time.Duration) (loadgen.Result, error) {
	rec := loadgen.Recorder{URL: s.ClipURL(id), Token: s.Token, Client: s.HTTP, Source: src, MimeType: load.MimeType, Lead: lead, Settings: load.Loopback()}
	return c.send(&rec, ctx)
}

// measureStop records short takes and a long one, while the server works off the jobs of those before.
func measureStop(ctx context.Context, opt options, r *report) (err error) {
	t := r.aims("Stop → playable", fmt.Sprintf("From the moment the recorder has its last chunk to the moment a player has the playlists, which say that the recording has "+
		"ended, and the bytes of the last segment. Chunks of 250 ms of H.264 at 1280×720 and Opus, %.1f Mbit/s, sent in real time (of the long recording the last %s), "+
		"two recorders at a time, while the same server makes thumbnails, renditions and transcripts of the recordings before.", load.Mbits, nice(inTime)))
	src, err := newSources(ctx, opt.data)
	if err != nil {
		return err
	}
	s, err := running(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	all, err := s.shortTakes(ctx, opt, src, t)
	if err != nil {
		return err
	}
	long, err := src.recording(opt.long, false)
	if err != nil {
		return err
	}
	var took time.Duration
	if _, took, _, err = s.record(ctx, carriers()[0], long, max(0, opt.long-inTime)); err != nil {
		return err
	}
	t.aimed(fmt.Sprintf("1 recording of %s, HTTP", opt.long), nice(took), "as a short one: under "+nice(stopAim), took < stopAim)
	r.sum("stop → playable p95 %s after 10 s, %s after %s", nice(load.Quantile(all, 0.95)), nice(took), opt.long)
	return nil
}

// shortTakes records over each carrier, both at the same time, and gives all figures.
func (s *server) shortTakes(ctx context.Context, opt options, src sources, t *table) (all []time.Duration, err error) {
	short, err := src.recording(shortTake, false)
	if err != nil {
		return nil, err
	}
	took, errs := make([][]time.Duration, len(carriers())), make([]error, len(carriers()))
	var wg sync.WaitGroup
	for i, c := range carriers() {
		wg.Go(func() {
			for range opt.takes {
				_, d, _, err := s.record(ctx, c, short, 0)
				if err != nil {
					errs[i] = fmt.Errorf("%s: %w", c.name, err)
					return
				}
				took[i] = append(took[i], d)
			}
		})
	}
	wg.Wait()
	for i, c := range carriers() {
		p95 := load.Quantile(took[i], 0.95)
		t.aimed(fmt.Sprintf("%d recordings of %s, %s", len(took[i]), nice(shortTake), c.name),
			fmt.Sprintf("p50 %s, p95 %s", nice(load.Quantile(took[i], 0.5)), nice(p95)), "p95 under "+nice(stopAim), p95 < stopAim)
		all = append(all, took[i]...)
	}
	return all, errors.Join(errs...)
}
