package cmaf

import (
	"baton/media/internal/codec"
	"baton/media/internal/container"
)

// sound is smoothed: a packet whose timestamp is within this of where the last one ended is put there.
// Matroska rounds to milliseconds and capture clocks jitter, a decoder wants neither. It also bounds what smoothing
// can cost in A/V offset: 15 ms.
const jitterMS = 15

// track is one track of the segmenter with the frames that are in no segment yet.
type track struct {
	kind      codec.Kind
	name      codec.Name
	timescale int64
	codec     *codec.Track
	queue     []queued
	bytes     int   // in queue
	next      int64 // index of the next sample that was not put into a segment in an earlier life
	// expect is where the next frame of sound should begin; -1: anywhere.
	expect int64
	// floor is the lowest DTS that the next frame may have: the end of what was published.
	floor int64
	// started: a key frame (or any sound) was seen.
	started bool
}

type queued struct {
	dts     int64
	cto     int32
	natural int64 // the duration it states or that its codec tells, 0: unknown
	key     bool
	config  *codec.Config
	payload []byte
	index   int64
	expect  int64 // of the track before this frame
	mark    container.Mark
}

func (t *track) ns(v int64) int64 { return v/t.timescale*second + v%t.timescale*second/t.timescale }

// units is the inverse of ns, to the nearest.
func (t *track) units(ns int64) int64 {
	half := second / 2
	if ns < 0 {
		half = -half
	}
	return ns/second*t.timescale + (ns%second*t.timescale+half)/second
}

// end is where the last queued frame ends, in ns, by what is known of its length.
func (t *track) end() int64 {
	n := len(t.queue)
	if n == 0 {
		return 0
	}
	q := t.queue[n-1]
	d := q.natural
	if d == 0 && n > 1 {
		d = q.dts - t.queue[n-2].dts
	}
	if d <= 0 || d > t.timescale {
		d = t.timescale / 30
	}
	return t.ns(q.dts + d)
}

// add takes a sample; it tells whether anything was queued.
func (t *track) add(s container.Sample) (bool, error) {
	if s.Index < t.next {
		return false, nil // published before the checkpoint we came from
	}
	f, err := t.codec.Frame(s.Data, s.Key)
	if err != nil {
		return false, err
	}
	if len(f.Payload) == 0 || !t.started && !f.Key {
		return false, nil
	}
	if !t.started {
		t.started, f.Config = true, t.codec.Config()
	}
	q := queued{dts: s.DTS, cto: s.CTO, natural: s.Duration, key: f.Key, config: f.Config, payload: f.Payload, index: s.Index, expect: t.expect, mark: s.Mark}
	if t.kind == codec.Audio {
		t.smooth(&q)
	}
	low := t.floor
	if n := len(t.queue); n > 0 {
		low = max(low, t.queue[n-1].dts+1)
	}
	q.dts = max(q.dts, low)
	t.queue = append(t.queue, q)
	t.bytes += len(q.payload)
	return true, nil
}

func (t *track) smooth(q *queued) {
	switch t.name {
	case codec.Opus:
		q.natural = codec.OpusDuration(q.payload)
	case codec.AAC:
		q.natural = 1024
	case codec.H264, codec.VP9, codec.AV1:
	}
	d := q.dts - t.expect
	if limit := jitterMS * t.timescale / 1000; t.expect >= 0 && d >= -limit && d <= limit {
		q.dts = t.expect
	}
	t.expect = q.dts + q.natural
}

// before counts the queued frames that begin before ns.
func (t *track) before(ns int64) int {
	n := 0
	for n < len(t.queue) && t.ns(t.queue[n].dts) < ns {
		n++
	}
	return n
}

// take cuts the first n frames off as samples that reach to end (ns), where the last has no follower.
func (t *track) take(n int, end int64) []runSample {
	out := make([]runSample, 0, n)
	for i, q := range t.queue[:n] {
		d := q.natural
		switch {
		case i+1 < n:
			d = t.queue[i+1].dts - q.dts
		case t.kind == codec.Audio && n < len(t.queue):
			d = t.queue[n].dts - q.dts
		case t.kind == codec.Video || t.ns(q.dts+d) < end:
			d = t.units(end) - q.dts // a track that falls silent is stretched: players stall at a hole in either
		}
		d = min(max(d, 1), 1<<31)
		out = append(out, runSample{duration: uint32(d), cto: q.cto, key: q.key, payload: q.payload})
		t.bytes -= len(q.payload)
		t.floor = q.dts + 1
		t.next = q.index + 1
	}
	t.queue = append([]queued(nil), t.queue[n:]...)
	return out
}
