package ics

import (
	"cmp"
	"fmt"
	"regexp"
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
	// Why says what speaks for it, a phrase each.
	Why []string
}

const (
	// enoughPeople makes a meeting dear: below that a call is fine.
	enoughPeople = 4
	// crowd is from how many people on nearly all of them listen, whatever it is called.
	crowd = 8
	// longMinutes is long in one go, weeklyMinutes is what a short one takes of a week to be as long.
	longMinutes, weeklyMinutes = 30, 30.0
	// oftenPerYear is nearly monthly.
	oftenPerYear = 10
)

// A calendar does not know who speaks. Those names are given to meetings in which people report one after the other, these to what lives from
// talking with each other.
var (
	reports = regexp.MustCompile(`(?i)\b(?:stand[- ]?ups?|dail(?:y|ies)|status|updates?|weekly|bi-?weekly|monthly|syncs?|sync-up|check[- ]?ins?|scrum|reports?|reporting|read-?outs?|demos?|show ?(?:and|&) ?tell|all[- ]?hands|town ?halls?|round ?table|briefings?|announcements?|hand-?overs?|jour fixe|lagebericht|statusrunde|wochenrunde|point hebdo|informe)\b`)
	talks   = regexp.MustCompile(`(?i)(\b1 ?[:x/] ?1\b|\b(one[- ]on[- ]one|interviews?|brain-?storm(?:ing)?s?|workshops?|pair(?:ing)?|negotiations?|mediation|coaching|mentoring|lunch|coffee|social|party|offsite)\b)`)
)

// Candidates finds the meetings that come back at least monthly, are long, and in which many people listen to one at a time; the dearest in hours first.
func Candidates(events []Event, from domain.Date) []Candidate {
	var out []Candidate
	for i := range events {
		if c, ok := candidate(&events[i], from); ok {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Compare(float64(b.Minutes*b.People)*b.PerYear, float64(a.Minutes*a.People)*a.PerYear)
	})
	return out
}

func candidate(e *Event, from domain.Date) (c Candidate, ok bool) {
	c = Candidate{Name: short(e.Summary), Minutes: int(e.Length / time.Minute), People: min(e.Attendees, domain.MaxMeetingPeople)}
	if e.AllDay || !e.repeats() || c.People < enoughPeople || c.Minutes < 1 || c.Minutes > 8*60 {
		return c, false
	}
	speaker, one := oneSpeaker(e)
	if !one {
		return c, false
	}
	to := from.Plus(364)
	times := len(e.Days(from, to))
	for _, d := range e.moved {
		if from <= d && d <= to {
			times++
		}
	}
	if times < oftenPerYear {
		return c, false
	}
	c.PerYear = float64(times)
	weekly := float64(c.Minutes*times) * 7 / 365
	if c.Minutes < longMinutes && weekly < weeklyMinutes {
		return c, false
	}
	c.Why = []string{fmt.Sprintf("comes back %d times in the next year", times), lengthWords(c.Minutes, weekly), fmt.Sprintf("%d people", c.People), speaker}
	return c, true
}

func lengthWords(minutes int, weekly float64) string {
	if minutes >= longMinutes {
		return fmt.Sprintf("takes %d minutes each time", minutes)
	}
	return fmt.Sprintf("takes each of them %.0f minutes a week", weekly)
}

// oneSpeaker guesses whether one at a time speaks and the others listen, and says from what.
func oneSpeaker(e *Event) (why string, ok bool) {
	if talks.MatchString(e.Summary) {
		return "", false
	}
	if word := reports.FindString(e.Summary); word != "" {
		return fmt.Sprintf("its title says “%s”", word), true
	}
	if word := reports.FindString(firstOf(e.Description)); word != "" && !talks.MatchString(firstOf(e.Description)) {
		return fmt.Sprintf("its description says “%s”", word), true
	}
	if e.Organized && e.Attendees >= crowd {
		return fmt.Sprintf("one holds it, and %d are invited: most of them listen", e.Attendees-1), true
	}
	return "", false
}

// firstOf is the beginning of a description: what follows is often a notice on how to dial in.
func firstOf(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	return s
}
