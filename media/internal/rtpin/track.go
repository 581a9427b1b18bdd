// Package rtpin makes frames of one track's RTP packets: it reorders, asks for what
// is missing (NACK), gives up in time, asks for a key frame (PLI), and says which
// stretch is lost. It has no clock and no goroutine of its own.
package rtpin

import (
	"time"

	"github.com/pion/rtp"
)

// How long a missing packet is waited for, and how it is asked for. Sound is not repaired by a shorter
// wait: with 120 ms half of the repairs came too late.
const (
	videoWait  = 2 * time.Second
	audioWait  = 1500 * time.Millisecond
	nackFirst  = 15 * time.Millisecond
	nackAgain  = 120 * time.Millisecond
	nackTimes  = 15
	nackAtOnce = 200
	// pliAfter a gap that is still open, not only when it is given up: what waits behind it needs a key frame then.
	pliAfter    = 500 * time.Millisecond
	pliInterval = 1 * time.Second
	// keyEvery is the longest a segment may have to wait for a key frame.
	keyEvery = 4 * time.Second
)

// Frame is one whole frame.
type Frame struct {
	// TS is the RTP timestamp without wrap-around.
	TS   int64
	Key  bool
	Data []byte
	// Arrived is when its first packet came.
	Arrived time.Time
	// Gap tells that media is missing between this frame and the one before.
	Gap bool
}

// Stats of a track.
type Stats struct {
	Packets, Late, Duplicate, Lost, Nacked, PLIs, Frames, Dropped int64
}

// Track is a track's jitter buffer. It is not safe for concurrent use.
type Track struct {
	Stats   Stats
	video   bool
	frames  assembler
	ring    []slot // of a power of two, at most most
	most    int64
	slab    []byte // for the payloads to come
	scratch [][]byte
	next    int64 // extended sequence number that is wanted next
	high    int64 // highest that came
	started bool
	missing []miss
	lastTS  uint32
	extTS   int64

	gapSince time.Time // the packet at next is missing since
	needKey  bool
	gap      bool // the next frame comes after a loss
	lastKey  time.Time
	lastPLI  time.Time
	wantPLI  bool
}

type slot struct {
	seq     int64
	payload []byte // nil: free
	at      time.Time
	ts      uint32
	marker  bool
}

const (
	firstRing = 512
	slabBytes = 32 << 10
)

type miss struct {
	seq         int64
	since, last time.Time
	asked       int
}

// NewTrack makes the buffer of a track with a codec's MIME type, e.g. "video/H264".
func NewTrack(mime string) (*Track, error) {
	a, video, err := newAssembler(mime)
	if err != nil {
		return nil, err
	}
	most := int64(firstRing)
	if video {
		most = 4096 // 2 s of 20 Mbit/s
	}
	return &Track{video: video, frames: a, ring: make([]slot, firstRing), most: most, needKey: video}, nil
}

// Video tells whether it is the picture.
func (t *Track) Video() bool { return t.video }

// Extend makes a timestamp near the present one comparable over wrap-arounds.
func (t *Track) Extend(ts uint32) int64 {
	if !t.started {
		return int64(ts)
	}
	return t.extTS + int64(int32(ts-t.lastTS)) //nolint:gosec // modular arithmetic
}

func (t *Track) at(seq int64) *slot { return &t.ring[seq&int64(len(t.ring)-1)] }

func (t *Track) has(seq int64) bool { s := t.at(seq); return s.payload != nil && s.seq == seq }

// room makes the ring longer when it is too short for seq, as far as it may.
func (t *Track) room(seq int64) bool {
	size := int64(len(t.ring))
	for size < t.most && seq-t.next >= size {
		size *= 2
	}
	if size > int64(len(t.ring)) {
		old := t.ring
		t.ring = make([]slot, size)
		for _, s := range old {
			if s.payload != nil {
				*t.at(s.seq) = s
			}
		}
	}
	return seq-t.next < size
}

// keep copies a payload. Those that come one after the other lie in one piece of memory.
func (t *Track) keep(b []byte) []byte {
	if t.slab == nil || len(b) > len(t.slab) {
		t.slab = make([]byte, max(slabBytes, len(b)))
	}
	out := t.slab[:len(b):len(b)]
	t.slab = t.slab[len(b):]
	copy(out, b)
	return out
}

// Push takes a packet, which the caller may use again.
func (t *Track) Push(p *rtp.Packet, now time.Time) {
	t.Stats.Packets++
	if !t.started {
		t.started = true
		t.next = int64(p.SequenceNumber) + 1<<20
		t.high = t.next - 1
		t.lastTS, t.extTS, t.lastKey = p.Timestamp, int64(p.Timestamp), now
		t.wantPLI = t.video
	}
	seq := t.high + int64(int16(p.SequenceNumber-uint16(t.high))) //nolint:gosec // modular arithmetic
	switch {
	case seq < t.next:
		t.Stats.Late++
		return
	case t.has(seq):
		t.Stats.Duplicate++
		return
	case !t.room(seq):
		t.jump(seq)
	}
	for s := max(t.high+1, t.next); s < seq; s++ {
		t.missing = append(t.missing, miss{seq: s, since: now})
	}
	t.high = max(t.high, seq)
	if d := int32(p.Timestamp - t.lastTS); d > 0 { //nolint:gosec // modular arithmetic
		t.lastTS, t.extTS = p.Timestamp, t.extTS+int64(d)
	}
	*t.at(seq) = slot{seq: seq, payload: t.keep(p.Payload), at: now, ts: p.Timestamp, marker: p.Marker}
}

