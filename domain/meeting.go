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
	// Since is the day from which on it is not held any more.
	Since     Date
	CreatedBy AccountID
}

// Check refuses what was no meeting. KindInvalid.
func (m Meeting) Check() error {
	switch n := utf8.RuneCountInString(m.Name); {
	case n == 0 || n > 200:
		return Errorf(KindInvalid, "a meeting's name has 1 to 200 characters")
	case m.Minutes < 1 || m.Minutes > 1440 || m.People < 1 || m.People > 1000:
		return Errorf(KindInvalid, "a meeting has 1 to 1440 minutes and 1 to 1000 people")
	case m.PerYear <= 0 || m.PerYear > 1000:
		return Errorf(KindInvalid, "a meeting is held up to 1000 times a year")
	}
	_, err := ParseDate(string(m.Since))
	return err
}

// Taken is what rounds took in a stretch of time.
type Taken struct {
	RecordedMS, HeardMS                          int64
	Texts, Occurrences, Expected, Answered, Late int
}
