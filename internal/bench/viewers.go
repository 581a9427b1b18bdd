package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"baton/internal/load"
	"baton/internal/proc"
	"baton/media/loadgen"
)

const (
	// commentEvery is how often one of the viewers writes a comment.
	commentEvery = 100 * time.Millisecond
	// reportEvery is how often each player says what was played, as the web client does.
	reportEvery = 10 * time.Second
	// deliveryAim is how soon after it was sent a comment is on everybody's page.
	deliveryAim = 500 * time.Millisecond
	// joinersAtOnce make their accounts; their passwords are costly on purpose.
	joinersAtOnce = 4
)

// measureViewers lets many people watch one clip, hear of everything that happens there, and talk about it.
func measureViewers(ctx context.Context, opt options, r *report) (err error) {
	t := r.aims("Viewers at once", fmt.Sprintf("%d people, each with an account and a stream of server-sent events, watch one clip; every player reports each %s what was played. For %s one of them "+
		"after the other comments, 10 times a second. A delivery is from just before the request that comments to the moment at which a viewer has read the event. The server plays the "+
		"parts web and ingest; the viewers run on the same machine.", opt.viewers, nice(reportEvery), nice(opt.talk)))
	s, err := running(ctx, opt, "BATON_ROLES=web,ingest")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	v, err := s.audience(ctx, opt)
	if err != nil {
		return err
	}
	before, err := proc.Memory(s.cmd.Process.Pid)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	opened, err := v.listen(ctx)
	if err != nil {
		return err
	}
	used := s.meter()
	if err := v.talk(ctx, opt.talk); err != nil {
		return err
	}
	costs, err := used()
	if err != nil {
		return err
	}
	took, missed, err := v.stop()
	if err != nil {
		return err
	}
	p95 := load.Quantile(took, 0.95)
	t.aimed(fmt.Sprintf("a comment reaches a viewer (p50 / p95 / worst of %d deliveries)", len(took)), nice(load.Quantile(took, 0.5))+" / "+nice(p95)+" / "+nice(load.Quantile(took, 1)),
		"p95 under "+nice(deliveryAim), p95 < deliveryAim)
	t.aimed("deliveries missed", fmt.Sprintf("%d of %d", missed, len(took)+missed), "none", missed == 0)
	t.add(fmt.Sprintf("a comment is accepted (p50 / p95 of %d)", len(v.accepted)), nice(load.Quantile(v.accepted, 0.5))+" / "+nice(load.Quantile(v.accepted, 0.95)), "", "")
	t.add("all streams are open after", nice(opened), "", "")
	t.add("processor time of the server; of its database and object store; of the viewers, in shares of one core", costs.shares(), "", "")
	t.add("memory of the server when all accounts had just been made, and when all had talked", mib(before)+", "+mib(costs.memory), "", "")
	r.sum("%d viewers of one clip: a comment reaches them in %s (p95)", opt.viewers, nice(p95))
	return nil
}

// usage is what a while of the server took.
type usage struct {
	length, server, below, own time.Duration
	memory                     int64
}

func (c usage) shares() string {
	share := func(d time.Duration) string { return fmt.Sprintf("%.0f %%", 100*d.Seconds()/c.length.Seconds()) }
	return share(c.server) + "; " + share(c.below) + "; " + share(c.own)
}

// meter measures until the function that it returns is called.
func (s *server) meter() func() (usage, error) {
	pid, began, own := s.cmd.Process.Pid, time.Now(), proc.Own()
	server, err := proc.One(pid)
	tree, err2 := proc.Tree(pid)
	return func() (usage, error) {
		c := usage{length: time.Since(began), own: proc.Own() - own}
		now, err3 := proc.One(pid)
		all, err4 := proc.Tree(pid)
		memory, err5 := proc.Memory(pid)
		c.server, c.below, c.memory = now-server, (all-tree)-(now-server), memory
		return c, errors.Join(err, err2, err3, err4, err5)
	}
}

// audience are the people who watch a clip.
type audience struct {
	clip   string
	people []load.Client

	sent     []atomic.Int64 // when each comment was sent, in nanoseconds since began
	began    time.Time
	total    atomic.Int64 // comments that were accepted
	accepted []time.Duration

	mu   sync.Mutex
	took []time.Duration
	end  context.CancelFunc
	wg   sync.WaitGroup
	lost error
}

