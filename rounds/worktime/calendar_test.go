package worktime_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"baton/domain"
	"baton/rounds/worktime"
)

func calendar(t interface{ Fatal(args ...any) }, s domain.Schedule) *worktime.Calendar {
	c, err := worktime.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// berlin works Monday to Friday, 9 to 17.
func berlin() domain.Schedule { return domain.Schedule{Hours: domain.DefaultHours("Europe/Berlin")} }

func at(zone, s string) time.Time {
	l, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", s, l)
	if err != nil {
		panic(err)
	}
	return t
}

func TestDueTimes(t *testing.T) {
	t.Parallel()
	holiday := berlin()
	holiday.DaysOff = []domain.DayOff{{First: "2026-04-03", Last: "2026-04-06"}} // Good Friday to Easter Monday
	night := berlin()
	night.Hours.From, night.Hours.To, night.Hours.CoreFrom, night.Hours.CoreTo = 0, 8*60, 0, 0
	night.Hours.QuietFrom, night.Hours.QuietTo = 0, 0
	night.Hours.Days = []time.Weekday{time.Sunday, time.Monday}
	for _, c := range []struct {
		what  string
		s     domain.Schedule
		class domain.ReplyClass
		asked string
		due   string
	}{
		{"within the day", berlin(), domain.ReplyUrgent, "2026-03-03 10:15", "2026-03-03 14:15"},
		{"over the night", berlin(), domain.ReplyUrgent, "2026-03-03 15:00", "2026-03-04 11:00"},
		{"over the weekend", berlin(), domain.ReplyUrgent, "2026-03-06 16:30", "2026-03-09 12:30"},
		{"asked at night", berlin(), domain.ReplyUrgent, "2026-03-03 23:00", "2026-03-04 13:00"},
		{"one working day", berlin(), domain.ReplyStandard, "2026-03-03 10:00", "2026-03-04 10:00"},
		{"one working day, asked before it", berlin(), domain.ReplyStandard, "2026-03-03 07:00", "2026-03-03 17:00"},
		{"asked on a Saturday", berlin(), domain.ReplyStandard, "2026-03-07 12:00", "2026-03-09 17:00"},
		{"three working days", berlin(), domain.ReplyRelaxed, "2026-03-05 11:00", "2026-03-10 11:00"},
		{"over Easter and the change of the clock", holiday, domain.ReplyStandard, "2026-04-02 12:00", "2026-04-07 12:00"},
		{"an hour that the clock skips is not worked", night, domain.ReplyUrgent, "2026-03-29 00:00", "2026-03-29 05:00"},
		{"an hour that it shows twice is worked twice", night, domain.ReplyUrgent, "2026-10-25 00:00", "2026-10-25 03:00"},
	} {
		due, ok := calendar(t, c.s).Due(domain.DefaultNorms(), c.class, at("Europe/Berlin", c.asked))
		if want := at("Europe/Berlin", c.due); !ok || !due.Equal(want) {
			t.Errorf("%s: %v, want %v", c.what, due.In(want.Location()), want)
		}
	}
}

// TestZones: clocks with half and quarter hours, changes by half an hour, and in both halves of the year.
func TestZones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, asked, due string }{
		{"Asia/Kolkata", "2026-03-03 15:30", "2026-03-04 11:30"},
		{"Asia/Kathmandu", "2026-03-03 15:45", "2026-03-04 11:45"},
		{"Australia/Lord_Howe", "2026-04-03 15:00", "2026-04-06 11:00"},
		{"Australia/Adelaide", "2026-10-02 15:00", "2026-10-05 11:00"},
		{"America/Sao_Paulo", "2026-03-03 08:00", "2026-03-03 13:00"},
	} {
		due, ok := calendar(t, domain.Schedule{Hours: domain.DefaultHours(c.zone)}).Due(domain.DefaultNorms(), domain.ReplyUrgent, at(c.zone, c.asked))
		if want := at(c.zone, c.due); !ok || !due.Equal(want) {
			t.Errorf("%s: %v, want %v", c.zone, due, want)
		}
	}
}

// naive is the rule of the package's comment, word by word, a minute at a time.
type naive struct {
	s    domain.Schedule
	zone *time.Location
}

func (n naive) working(t time.Time) bool {
	l := t.In(n.zone)
	for _, d := range n.s.DaysOff {
		if day := l.Format(time.DateOnly); string(d.First) <= day && day <= string(d.Last) {
			return false
		}
	}
	for _, d := range n.s.Hours.Days {
		if l.Weekday() == d {
			m := domain.ClockTime(l.Hour()*60 + l.Minute())
			return n.s.Hours.From <= m && m < n.s.Hours.To
		}
	}
	return false
}

func (n naive) reachable(t time.Time) bool {
	l := t.In(n.zone)
	return n.working(t) && !n.s.Hours.Quiet(domain.ClockTime(l.Hour()*60+l.Minute()))
}

// add counts working minutes.
func (n naive) add(t time.Time, work int) time.Time {
	for work > 0 {
		if n.working(t) {
			work--
		}
		t = t.Add(time.Minute)
	}
	return t
}

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "Australia/Lord_Howe",
	"Pacific/Chatham", "America/St_Johns", "Africa/Cairo", "America/Santiago", "Pacific/Apia", "Africa/Casablanca",
}

