package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"baton/media/loadgen"
)

// scene is some takes that are recorded at once while one kind of fault happens again and again.
type scene struct {
	fault   *fault
	world   *world
	takes   []*take
	rnd     *rand.Rand
	strikes int
	spool   int64 // of the servers together, bytes, at the most
}

const (
	// The first strike comes soon, so that no scene is over before; the pauses between them are firstStrike to laterStrike.
	firstStrike = 300 * time.Millisecond
	soonStrike  = 2 * time.Second
	laterStrike = 6 * time.Second
	// mostInBrowser strikes, because a page has more to do than to send.
	mostInBrowser = 5
	// startSpread is how far apart the takes of a scene begin.
	startSpread = 3 * time.Second
)

func newScene(ctx context.Context, w *world, f *fault, src *sources, n int, seed uint64) (*scene, error) {
	s := &scene{fault: f, world: w, rnd: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // a seed is wanted
	for i := range n {
		t, err := s.newTake(ctx, src, seed+uint64(i)+1)
		if err != nil {
			s.close()
			return nil, err
		}
		s.takes = append(s.takes, t)
	}
	return s, nil
}

func (s *scene) newTake(ctx context.Context, src *sources, seed uint64) (*take, error) {
	r := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // a seed is wanted
	t := &take{kept: loadgen.NewTake(), returns: true, rnd: r, every: between(r, 40*time.Millisecond, 200*time.Millisecond), begun: make(chan struct{}), lasts: s.fault.lasts}
	var err error
	if t.inBrowser = s.fault.inBrowser; t.inBrowser {
		t.src.name = "counter page in Chromium"
	} else if err = s.newSource(ctx, t, src); err != nil {
		return nil, err
	}
	if t.way, err = newNetwork(seed, func() string { return s.world.node().web }, func() string { return s.world.node().media }); err != nil {
		return nil, err
	}
	if s.fault.prepare != nil {
		s.fault.prepare(r, t)
	}
	return t, nil
}

// newSource gives a take what its encoder will make, and its clip.
func (s *scene) newSource(ctx context.Context, t *take, src *sources) (err error) {
	if s.fault.lasts > 0 {
		t.every = pace
		t.src, err = src.small(s.fault.lasts)
	} else {
		t.src, err = src.pick(t.rnd, s.world.ground == tight || s.world.ground == disk)
	}
	if err != nil {
		return err
	}
	t.chunks = t.src.cut(t.rnd)
	c, err := s.world.newClip(ctx)
	t.clip = c.ID
	return err
}

func (s *scene) close() {
	for _, t := range s.takes {
		t.way.close()
	}
}

// cut breaks all connections to the servers.
func (s *scene) cut() {
	for _, t := range s.takes {
		t.way.cut()
	}
}

// play records the takes and strikes until all are sent.
func (s *scene) play(ctx context.Context) error {
	var all sync.WaitGroup
	for _, t := range s.takes {
		wait := between(s.rnd, 0, startSpread)
		all.Go(func() {
			switch {
			case pause(ctx, wait) != nil:
			case t.inBrowser:
				t.recordInTab(ctx, s.world)
			default:
				t.record(ctx, s.world.token)
			}
		})
	}
	sent := make(chan struct{})
	go func() {
		all.Wait()
		close(sent)
	}()
	measured := make(chan struct{})
	go func() {
		defer close(measured)
		s.measure(sent)
	}()
	err := s.strike(ctx, sent)
	<-sent
	<-measured
	return err
}

// measure notes how large the spools become.
func (s *scene) measure(sent <-chan struct{}) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		s.spool = max(s.spool, s.world.spool())
		select {
		case <-sent:
			return
		case <-tick.C:
		}
	}
}

// most is how often it may strike; 0: until all takes are over.
func (s *scene) most() int {
	switch {
	case s.fault.once:
		return 1
	case s.fault.inBrowser:
		return mostInBrowser
	}
	return s.world.opt.strikes
}

// begun waits until all takes record, or are over.
func (s *scene) begun(sent <-chan struct{}) {
	for _, t := range s.takes {
		select {
		case <-t.begun:
		case <-sent:
			return
		}
	}
}

// strike lets the fault happen at random moments. Its own end waits until what it did is mended.
func (s *scene) strike(ctx context.Context, sent <-chan struct{}) error {
	if s.fault.strike == nil {
		return nil
	}
	s.begun(sent)
	for latest := soonStrike; ctx.Err() == nil; latest = laterStrike {
		t := time.NewTimer(between(s.rnd, firstStrike, latest))
		select {
		case <-sent:
			t.Stop()
			return nil
		case <-t.C:
		}
		if err := s.fault.strike(ctx, s); err != nil {
			return err
		}
		s.strikes++
		if s.strikes == s.most() {
			return nil
		}
	}
	return ctx.Err()
}
