// Package cadence reads the rules by which rounds and calendars repeat (RFC 5545, RRULE), on days without a zone.
//
// Rules come from outside, and the general language can say what never happens, or happens each second; so only
// the part that people use for days is taken.
package cadence

import (
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"baton/domain"
)

// Rule is a cadence of days.
type Rule struct {
	option rrule.ROption
	text   string
}

const (
	maxLength   = 200
	maxInterval = 100
)

// allowed lists the parts of a rule beside FREQ that are taken, by frequency.
var allowed = map[rrule.Frequency][]string{ //nolint:gochecknoglobals // a table
	rrule.DAILY:   {"INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"},
	rrule.WEEKLY:  {"INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"},
	rrule.MONTHLY: {"INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", "BYMONTHDAY", "BYSETPOS"},
	rrule.YEARLY:  {"INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}

// Parse reads a rule like FREQ=WEEKLY;BYDAY=MO,WE. KindInvalid.
func Parse(text string) (Rule, error) {
	text = strings.ToUpper(strings.TrimPrefix(strings.TrimSpace(text), "RRULE:"))
	bad := func(why string) (Rule, error) {
		return Rule{}, domain.Errorf(domain.KindInvalid, "%q is not a rule for days like FREQ=WEEKLY;BYDAY=MO,WE: %s", text, why)
	}
	if text == "" || len(text) > maxLength || strings.ContainsAny(text, "\r\n") {
		return bad("it is one line of at most 200 characters")
	}
	o, err := rrule.StrToROption(text)
	if err != nil {
		return bad(err.Error())
	}
	parts, known := allowed[o.Freq]
	if !known {
		return bad("FREQ is one of DAILY, WEEKLY, MONTHLY, YEARLY")
	}
	for part := range strings.SplitSeq(text, ";") {
		if name, _, _ := strings.Cut(part, "="); name != "FREQ" && !slices.Contains(parts, name) {
			return bad(name + " has no place in it")
		}
	}
	if o.Interval > maxInterval {
		return bad("INTERVAL is too large")
	}
	if o.Freq >= rrule.WEEKLY && slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return d.N() != 0 }) {
		return bad("only a month or a year has a first Monday")
	}
	if _, err := rrule.NewRRule(*o); err != nil {
		return bad(err.Error())
	}
	return Rule{option: *o, text: text}, nil
}

func (r Rule) String() string { return r.text }

// Between lists the days of a rule that starts on a day, from one day to another, the other included.
func (r Rule) Between(start, from, to domain.Date) []domain.Date {
	if to < from || to < start {
		return nil
	}
	o := r.option
	o.Dtstart = r.near(start, from).Midnight()
	if end := to.Midnight().Add(time.Hour); o.Until.IsZero() || o.Until.After(end) {
		o.Until = end
	}
	rule, err := rrule.NewRRule(o)
	if err != nil { // Parse has tried it
		return nil
	}
	var out []domain.Date
	for _, t := range rule.Between(from.Midnight(), to.Midnight(), true) {
		out = append(out, domain.DateOf(t))
	}
	return out
}

// Gap is how many days lie between a day of a rule that starts on a day and the next of its days: 1 to 366, 1 for the last.
func (r Rule) Gap(start, on domain.Date) int {
	if next := r.Between(start, on.Plus(1), on.Plus(366)); len(next) > 0 {
		return on.Days(next[0])
	}
	return 1
}

// Count is how many days a rule has, if it counts them; otherwise 0.
func (r Rule) Count() int { return r.option.Count }

// near moves the start of a rule ahead by whole turns of it, to shortly before a day: nothing changes from that day on, and what began decades ago
// is not gone through day by day. A rule that counts its days has to be.
func (r Rule) near(start, from domain.Date) domain.Date {
	if r.option.Count > 0 || from <= start {
		return start
	}
	turn := max(1, r.option.Interval)
	if r.option.Freq <= rrule.MONTHLY {
		at := start.Midnight()
		if at.Month() == time.February && at.Day() == 29 {
			return start
		}
		years := (from.Midnight().Year() - at.Year() - 1) / turn * turn
		return domain.DateOf(at.AddDate(max(0, years), 0, 0))
	}
	if r.option.Freq == rrule.WEEKLY {
		turn *= 7
	}
	return start.Plus(max(0, start.Days(from)/turn-1) * turn)
}
