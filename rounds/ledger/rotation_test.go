package ledger_test

import (
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/ledger"
)

func team(zones ...string) []domain.Schedule {
	var all []domain.Schedule
	for _, z := range zones {
		all = append(all, domain.Schedule{Hours: domain.DefaultHours(z)})
	}
	return all
}

// TestARotationKeepsToWorkingDays: in the second week Berlin has a holiday on the Wednesday, and Dubai works from Sunday to Thursday.
func TestARotationKeepsToWorkingDays(t *testing.T) {
	t.Parallel()
	people := team("Europe/Berlin", "Asia/Dubai", "Asia/Dubai")
	for i := 1; i < 3; i++ {
		people[i].Hours.Days = []time.Weekday{time.Sunday, time.Monday, time.Tuesday}
	}
	people[0].DaysOff = []domain.DayOff{{First: "2026-03-10", Last: "2026-03-10"}}
	turns := ledger.Rotate(people, nil, "2026-03-02", 3)
	for i, want := range []domain.Date{"2026-03-03", "2026-03-09", "2026-03-17"} {
		if got := domain.DateOf(turns[i].At); got != want {
			t.Errorf("week %d: %s, not %s", i, got, want)
		}
		for _, b := range turns[i].Burdens {
			if b.Hours != 0 {
				t.Errorf("%+v", turns[i])
			}
		}
	}
	// Who does not work on any day that the others do carries the whole of it.
	people[0].Hours.Days = []time.Weekday{time.Friday}
	for _, b := range ledger.Rotate(people, nil, "2026-03-02", 1)[0].Burdens {
		if b.Zone == "Europe/Berlin" && b.Hours != 2 || b.Zone == "Asia/Dubai" && b.Hours != 0 {
			t.Errorf("%+v", b)
		}
	}
}

// TestARotationPrefersCoreHours: of the times that burden nobody the first is taken at which most are in their core hours.
func TestARotationPrefersCoreHours(t *testing.T) {
	t.Parallel()
	people := team("Europe/Berlin", "Europe/Lisbon") // 9 to 17, 10 to 15 at their core; Lisbon is an hour behind
	if at := ledger.Rotate(people, nil, "2026-03-02", 1)[0].At; at.Hour() != 10 || at.Minute() != 0 {
		t.Errorf("%v, though both are in their core hours from 10:00 UTC on", at)
	}
}

func TestARotationSharesTheBurden(t *testing.T) {
	t.Parallel()
	turns := ledger.Rotate(team("America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney"), nil, "2026-03-02", 12)
	if len(turns) != 12 || turns[0].At.Weekday() != time.Wednesday || domain.DateOf(turns[11].At) != "2026-05-20" {
		t.Fatalf("%+v", turns)
	}
	carried := map[string]float64{}
	for _, turn := range turns {
		for _, b := range turn.Burdens {
			carried[b.Zone] += b.Hours
		}
	}
	// Held at the same hour each week, two of them would carry all and two nothing.
	least, most := 1e9, 0.0
	for _, c := range carried {
		least, most = min(least, c), max(most, c)
	}
	if most > 1.6*least {
		t.Errorf("%v", carried)
	}
}

func TestNobodyIsBurdenedWithoutNeed(t *testing.T) {
	t.Parallel()
	for _, turn := range ledger.Rotate(team("Europe/Berlin", "Europe/Lisbon"), nil, "2026-03-25", 4) {
		for _, b := range turn.Burdens {
			if b.Hours != 0 {
				t.Errorf("%+v", turn)
			}
		}
	}
	if got := ledger.Rotate(team("Europe/Berlin", "Europe/Berlin"), nil, "2026-03-25", 4); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestWhoWaitsLongestIsSparedFirst(t *testing.T) {
	t.Parallel()
	waits := map[string]time.Duration{"America/Los_Angeles": time.Hour, "Asia/Kolkata": 20 * time.Hour}
	burden := func(turn ledger.Turn, zone string) float64 {
		for _, b := range turn.Burdens {
			if b.Zone == zone {
				return b.Hours
			}
		}
		return -1
	}
	turn := ledger.Rotate(team("America/Los_Angeles", "Asia/Kolkata"), waits, "2026-03-02", 1)[0]
	if burden(turn, "Asia/Kolkata") >= burden(turn, "America/Los_Angeles") {
		t.Errorf("%+v", turn)
	}
}
