package cadence_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"baton/domain"
	"baton/rounds/cadence"
)

func TestDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, want string }{
		{"FREQ=WEEKLY;BYDAY=MO,WE,FR", "[2026-03-02 2026-03-04 2026-03-06 2026-03-09 2026-03-11 2026-03-13]"},
		{"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "[2026-03-03]"},
		{"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3", "[2026-03-02 2026-03-03 2026-03-04]"},
		{"FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "[]"},
		{"FREQ=WEEKLY;BYDAY=FR;UNTIL=20260306T235959Z", "[2026-03-06]"},
	} {
		r, err := cadence.Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.Between("2026-03-02", "2026-03-01", "2026-03-14")); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

func TestRulesThatAreNotForDays(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"", "weekly", "FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=2", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;BYSETPOS=2", "FREQ=WEEKLY;INTERVAL=5000", "FREQ=WEEKLY\nDTSTART:20260101T000000Z",
	} {
		if r, err := cadence.Parse(rule); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%q: %v, %v", rule, r, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := cadence.Parse(s)
		if err != nil {
			return
		}
		for _, d := range r.Between("2026-01-01", "2026-02-01", "2026-03-01") {
			if d < "2026-02-01" || d > "2026-03-01" {
				t.Errorf("%s gives %s", s, d)
			}
		}
	})
}

// TestOldRulesAreTheSame: a rule that began long ago has the days that going through all of them finds.
func TestOldRulesAreTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 3))
		text := []string{"FREQ=DAILY", "FREQ=DAILY;BYDAY=MO,WE", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TU,SU;WKST=SU", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"}[r.IntN(9)]
		text += fmt.Sprintf(";INTERVAL=%d", 1+r.IntN(7))
		start := domain.Date("2016-02-27").Plus(r.IntN(400))
		from := start.Plus(r.IntN(3000) - 100)
		to := from.Plus(r.IntN(700))
		rule, err := cadence.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		var want []domain.Date
		for _, d := range rule.Between(start, start, to) { // nothing to leave out
			if d >= from {
				want = append(want, d)
			}
		}
		if got := rule.Between(start, from, to); !slices.Equal(got, want) {
			t.Fatalf("%s from %s, %s to %s: %v, not %v", text, start, from, to, got, want)
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule string
		on   domain.Date
		want int
	}{
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-06-04", 1},
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-06-05", 3},
		{"FREQ=WEEKLY;INTERVAL=2", "2026-06-01", 14},
		{"FREQ=WEEKLY;COUNT=2", "2026-06-08", 1},
		{"FREQ=YEARLY;INTERVAL=2", "2026-06-01", 1},
	} {
		rule, err := cadence.Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.Gap("2026-06-01", c.on); got != c.want {
			t.Errorf("%s on %s: %d, not %d", c.rule, c.on, got, c.want)
		}
	}
}