// audience makes a clip and the accounts of those who will watch it.
func (s *server) audience(ctx context.Context, opt options) (*audience, error) {
	screen, err := load.Screen(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	take, err := loadgen.Loop(screen, screen, shortTake)
	if err != nil {
		return nil, fmt.Errorf("make the recording: %w", err)
	}
	id, _, _, err := s.record(ctx, carriers()[0], take, 0)
	if err != nil {
		return nil, err
	}
	if _, err := s.Call(ctx, http.MethodPatch, "/api/v1/clips/"+id, map[string]any{"visibility": "workspace"}); err != nil {
		return nil, err
	}
	v := &audience{clip: id, people: make([]load.Client, opt.viewers), sent: make([]atomic.Int64, int(opt.talk/commentEvery)+1), began: time.Now()}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(joinersAtOnce)
	for i := range v.people {
		g.Go(func() (err error) {
			v.people[i], err = s.join(gctx, i)
			return err
		})
	}
	return v, g.Wait()
}

// join makes an account by an invitation, as people do.
func (s *server) join(ctx context.Context, n int) (load.Client, error) {
	c := load.Client{URL: s.URL, HTTP: s.HTTP}
	b, err := s.Call(ctx, http.MethodPost, "/api/v1/invites", map[string]any{"role": "member"})
	if err != nil {
		return c, err
	}
	var invite struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(b, &invite); err != nil {
		return c, fmt.Errorf("read an invitation: %w", err)
	}
	body := fmt.Sprintf(`{"name":"Viewer %d","email":"viewer%d@example.org","password":"a long sentence"}`, n, n)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/v1/join"+invite.URL[strings.LastIndex(invite.URL, "/"):], strings.NewReader(body))
	if err != nil {
		return c, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", s.URL)
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.%d.%d", n/250, n%250+1)) // they come from many places
	res, err := s.HTTP.Do(req)
	if err != nil {
		return c, fmt.Errorf("join: %w", err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusCreated {
		return c, fmt.Errorf("join: %s, %w", res.Status, err)
	}
	return s.tokenOf(ctx, c, res.Cookies())
}

// tokenOf gives somebody who is signed in a token.
func (s *server) tokenOf(ctx context.Context, c load.Client, cookies []*http.Cookie) (load.Client, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/v1/me/tokens", strings.NewReader(`{"name":"bench"}`))
	if err != nil {
		return c, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", s.URL)
	for _, k := range cookies {
		req.AddCookie(k)
	}
	res, err := s.HTTP.Do(req)
	if err != nil {
		return c, fmt.Errorf("make a token: %w", err)
	}
	var made struct {
		Secret string `json:"token"`
	}
	err = errors.Join(json.NewDecoder(res.Body).Decode(&made), res.Body.Close())
	if c.Token = made.Secret; err == nil && c.Token == "" {
		err = fmt.Errorf("make a token: %s", res.Status) //nolint:err113 // says all
	}
	return c, err
}

// listen opens everybody's stream and lets their players report, until stop; it returns when all streams are heard.
func (v *audience) listen(ctx context.Context) (time.Duration, error) {
	ctx, v.end = context.WithCancel(ctx)
	began, heard := time.Now(), make(chan error, len(v.people))
	for i := range v.people {
		v.wg.Go(func() { v.hear(ctx, &v.people[i], heard) })
		v.wg.Go(func() { v.play(ctx, i) })
	}
	for range v.people {
		if err := <-heard; err != nil {
			_, _, lost := v.stop()
			return 0, errors.Join(err, lost)
		}
	}
	return time.Since(began), nil
}

// hear reads one stream. It tells heard once, when the stream began or why it did not.
func (v *audience) hear(ctx context.Context, c *load.Client, heard chan<- error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/api/v1/events?clip_id="+v.clip, nil)
	if err != nil {
		heard <- fmt.Errorf("make the request: %w", err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	res, err := c.HTTP.Do(req)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("listen: %s", res.Status), res.Body.Close()) //nolint:err113 // says all
	}
	if err != nil {
		heard <- err
		return
	}
	var took []time.Duration
	var kind string
	begun := false
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, ok := bytes.CutPrefix(lines.Bytes(), []byte("event: ")); ok {
			if kind = string(name); !begun {
				begun = true
				heard <- nil
			}
		} else if data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: ")); ok && kind == "comment.changed" {
			if d, ok := v.since(data); ok {
				took = append(took, d)
			}
		}
	}
	if !begun {
		heard <- errors.New("a stream ended before it began")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.took = append(v.took, took...)
	if ctx.Err() == nil {
		v.lost = errors.Join(v.lost, errors.New("a stream ended before its time"), res.Body.Close())
	} else {
		_ = res.Body.Close()
	}
}

// since is how long ago the comment was sent that an event carries.
func (v *audience) since(data []byte) (time.Duration, bool) {
	var e struct {
		Comment struct {
			Body string `json:"body"`
		} `json:"comment"`
	}
	if json.Unmarshal(data, &e) != nil {
		return 0, false
	}
	n, err := strconv.Atoi(e.Comment.Body)
	if err != nil || n < 0 || n >= len(v.sent) {
		return 0, false
	}
	return time.Since(v.began) - time.Duration(v.sent[n].Load()), true
}

// play reports what one player played, as all do, but not all at the same moment.
func (v *audience) play(ctx context.Context, i int) {
	c, at := &v.people[i], "/api/v1/clips/"+v.clip+"/watched"
	body := map[string]any{"ranges": []map[string]int64{{"start_ms": 0, "end_ms": shortTake.Milliseconds()}}, "position_ms": 0}
	pause := reportEvery * time.Duration(i) / time.Duration(len(v.people))
	for wait(ctx, pause) == nil {
		if _, err := c.Call(ctx, http.MethodPost, at, body); err != nil && ctx.Err() == nil {
			v.mu.Lock()
			v.lost = errors.Join(v.lost, err)
			v.mu.Unlock()
		}
		pause = reportEvery
	}
}

// talk lets one after the other comment, and then what is on its way arrive.
func (v *audience) talk(ctx context.Context, long time.Duration) error {
	tick := time.NewTicker(commentEvery)
	defer tick.Stop()
	var g errgroup.Group
	for i := range int(long / commentEvery) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		g.Go(func() error { return v.comment(ctx, i) })
	}
	return errors.Join(g.Wait(), wait(ctx, 2*time.Second))
}

func (v *audience) comment(ctx context.Context, n int) error {
	began := time.Since(v.began)
	v.sent[n].Store(int64(began))
	_, err := v.people[n%len(v.people)].Call(ctx, http.MethodPost, "/api/v1/clips/"+v.clip+"/comments", map[string]any{"body": strconv.Itoa(n), "at_ms": 1000})
	if err != nil {
		return err
	}
	v.total.Add(1)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.accepted = append(v.accepted, time.Since(v.began)-began)
	return nil
}

// stop ends the streams, and gives how long the deliveries took and how many never came.
func (v *audience) stop() (took []time.Duration, missed int, err error) {
	v.end()
	v.wg.Wait()
	return slices.Clone(v.took), int(v.total.Load())*len(v.people) - len(v.took), v.lost
}
