package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"baton/internal/load"
)

const (
	playerStartAim = 500 * time.Millisecond
	playerSeekAim  = 300 * time.Millisecond
)

// measurePlayer opens the watch page in a real browser and times its pictures.
func measurePlayer(ctx context.Context, opt options, r *report) (err error) {
	t := r.aims("Player", "The watch page in Chromium without a graphics card, on the server's own machine: 10 visits to a recording of 1 min at 1280×720, "+
		"each with a press of play and four seeks, there and back, near and far. A seek ends with the picture of the new place on the screen.")
	src, err := newSources(ctx, opt.data)
	if err != nil {
		return err
	}
	s, err := running(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	take, err := src.recording(time.Minute, false)
	if err != nil {
		return err
	}
	id, _, _, err := s.record(ctx, carriers()[0], take, time.Minute)
	if err != nil {
		return err
	}
	err = poll(ctx, 100*time.Millisecond, time.Hour, func() (bool, error) {
		c, err := s.clip(ctx, id)
		return err == nil && len(c.Work) == 0, err
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "node", "e2e/speed.mjs", s.URL, s.Token, id)
	c.Dir = "web"
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		t.add("the browser could not be driven", fmt.Sprintf("%v: %.200s", err, bytes.TrimSpace(said.Bytes())), "", "")
		return nil // measured is what there is
	}
	var took struct{ Starts, Seeks []float64 }
	if err := json.Unmarshal(out, &took); err != nil {
		return fmt.Errorf("read what the browser measured: %w", err)
	}
	starts, seeks := durations(took.Starts), durations(took.Seeks)
	row := func(what string, all []time.Duration, aim time.Duration) {
		t.aimed(what, fmt.Sprintf("p50 %s, p95 %s", nice(load.Quantile(all, 0.5)), nice(load.Quantile(all, 0.95))), "p95 under "+nice(aim), load.Quantile(all, 0.95) < aim)
	}
	row("press of play → first picture", starts, playerStartAim)
	row("seek → picture", seeks, playerSeekAim)
	r.sum("player starts in %s, seeks in %s (p95)", nice(load.Quantile(starts, 0.95)), nice(load.Quantile(seeks, 0.95)))
	return nil
}

// durations of milliseconds.
func durations(ms []float64) []time.Duration {
	out := make([]time.Duration, 0, len(ms))
	for _, m := range ms {
		out = append(out, time.Duration(m*float64(time.Millisecond)))
	}
	return out
}
