package media

import (
	"time"

	"baton/media/internal/rtpin"
)

const (
	// holdFor the first sender reports, which alone tell how sound and picture belong together.
	holdFor = 5 * time.Second
	// slew is how far one sender report may move a track's clock: drift is followed, jitter is not.
	slew = 2 * time.Millisecond
	// interleaveWait is longer than any repair takes: after it a track's frames do not wait for the other's.
	interleaveWait = 2300 * time.Millisecond
	// headStart: sound that begins this much before the first picture is let go, so that the clip begins with a picture.
	headStart = 2 * time.Second
	// leap is how far the timestamps may go off the arrivals from one frame to the next; beyond it the encoder has set its clock anew.
	leap = 10 * time.Second
)

// clock maps a track's RTP timestamps to one timeline.
type clock struct {
	rate    int64
	synced  bool // a sender report came
	ntp     time.Duration
	ts      int64
	arrival time.Duration // of the first frame
	firstTS int64
	started bool
	shift   int64 // what the encoder has added to its timestamps
	lastTS  int64
	last    time.Time // arrival of the last frame
}

// steady gives a frame's timestamp on the track's first clock: when the encoder has set it anew, the frame comes as long after
// the last one as it arrived.
func (c *clock) steady(f *rtpin.Frame) int64 {
	ts := f.TS - c.shift
	if !c.last.IsZero() {
		if off := c.since(ts, c.lastTS) - f.Arrived.Sub(c.last); off.Abs() > leap {
			by := int64(off.Seconds() * float64(c.rate))
			c.shift, ts = c.shift+by, ts-by
		}
	}
	c.lastTS, c.last = ts, f.Arrived
	return ts
}

func (c *clock) since(ts, from int64) time.Duration {
	d := ts - from
	return time.Duration(d/c.rate)*time.Second + time.Duration(d%c.rate)*time.Second/time.Duration(c.rate)
}

// report takes a sender report (RFC 3550, 6.4.1).
func (c *clock) report(ntp uint64, ts int64) {
	ts -= c.shift
	at := time.Duration(ntp>>32)*time.Second + time.Duration((ntp&0xffffffff)*uint64(time.Second)>>32)
	if !c.synced {
		c.synced, c.ntp, c.ts = true, at, ts
		return
	}
	d := at - (c.ntp + c.since(ts, c.ts))
	c.ntp += min(max(d, -slew), slew)
}

// timeline puts the frames of a session's tracks on one timeline, in order.
type timeline struct {
	clocks []clock
	begun  time.Time
	ready  bool
	byNTP  bool
	base   time.Duration
	queues [][]timed
	out    func(track int, at time.Duration, f rtpin.Frame)
}

type timed struct {
	rtpin.Frame
	at     time.Duration
	queued time.Time
}

func newTimeline(rates []int64, out func(int, time.Duration, rtpin.Frame)) *timeline {
	t := &timeline{queues: make([][]timed, len(rates)), out: out}
	for _, r := range rates {
		t.clocks = append(t.clocks, clock{rate: r})
	}
	return t
}

func (t *timeline) time(i int, f *rtpin.Frame) time.Duration {
	c := &t.clocks[i]
	if t.byNTP {
		return c.ntp + c.since(f.TS, c.ts)
	}
	return c.arrival + c.since(f.TS, c.firstTS)
}

// add takes a track's next frame.
func (t *timeline) add(i int, f rtpin.Frame, now time.Time) {
	if t.begun.IsZero() {
		t.begun = now
	}
	c := &t.clocks[i]
	if f.TS = c.steady(&f); !c.started {
		c.started, c.firstTS, c.arrival = true, f.TS, f.Arrived.Sub(t.begun)
	}
	x := timed{Frame: f, queued: now}
	if t.ready {
		x.at = t.time(i, &f) - t.base
	}
	t.queues[i] = append(t.queues[i], x)
}

// run lets frames go, as far as their order is certain. final: nothing more will come.
func (t *timeline) run(now time.Time, final bool) {
	if !t.ready && !t.decide(now, final) {
		return
	}
	for {
		best := -1
		waiting := false
		for i, q := range t.queues {
			switch {
			case len(q) == 0:
				waiting = true
			case best < 0 || q[0].at < t.queues[best][0].at:
				best = i
			}
		}
		if best < 0 || waiting && !final && now.Sub(t.queues[best][0].queued) < interleaveWait {
			return
		}
		x := t.queues[best][0]
		t.queues[best] = t.queues[best][1:]
		if x.at >= 0 {
			t.out(best, x.at, x.Frame)
		}
	}
}

// decide waits for the sender reports and fixes the beginning.
func (t *timeline) decide(now time.Time, final bool) bool {
	if t.begun.IsZero() {
		return false
	}
	all, none := true, true
	for i := range t.clocks {
		c := &t.clocks[i]
		all = all && c.synced && c.started
		none = none && !c.started
	}
	if none || !all && !final && now.Sub(t.begun) < holdFor {
		return false
	}
	t.byNTP = true
	for i := range t.clocks {
		// Two clocks cannot be mixed: one track without a report, and all go by their arrival.
		t.byNTP = t.byNTP && (t.clocks[i].synced || !t.clocks[i].started)
	}
	t.begin()
	return true
}

func (t *timeline) begin() {
	first := make([]time.Duration, 0, len(t.queues))
	for i := range t.queues {
		for k := range t.queues[i] {
			t.queues[i][k].at = t.time(i, &t.queues[i][k].Frame)
		}
		if len(t.queues[i]) > 0 {
			first = append(first, t.queues[i][0].at)
		}
	}
	t.base = first[0] // the picture's, where there is one
	for _, at := range first[1:] {
		if at < t.base-headStart || at > t.base && len(t.queues[0]) == 0 {
			t.base = min(t.base, at)
		}
	}
	for i := range t.queues {
		for k := range t.queues[i] {
			t.queues[i][k].at -= t.base
		}
	}
	t.ready = true
}
