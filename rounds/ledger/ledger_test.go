package ledger_test

import (
	"math"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/ledger"
)

// TestTheWorkedExample is docs/ledger.md, step by step.
func TestTheWorkedExample(t *testing.T) {
	t.Parallel()
	standUp := ledger.Meeting{Minutes: 15, People: 8, PerYear: 250}
	weekly := ledger.Meeting{Minutes: 45, People: 8, PerYear: 48}
	stood := float64(ledger.Days(june(), "2026-06-01", "2026-06-30"))
	spent := ledger.Spent{RecordedMS: 118 * 75_000, PlayedMS: 8 * 16 * 5 * 60_000, Texts: 10}
	b := ledger.Reckon(nil, 0, spent, 60)
	b.Avoided = standUp.Hours(stood) + weekly.Hours(14)
	b.Net = b.Avoided - b.Spent
	for what, c := range map[string]struct{ got, want float64 }{
		"days": {stood, 22}, "avoided": {b.Avoided, 41.16}, "spent": {b.Spent, 15.92}, "net": {b.Net, 25.24}, "cost": {b.Net * 60, 1514.32},
		"last week":             {standUp.Hours(float64(ledger.Days(june(), "2026-06-22", "2026-06-28"))), 2.74},
		"a round nobody needed": {ledger.Reckon(nil, 30, spent, 60).Net, -15.92},
	} {
		if math.Abs(c.got-c.want) > 0.5*math.Pow(10, -2)*math.Max(1, math.Abs(c.want)/100) {
			t.Errorf("%s: %.3f, by hand %.2f", what, c.got, c.want)
		}
	}
}

// june is when the round of the example was held: not on the 4th, and not from the 24th on.
func june() []domain.Held {
	var held []domain.Held
	for day := domain.Date("2026-06-01"); day < "2026-06-24"; day = day.Plus(1) {
		switch w := day.Midnight().Weekday(); {
		case w == time.Saturday || w == time.Sunday || day == "2026-06-04":
		case w == time.Friday:
			held = append(held, domain.Held{On: day, Days: 3})
		default:
			held = append(held, domain.Held{On: day, Days: 1})
		}
	}
	return held
}

func TestReplies(t *testing.T) {
	t.Parallel()
	at := func(h float64) time.Time {
		return time.Unix(1_770_000_000, 0).Add(time.Duration(h * float64(time.Hour)))
	}
	r := ledger.Count([]ledger.Answer{
		{Zone: "Europe/Berlin", Asked: at(0), Due: at(8), Settled: at(2)},
		{Zone: "Europe/Berlin", Asked: at(0), Due: at(8), Settled: at(4)},
		{Zone: "Asia/Kolkata", Asked: at(0), Due: at(8), Settled: at(12)},
		{Zone: "Asia/Kolkata", Asked: at(10), Due: at(18)},
	}, at(22))
	if r.Asked != 4 || r.Answered != 3 || r.InTime != 2 || r.MedianWait != 4*time.Hour {
		t.Errorf("%+v", r)
	}
	if len(r.ByZone) != 2 || r.ByZone[0].Zone != "Asia/Kolkata" || r.ByZone[0].Median != 12*time.Hour || r.Fairness != 0.25 {
		t.Errorf("%+v", r)
	}
	waiting := ledger.Count([]ledger.Answer{
		{Zone: "Europe/Berlin", Asked: at(0), Due: at(8), Settled: at(2)},
		{Zone: "Europe/Berlin", Asked: at(4), Due: at(12)},
		{Zone: "Europe/Berlin", Asked: at(4)}, // who is asked is away for good
	}, at(12))
	if waiting.Asked != 1 || waiting.InTime != 1 || waiting.ByZone[0].Asked != 3 {
		t.Errorf("what is not due yet was missed: %+v", waiting)
	}
	if none := ledger.Count(nil, at(0)); none.Fairness != 1 || none.MedianWait != 0 {
		t.Errorf("%+v", none)
	}
}
