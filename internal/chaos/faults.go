package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// spoolFull and diskFull are the refusals that say so, and fillLimit how long it may take to get there.
	spoolFull = "503 spool_full"
	diskFull  = "503 disk_full"
	fillLimit = time.Minute
)

// fault is one way in which things go wrong.
type fault struct {
	name   string
	ground ground
	// prepare gives a take its visits and its network; may be nil.
	prepare func(r *rand.Rand, t *take)
	// strike does something once, at a moment that the scene chose, and returns when it is mended; nil: nothing happens to
	// the servers.
	strike func(ctx context.Context, s *scene) error
	// inBrowser: the takes are recorded in a real browser, one at a time.
	inBrowser bool
	// lasts is how long the takes are, which then come as slowly as in life; 0: a few seconds, and faster.
	lasts time.Duration
	// once: it strikes one time only.
	once bool
}

var faults = []fault{ //nolint:gochecknoglobals // a table
	{name: "server: kill -9, started again", strike: killServer},
	{name: "server: SIGTERM, started again", strike: restartServer},
	{name: "page closed, comes back", prepare: visits},
	{name: "page closed, never comes back", prepare: lastVisit},
	{name: "network: 1–30 % loss, 50–300 ms round trip", prepare: badWeather, strike: changeWeather},
	{name: "network: dead for 1–10 s, connections hang or break", strike: darkness},
	{name: "object store: stopped for 2–8 s, or killed", strike: stopObjects},
	{name: "object store: away for 25 s", strike: objectsAwayFor(25 * time.Second)},
	{name: "PostgreSQL: kill -9, or stopped for 1–5 s", strike: killDatabase},
	{name: "spool of " + tightSpool + " full, object store stopped", ground: tight, strike: stopObjects},
	{name: "disk of " + diskSpool + " full, object store stopped", ground: disk, strike: stopObjects},
	{name: "server's whole disk full for 2–10 s", ground: whole, lasts: 15 * time.Second, strike: fillDisk},
	{name: "node lost, another takes over", ground: cluster, strike: loseNode},
	{name: "node frozen, another takes over, it wakes up", ground: cluster, strike: freezeNode},
	{name: "pair: object store stopped, server kill -9", strike: both(stopObjects, killServer)},
	{name: "pair: object store stopped, PostgreSQL kill -9", strike: both(stopObjects, killDatabase)},
	{name: "pair: PostgreSQL kill -9, server kill -9", strike: both(killDatabase, killServer)},
	{name: "pair: network dead, server kill -9", strike: both(darkness, killServer)},
	{name: "pair: bad network, page closed", prepare: farAndAway, strike: changeWeather},
	{name: "pair: disk full, server kill -9", ground: disk, strike: both(stopObjects, killServer)},
	{name: "pair: way to the object store dead, node lost", ground: cluster, strike: both(darkObjects, loseNode)},
	{name: "all of these at once, one node", prepare: everything, strike: strikeAnything},
	{name: "all of these at once, two nodes", ground: cluster, prepare: everything, strike: strikeCluster},
}

// browserFaults are for takes in a real browser: the product's recorder with its spool, its resuming and its page.
var browserFaults = []fault{ //nolint:gochecknoglobals // a table
	{inBrowser: true, name: "server: kill -9, started again", strike: killServer},
	{inBrowser: true, name: "tab killed, opened again", prepare: crashTab},
	{inBrowser: true, name: "browser: kill -9, started again", prepare: killBrowser},
	{inBrowser: true, name: "browser: kill -9, never started again", prepare: lastBrowser},
	{inBrowser: true, name: "network: 1–30 % loss, 50–300 ms round trip", strike: changeWeather},
	{inBrowser: true, name: "network: dead for 1–10 s, connections hang or break", strike: darkness},
	{inBrowser: true, name: "object store: stopped for 2–8 s, or killed", strike: stopObjects},
	{inBrowser: true, name: "PostgreSQL: kill -9, or stopped for 1–5 s", strike: killDatabase},
	{inBrowser: true, name: "disk of " + diskSpool + " full, object store stopped", ground: disk, strike: stopObjects},
	{inBrowser: true, name: "server's whole disk full for 2–10 s", ground: whole, strike: fillDisk},
	{inBrowser: true, name: "pair: browser kill -9, server kill -9", prepare: killBrowser, strike: killServer},
}

// longFaults are away for as long as they may be in life.
var longFaults = []fault{ //nolint:gochecknoglobals // a table
	{name: "object store: away for 5 minutes, spool of " + tightSpool, ground: tight, lasts: 6 * time.Minute, once: true, strike: objectsAwayFor(5 * time.Minute)},
	{name: "network: dead for 10 minutes", lasts: 11 * time.Minute, once: true, strike: darkFor(10 * time.Minute)},
}

