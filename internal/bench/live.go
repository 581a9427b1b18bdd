package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"baton/internal/load"
	"baton/internal/proc"
)

const (
	// liveAim is how soon after its stop the words of a recording are complete, however long it is.
	liveAim = 10 * time.Second
	// lagAim is how soon after it was said a word is shown.
	lagAim = 5 * time.Second
	// sideLook is how often somebody beside the speaker looks at the words.
	sideLook = 500 * time.Millisecond
)

// measureLive records in real time from the first second to the last, as people do, while somebody reads the words.
func measureLive(ctx context.Context, opt options, s *server, src sources, t *table) error {
	if opt.live == 0 {
		return nil
	}
	take, err := src.recording(opt.live, true)
	if err != nil {
		return err
	}
	id, err := s.NewClip(ctx)
	if err != nil {
		return err
	}
	r := reader{s: s, id: id, began: time.Now()}
	memory := s.watchMemory(ctx)
	looked := beside(ctx, r.look)
	sent, err := s.send(ctx, carriers()[0], id, take, 0)
	looked()
	used := memory()
	if err != nil {
		return err
	}
	words, err := s.worded(ctx, id)
	if err != nil {
		return err
	}
	took := sent.Finish + words
	long := nice(opt.live)
	t.aimed(fmt.Sprintf("transcript complete after the stop of %s recorded in real time", long), nice(took), "within "+nice(liveAim), took <= liveAim)
	lags, err := r.lags(ctx)
	if err != nil {
		return err
	}
	p95 := load.Quantile(lags, 0.95)
	t.aimed(fmt.Sprintf("a word of these %s is shown after it was said (p50 / p95 of %d)", long, len(lags)), nice(load.Quantile(lags, 0.5))+" / "+nice(p95), "p95 within "+nice(lagAim), p95 <= lagAim)
	t.add("most memory of all processes together, database and speech engine included, in the first quarter and in the last of these "+long, used, "", "")
	return nil
}

// beside does something until the function that it returns is called, which waits for its end.
func beside(ctx context.Context, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// watchMemory looks at the memory of all the server's processes until the function that it returns is called, which says what was the
// most in the first quarter of the time and in the last.
func (s *server) watchMemory(ctx context.Context) (used func() string) {
	var seen []int64
	stop := beside(ctx, func(ctx context.Context) {
		for wait(ctx, sideLook) == nil {
			if bytes, err := proc.TreeMemory(s.cmd.Process.Pid); err == nil {
				seen = append(seen, bytes)
			}
		}
	})
	return func() string {
		stop()
		n := len(seen)
		if n < 4 {
			return "too short to tell"
		}
		return mib(slices.Max(seen[:n/4])) + ", " + mib(slices.Max(seen[n-n/4:]))
	}
}

// reader looks at the words of a recording while they come.
type reader struct {
	s     *server
	id    string
	began time.Time

	seen []progress
}

// progress is up to where there were words at a moment of the recording.
type progress struct{ at, upTo time.Duration }

// timed is the part of a transcript that says when its words were spoken.
type timed struct {
	Words []struct {
		EndMS int64 `json:"end_ms"`
	} `json:"words"`
}

func (r *reader) words(ctx context.Context) (all []time.Duration, err error) {
	b, err := r.s.Call(ctx, http.MethodGet, "/api/v1/clips/"+r.id+"/transcript", nil)
	if err != nil {
		return nil, err
	}
	var read struct{ Cues, Draft []timed }
	if err := json.Unmarshal(b, &read); err != nil {
		return nil, fmt.Errorf("read a transcript: %w", err)
	}
	for _, line := range append(read.Cues, read.Draft...) {
		for _, w := range line.Words {
			all = append(all, time.Duration(w.EndMS)*time.Millisecond)
		}
	}
	return all, nil
}

// look notes what is shown until ctx ends. A look that fails is made up for by the next.
func (r *reader) look(ctx context.Context) {
	for wait(ctx, sideLook) == nil {
		if words, err := r.words(ctx); err == nil && len(words) > 0 {
			r.seen = append(r.seen, progress{time.Since(r.began), words[len(words)-1]})
		}
	}
}

// lags is how long after it was said each word of the finished transcript was shown; those that came after the stop are left out.
func (r *reader) lags(ctx context.Context) (lags []time.Duration, err error) {
	words, err := r.words(ctx)
	if err != nil {
		return nil, err
	}
	next := 0
	for _, end := range words {
		for next < len(r.seen) && r.seen[next].upTo < end {
			next++
		}
		if next == len(r.seen) {
			break
		}
		lags = append(lags, r.seen[next].at-end)
	}
	if len(lags) == 0 {
		return nil, fmt.Errorf("no word was shown while it was recorded")
	}
	return lags, nil
}
