// Package ledger reckons honestly what rounds save and what they cost. It is pure; docs/ledger.md has an example by hand.
package ledger

import (
	"cmp"
	"slices"
	"time"
)

// Meeting is what a round stands in for.
type Meeting struct {
	Minutes, People int
	// PerYear is how often it was held, in times a year.
	PerYear float64
}

// daysPerYear turns times a year into times a day.
const daysPerYear = 365.25

// Hours is how many hours of people the meeting would have taken in so many days.
func (m Meeting) Hours(days float64) float64 {
	return float64(m.Minutes) / 60 * float64(m.People) * m.PerYear * days / daysPerYear
}

// Spent is what the rounds took: what was recorded, in milliseconds of clips; what was played, in milliseconds of people; and the answers in words.
type Spent struct {
	RecordedMS, PlayedMS int64
	// Texts were written, each reckoned with TextMinutes for writing; reading is not reckoned.
	Texts int
}

const (
	// Takes is how many minutes it takes to record one that is kept: people start anew, and think before they speak.
	Takes = 2.0
	// TextMinutes is what an answer in words takes to write.
	TextMinutes = 2.0
)

// Hours is how many hours of people that was.
func (s Spent) Hours() float64 { return s.Recorded() + s.Played() + s.Written() }

// Recorded is what people recorded, with the takes that they did not keep.
func (s Spent) Recorded() float64 { return float64(s.RecordedMS) * Takes / 3.6e6 }

// Played is how long people listened or watched.
func (s Spent) Played() float64 { return float64(s.PlayedMS) / 3.6e6 }

// Written is what the answers in words took.
func (s Spent) Written() float64 { return float64(s.Texts) * TextMinutes / 60 }

// Balance is what a stretch of days came to. Net is negative when the rounds took more than the meetings would have.
type Balance struct {
	Avoided, Spent, Net float64 // hours
	// Cost is Net at the price of an hour; 0 when that was not said.
	Cost float64
}

// Reckon sets the meetings that were not held against what the rounds took.
func Reckon(meetings []Meeting, days float64, spent Spent, hourCost float64) Balance {
	var b Balance
	for _, m := range meetings {
		b.Avoided += m.Hours(days)
	}
	b.Spent = spent.Hours()
	b.Net = b.Avoided - b.Spent
	b.Cost = b.Net * hourCost
	return b
}

// Answer is one ask as the ledger sees it.
type Answer struct {
	Zone    string // of who asked
	Asked   time.Time
	Due     time.Time
	Settled time.Time // zero: not answered
}

// Replies says how well answers come.
type Replies struct {
	// Asked counts those that were answered or are due: what is open and not yet due is neither in time nor late.
	Asked, Answered, InTime int
	// MedianWait is the time to the answer of those answered; 0 when none was.
	MedianWait time.Duration
	// ByZone is the median wait of who asks from a time zone, the longest first.
	ByZone []ZoneWait
	// Fairness is the shortest of the zones' waits over the longest: 1 fair, near 0 not. 1 for fewer than two zones.
	Fairness float64
}

// ZoneWait is how long those of one time zone wait.
type ZoneWait struct {
	Zone   string
	Median time.Duration
	Asked  int
}

// Count looks at the asks of a stretch of time, as of now.
func Count(all []Answer, now time.Time) Replies {
	r := Replies{Fairness: 1}
	var waits []time.Duration
	zones := map[string][]time.Duration{}
	asked := map[string]int{}
	for _, a := range all {
		asked[a.Zone]++
		if !a.Settled.IsZero() || !a.Due.IsZero() && now.After(a.Due) {
			r.Asked++
		}
		wait := now.Sub(a.Asked) // still waiting: so long at least
		if !a.Settled.IsZero() {
			wait = a.Settled.Sub(a.Asked)
			r.Answered++
			waits = append(waits, wait)
			if !a.Due.IsZero() && !a.Settled.After(a.Due) {
				r.InTime++
			}
		}
		zones[a.Zone] = append(zones[a.Zone], wait)
	}
	r.MedianWait = median(waits)
	for z, w := range zones {
		r.ByZone = append(r.ByZone, ZoneWait{Zone: z, Median: median(w), Asked: asked[z]})
	}
	slices.SortFunc(r.ByZone, func(a, b ZoneWait) int { return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(a.Zone, b.Zone)) })
	if n := len(r.ByZone); n > 1 && r.ByZone[0].Median > 0 {
		r.Fairness = float64(r.ByZone[n-1].Median) / float64(r.ByZone[0].Median)
	}
	return r
}

// median of the middle two, when there are two.
func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}