var longBrowserFaults = []fault{ //nolint:gochecknoglobals // a table
	{inBrowser: true, name: longFaults[0].name, ground: tight, lasts: 6 * time.Minute, once: true, strike: objectsAwayFor(5 * time.Minute)},
}

// both lets two faults happen at about the same time.
func both(one, other func(context.Context, *scene) error) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		first, second := s.split(), s.split()
		wait := between(s.rnd, 0, time.Second)
		ended := make(chan error, 1)
		go func() { ended <- one(ctx, first) }()
		err := pause(ctx, wait)
		if err == nil {
			err = other(ctx, second)
		}
		return errors.Join(err, <-ended)
	}
}

// split is the same scene with chance of its own, for what happens at the same time.
func (s *scene) split() *scene {
	return &scene{fault: s.fault, world: s.world, takes: s.takes, rnd: rand.New(rand.NewPCG(s.rnd.Uint64(), 3))} //nolint:gosec // a seed is wanted
}

// between gives a random time.
func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)+1))
}

func visits(r *rand.Rand, t *take) {
	for range 1 + r.IntN(3) {
		t.visits = append(t.visits, visit{between(r, 200*time.Millisecond, 4*time.Second), between(r, 0, 3*time.Second)})
	}
}

func lastVisit(r *rand.Rand, t *take) {
	visits(r, t)
	t.returns = false
}

func farAndAway(r *rand.Rand, t *take) {
	badWeather(r, t)
	visits(r, t)
}

func crashTab(r *rand.Rand, t *take) {
	t.visits = []visit{{between(r, 0, 4*time.Second), between(r, 0, 3*time.Second)}}
}

func killBrowser(r *rand.Rand, t *take) {
	crashTab(r, t)
	t.wholeBrowser = true
}

func lastBrowser(r *rand.Rand, t *take) {
	killBrowser(r, t)
	t.returns = false
}

func badWeather(r *rand.Rand, t *take) { t.way.set(foul(r)) }

// foul is a bad network: a third of them lose more than one packet in ten.
func foul(r *rand.Rand) weather {
	loss := 0.01 + 0.09*r.Float64()
	if r.IntN(3) == 0 {
		loss = 0.1 + 0.2*r.Float64()
	}
	return weather{delay: between(r, 25*time.Millisecond, 150*time.Millisecond), loss: loss}
}

func everything(r *rand.Rand, t *take) {
	if r.IntN(2) == 0 {
		badWeather(r, t)
	}
	if r.IntN(3) == 0 {
		visits(r, t)
	}
	if r.IntN(8) == 0 {
		lastVisit(r, t)
	}
}

func killServer(ctx context.Context, s *scene) error { return s.bounce(ctx, syscall.SIGKILL) }

func restartServer(ctx context.Context, s *scene) error { return s.bounce(ctx, syscall.SIGTERM) }

func (s *scene) bounce(ctx context.Context, sig syscall.Signal) error {
	n := s.world.node()
	if err := n.end(sig); err != nil {
		return err
	}
	if err := pause(ctx, between(s.rnd, 0, 3*time.Second)); err != nil {
		return err
	}
	return n.start(ctx)
}

// changeWeather gives each network another weather.
func changeWeather(ctx context.Context, s *scene) error {
	for _, t := range s.takes {
		t.way.set(foul(s.rnd))
	}
	return pause(ctx, 2*time.Second)
}

// darkness lets some networks carry nothing for a while; half of them also forget their connections.
func darkness(ctx context.Context, s *scene) error {
	for _, t := range s.takes {
		if s.rnd.IntN(4) > 0 {
			t.way.set(weather{dark: true})
		}
	}
	err := pause(ctx, between(s.rnd, time.Second, 10*time.Second))
	for _, t := range s.takes {
		t.way.set(weather{})
		if s.rnd.IntN(2) == 0 {
			t.way.cut()
		}
	}
	return err
}

func stopObjects(ctx context.Context, s *scene) error {
	pid := s.world.node().child("internal-s3")
	if pid == 0 {
		return nil // it is being started
	}
	if s.rnd.IntN(3) == 0 && s.world.ground == single {
		return syscall.Kill(pid, syscall.SIGKILL)
	}
	if s.world.ground == single {
		return freeze(ctx, pid, between(s.rnd, 2*time.Second, 8*time.Second))
	}
	if s.strikes > 0 {
		return freeze(ctx, pid, between(s.rnd, 6*time.Second, 12*time.Second))
	}
	return s.fill(ctx, pid)
}