// jump begins anew at seq, after a hole that no repair can fill: an outage.
func (t *Track) jump(seq int64) {
	t.Stats.Lost += seq - t.next
	t.next, t.high, t.missing = seq, seq-1, nil
	t.lose()
}

// lose notes that the next frame does not follow the last.
func (t *Track) lose() {
	t.gapSince, t.gap = time.Time{}, true
	t.frames.reset()
	if t.video {
		t.needKey, t.wantPLI = true, true
	}
}

// Nack lists the sequence numbers to ask for now.
func (t *Track) Nack(now time.Time) []uint16 {
	var out []uint16
	keep := t.missing[:0]
	for _, m := range t.missing {
		if m.seq < t.next || t.has(m.seq) {
			continue
		}
		due := m.asked == 0 && now.Sub(m.since) >= nackFirst || m.asked > 0 && m.asked < nackTimes && now.Sub(m.last) >= nackAgain
		if due && len(out) < nackAtOnce {
			m.asked, m.last = m.asked+1, now
			out = append(out, uint16(m.seq)) //nolint:gosec // the low bits are it
		}
		keep = append(keep, m)
	}
	t.missing = keep
	t.Stats.Nacked += int64(len(out))
	return out
}

// PLI tells whether to ask for a key frame now.
func (t *Track) PLI(now time.Time) bool {
	if !t.video || !t.started || now.Sub(t.lastPLI) < pliInterval {
		return false
	}
	if !t.wantPLI && !t.needKey && now.Sub(t.lastKey) < keyEvery {
		return false
	}
	t.wantPLI, t.lastPLI = false, now
	t.Stats.PLIs++
	return true
}

// Lacks tells whether packets were missing at the last look, or are since.
func (t *Track) Lacks() bool { return len(t.missing) > 0 }

// Open tells whether packets are still missing or waiting.
func (t *Track) Open() bool { return t.started && t.high >= t.next }

func (t *Track) wait() time.Duration {
	if t.video {
		return videoWait
	}
	return audioWait
}

// Frames gives the frames that are complete. final: nothing more will come, what is missing is lost.
func (t *Track) Frames(now time.Time, final bool, emit func(Frame)) {
	for t.started && t.next <= t.high {
		end, complete := t.frameEnd()
		switch {
		case complete:
			t.take(end, now, emit)
		case !t.giveUp(now, final):
			return
		default:
			t.drop(end)
		}
	}
	if t.next > t.high {
		t.gapSince = time.Time{}
	}
}

// frameEnd finds the sequence number after the frame that begins at next.
func (t *Track) frameEnd() (end int64, complete bool) {
	if !t.has(t.next) {
		return t.next, false
	}
	first := t.at(t.next)
	if !t.video || len(first.payload) == 0 {
		return t.next + 1, true
	}
	for end = t.next; end <= t.high && t.has(end); end++ {
		p := t.at(end)
		if p.ts != first.ts {
			return end, true
		}
		if p.marker {
			return end + 1, true
		}
	}
	return end, false
}

// giveUp tells whether the hole in front has been waited for long enough.
func (t *Track) giveUp(now time.Time, final bool) bool {
	end, _ := t.frameEnd()
	if end > t.high && !final {
		t.gapSince = time.Time{} // the frame is still arriving
		return false
	}
	if t.gapSince.IsZero() {
		t.gapSince = now
	}
	if t.video && now.Sub(t.gapSince) > pliAfter {
		t.wantPLI = true
	}
	return final || now.Sub(t.gapSince) >= t.wait()
}

// drop gives up the broken frame in front and the hole in it, which begins at end.
func (t *Track) drop(end int64) {
	for t.next < end {
		t.at(t.next).payload = nil
		t.next++
		t.Stats.Dropped++
	}
	for t.next <= t.high && !t.has(t.next) {
		t.next++
		t.Stats.Lost++
	}
	t.lose()
}

func (t *Track) take(end int64, now time.Time, emit func(Frame)) {
	payloads := t.scratch[:0]
	arrived, ts := t.at(t.next).at, t.at(t.next).ts
	for ; t.next < end; t.next++ {
		s := t.at(t.next)
		if len(s.payload) > 0 { // else padding, sent to probe the bandwidth
			payloads = append(payloads, s.payload)
			ts = s.ts
		}
		s.payload = nil
	}
	t.gapSince, t.scratch = time.Time{}, payloads
	if len(payloads) == 0 {
		return
	}
	f := Frame{TS: t.Extend(ts), Arrived: arrived, Gap: t.gap}
	var ok bool
	if f.Data, f.Key, ok = t.frames.assemble(payloads); !ok {
		t.Stats.Dropped++
		t.lose()
		return
	}
	if f.Key {
		t.needKey, t.lastKey = false, now
	}
	if t.needKey {
		t.Stats.Dropped++
		return
	}
	t.gap = false
	t.Stats.Frames++
	emit(f)
}
