// Package cmaf cuts timed samples into CMAF segments of about two seconds that
// start with a key frame, sound and picture in one file, and writes them.
package cmaf

import (
	"math"
	"slices"
	"strings"

	"baton/media/internal/codec"
	"baton/media/internal/container"
)

const (
	second = int64(1_000_000_000)
	// target is the length from which on a key frame ends a segment; browsers are asked for one each 2 s and
	// give it a little early or late.
	target = 1_800 * 1_000_000
	// longest segment, also without a key frame.
	longest = 10 * second
	// patience is how far one track runs ahead before the other counts as silent, in media time.
	patience = 1 * second
	// maxBytes and maxFrames that wait for a segment's end.
	maxBytes  = 24 << 20
	maxFrames = 3000
)

// Part is a closed segment.
type Part struct {
	// No and InitNo count from 0 without holes.
	No, InitNo int
	// Init is a new init segment that this and the following segments need; nil: the one before holds.
	Init                []byte
	Data                []byte
	StartMS, DurationMS int64
	// Discontinuity: a new init segment in mid-stream.
	Discontinuity bool
	// State after this segment, and the place in the source to go on from.
	State State
	Mark  container.Mark
}

// State is the segmenter's own state at a closed segment.
type State struct {
	No     int   `json:"no"`      // of the next segment
	InitNo int   `json:"init_no"` // of the present init segment, -1: none yet
	Base   int64 `json:"base"`    // ns, the source's time of the clip's 0
	End    int64 `json:"end"`     // ns, of the last segment, on the source's clock
	// Bandwidth is the peak bit rate of a segment, in bits per second.
	Bandwidth int64        `json:"bandwidth"`
	Tracks    []TrackState `json:"tracks"`
}

// TrackState is the part of State that is about one track.
type TrackState struct {
	Next    int64         `json:"next"`
	Expect  int64         `json:"expect"`
	Floor   int64         `json:"floor"`
	Started bool          `json:"started"`
	Config  *codec.Config `json:"config,omitempty"`
	// InInit: the track is in the present init segment.
	InInit bool `json:"in_init,omitempty"`
}

// Segmenter takes samples and gives segments. It is not safe for concurrent use.
type Segmenter struct {
	state  State
	tracks []*track
	init   []*codec.Config // of the present init segment by track; nil: not in it
	video  *track
	audio  *track
	start  int64 // of the open segment, ns
	open   bool
}

// NewSegmenter makes a segmenter for the tracks of a container, at most one of each kind.
func NewSegmenter(tracks []container.Track) (*Segmenter, error) {
	s := &Segmenter{state: State{InitNo: -1}, init: make([]*codec.Config, len(tracks))}
	for _, ct := range tracks {
		c, err := codec.NewTrack(ct.Name, ct.Private)
		if err != nil {
			return nil, err
		}
		t := &track{kind: ct.Name.Kind(), name: ct.Name, timescale: int64(ct.Timescale), codec: c, expect: -1, floor: math.MinInt64}
		s.tracks = append(s.tracks, t)
		if t.kind == codec.Video {
			s.video = t
		} else {
			s.audio = t
		}
	}
	return s, nil
}

// Resume makes the segmenter that goes on from a state.
func Resume(tracks []container.Track, st State) (*Segmenter, error) {
	s, err := NewSegmenter(tracks)
	if err != nil {
		return nil, err
	}
	s.state, s.open, s.start = st, st.No > 0, st.End
	for i, x := range st.Tracks {
		if i == len(s.tracks) {
			break
		}
		t := s.tracks[i]
		t.next, t.expect, t.floor, t.started = x.Next, x.Expect, x.Floor, x.Started
		t.codec.Restore(x.Config)
		if x.InInit {
			s.init[i] = t.codec.Config()
		}
	}
	return s, nil
}

// Add takes a sample and returns the segments that it closes. here is the place to go on from when no
// sample waits. Errors wrap codec.ErrMalformed.
func (s *Segmenter) Add(x container.Sample, here container.Mark) ([]Part, error) {
	t := s.tracks[x.Track]
	queued, err := t.add(x)
	if err != nil || !queued {
		return nil, err
	}
	if !s.open {
		s.open, s.start = true, t.ns(t.queue[0].dts)
	}
	if s.state.No == 0 {
		for _, o := range s.tracks {
			if len(o.queue) > 0 {
				s.start = min(s.start, o.ns(o.queue[0].dts))
			}
		}
	}
	var out []Part
	for {
		end, ok := s.cut()
		if !ok {
			return out, nil
		}
		out = append(out, s.closeAt(end, here))
	}
}

