// Package worktime reckons in the working time of people: who works when, and when an answer falls due.
//
// It is pure: the clock is an argument. The rule that everything follows from: a moment is working time when the
// wall clock of the person's zone shows a working day that is no day off, and a time of day within the working hours.
// So an hour that the clock skips in spring is not worked, and one that it shows twice in autumn is worked twice.
package worktime

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the rules of the zones, for machines that have none

	"baton/domain"
)

// horizon is how many days ahead working time is looked for: beyond the longest leave.
const horizon = 3 * 366

// Calendar is a person's working time.
type Calendar struct {
	hours domain.Hours
	zone  *time.Location
	days  [7]bool
	off   map[domain.Date]bool
}

// Span is a stretch of time from From up to, and without, To.
type Span struct{ From, To time.Time }

// New makes the calendar of a schedule. KindInvalid for hours that nobody can work.
func New(s domain.Schedule) (*Calendar, error) {
	if err := s.Hours.Check(); err != nil {
		return nil, fmt.Errorf("read the hours: %w", err)
	}
	zone, err := time.LoadLocation(s.Hours.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("load the time zone: %w", err)
	}
	c := &Calendar{hours: s.Hours, zone: zone, off: map[domain.Date]bool{}}
	for _, d := range s.Hours.Days {
		c.days[d] = true
	}
	for _, d := range s.DaysOff {
		for n := range min(d.First.Days(d.Last)+1, domain.MaxDayOffLength) {
			c.off[d.First.Plus(n)] = true
		}
	}
	return c, nil
}

// Zone is the person's.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Today is the day that the person's calendar shows.
func (c *Calendar) Today(t time.Time) domain.Date { return domain.DateOf(t.In(c.zone)) }

// WorkingDay tells whether anything of that day is worked.
func (c *Calendar) WorkingDay(d domain.Date) bool {
	return c.days[d.Midnight().Weekday()] && !c.off[d]
}

// Working tells whether the person works at that moment.
func (c *Calendar) Working(t time.Time) bool {
	return c.WorkingDay(c.Today(t)) && within(c.clock(t), c.hours.From, c.hours.To)
}

// Core tells whether the moment lies in the person's core hours.
func (c *Calendar) Core(t time.Time) bool {
	return c.WorkingDay(c.Today(t)) && within(c.clock(t), c.hours.CoreFrom, c.hours.CoreTo)
}

// Reachable tells whether the person may be notified at that moment: they work, and it is not quiet.
func (c *Calendar) Reachable(t time.Time) bool {
	return c.Working(t) && !c.hours.Quiet(c.clock(t))
}

// Next is the first moment from t on at which the person works; false when there is none in three years.
func (c *Calendar) Next(t time.Time) (time.Time, bool) { return c.first(t, c.worked) }

// NextReachable is the first moment from t on at which the person may be notified; false when there is none in three years.
func (c *Calendar) NextReachable(t time.Time) (time.Time, bool) { return c.first(t, c.reachable) }

func (c *Calendar) first(t time.Time, spans func(domain.Date) []Span) (time.Time, bool) {
	for d := range c.daysFrom(t) {
		for _, s := range spans(d) {
			if s.To.After(t) {
				return later(s.From, t), true
			}
		}
	}
	return time.Time{}, false
}

// Add is the first moment at which the person has worked so long after t; false when that is more than three years away.
func (c *Calendar) Add(t time.Time, work time.Duration) (time.Time, bool) {
	for d := range c.daysFrom(t) {
		for _, s := range c.worked(d) {
			if !s.To.After(t) {
				continue
			}
			from := later(s.From, t)
			if left := s.To.Sub(from); left < work {
				work -= left
				continue
			}
			return from.Add(work), true
		}
	}
	return time.Time{}, false
}

// Between is how long the person works from one moment to another; 0 when the other lies before.
func (c *Calendar) Between(from, to time.Time) time.Duration {
	var sum time.Duration
	for d := range c.daysFrom(from) {
		if d > c.Today(to) {
			break
		}
		for _, s := range c.worked(d) {
			if a, b := later(s.From, from), earlier(s.To, to); a.Before(b) {
				sum += b.Sub(a)
			}
		}
	}
	return sum
}

// Day is the length of a usual working day.
func (c *Calendar) Day() time.Duration { return minutes(c.hours.To - c.hours.From) }

// At is the first moment of a day at which the person's wall clock shows c or later.
func (c *Calendar) At(d domain.Date, at domain.ClockTime) time.Time {
	for _, s := range c.wall(d, at, domain.DayEnd) {
		return s.From
	}
	return c.At(d.Plus(1), 0) // the day ended, or the clock jumped over its end
}

// daysFrom yields the days of the person's calendar from the one of t on.
func (c *Calendar) daysFrom(t time.Time) func(func(domain.Date) bool) {
	return func(yield func(domain.Date) bool) {
		d := c.Today(t)
		for range horizon {
			if !yield(d) {
				return
			}
			d = d.Plus(1)
		}
	}
}

// worked lists the stretches in which a day is worked, in order.
func (c *Calendar) worked(d domain.Date) []Span {
	if !c.WorkingDay(d) {
		return nil
	}
	return c.wall(d, c.hours.From, c.hours.To)
}

// reachable lists the stretches of a working day in which the person may be notified.
func (c *Calendar) reachable(d domain.Date) []Span { return c.loud(d, c.hours.From, c.hours.To) }

// loud lists the stretches of a working day, from one time of day to another, that are not quiet.
func (c *Calendar) loud(d domain.Date, from, end domain.ClockTime) []Span {
	if !c.WorkingDay(d) {
		return nil
	}
	var out []Span
	for from < end {
		to := from
		for to < end && c.hours.Quiet(to) == c.hours.Quiet(from) {
			to++
		}
		if !c.hours.Quiet(from) {
			out = append(out, c.wall(d, from, to)...)
		}
		from = to
	}
	slices.SortFunc(out, func(a, b Span) int { return a.From.Compare(b.From) })
	return out
}

// wall lists the stretches in which the person's clock shows that day and a time from one up to another. There is
// one, but for days on which the clock is changed: between two changes of the zone's offset the clock just runs.
func (c *Calendar) wall(d domain.Date, from, to domain.ClockTime) []Span {
	midnight := d.Midnight()
	begin, end := midnight.Add(-36*time.Hour), midnight.Add(60*time.Hour)
	var out []Span
	for t := begin; t.Before(end); {
		local := t.In(c.zone)
		_, offset := local.Zone()
		_, change := local.ZoneBounds()
		if change.IsZero() || change.After(end) {
			change = end
		}
		utc := midnight.Add(-time.Duration(offset) * time.Second) // the day's midnight as this offset has it
		a, b := later(utc.Add(minutes(from)), t), earlier(utc.Add(minutes(to)), change)
		if a.Before(b) {
			out = join(out, Span{a.UTC(), b.UTC()})
		}
		t = change
	}
	return out
}

// join appends a stretch, to the last one if nothing lies between: some changes of a zone keep its offset.
func join(out []Span, s Span) []Span {
	if n := len(out); n > 0 && out[n-1].To.Equal(s.From) {
		out[n-1].To = s.To
		return out
	}
	return append(out, s)
}

func (c *Calendar) clock(t time.Time) domain.ClockTime {
	l := t.In(c.zone)
	return domain.ClockTime(l.Hour()*60 + l.Minute())
}

func within(t, from, to domain.ClockTime) bool { return from <= t && t < to }

func minutes(c domain.ClockTime) time.Duration { return time.Duration(c) * time.Minute }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
