package main

import "math"

// The page counts thirtieths of a second, and lights its field for the first six of each second.
const (
	perSecond = 30
	lit       = 6
)

// report is what a recording of the counter page shows. Times are in seconds unless the name says otherwise.
type report struct {
	Frames     int     `json:"frames"`
	Unreadable int     `json:"unreadable"`
	Backwards  int     `json:"backwards"` // frames that show a lower count than the one before
	From       float64 `json:"from"`      // time of the first frame
	Video      float64 `json:"video"`     // from the first frame to the last
	Audio      float64 `json:"audio"`     // to the end of the sound
	Hole       float64 `json:"hole_ms"`   // the longest time between two frames
	FirstCount int     `json:"first_count"`
	LastCount  int     `json:"last_count"`
	// Each full second that the page went through between the first and the last frame.
	Seconds []second `json:"seconds"`
}

// second tells how one second's flash and beep came through. A flash or a beep that is missing is null.
type second struct {
	No       int      `json:"no"`
	Flash    *float64 `json:"flash"`
	Beep     *float64 `json:"beep"`
	OffsetMS *float64 `json:"offset_ms"` // the beep came so much later than the flash
}

func judge(frames []frame, sound track) report {
	r := report{Frames: len(frames), Audio: sound.from + float64(len(sound.samples))/rate, FirstCount: -1, LastCount: -1}
	for i, f := range frames {
		if i > 0 {
			r.Hole = max(r.Hole, 1000*(f.at-frames[i-1].at))
		}
		if f.count < 0 {
			r.Unreadable++
			continue
		}
		if f.count < r.LastCount {
			r.Backwards++
		}
		if r.FirstCount < 0 {
			r.FirstCount = f.count
		}
		r.LastCount = f.count
	}
	if len(frames) > 0 {
		r.From, r.Video = frames[0].at, frames[len(frames)-1].at-frames[0].at
	}
	r.Seconds = seconds(r, flashes(frames), beeps(sound))
	return r
}

// flashes gives the moment of each second's flash. A frame is often shown some thirtieths after it lit up; the counter
// tells how many, and they are taken off again.
func flashes(frames []frame) map[int]float64 {
	at := map[int]float64{}
	for _, f := range frames {
		no := f.count / perSecond
		if f.count < 0 || !f.lit || f.count%perSecond >= lit {
			continue
		}
		if _, known := at[no]; !known {
			at[no] = f.at - float64(f.count%perSecond)/perSecond
		}
	}
	return at
}

// beeps gives when a tone begins after at least half a second of quiet.
func beeps(sound track) []float64 {
	const (
		window = rate / 1000
		loud   = 4000
	)
	var at []float64
	quiet := rate
	for i := 0; i+window <= len(sound.samples); i += window {
		peak := 0.0
		for _, s := range sound.samples[i : i+window] {
			peak = max(peak, math.Abs(float64(s)))
		}
		switch {
		case peak < loud:
			quiet += window
		case quiet > rate/2:
			at = append(at, sound.from+float64(i)/rate)
			fallthrough
		default:
			quiet = 0
		}
	}
	return at
}

// seconds pairs each second's flash with the beep that is nearest to it.
func seconds(r report, flashes map[int]float64, beeps []float64) []second {
	var all []second
	if r.FirstCount < 0 {
		return all
	}
	for no := r.FirstCount/perSecond + 1; no*perSecond+lit <= r.LastCount; no++ {
		s := second{No: no}
		if flash, ok := flashes[no]; ok {
			s.Flash = &flash
			for _, b := range beeps {
				if off := 1000 * (b - flash); math.Abs(off) < 500 && (s.OffsetMS == nil || math.Abs(off) < math.Abs(*s.OffsetMS)) {
					s.Beep, s.OffsetMS = &b, &off
				}
			}
		}
		all = append(all, s)
	}
	return all
}
