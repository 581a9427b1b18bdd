package worktime

import (
	"time"

	"baton/domain"
)

// DigestAfter is when the next mail of a day goes after t: on a working day, at a time of day, or as near to it as the quiet hours of that day
// leave it: when they end, or else a minute before they begin. False when there is no working day in three years.
func (c *Calendar) DigestAfter(t time.Time, at domain.ClockTime) (time.Time, bool) {
	for d := range c.daysFrom(t) {
		if m, ok := c.digestOn(d, at); ok && m.After(t) {
			return m, true
		}
	}
	return time.Time{}, false
}

// DigestOf is when the mail of t's own day went, or should have, if it may still go at t; zero: there is none, it is not yet time, or quiet.
func (c *Calendar) DigestOf(t time.Time, at domain.ClockTime) time.Time {
	m, ok := c.digestOn(c.Today(t), at)
	if !ok || m.After(t) || c.hours.Quiet(c.clock(t)) {
		return time.Time{}
	}
	return m
}

func (c *Calendar) digestOn(d domain.Date, at domain.ClockTime) (time.Time, bool) {
	if !c.WorkingDay(d) {
		return time.Time{}, false
	}
	for m := at; m < domain.DayEnd; m++ {
		if !c.hours.Quiet(m) {
			return c.At(d, m), true
		}
	}
	for m := at; m > 0; m-- {
		if !c.hours.Quiet(m - 1) {
			return c.At(d, m-1), true
		}
	}
	return time.Time{}, false // quiet hours leave some time: Hours.Check
}
