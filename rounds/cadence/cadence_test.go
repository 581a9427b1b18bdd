package cadence_test

import (
	"fmt"
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
