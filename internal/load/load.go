// Package load lets many record at once to a running server, as browsers and WHIP encoders do, and measures what each
// recording costs and how long its sender waits.
package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"baton/internal/proc"
	"baton/media/loadgen"
)

// Plane is a way in.
type Plane string

// The planes (docs/protocol.md).
const (
	Channel Plane = "channel"
	HTTP    Plane = "http"
	WHIP    Plane = "whip"
)

// Options say what is measured.
type Options struct {
	Client *Client
	// PID of a server on this machine; 0: what a server's own metrics tell.
	PID    int
	Length time.Duration
	// Spread is the time over which they begin one after the other, and stop likewise; 0: all at the same moment, which people do not do.
	Spread time.Duration
	// Source of 10 s or so that is played over and over: H.264 and Opus.
	Source *loadgen.Source
	// Keep the clips.
	Keep bool
	// Endpoint of another WHIP server to publish to, for comparison; {n} in it becomes the number of the publisher.
	Endpoint string
}

// Row is what so many at once on one plane saw.
type Row struct {
	Plane   Plane
	Streams int
	// Acks of the chunks (none over WHIP), and Stops: from the end of the last chunk to the bytes of the last segment in a player's hands.
	Acks, Stops []time.Duration
	// Failed recordings, the first of their errors, and the share of the media that the others lack.
	Failed  int
	Err     error
	Missing float64
	// Length of the recordings, and Wall, how long it all took; Server, Below and Own are the processor time of the server, of its database and object store where they
	// are its children, and of this program.
	Length, Wall, Server, Below, Own time.Duration
	// Busy is the share of this machine's processors that was taken, by anybody, while all were recording.
	Busy float64
	// Memory that the server took on top of what it had, in bytes.
	Memory int64
}

// PerStream is the share of one core that one recording in real time takes, also where the machine did not keep up.
func (r *Row) PerStream(used time.Duration) float64 {
	return used.Seconds() / r.Length.Seconds() / float64(r.Streams)
}

// Quantile of durations; q from 0 to 1. 0 when there are none.
func Quantile(took []time.Duration, q float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(took))
	return s[min(int(float64(len(s))*q), len(s)-1)]
}

// Run lets n record at once over one plane.
func Run(ctx context.Context, o Options, plane Plane, n int) (row Row, err error) {
	take, err := loadgen.Loop(o.Source, o.Source, o.Length)
	if err != nil {
		return row, fmt.Errorf("make the recording: %w", err)
	}
	clips := make([]string, n)
	for i := range clips {
		if clips[i] = strconv.Itoa(i); o.Endpoint != "" {
			continue
		}
		if clips[i], err = o.Client.NewClip(ctx); err != nil {
			return row, fmt.Errorf("make a clip: %w", err)
		}
	}
	row = Row{Plane: plane, Streams: n, Length: o.Length}
	m, err := o.meter(ctx)
	if err != nil {
		return row, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	wg.Go(func() { row.Busy = o.busy(ctx) })
	for i, id := range clips {
		wg.Go(func() {
			if wait(ctx, o.Spread*time.Duration(i)/time.Duration(n)) != nil {
				return
			}
			res, err := o.one(ctx, plane, id, take)
			mu.Lock()
			defer mu.Unlock()
			row.add(res, err)
		})
	}
	wg.Wait()
	err = m.stop(ctx, &row)
	if o.Endpoint != "" {
		return row, err
	}
	return row, errors.Join(err, o.look(ctx, &row, clips))
}

// busy looks at the machine while all are recording.
func (o *Options) busy(ctx context.Context) float64 {
	if wait(ctx, o.Spread) != nil {
		return 0
	}
	began, before := time.Now(), proc.Busy()
	if wait(ctx, o.Length-o.Spread) != nil {
		return 0
	}
	return (proc.Busy() - before).Seconds() / time.Since(began).Seconds() / float64(runtime.NumCPU())
}

// wait lets time pass.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Row) add(res loadgen.Result, err error) {
	if err != nil {
		r.Failed++
		if r.Err == nil {
			r.Err = err
		}
		return
	}
	r.Acks, r.Stops = append(r.Acks, res.Acks...), append(r.Stops, res.Finish)
}

