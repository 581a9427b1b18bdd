package domain

import "unicode/utf8"

// Meeting is one that was held before, and that rounds stand in for.
type Meeting struct {
	ID          MeetingID
	WorkspaceID WorkspaceID
	RoundID     RoundID // the round that replaces it; may be empty
	Name        string
	Minutes     int
	People      int
	// PerYear is how often it was held, in times a year.
	PerYear float64
	// Since is the day from which on it is not held any more, Until the last such day: then it was held again. Empty: to this day.
	Since, Until Date

	CreatedBy AccountID
}

// MaxMeetingPeople bounds who comes to a meeting.
const MaxMeetingPeople = 1000

// Check refuses what was no meeting. KindInvalid.
func (m Meeting) Check() error {
	switch n := utf8.RuneCountInString(m.Name); {
	case n == 0 || n > 200:
		return Errorf(KindInvalid, "a meeting's name has 1 to 200 characters")
	case m.Minutes < 1 || m.Minutes > 1440 || m.People < 1 || m.People > MaxMeetingPeople:
		return Errorf(KindInvalid, "a meeting has 1 to 1440 minutes and 1 to 1000 people")
	case m.PerYear <= 0 || m.PerYear > 1000:
		return Errorf(KindInvalid, "a meeting is held up to 1000 times a year")
	}
	if _, err := ParseDate(string(m.Since)); err != nil || m.Until == "" {
		return err
	}
	if _, err := ParseDate(string(m.Until)); err != nil {
		return err
	}
	if m.Until < m.Since {
		return Errorf(KindInvalid, "the last day without the meeting lies before the first")
	}
	return nil
}

// Held is an occurrence of a round that stood in for meetings, for some days from its own on.
type Held struct {
	RoundID RoundID
	On      Date
	Days    int
}

// Spent is what rounds took on a day (UTC).
type Spent struct {
	On                   Date
	RecordedMS, PlayedMS int64
	Texts                int
}

// Answered counts the answers to the occurrences of a stretch of time.
type Answered struct {
	Occurrences, Expected, Answered, Late int
}
