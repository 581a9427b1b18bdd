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
}

const (
	firstStrike = 500 * time.Millisecond
	laterStrike = 6 * time.Second
	// startSpread is how far apart the takes of a scene begin.
	startSpread = 3 * time.Second
)

func newScene(ctx context.Context, w *world, f *fault, src *sources, n int, seed uint64) (*scene, error) {
	s := &scene{fault: f, world: w, rnd: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // a seed is wanted
	for i := range n {
		t, err := s.newTake(ctx, src, seed+uint64(i)+1) //nolint:gosec // small
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
	t := &take{kept: loadgen.NewTake(), returns: true, rnd: r, every: between(r, 40*time.Millisecond, 200*time.Millisecond)}
	var err error
	if t.src, err = src.pick(r, s.world.ground == tight || s.world.ground == disk); err != nil {
		return nil, err
	}
	t.chunks = t.src.cut(r)
	c, err := s.world.newClip(ctx)
	if err != nil {
		return nil, err
	}
	t.clip = c.ID
	if t.way, err = newNetwork(seed, func() string { return s.world.node().web }, func() string { return s.world.node().media }); err != nil {
		return nil, err
	}
	if s.fault.prepare != nil {
		s.fault.prepare(r, t)
	}
	return t, nil
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
			if pause(ctx, wait) == nil {
				t.record(ctx, s.world.token)
			}
		})
	}
	sent := make(chan struct{})
	go func() {
		all.Wait()
		close(sent)
	}()
	err := s.strike(ctx, sent)
	<-sent
	return err
}

// strike lets the fault happen at random moments. Its own end waits until what it did is mended.
func (s *scene) strike(ctx context.Context, sent <-chan struct{}) error {
	if s.fault.strike == nil {
		return nil
	}
	for ctx.Err() == nil {
		t := time.NewTimer(between(s.rnd, firstStrike, laterStrike))
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
	}
	return ctx.Err()
}