// one records until the end of the take and waits until it can be played.
func (o *Options) one(ctx context.Context, plane Plane, id string, take *loadgen.Source) (res loadgen.Result, err error) {
	c := o.Client
	rec := loadgen.Recorder{URL: c.ClipURL(id), Token: c.Token, Client: c.HTTP, Source: take, MimeType: MimeType, Settings: Loopback()}
	switch plane {
	case Channel:
		res, err = rec.DataChannel(ctx)
	case HTTP:
		res, err = rec.HTTP(ctx)
	case WHIP:
		res, err = o.whip(ctx, id)
	}
	if err != nil || o.Endpoint != "" {
		return res, err
	}
	fetched, err := c.Playable(ctx, id)
	res.Finish += fetched
	return res, err
}

func (o *Options) whip(ctx context.Context, id string) (res loadgen.Result, err error) {
	c, to := o.Client, o.Client.ClipURL(id)+"/whip"
	if o.Endpoint != "" {
		to = strings.ReplaceAll(o.Endpoint, "{n}", id)
	}
	p, err := loadgen.Publish(ctx, loadgen.WHIP{URL: to, Token: c.Token, Client: c.HTTP, Source: o.Source, Settings: Loopback()})
	if err != nil {
		return res, err
	}
	if err := p.Play(ctx, o.Length); err != nil {
		return res, errors.Join(err, p.Vanish())
	}
	began := time.Now()
	err = p.Stop(ctx)
	res.Finish = time.Since(began)
	return res, err
}

// look finds what is missing in the recordings and throws them away.
func (o *Options) look(ctx context.Context, row *Row, clips []string) error {
	var lost int64
	for _, id := range clips {
		ms, err := o.Client.missing(ctx, id, o.Length)
		if err != nil {
			return err
		}
		lost += ms
		if o.Keep {
			continue
		}
		if _, err := o.Client.Call(ctx, http.MethodDelete, "/api/v1/clips/"+id, nil); err != nil {
			return err
		}
	}
	row.Missing = float64(lost) / float64(o.Length.Milliseconds()*int64(len(clips)))
	return nil
}

// meter reads what the server takes, before and after.
type meter struct {
	o         *Options
	began     time.Time
	own       time.Duration
	cpu, tree time.Duration
	memory    int64
	peak      func() int64
}

func (o *Options) meter(ctx context.Context) (m meter, err error) {
	m = meter{o: o}
	if m.cpu, m.tree, m.memory, err = o.read(ctx); err != nil {
		return m, err
	}
	m.peak = o.watch(ctx)
	m.began, m.own = time.Now(), proc.Own()
	return m, nil
}

func (m *meter) stop(ctx context.Context, row *Row) error {
	row.Wall, row.Own = time.Since(m.began), proc.Own()-m.own
	row.Memory = max(0, m.peak()-m.memory)
	cpu, tree, _, err := m.o.read(ctx)
	row.Server = cpu - m.cpu
	row.Below = tree - m.tree - row.Server
	return err
}

// read tells the processor time of the server alone and with its children, and its memory.
func (o *Options) read(ctx context.Context) (one, tree time.Duration, memory int64, err error) {
	if o.PID == 0 {
		one, memory, err = o.Client.metrics(ctx)
		return one, one, memory, err
	}
	one, err = proc.One(o.PID)
	if err == nil {
		tree, err = proc.Tree(o.PID)
	}
	if err == nil {
		memory, err = proc.Memory(o.PID)
	}
	return one, tree, memory, err
}

// watch looks at the server's memory every half second; the function it returns gives the most that was seen.
func (o *Options) watch(ctx context.Context) func() int64 {
	ctx, cancel := context.WithCancel(ctx)
	most := make(chan int64)
	go func() {
		var peak int64
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			if _, _, now, err := o.read(ctx); err == nil {
				peak = max(peak, now)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
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
