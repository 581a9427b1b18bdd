package ledger

import (
	"time"

	"baton/domain"
)

// slack is how much later one report of a player may be on its way than the next: so much overlaps and is not taken for time counted twice.
const slack = 2 * time.Second

// Book books the time that somebody spent until now, of whom everything is booked until a moment. It returns until when it is booked then, and
// how much of it is new: with however many players at once, nobody spends more than the clock gives, but for the slack.
func Book(until, now time.Time, spent time.Duration) (time.Time, time.Duration) {
	begin := now.Add(-spent)
	if until.After(begin) {
		begin = until
	}
	end := begin.Add(spent)
	if latest := now.Add(slack); end.After(latest) {
		end = latest
	}
	if !end.After(begin) {
		return until, 0
	}
	return end, end.Sub(begin)
}

// Days counts the days from one to another on which occurrences stood in for meetings, each day once. They are in order of their days.
func Days(held []domain.Held, first, last domain.Date) int {
	days, from := 0, first
	for _, o := range held {
		from = max(from, o.On)
		end := min(last, o.On.Plus(o.Days-1))
		if from <= end {
			days += from.Days(end) + 1
			from = end.Plus(1)
		}
	}
	return days
}
