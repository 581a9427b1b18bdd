package ledger

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

// Turn is when what has to be held live could be held in a week, so that the inconvenience goes round.
type Turn struct {
	At time.Time
	// Burdens are what it asks of those of each time zone, the most first: hours outside their working day, night hours more.
	Burdens []Burden
}

// Burden is what a time asks of those of a time zone.
type Burden struct {
	Zone  string
	Hours float64
}

const (
	liveLength = time.Hour // of what is held
	liveStep   = 15 * time.Minute
	// farHours is from how many hours outside the working day on it is as bad as it gets.
	farHours = 6.0
	// waitHours is what having waited longest for answers counts for: so many burdensome hours that were carried already.
	waitHours = 2.0
	// unlike is the power that keeps burdens from falling on the same again.
	unlike = 3.0
)

// Rotate proposes a time for each of the weeks from a day on. Each is on a day on which most people work, takes from those who have carried least
// so far, and where that leaves a choice is in the core hours of most; those who waited longest for answers (waits, by time zone) begin as if they
// had carried something. Nothing for fewer than two time zones.
func Rotate(people []domain.Schedule, waits map[string]time.Duration, from domain.Date, weeks int) []Turn {
	byZone := map[string][]clock{}
	for _, s := range people {
		if c, err := worktime.New(s); err == nil {
			byZone[s.Hours.TimeZone] = append(byZone[s.Hours.TimeZone], clock{c, s.Hours})
		}
	}
	zones := slices.Sorted(maps.Keys(byZone))
	if len(zones) < 2 {
		return nil
	}
	carried := carriedBefore(zones, waits)
	var out []Turn
	for n := range weeks {
		turn := bestTurn(bestDay(from.Plus(7*n), zones, byZone), zones, byZone, carried)
		for _, b := range turn.Burdens {
			carried[b.Zone] += b.Hours
		}
		slices.SortStableFunc(turn.Burdens, func(a, b Burden) int { return cmp.Compare(b.Hours, a.Hours) })
		out = append(out, turn)
	}
	return out
}

func carriedBefore(zones []string, waits map[string]time.Duration) map[string]float64 {
	carried := map[string]float64{}
	longest := time.Duration(0)
	for _, z := range zones {
		longest = max(longest, waits[z])
	}
	for _, z := range zones {
		if longest > 0 {
			carried[z] = waitHours * float64(waits[z]) / float64(longest)
		}
	}
	return carried
}

// bestDay is the day of the seven from one on, on which most people work; of several the one nearest to the middle of the week.
func bestDay(first domain.Date, zones []string, byZone map[string][]clock) domain.Date {
	best, most := first, -1
	for d := first; d < first.Plus(7); d = d.Plus(1) {
		n := 0
		for _, z := range zones {
			for _, c := range byZone[z] {
				if c.WorkingDay(d) {
					n++
				}
			}
		}
		if n > most || n == most && fromWednesday(d) < fromWednesday(best) {
			best, most = d, n
		}
	}
	return best
}

func fromWednesday(d domain.Date) int {
	n := int(d.Midnight().Weekday()) - int(time.Wednesday)
	return max(n, -n)
}

// bestTurn tries each half hour of a day.
func bestTurn(day domain.Date, zones []string, byZone map[string][]clock, carried map[string]float64) Turn {
	var best Turn
	least, most := 0.0, 0.0
	for at := day.Midnight(); at.Before(day.Plus(1).Midnight()); at = at.Add(30 * time.Minute) {
		turn, sum, core := Turn{At: at}, 0.0, 0.0
		for _, z := range zones {
			b := 0.0
			for _, c := range byZone[z] {
				b += c.burden(at) / float64(len(byZone[z]))
				core += c.core(at)
			}
			turn.Burdens = append(turn.Burdens, Burden{z, b})
			sum += math.Pow(carried[z]+b, unlike) * float64(len(byZone[z]))
		}
		if best.Burdens == nil || sum < least-1e-9 || sum < least+1e-9 && core > most {
			best, least, most = turn, sum, core
		}
	}
	return best
}

// clock is somebody's working day on their own wall clock.
type clock struct {
	*worktime.Calendar

	hours domain.Hours
}

// core is how much of what begins at a moment lies in the core hours, in hours.
func (c clock) core(from time.Time) float64 {
	sum := 0.0
	for t := from; t.Before(from.Add(liveLength)); t = t.Add(liveStep) {
		if c.Core(t) {
			sum += liveStep.Hours()
		}
	}
	return sum
}

// burden is how much of what begins at a moment lies outside the working day, in hours; what is far outside counts up to twice, as does
// whatever is on a day that they do not work.
func (c clock) burden(from time.Time) float64 {
	sum := 0.0
	for t := from; t.Before(from.Add(liveLength)); t = t.Add(liveStep) {
		l := t.In(c.Zone())
		at := float64(l.Hour()) + float64(l.Minute())/60
		start, end := float64(c.hours.From)/60, float64(c.hours.To)/60
		if !c.WorkingDay(c.Today(t)) {
			sum += 2 * liveStep.Hours()
			continue
		}
		if start <= at && at < end {
			continue
		}
		before, after := start-at, at-end
		if before < 0 {
			before += 24
		}
		if after < 0 {
			after += 24
		}
		sum += (1 + min(before, after, farHours)/farHours) * liveStep.Hours()
	}
	return sum
}
