package worktime

import (
	"time"

	"baton/domain"
)

// NextCore is the first moment from t on, and before another, at which the person is in their core hours and may be notified; false when
// there is none.
func (c *Calendar) NextCore(t, until time.Time) (time.Time, bool) {
	for d := range c.daysFrom(t) {
		if d > c.Today(until) {
			break
		}
		for _, s := range c.loud(d, c.hours.CoreFrom, c.hours.CoreTo) {
			if s.To.After(t) {
				at := later(s.From, t)
				return at, at.Before(until)
			}
		}
	}
	return time.Time{}, false
}

// Overlap lists the stretches from t on, and before another moment, in which two people are both in their core hours, in order: then one may
// just talk with the other. Who has said none is in them while they work.
func Overlap(a, b *Calendar, t, until time.Time) []Span {
	x, y := a.live(t, until), b.live(t, until)
	var out []Span
	for len(x) > 0 && len(y) > 0 {
		both := Span{later(x[0].From, y[0].From), earlier(x[0].To, y[0].To)}
		if both.From.Before(both.To) {
			out = append(out, both)
		}
		if x[0].To.Before(y[0].To) {
			x = x[1:]
		} else {
			y = y[1:]
		}
	}
	return out
}

// live lists the core hours, or the working hours of who has said none, from one moment to another.
func (c *Calendar) live(t, until time.Time) []Span {
	from, to := c.hours.Live()
	var out []Span
	for d := range c.daysFrom(t) {
		if d > c.Today(until) {
			break
		}
		if !c.WorkingDay(d) {
			continue
		}
		for _, s := range c.wall(d, from, to) {
			s.From, s.To = later(s.From, t), earlier(s.To, until)
			if s.From.Before(s.To) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Opening is when a round is best opened on the wall clocks of its members: the time nearest to a usual one, by quarters of an hour, at which as
// many as can be are in their core hours. It says for how many that is so.
func Opening(members []domain.Hours, usual domain.ClockTime) (at domain.ClockTime, in int) {
	const quarter = 15
	at, in = usual, -1
	for t := domain.ClockTime(0); t < domain.DayEnd; t += quarter {
		if n := InCore(members, t); n > in || n == in && distance(t, usual) < distance(at, usual) {
			at, in = t, n
		}
	}
	return at, in
}

// InCore counts who is in their core hours at a time of day, on their own wall clock.
func InCore(members []domain.Hours, at domain.ClockTime) (n int) {
	for _, h := range members {
		if from, to := h.Live(); within(at, from, to) {
			n++
		}
	}
	return n
}

func distance(a, b domain.ClockTime) domain.ClockTime { return max(a-b, b-a) }
