// Package ics reads and writes calendars (iCalendar, RFC 5545): holidays, meetings, and what is due.
package ics

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-ical"

	"baton/domain"
	"baton/rounds/cadence"
)

// MaxEvents bounds what is read of one calendar.
const MaxEvents = 5000

// Event is an entry of a calendar.
type Event struct {
	UID, Summary string
	// Start and Length; for a whole day Start is its midnight in UTC, and Length whole days.
	Start  time.Time
	Length time.Duration
	AllDay bool
	// Rule is how it repeats; nil: it does not.
	Rule *cadence.Rule
	// Attendees counts who is invited, the organizer not among them unless listed.
	Attendees int
}

// Read reads a calendar. Times without a zone are taken to be in zone. What is cancelled or not understood is counted as
// skipped; a text that is no calendar at all is KindInvalid.
func Read(r io.Reader, zone *time.Location) (events []Event, skipped int, err error) {
	for dec := ical.NewDecoder(r); ; {
		cal, err := decode(dec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, domain.Errorf(domain.KindInvalid, "this is not a calendar (.ics) that can be read").Because(err)
		}
		for _, e := range cal.Events() {
			if len(events)+skipped == MaxEvents {
				return nil, 0, domain.Errorf(domain.KindTooLarge, "a calendar may have %d entries at most", MaxEvents)
			}
			if event, ok := read(e, zone); ok {
				events = append(events, event)
			} else {
				skipped++
			}
		}
	}
	if len(events)+skipped == 0 {
		return nil, 0, domain.Errorf(domain.KindInvalid, "there is no entry in this calendar")
	}
	return events, skipped, nil
}

// decode reads one calendar. The library looks behind the end of lines that are cut off.
func decode(dec *ical.Decoder) (cal *ical.Calendar, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("broken line: %v", p)
		}
	}()
	return dec.Decode()
}

func read(e ical.Event, zone *time.Location) (Event, bool) {
	if status, err := e.Status(); err != nil || status == ical.EventCancelled {
		return Event{}, false
	}
	start := e.Props.Get(ical.PropDateTimeStart)
	if start == nil {
		return Event{}, false
	}
	out := Event{AllDay: start.ValueType() == ical.ValueDate, Attendees: len(e.Props.Values(ical.PropAttendee))}
	if out.AllDay {
		zone = time.UTC
	}
	var err error
	if out.Start, err = e.DateTimeStart(zone); err != nil || out.Start.Year() < 1970 {
		return Event{}, false
	}
	end, err := e.DateTimeEnd(zone)
	if err != nil || end.Before(out.Start) {
		return Event{}, false
	}
	if out.Length = end.Sub(out.Start); out.AllDay && out.Length == 0 {
		out.Length = 24 * time.Hour
	}
	out.UID, _ = e.Props.Text(ical.PropUID)
	out.Summary, _ = e.Props.Text(ical.PropSummary)
	if rule := e.Props.Get(ical.PropRecurrenceRule); rule != nil {
		r, err := cadence.Parse(rule.Value)
		if err != nil {
			return Event{}, false
		}
		out.Rule = &r
	}
	return out, true
}

// DaysOff gives the whole days of a calendar that lie between two days, each repetition by itself.
func DaysOff(events []Event, from, to domain.Date) []domain.DayOff {
	var out []domain.DayOff
	for _, e := range events {
		if !e.AllDay {
			continue
		}
		days := max(1, int(e.Length/(24*time.Hour)))
		starts := []domain.Date{domain.DateOf(e.Start)}
		if e.Rule != nil {
			starts = e.Rule.Between(starts[0], from.Plus(-days), to)
		}
		for _, first := range starts {
			off := domain.DayOff{First: first, Last: first.Plus(days - 1), Reason: short(e.Summary), Source: domain.DayOffImported}
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

// short cuts a summary to what a reason may have.
func short(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}
