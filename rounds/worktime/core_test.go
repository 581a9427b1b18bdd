package worktime_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

// someone is a person with hours as they come, and how their watch shows their core hours, minute by minute.
func someone(r *rand.Rand) (*worktime.Calendar, func(time.Time) (core, quiet bool), error) {
	zones := []string{"Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Adelaide", "America/Santiago", "Pacific/Auckland", "UTC"}
	h := domain.DefaultHours(zones[r.IntN(len(zones))])
	h.From = domain.ClockTime(r.IntN(12) * 60)
	h.To = h.From + domain.ClockTime(240+r.IntN(8)*60)
	h.CoreFrom = h.From + domain.ClockTime(r.IntN(120))
	h.CoreTo = h.CoreFrom + domain.ClockTime(r.IntN(120))
	h.QuietFrom, h.QuietTo = domain.ClockTime(r.IntN(24)*60), domain.ClockTime(r.IntN(24)*60)
	if h.Check() != nil {
		h.QuietFrom, h.QuietTo = 0, 0
	}
	off := domain.Date("2026-03-20").Plus(r.IntN(20))
	s := domain.Schedule{Hours: h, DaysOff: []domain.DayOff{{First: off, Last: off.Plus(r.IntN(4))}}}
	c, err := worktime.New(s)
	if err != nil {
		return nil, nil, fmt.Errorf("%+v: %w", h, err)
	}
	from, to := int(h.CoreFrom), int(h.CoreTo)
	if from == to {
		from, to = int(h.From), int(h.To)
	}
	return c, func(t time.Time) (bool, bool) {
		l := t.In(c.Zone())
		minute, day, weekday := l.Hour()*60+l.Minute(), l.Format("2006-01-02"), l.Weekday()
		works := weekday != time.Saturday && weekday != time.Sunday && (day < string(s.DaysOff[0].First) || day > string(s.DaysOff[0].Last))
		qf, qt := int(h.QuietFrom), int(h.QuietTo)
		quiet := qf <= minute && minute < qt
		if qf > qt {
			quiet = minute >= qf || minute < qt
		}
		return works && from <= minute && minute < to, quiet || h.CoreFrom == h.CoreTo
	}, nil
}

// TestCoreHoursMinuteByMinute looks at two watches for three weeks around the changes of the clock.
func TestCoreHoursMinuteByMinute(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 4))
		a, watchA, err := someone(r)
		if err != nil {
			t.Fatal(err)
		}
		b, watchB, err := someone(r)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, 3, 20+r.IntN(8), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
		until := start.Add(time.Duration(1+r.IntN(14*24*60)) * time.Minute)
		both := map[time.Time]bool{}
		for _, s := range worktime.Overlap(a, b, start, until) {
			for m := s.From; m.Before(s.To); m = m.Add(time.Minute) {
				both[m.UTC()] = true
			}
		}
		var next time.Time
		for m := start; m.Before(until); m = m.Add(time.Minute) {
			coreA, quietA := watchA(m)
			coreB, _ := watchB(m)
			if both[m] != (coreA && coreB) {
				t.Fatalf("seed %d at %v: overlap %v, the watches say %v and %v", seed, m, both[m], coreA, coreB)
			}
			if next.IsZero() && coreA && !quietA {
				next = m
			}
		}
		if got, ok := a.NextCore(start, until); ok != !next.IsZero() || ok && !got.Equal(next) {
			t.Fatalf("seed %d from %v until %v: core at %v %v, the watch says %v", seed, start, until, got, ok, next)
		}
	}
}

// TestOpening: no quarter of an hour has more people in their core hours, and of those that have as many none is nearer to the usual time.
func TestOpening(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 5))
		var people []domain.Hours
		for range 1 + r.IntN(7) {
			h := domain.DefaultHours("UTC")
			h.From = domain.ClockTime(r.IntN(40) * 15)
			h.To = h.From + 480
			if h.CoreFrom, h.CoreTo = h.From+60, h.To-120; r.IntN(3) == 0 {
				h.CoreFrom, h.CoreTo = 0, 0
			}
			people = append(people, h)
		}
		usual := domain.ClockTime(r.IntN(96) * 15)
		count := func(at domain.ClockTime) (n int) {
			for _, h := range people {
				if h.CoreTo > 0 && h.CoreFrom <= at && at < h.CoreTo || h.CoreTo == 0 && h.From <= at && at < h.To {
					n++
				}
			}
			return n
		}
		at, in := worktime.Opening(people, usual)
		if in != count(at) {
			t.Fatalf("seed %d: %v says %d, not %d", seed, at, in, count(at))
		}
		for other := domain.ClockTime(0); other < domain.DayEnd; other += 15 {
			nearer := max(other-usual, usual-other) < max(at-usual, usual-at)
			if n := count(other); n > in || n == in && nearer {
				t.Fatalf("seed %d: %v with %d, but %v has %d", seed, at, in, other, n)
			}
		}
	}
}
