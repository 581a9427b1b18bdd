package domain

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ClockTime is a time of day on a wall clock, in minutes since midnight; 1440 ends the day.
type ClockTime int

// DayEnd is the midnight that ends a day.
const DayEnd ClockTime = 24 * 60

// ParseClockTime reads "09:30"; "24:00" is DayEnd. KindInvalid.
func ParseClockTime(s string) (ClockTime, error) {
	if s == "24:00" {
		return DayEnd, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, Errorf(KindInvalid, "%q is not a time of day like 09:30", s)
	}
	return ClockTime(t.Hour()*60 + t.Minute()), nil
}

func (c ClockTime) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// Date is a day of the calendar, in no zone, as 2006-01-02. Dates sort as texts.
type Date string

// DateOf is the day that a clock in t's zone shows.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// ParseDate reads 2006-01-02. KindInvalid.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", Errorf(KindInvalid, "%q is not a day like 2026-03-29", s)
	}
	return Date(s), nil
}

// Midnight is the day's beginning in UTC; zero when it is no date.
func (d Date) Midnight() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Plus is the day n days later.
func (d Date) Plus(n int) Date { return DateOf(d.Midnight().AddDate(0, 0, n)) }

// Days counts the days up to another, which is not among them.
func (d Date) Days(to Date) int { return int(to.Midnight().Sub(d.Midnight()) / (24 * time.Hour)) }

// Hours is when a person works and when they want no sound, on the wall clock of their own zone.
type Hours struct {
	TimeZone string // IANA name
	// Days are the working days, in order from Sunday; at least one.
	Days []time.Weekday
	// From and To bound the working day: From < To.
	From, To ClockTime
	// CoreFrom and CoreTo bound the part of it in which colleagues may expect an answer soon; equal: none.
	CoreFrom, CoreTo ClockTime
	// QuietFrom and QuietTo bound the time without notifications; they may pass midnight; equal: none.
	QuietFrom, QuietTo ClockTime
}

// DefaultHours are those of somebody who has not said.
func DefaultHours(zone string) Hours {
	return Hours{
		TimeZone: zone, Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
		From: 9 * 60, To: 17 * 60, CoreFrom: 10 * 60, CoreTo: 15 * 60, QuietFrom: 19 * 60, QuietTo: 8 * 60,
	}
}

// Live is from when until when somebody may be talked with at once: their core hours, or if they have said none, their working hours.
func (h Hours) Live() (from, to ClockTime) {
	if h.CoreFrom < h.CoreTo {
		return h.CoreFrom, h.CoreTo
	}
	return h.From, h.To
}

// Check refuses hours that nobody can work. KindInvalid.
func (h Hours) Check() error {
	if _, err := time.LoadLocation(h.TimeZone); err != nil || h.TimeZone == "" || h.TimeZone == "Local" {
		return Errorf(KindInvalid, "%q is not a time zone like Europe/Paris", h.TimeZone)
	}
	for _, c := range []ClockTime{h.From, h.To, h.CoreFrom, h.CoreTo, h.QuietFrom, h.QuietTo} {
		if c < 0 || c > DayEnd {
			return Errorf(KindInvalid, "a time of day lies between 00:00 and 24:00")
		}
	}
	switch {
	case len(h.Days) == 0:
		return Errorf(KindInvalid, "at least one day must be a working day")
	case slices.ContainsFunc(h.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }):
		return Errorf(KindInvalid, "there are seven days in a week")
	case h.From >= h.To:
		return Errorf(KindInvalid, "the working day must begin before it ends")
	case h.CoreFrom > h.CoreTo || h.CoreFrom < h.CoreTo && (h.CoreFrom < h.From || h.CoreTo > h.To):
		return Errorf(KindInvalid, "the core hours must lie within the working hours")
	case h.quietAllDay():
		return Errorf(KindInvalid, "the quiet hours must leave some working time")
	}
	return nil
}

// Quiet tells whether notifications rest at that time of day.
func (h Hours) Quiet(c ClockTime) bool {
	if h.QuietFrom <= h.QuietTo {
		return h.QuietFrom <= c && c < h.QuietTo
	}
	return c >= h.QuietFrom || c < h.QuietTo
}

func (h Hours) quietAllDay() bool {
	for c := h.From; c < h.To; c++ {
		if !h.Quiet(c) {
			return false
		}
	}
	return true
}

// DayOffSource is how a day off became known.
type DayOffSource string

// The sources of days off.
const (
	DayOffManual   DayOffSource = "manual"
	DayOffImported DayOffSource = "ics"
)

// MaxDaysOff bounds what one person keeps, and MaxDayOffLength how many days one entry spans.
const (
	MaxDaysOff      = 1000
	MaxDayOffLength = 400
)

// DayOff is a stretch of whole days on which a person does not work, the last day included.
type DayOff struct {
	ID          DayOffID
	First, Last Date
	// Reason is for colleagues; may be empty.
	Reason string
	Source DayOffSource
}

// Check refuses stretches that end before they begin, or last for years. KindInvalid.
func (d DayOff) Check() error {
	if _, err := ParseDate(string(d.First)); err != nil {
		return err
	}
	if _, err := ParseDate(string(d.Last)); err != nil {
		return err
	}
	switch n := d.First.Days(d.Last); {
	case n < 0:
		return Errorf(KindInvalid, "the last day lies before the first")
	case n >= MaxDayOffLength:
		return Errorf(KindInvalid, "one entry may span %d days at most", MaxDayOffLength)
	case utf8.RuneCountInString(d.Reason) > 200:
		return Errorf(KindInvalid, "the reason may have 200 characters at most")
	}
	return nil
}

// Schedule is a person's hours with their days off.
type Schedule struct {
	AccountID AccountID
	Hours     Hours
	DaysOff   []DayOff
}

// ReplyClass is how soon somebody who asks wants an answer, in the working time of who is asked.
type ReplyClass string

// The classes.
const (
	ReplyUrgent   ReplyClass = "urgent"
	ReplyStandard ReplyClass = "standard"
	ReplyRelaxed  ReplyClass = "relaxed"
)

// ParseReplyClass reads a class by name. KindInvalid.
func ParseReplyClass(s string) (ReplyClass, error) {
	switch c := ReplyClass(s); c {
	case ReplyUrgent, ReplyStandard, ReplyRelaxed:
		return c, nil
	}
	return "", Errorf(KindInvalid, "%q is not one of urgent, standard, relaxed", s)
}

// weekdays are the names of days on the wire, by time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} //nolint:gochecknoglobals // a table

// ParseWeekday reads "mon". KindInvalid.
func ParseWeekday(s string) (time.Weekday, error) {
	if i := slices.Index(weekdays[:], strings.ToLower(s)); i >= 0 {
		return time.Weekday(i), nil
	}
	return 0, Errorf(KindInvalid, "%q is not a day of the week like mon", s)
}

// WeekdayName writes "mon".
func WeekdayName(d time.Weekday) string { return weekdays[d] }
