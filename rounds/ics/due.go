package ics

import (
	"bytes"
	"fmt"
	"time"

	"github.com/emersion/go-ical"
)

// Due is something that a person has to have done by a time.
type Due struct {
	// UID is the same each time that a calendar program looks.
	UID, Title, URL string
	At              time.Time
}

// dueLength is how long an entry is, so that it can be seen; it ends when the thing is due.
const dueLength = 15 * time.Minute

// Write makes a calendar of what is due. now stands in it as the moment at which it was made.
func Write(name string, all []Due, now time.Time) ([]byte, error) {
	cal := ical.NewCalendar()
	cal.Props.SetText(ical.PropVersion, "2.0")
	cal.Props.SetText(ical.PropProductID, "-//Baton//Due//EN")
	cal.Props.SetText("NAME", name)
	cal.Props.SetText("X-WR-CALNAME", name)
	for _, d := range all {
		e := ical.NewEvent()
		e.Props.SetText(ical.PropUID, d.UID)
		e.Props.SetDateTime(ical.PropDateTimeStamp, now.UTC())
		e.Props.SetDateTime(ical.PropDateTimeStart, d.At.Add(-dueLength).UTC())
		e.Props.SetDateTime(ical.PropDateTimeEnd, d.At.UTC())
		e.Props.SetText(ical.PropSummary, d.Title)
		link := ical.NewProp(ical.PropURL)
		link.Value = d.URL // a URI is not escaped as text is
		e.Props.Set(link)
		// It takes nobody's time from others.
		e.Props.SetText(ical.PropTransparency, "TRANSPARENT")
		cal.Children = append(cal.Children, e.Component)
	}
	if len(cal.Children) == 0 {
		return empty(name), nil
	}
	var b bytes.Buffer
	if err := ical.NewEncoder(&b).Encode(cal); err != nil {
		return nil, fmt.Errorf("write a calendar: %w", err)
	}
	return b.Bytes(), nil
}

// empty is a calendar without entries: calendar programs take one, though RFC 5545 wants a component, which the encoder insists on.
func empty(name string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Baton//Due//EN\r\nX-WR-CALNAME:" + name + "\r\nEND:VCALENDAR\r\n")
}