// fill stops the object store until the spool is full: when that is depends on how fast this machine is.
func (s *scene) fill(ctx context.Context, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return nil // gone already
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	full := errors.New("nobody was refused yet")
	_ = poll(ctx, 100*time.Millisecond, fillLimit, func() error { // that it never fills shows in the table
		for _, t := range s.takes {
			if t.wasRefused(spoolFull) || t.wasRefused(diskFull) {
				return nil
			}
		}
		return full
	})
	return pause(ctx, between(s.rnd, time.Second, 4*time.Second))
}

// fillDisk leaves no byte for anybody on the disk that holds spool, database and object store, for a while.
func fillDisk(ctx context.Context, s *scene) (err error) {
	f, err := os.Create(filepath.Join(s.world.mounted, "ballast"))
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	} else if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	for _, size := range []int{1 << 20, 1} { // by the megabyte, then by the page
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return errors.Join(fmt.Errorf("fill the disk: %w", err), f.Close())
		}
		err = nil
	}
	return errors.Join(pause(ctx, between(s.rnd, 2*time.Second, 10*time.Second)), f.Close())
}

func objectsAwayFor(d time.Duration) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		if pid := s.world.node().child("internal-s3"); pid != 0 {
			return freeze(ctx, pid, d)
		}
		return nil
	}
}

// darkFor lets no network carry anything.
func darkFor(d time.Duration) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		for _, t := range s.takes {
			t.way.set(weather{dark: true})
		}
		err := pause(ctx, d)
		for _, t := range s.takes {
			t.way.set(weather{})
		}
		return err
	}
}

// freeze stops a process for a while. That it ended meanwhile is no error.
func freeze(ctx context.Context, pid int, d time.Duration) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return nil // gone already
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	return pause(ctx, d)
}

func killDatabase(ctx context.Context, s *scene) error {
	pid := s.world.node().child("postgres")
	if pid == 0 {
		return nil
	}
	if s.rnd.IntN(3) == 0 {
		return freeze(ctx, pid, between(s.rnd, time.Second, 5*time.Second))
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// other is the node that is not current.
func (w *world) other() *node {
	if w.node() == w.nodes[0] {
		return w.nodes[1]
	}
	return w.nodes[0]
}

// loseNode kills the node that records, sends everybody to the other, and brings the lost one back later: in half of the
// cases on an empty disk, else with the spool that it had.
func loseNode(ctx context.Context, s *scene) error {
	lost := s.world.node()
	if err := lost.end(syscall.SIGKILL); err != nil {
		return err
	}
	s.world.lead(s.world.other())
	s.cut()
	if err := pause(ctx, between(s.rnd, 0, 4*time.Second)); err != nil {
		return err
	}
	if s.rnd.IntN(2) == 0 {
		if err := os.RemoveAll(filepath.Join(lost.data, "spool")); err != nil {
			return fmt.Errorf("lose a disk: %w", err)
		}
	}
	return lost.start(ctx)
}

// freezeNode stops the node that records in the midst of what it does, and lets it go on when another has taken over.
func freezeNode(ctx context.Context, s *scene) error {
	n := s.world.node()
	pid := n.pid()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	s.world.lead(s.world.other())
	s.cut()
	err := pause(ctx, between(s.rnd, time.Second, 6*time.Second))
	if e := syscall.Kill(pid, syscall.SIGCONT); e != nil {
		return fmt.Errorf("let the server go on: %w", e)
	}
	return err
}

func strikeAnything(ctx context.Context, s *scene) error {
	all := []func(context.Context, *scene) error{killServer, killServer, restartServer, darkness, stopObjects, killDatabase}
	return all[s.rnd.IntN(len(all))](ctx, s)
}

func strikeCluster(ctx context.Context, s *scene) error {
	all := []func(context.Context, *scene) error{loseNode, freezeNode, killServer, darkness, slowObjects, darkObjects}
	return all[s.rnd.IntN(len(all))](ctx, s)
}

// slowObjects and darkObjects put the way to the object store into bad weather.
func slowObjects(ctx context.Context, s *scene) error {
	return s.objectsWeather(ctx, foul(s.rnd))
}

func darkObjects(ctx context.Context, s *scene) error {
	return s.objectsWeather(ctx, weather{dark: true})
}

func (s *scene) objectsWeather(ctx context.Context, w weather) error {
	s.world.s3way.set(w)
	defer s.world.s3way.set(weather{})
	return pause(ctx, between(s.rnd, 2*time.Second, 8*time.Second))
}
