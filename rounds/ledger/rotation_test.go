package ledger_test

import (
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/ledger"
)

func team(zones ...string) []domain.Hours {
	var all []domain.Hours
	for _, z := range zones {
		all = append(all, domain.DefaultHours(z))
	}
	return all
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