// Flush closes the last segment; there may be none.
func (s *Segmenter) Flush(here container.Mark) []Part {
	var out []Part
	for {
		end, ok := s.cutFinal()
		if !ok {
			break
		}
		out = append(out, s.closeAt(end, here))
	}
	end := int64(math.MinInt64)
	for _, t := range s.tracks {
		if len(t.queue) > 0 {
			end = max(end, t.end())
		}
	}
	if end > s.start {
		out = append(out, s.closeAt(end, here))
	}
	return out
}

// cut finds the end of the open segment, if it is there.
func (s *Segmenter) cut() (int64, bool) {
	if s.video == nil || !s.video.started && s.span(s.audio) >= longest {
		return s.cutSound()
	}
	end, ok := s.cutPicture()
	if !ok || !s.caughtUp(s.audio, s.video, end) {
		return s.overdue()
	}
	return end, true
}

// cutFinal is cut when nothing more will come.
func (s *Segmenter) cutFinal() (int64, bool) {
	if s.video != nil && s.video.started {
		return s.cutPicture()
	}
	return s.cutSound()
}

func (s *Segmenter) span(t *track) int64 {
	if t == nil || len(t.queue) == 0 {
		return 0
	}
	return t.ns(t.queue[len(t.queue)-1].dts) - s.start
}

func (s *Segmenter) cutSound() (int64, bool) {
	if s.audio == nil || s.span(s.audio) < 2*second {
		return 0, false
	}
	for _, q := range s.audio.queue {
		if at := s.audio.ns(q.dts); at-s.start >= 2*second {
			return at, true
		}
	}
	return 0, false
}

// cutPicture is the first key frame far enough in, or the first that changes the configuration.
func (s *Segmenter) cutPicture() (int64, bool) {
	for i, q := range s.video.queue {
		at := s.video.ns(q.dts)
		if i > 0 && q.key && (at-s.start >= target || q.config != nil) {
			return at, true
		}
		// A segment that began with sound alone (a forced cut) must not swallow a new configuration either.
		if i == 0 && q.config != nil && s.state.No > 0 && at-s.start > 0 && s.audio != nil && s.audio.before(at) > 0 {
			return at, true
		}
	}
	return 0, false
}

// caughtUp tells whether all of t's frames before end are here: a later one is, or the other
// track is so far ahead that none will come.
func (s *Segmenter) caughtUp(t, lead *track, end int64) bool {
	if t == nil {
		return true
	}
	if n := len(t.queue); n > 0 && t.ns(t.queue[n-1].dts) >= end {
		return true
	}
	n := len(lead.queue)
	return lead.ns(lead.queue[n-1].dts) >= end+patience
}

// overdue cuts without a key frame when a segment grew too long: an encoder that gives none, or a still
// screen that gives no frames while the sound goes on. Such a segment plays in sequence; a seek into it waits for the next.
func (s *Segmenter) overdue() (int64, bool) {
	bytes := 0
	for _, t := range s.tracks {
		bytes += t.bytes
	}
	long := s.span(s.video) >= longest
	if n := len(s.video.queue); n > 1 && (long || n > maxFrames || bytes > maxBytes) {
		return s.video.ns(s.video.queue[n-1].dts), true
	}
	if gone := s.span(s.audio); s.video.started && gone >= longest+patience {
		if gone > 3*longest { // a clock that jumped, as after a laptop's sleep: one segment, not thousands
			return s.start + gone, true
		}
		return s.start + longest, true
	}
	return 0, false
}