func schedule() *rapid.Generator[domain.Schedule] {
	return rapid.Custom(func(t *rapid.T) domain.Schedule {
		h := domain.DefaultHours(rapid.SampledFrom(zones).Draw(t, "zone"))
		h.Days = rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(i int) time.Weekday { return time.Weekday(i) }), 1, 7, rapid.ID).Draw(t, "days")
		h.From = domain.ClockTime(rapid.IntRange(0, 23*60).Draw(t, "from"))
		h.To = h.From + domain.ClockTime(rapid.IntRange(30, int(domain.DayEnd-h.From)).Draw(t, "length"))
		h.CoreFrom, h.CoreTo = h.From, h.From
		h.QuietFrom, h.QuietTo = domain.ClockTime(rapid.IntRange(0, 1439).Draw(t, "quiet")), domain.ClockTime(rapid.IntRange(0, 1439).Draw(t, "loud"))
		if h.Check() != nil {
			h.QuietFrom = h.QuietTo
		}
		s := domain.Schedule{Hours: h}
		for range rapid.IntRange(0, 3).Draw(t, "leaves") {
			first := domain.Date("2026-01-01").Plus(rapid.IntRange(0, 364).Draw(t, "off"))
			s.DaysOff = append(s.DaysOff, domain.DayOff{First: first, Last: first.Plus(rapid.IntRange(0, 5).Draw(t, "for"))})
		}
		return s
	})
}

// moment lies near a change of the clock as often as not.
func moment() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		changes := []string{"2026-03-08", "2026-03-29", "2026-04-04", "2026-04-24", "2026-09-05", "2026-09-26", "2026-10-03", "2026-10-25", "2026-10-29", "2026-11-01"}
		day := domain.Date("2026-01-01").Plus(rapid.IntRange(0, 364).Draw(t, "day"))
		if rapid.Bool().Draw(t, "near a change") {
			day = domain.Date(rapid.SampledFrom(changes).Draw(t, "change")).Plus(rapid.IntRange(-2, 1).Draw(t, "days from it"))
		}
		return day.Midnight().Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
	})
}

// TestAgainstAMinuteHand compares all that the calendar says with the rule followed minute by minute.
func TestAgainstAMinuteHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, from := schedule().Draw(t, "schedule"), moment().Draw(t, "moment")
		c := calendar(t, s)
		n := naive{s, c.Zone()}
		if c.Working(from) != n.working(from) || c.Reachable(from) != n.reachable(from) {
			t.Fatalf("working %t, reachable %t at %v", c.Working(from), c.Reachable(from), from.In(c.Zone()))
		}
		work := rapid.IntRange(1, 1500).Draw(t, "work")
		due, ok := c.Add(from, time.Duration(work)*time.Minute)
		if want := n.add(from, work); !ok || !due.Equal(want) {
			t.Fatalf("%d minutes after %v: %v, want %v", work, from.In(c.Zone()), due.In(c.Zone()), want.In(c.Zone()))
		}
		if got := c.Between(from, due); got != time.Duration(work)*time.Minute {
			t.Fatalf("between %v and %v: %v, want %d minutes", from, due, got, work)
		}
		next, _ := c.Next(from)
		reach, ok := c.NextReachable(from)
		for m := from; m.Before(next); m = m.Add(time.Minute) {
			if n.working(m) {
				t.Fatalf("works at %v already, not first at %v", m, next)
			}
		}
		for m := from; m.Before(reach); m = m.Add(time.Minute) {
			if n.reachable(m) {
				t.Fatalf("reachable at %v already, not first at %v", m, reach)
			}
		}
		if !n.working(next) || !ok || !n.reachable(reach) {
			t.Fatalf("%v and %v are outside the hours", next, reach)
		}
	})
}

func TestAtSkipsWhatTheClockSkips(t *testing.T) {
	t.Parallel()
	c := calendar(t, berlin())
	if got, want := c.At("2026-03-29", 2*60+30), at("Europe/Berlin", "2026-03-29 03:00"); !got.Equal(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := c.At("2026-10-25", 2*60+30), time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("%v, want the first of the two, %v", got, want)
	}
	if got, want := c.At("2026-03-02", domain.DayEnd), at("Europe/Berlin", "2026-03-03 00:00"); !got.Equal(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSomebodyOnLeaveForYears(t *testing.T) {
	t.Parallel()
	s := berlin()
	for year := 2026; year < 2031; year++ {
		s.DaysOff = append(s.DaysOff, domain.DayOff{First: domain.Date(fmt.Sprintf("%d-01-01", year)), Last: domain.Date(fmt.Sprintf("%d-12-31", year))})
	}
	c := calendar(t, s)
	if due, ok := c.Add(at("UTC", "2026-02-01 00:00"), time.Hour); ok {
		t.Errorf("due at %v", due)
	}
}

func BenchmarkDue(b *testing.B) {
	c, r := calendar(b, berlin()), rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		_, _ = c.Due(domain.DefaultNorms(), domain.ReplyRelaxed, time.Unix(1_750_000_000+r.Int64N(1e8), 0))
	}
}
