package ics

import (
	"slices"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

func (e *Event) repeats() bool { return e.Rule != nil || len(e.extra) > 0 }

// skip notes that it is not held on a day.
func (e *Event) skip(d domain.Date) {
	if e.except == nil {
		e.except = map[domain.Date]bool{}
	}
	e.except[d] = true
}

// Days lists the days on which it begins, from one to another, each once.
func (e *Event) Days(from, to domain.Date) []domain.Date {
	first := domain.DateOf(e.Start)
	days := []domain.Date{first}
	if e.Rule != nil {
		days = e.Rule.Between(first, from, to)
	}
	days = append(slices.Clone(days), e.extra...)
	days = slices.DeleteFunc(days, func(d domain.Date) bool { return d < from || d > to || e.except[d] })
	slices.Sort(days)
	return slices.Compact(days)
}

// DaysOff gives the days of a calendar on which somebody with those hours is away, between two days and each repetition by itself: whole days, and what
// takes several days by the clock, for each day of which it takes all the working hours.
func DaysOff(events []Event, from, to domain.Date, hours domain.Hours) []domain.DayOff {
	var out []domain.DayOff
	for i := range events {
		e := &events[i]
		days := e.daysOff(from, to, hours)
		for _, off := range days {
			off.Reason, off.Source = short(e.Summary), domain.DayOffImported
			if len(out) > domain.MaxDaysOff {
				return out // more than anybody may keep
			}
			if off.Last >= from && off.First <= to && off.Check() == nil {
				out = append(out, off)
			}
		}
	}
	return out
}

// Absent tells whether an entry may make days off: it is of whole days, or takes several.
func (e *Event) Absent() bool { return e.AllDay || e.Length >= 24*time.Hour && !e.Free }

func (e *Event) daysOff(from, to domain.Date, hours domain.Hours) []domain.DayOff {
	length := max(1, int(e.Length/(24*time.Hour)))
	if !e.Absent() || length > domain.MaxDayOffLength {
		return nil
	}
	var out []domain.DayOff
	for _, first := range e.Days(from.Plus(-length-1), to) {
		if e.AllDay {
			out = append(out, domain.DayOff{First: first, Last: first.Plus(length - 1)})
		} else if off, takes := e.away(first, hours); takes {
			out = append(out, off)
		}
	}
	return out
}

// away is the stretch of days of somebody's calendar that an entry takes, when it begins on a day of its own.
func (e *Event) away(on domain.Date, hours domain.Hours) (off domain.DayOff, takes bool) {
	c, err := worktime.New(domain.Schedule{Hours: hours})
	if err != nil {
		return off, false
	}
	at := on.Midnight()
	start := time.Date(at.Year(), at.Month(), at.Day(), e.Start.Hour(), e.Start.Minute(), e.Start.Second(), 0, e.Start.Location())
	end := start.Add(e.Length)
	for d := c.Today(start); d <= c.Today(end); d = d.Plus(1) {
		if c.At(d, hours.From).Before(start) || c.At(d, hours.To).After(end) {
			continue
		}
		if !takes {
			off.First, takes = d, true
		}
		off.Last = d
	}
	return off, takes
}

// short cuts a summary to what a reason may have.
func short(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}
