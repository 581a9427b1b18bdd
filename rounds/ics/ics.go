// Package ics reads and writes calendars (iCalendar, RFC 5545): holidays, meetings, and what is due.
package ics

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"baton/domain"
	"baton/rounds/cadence"
)

const (
	// MaxEvents bounds what is read of one calendar.
	MaxEvents = 5000
	// maxDates bounds the days that entries name one by one or count, all together.
	maxDates = 200_000
)

// Event is an entry of a calendar.
type Event struct {
	UID, Summary, Description string
	// Start and Length; for a whole day Start is its midnight in UTC, and Length whole days.
	Start  time.Time
	Length time.Duration
	AllDay bool
	// Free entries take none of a person's time.
	Free bool
	// Rule is how it repeats; nil: it does not.
	Rule *cadence.Rule
	// Attendees counts the people who are invited and have not declined, the organizer among them, but no rooms.
	Attendees int
	// Organized: it says who holds it.
	Organized bool

	// extra are days on which it is held besides, except days on which it is not: moved ones, too, which are entries by themselves.
	extra  []domain.Date
	except map[domain.Date]bool
	// moved are the days to which it was moved.
	moved []domain.Date
}

// Read reads a calendar. Times without a zone are taken to be in zone. What is cancelled or not understood is counted as
// skipped; a text that is no calendar at all is KindInvalid, one that is too large KindTooLarge.
func Read(r io.Reader, zone *time.Location) (events []Event, skipped int, err error) {
	in := reader{zone: zone, at: map[string]int{}}
	for dec := ical.NewDecoder(r); ; {
		cal, err := decode(dec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, domain.Errorf(domain.KindInvalid, "this is not a calendar (.ics) that can be read").Because(err)
		}
		for _, e := range cal.Events() {
			if len(in.events)+in.skipped == MaxEvents {
				return nil, 0, domain.Errorf(domain.KindTooLarge, "a calendar may have %d entries at most", MaxEvents)
			}
			in.add(e)
		}
	}
	if in.dates > maxDates {
		return nil, 0, domain.Errorf(domain.KindTooLarge, "a calendar may name %d days at most", maxDates)
	}
	if len(in.events)+in.skipped == 0 {
		return nil, 0, domain.Errorf(domain.KindInvalid, "there is no entry in this calendar")
	}
	in.applyOverrides()
	return in.events, in.skipped, nil
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

// reader gathers the entries of a calendar.
type reader struct {
	zone    *time.Location
	events  []Event
	skipped int
	// dates counts the days that were named one by one, or counted by rules.
	dates int
	// at is where the entry of an UID is that repeats.
	at        map[string]int
	overrides []override
}

// override is what became of one repetition (RECURRENCE-ID).
type override struct {
	uid string
	id  ical.Prop
	to  time.Time // zero: it was cancelled
}

func (in *reader) add(e ical.Event) {
	event, ok := in.read(e)
	if id := e.Props.Get(ical.PropRecurrenceID); id != nil {
		uid, _ := e.Props.Text(ical.PropUID)
		in.overrides = append(in.overrides, override{uid, *id, event.Start})
		event.Rule, event.extra = nil, nil
	} else if ok && event.repeats() && event.UID != "" {
		in.at[event.UID] = len(in.events)
	}
	if ok {
		in.events = append(in.events, event)
	} else {
		in.skipped++
	}
}

// applyOverrides takes from entries the repetitions that were moved or cancelled.
func (in *reader) applyOverrides() {
	for _, o := range in.overrides {
		i, known := in.at[o.uid]
		if !known {
			continue
		}
		e := &in.events[i]
		id, err := o.id.DateTime(e.Start.Location())
		if err != nil {
			continue
		}
		e.skip(domain.DateOf(id.In(e.Start.Location())))
		if !o.to.IsZero() {
			e.moved = append(e.moved, domain.DateOf(o.to))
		}
	}
}

func (in *reader) read(e ical.Event) (Event, bool) {
	if status, err := e.Status(); err != nil || status == ical.EventCancelled {
		return Event{}, false
	}
	start := e.Props.Get(ical.PropDateTimeStart)
	if start == nil {
		return Event{}, false
	}
	out, zone := Event{AllDay: start.ValueType() == ical.ValueDate}, in.zone
	if out.AllDay {
		zone = time.UTC
	}
	var err error
	if out.Start, err = e.DateTimeStart(zone); err != nil || out.Start.Year() < 1970 || out.Start.Year() > 9000 {
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
	out.Description, _ = e.Props.Text(ical.PropDescription)
	transparency, _ := e.Props.Text(ical.PropTransparency)
	out.Free = strings.EqualFold(transparency, "TRANSPARENT")
	out.Attendees, out.Organized = people(e)
	return out, in.repetitions(&out, e)
}

// repetitions reads how an entry repeats: false when that is not understood.
func (in *reader) repetitions(out *Event, e ical.Event) bool {
	if rule := e.Props.Get(ical.PropRecurrenceRule); rule != nil {
		r, err := cadence.Parse(rule.Value)
		if err != nil {
			return false
		}
		out.Rule = &r
		in.dates += r.Count()
	}
	for _, day := range in.days(e, ical.PropExceptionDates, out.Start) {
		out.skip(day)
	}
	out.extra = in.days(e, ical.PropRecurrenceDates, out.Start)
	return true
}

// days reads the days that a property lists, as the calendar of an entry's zone shows them; of periods their beginnings.
func (in *reader) days(e ical.Event, name string, start time.Time) []domain.Date {
	var out []domain.Date
	for _, p := range e.Props.Values(name) {
		for value := range strings.SplitSeq(p.Value, ",") {
			if in.dates++; in.dates > maxDates {
				return nil
			}
			one := p
			one.Value, _, _ = strings.Cut(value, "/")
			if p.ValueType() == ical.ValuePeriod {
				one.Params = ical.Params{ical.ParamTimezoneID: p.Params.Values(ical.ParamTimezoneID)}
			}
			if t, err := one.DateTime(start.Location()); err == nil {
				out = append(out, domain.DateOf(t.In(start.Location())))
			}
		}
	}
	return out
}

// people counts who comes to a meeting, each once, and tells whether somebody holds it.
func people(e ical.Event) (n int, organized bool) {
	who := map[string]bool{}
	for _, a := range e.Props.Values(ical.PropAttendee) {
		kind, answer := strings.ToUpper(a.Params.Get("CUTYPE")), strings.ToUpper(a.Params.Get("PARTSTAT"))
		if kind != "ROOM" && kind != "RESOURCE" && answer != "DECLINED" {
			who[strings.ToLower(a.Value)] = true
		}
	}
	if o := e.Props.Get(ical.PropOrganizer); o != nil && len(who) > 0 {
		who[strings.ToLower(o.Value)], organized = true, true
	}
	return len(who), organized
}
