package ledger_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/ledger"
)

// TestASecondOfAPersonCountsOnce lets one person play in several windows at once, whose reports are late by some of a second.
func TestASecondOfAPersonCountsOnce(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_770_000_000, 0)
	type report struct {
		at    time.Time
		spent time.Duration
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		windows, every := 1+r.IntN(4), time.Duration(1+r.IntN(15))*time.Second
		var reports []report
		for range windows {
			offset := time.Duration(r.IntN(10_000)) * time.Millisecond
			for n := 1; n <= 100; n++ {
				late := time.Duration(r.IntN(900)) * time.Millisecond
				reports = append(reports, report{start.Add(offset + time.Duration(n)*every + late), every})
			}
		}
		slices.SortFunc(reports, func(a, b report) int { return a.at.Compare(b.at) })
		until, booked := time.Time{}, time.Duration(0)
		for _, p := range reports {
			var more time.Duration
			until, more = ledger.Book(until, p.at, p.spent)
			booked += more
		}
		played := reports[len(reports)-1].at.Sub(start)
		if booked > played+2*time.Second {
			t.Fatalf("seed %d: %v booked of %v in %d windows", seed, booked, played, windows)
		}
		if one := 100 * every; booked < one || windows == 1 && booked != one {
			t.Fatalf("seed %d: %v booked of %v in %d windows", seed, booked, one, windows)
		}
	}
}

func TestTimeIsBookedOnlyForward(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_770_000_000, 0)
	until, more := ledger.Book(now.Add(time.Hour), now, time.Minute)
	if more != 0 || !until.Equal(now.Add(time.Hour)) {
		t.Error(until, more)
	}
	if until, more = ledger.Book(time.Time{}, now, time.Minute); more != time.Minute || !until.Equal(now) {
		t.Error(until, more)
	}
}

// TestDaysAreThoseThatARoundCovered goes through the days one by one.
func TestDaysAreThoseThatARoundCovered(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		covered := map[domain.Date]bool{}
		var held []domain.Held
		day := domain.Date("2026-01-01")
		for range r.IntN(40) {
			day = day.Plus(1 + r.IntN(9))
			o := domain.Held{On: day, Days: 1 + r.IntN(9)}
			held = append(held, o)
			for n := range o.Days {
				covered[day.Plus(n)] = true
			}
		}
		first := domain.Date("2026-01-01").Plus(r.IntN(100))
		last := first.Plus(r.IntN(100) - 5)
		want := 0
		for d := first; d <= last; d = d.Plus(1) {
			if covered[d] {
				want++
			}
		}
		if got := ledger.Days(held, first, last); got != want {
			t.Fatalf("seed %d: %d days of %v to %v, not %d: %v", seed, got, first, last, want, held)
		}
	}
}
