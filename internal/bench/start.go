package main

import (
	"context"
	"errors"
	"time"

	"baton/internal/load"
	"baton/internal/proc"
)

const (
	coldAim  = 4 * time.Second
	warmAim  = time.Second
	idleAim  = 150 << 20
	idleWait = 10 * time.Second
)

// measureStart starts servers on empty data and again on what those left, and looks at an idle one.
func measureStart(ctx context.Context, opt options, r *report) error {
	t := r.aims("Start and rest", "From the start of the process to the first 200 of `/readyz`: cold with an empty data directory (the database's cluster "+
		"and the object store are made), warm with the same data again after an orderly stop. Memory is resident memory, 10 s after the last start.")
	var cold, warm []time.Duration
	var idle int64
	for i := range opt.starts {
		c, w, rest, err := startTwice(ctx, opt, i == opt.starts-1)
		if err != nil {
			return err
		}
		cold, warm, idle = append(cold, c), append(warm, w), rest
	}
	row := func(name string, took []time.Duration, aim time.Duration) {
		worst := load.Quantile(took, 1)
		t.aimed(name, "median "+nice(load.Quantile(took, 0.5))+", worst "+nice(worst), "under "+nice(aim), worst < aim)
	}
	row("cold start", cold, coldAim)
	row("warm start", warm, warmAim)
	t.aimed("idle memory of the Go process, speech model unloaded", mib(idle), "under "+mib(idleAim), idle < idleAim)
	r.sum("cold start %s, warm %s, idle memory %s", nice(load.Quantile(cold, 0.5)), nice(load.Quantile(warm, 0.5)), mib(idle))
	return nil
}

// startTwice starts a server on nothing, and again; rest: looks at its memory after a while.
func startTwice(ctx context.Context, opt options, rest bool) (cold, warm time.Duration, idle int64, err error) {
	s, err := newServer(ctx, opt)
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	if cold, err = s.start(ctx); err != nil {
		return cold, 0, 0, err
	}
	if err = s.stop(); err != nil {
		return cold, 0, 0, err
	}
	if warm, err = s.start(ctx); err != nil || !rest {
		return cold, warm, 0, err
	}
	if err = wait(ctx, idleWait); err != nil {
		return cold, warm, 0, err
	}
	idle, err = proc.Memory(s.cmd.Process.Pid)
	return cold, warm, idle, err
}