// closeAt makes the segment that ends at end.
func (s *Segmenter) closeAt(end int64, here container.Mark) Part {
	if s.state.No == 0 {
		s.state.Base = s.start
	}
	p := Part{No: s.state.No}
	counts := make([]int, len(s.tracks))
	for i, t := range s.tracks {
		counts[i] = t.before(end)
	}
	p.Init, p.Discontinuity = s.renewInit(counts)
	p.InitNo = s.state.InitNo
	var runs []run
	id := uint32(0)
	for i, t := range s.tracks {
		if s.init[i] == nil {
			continue
		}
		id++
		if r, ok := s.run(t, id, counts[i], end); ok {
			runs = append(runs, r)
		}
	}
	p.Data = mediaSegment(uint32(s.state.No+1), runs) //nolint:gosec // a count of segments
	p.StartMS, p.DurationMS = s.ms(s.start), s.ms(end)-s.ms(s.start)
	if p.DurationMS >= 500 || s.state.Bandwidth == 0 {
		s.state.Bandwidth = max(s.state.Bandwidth, int64(len(p.Data))*8*1000/max(p.DurationMS, 1))
	}
	s.state.No++
	s.state.End, s.start = end, end
	p.State, p.Mark = s.snapshot(), s.mark(here)
	return p
}

// ms is a source time as a time of the clip.
func (s *Segmenter) ms(ns int64) int64 { return (ns - s.state.Base + 500_000) / 1_000_000 }

// run takes a track's part of the segment.
func (s *Segmenter) run(t *track, id uint32, n int, end int64) (run, bool) {
	base := t.units(s.state.Base)
	if n > 0 {
		first := t.queue[0].dts
		return run{id: id, base: uint64(max(first-base, 0)), video: t.kind == codec.Video, samples: t.take(n, end)}, true
	}
	if t.name != codec.Opus {
		return run{}, false
	}
	from := max(t.units(s.start), t.floor)
	d := t.units(end) - from
	if d <= 0 {
		return run{}, false
	}
	t.floor, t.expect = from+1, -1
	return run{id: id, base: uint64(max(from-base, 0)), samples: []runSample{{duration: uint32(min(d, 1<<31)), payload: codec.OpusSilence()}}}, true
}

// renewInit makes a new init segment when a track came to life or changed its configuration.
func (s *Segmenter) renewInit(counts []int) (init []byte, discontinuity bool) {
	next := slices.Clone(s.init)
	changed := s.state.InitNo < 0
	for i, t := range s.tracks {
		if counts[i] == 0 {
			continue
		}
		c := t.codec.Config()
		if x := t.queue[0].config; x != nil {
			c = x
		} else if s.init[i] != nil {
			c = s.init[i] // a frame later in the queue has changed it already
		}
		if !next[i].Equal(c) {
			next[i], changed = c, true
		}
	}
	if !changed {
		return nil, false
	}
	s.init = next
	s.state.InitNo++
	var tracks []initTrack
	for i, c := range next {
		if c != nil {
			tracks = append(tracks, initTrack{uint32(s.tracks[i].timescale), c}) //nolint:gosec // came from a uint32
		}
	}
	return initSegment(tracks), s.state.No > 0
}

// snapshot is the state as it must be before the first frame that waits.
func (s *Segmenter) snapshot() State {
	st := s.state
	st.Tracks = make([]TrackState, len(s.tracks))
	for i, t := range s.tracks {
		x := TrackState{Next: t.next, Expect: t.expect, Floor: t.floor, Started: t.started, Config: s.init[i], InInit: s.init[i] != nil}
		if len(t.queue) > 0 {
			x.Expect = t.queue[0].expect
			x.Started = s.init[i] != nil
		}
		st.Tracks[i] = x
	}
	return st
}

// mark is where the source must be read from to get every frame that waits.
func (s *Segmenter) mark(here container.Mark) container.Mark {
	for _, t := range s.tracks {
		if len(t.queue) > 0 && t.queue[0].mark.Offset < here.Offset {
			here = t.queue[0].mark
		}
	}
	return here
}

// Info describes what was packaged so far.
type Info struct {
	// Codecs is the RFC 6381 string.
	Codecs        string
	Width, Height int
	Video, Audio  bool
	// Bandwidth is the peak bit rate of a segment, in bits per second.
	Bandwidth int64
}

// Info of the present init segment; zero before the first segment.
func (s *Segmenter) Info() Info {
	i := Info{Bandwidth: s.state.Bandwidth}
	var all []string
	for n, c := range s.init {
		if c == nil {
			continue
		}
		all = append(all, c.Codecs)
		if s.tracks[n].kind == codec.Video {
			i.Video, i.Width, i.Height = true, c.Width, c.Height
		} else {
			i.Audio = true
		}
	}
	i.Codecs = strings.Join(all, ",")
	return i
}
