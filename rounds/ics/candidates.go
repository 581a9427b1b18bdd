package ics

import (
	"cmp"
	"slices"
	"time"

	"baton/domain"
)

// Candidate is a meeting that a round could stand in for.
type Candidate struct {
	Name    string
	Minutes int
	People  int
	// PerYear is how often it is held in the year from a day on.
	PerYear float64
}

// enoughPeople makes a meeting dear: below that a call is fine.
const enoughPeople = 4

// Candidates finds the meetings that come back at least monthly with many people, the dearest in hours first.
func Candidates(events []Event, from domain.Date) []Candidate {
	var out []Candidate
	for _, e := range events {
		minutes := int(e.Length / time.Minute)
		if e.AllDay || e.Rule == nil || e.Attendees < enoughPeople || minutes < 1 || minutes > 8*60 {
			continue
		}
		times := len(e.Rule.Between(domain.DateOf(e.Start), from, from.Plus(364)))
		if times < 10 {
			continue
		}
		out = append(out, Candidate{Name: short(e.Summary), Minutes: minutes, People: e.Attendees, PerYear: float64(times)})
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Compare(float64(b.Minutes*b.People)*b.PerYear, float64(a.Minutes*a.People)*a.PerYear)
	})
	return out
}
