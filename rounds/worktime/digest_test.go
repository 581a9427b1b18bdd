package worktime_test

import (
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

// TestDigest: one mail on each working day, at its time on the person's clock, never where it is quiet, on no day off.
func TestDigest(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	s := domain.Schedule{Hours: domain.DefaultHours("Europe/Paris"), DaysOff: []domain.DayOff{{First: "2026-03-31", Last: "2026-04-01"}}} // quiet 19:00 to 08:00
	c, err := worktime.New(s)
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		t.Helper()
		out, err := time.ParseInLocation("2006-01-02 15:04", text, paris)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, x := range []struct {
		at         domain.ClockTime
		from, want string
	}{
		{8*60 + 30, "2026-03-27 08:29", "2026-03-27 08:30"},
		{8*60 + 30, "2026-03-27 08:30", "2026-03-30 08:30"}, // a Friday; the clock is changed on the Sunday
		{8*60 + 30, "2026-03-30 20:00", "2026-04-02 08:30"}, // two days off
		{6 * 60, "2026-03-27 05:00", "2026-03-27 08:00"},    // quiet: when it ends
		{23 * 60, "2026-03-27 05:00", "2026-03-27 18:59"},   // quiet until the next day: before it begins
	} {
		if got, ok := c.DigestAfter(at(x.from), x.at); !ok || !got.Equal(at(x.want)) {
			t.Errorf("after %s at %s: %s", x.from, x.at, got.In(paris))
		}
	}
	for from, want := range map[string]string{"2026-03-27 08:29": "", "2026-03-27 08:30": "2026-03-27 08:30", "2026-03-27 18:59": "2026-03-27 08:30", "2026-03-27 19:00": "", "2026-03-28 12:00": ""} {
		if got := c.DigestOf(at(from), 8*60+30); got.IsZero() != (want == "") || want != "" && !got.Equal(at(want)) {
			t.Errorf("of %s: %s", from, got)
		}
	}
}
