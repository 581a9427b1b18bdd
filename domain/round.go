package domain

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Section is a question of a round.
type Section struct {
	// Key names it within the round, for answers: lower-case letters, digits, hyphens.
	Key   string `json:"key"`
	Title string `json:"title"`
	// Prompt is what a person is asked.
	Prompt string `json:"prompt"`
	// Seconds is the suggested length of a spoken answer.
	Seconds int `json:"seconds"`
	// Blockers: what is answered here are blockers, one a line of text.
	Blockers bool `json:"blockers,omitempty"`
}

// Bounds of a round.
const (
	MaxSections     = 12
	MaxRoundMembers = 200
	MaxAnswerText   = 10_000
)

// Round is a question that is asked again and again: a stand-up without the meeting.
type Round struct {
	ID          RoundID
	WorkspaceID WorkspaceID
	SpaceID     SpaceID // empty: in no space
	Name        string
	// Template is where its sections came from; own: from nowhere.
	Template string
	Sections []Section
	// Rule is its cadence (RFC 5545, RRULE) of days, from StartsOn on.
	Rule     string
	StartsOn Date
	// Opens and Closes are on the wall clock of each member; it closes so many days after the one on which it opens.
	Opens, Closes  ClockTime
	CloseAfterDays int
	// RemindBefore is how long before it closes who has not answered is reminded.
	RemindBefore time.Duration
	Members      []Account // id and name
	CreatedBy    AccountID
	CreatedAt    time.Time
	Paused       bool
}

// Has tells whether somebody is a member.
func (r Round) Has(id AccountID) bool {
	return slices.ContainsFunc(r.Members, func(a Account) bool { return a.ID == id })
}

// MayManage tells who may change a round: whoever made it, and admins.
func (r Round) MayManage(v Viewer) bool {
	return v.WorkspaceID == r.WorkspaceID && (v.AccountID == r.CreatedBy || v.Admin())
}

// Check refuses a round that could not be held. The rule is checked by package rounds. KindInvalid.
func (r Round) Check() error {
	switch {
	case r.Opens < 0 || r.Opens >= DayEnd || r.Closes < 0 || r.Closes > DayEnd:
		return Errorf(KindInvalid, "a time of day lies between 00:00 and 24:00")
	case r.CloseAfterDays < 0 || r.CloseAfterDays > 14:
		return Errorf(KindInvalid, "a round closes on the day it opens or at most 14 days later")
	case r.CloseAfterDays == 0 && r.Opens >= r.Closes:
		return Errorf(KindInvalid, "a round must open before it closes")
	case len(r.Sections) == 0 || len(r.Sections) > MaxSections:
		return Errorf(KindInvalid, "a round has 1 to %d sections", MaxSections)
	case len(r.Members) == 0 || len(r.Members) > MaxRoundMembers:
		return Errorf(KindInvalid, "a round has 1 to %d members", MaxRoundMembers)
	case r.RemindBefore < 0 || r.RemindBefore > 24*time.Hour:
		return Errorf(KindInvalid, "a reminder comes at most a day before the end")
	}
	if _, err := ParseDate(string(r.StartsOn)); err != nil {
		return err
	}
	return checkSections(r.Sections)
}

func checkSections(sections []Section) error {
	seen := map[string]bool{}
	for _, s := range sections {
		switch {
		case s.Key == "" || len(s.Key) > 40 || strings.Trim(s.Key, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
			return Errorf(KindInvalid, "the key %q is not made of lower-case letters, digits and hyphens", s.Key)
		case seen[s.Key]:
			return Errorf(KindInvalid, "two sections have the key %q", s.Key)
		case strings.TrimSpace(s.Title) == "" || utf8.RuneCountInString(s.Title) > 80:
			return Errorf(KindInvalid, "a section's title has 1 to 80 characters")
		case utf8.RuneCountInString(s.Prompt) > 500:
			return Errorf(KindInvalid, "a prompt has at most 500 characters")
		case s.Seconds < 0 || s.Seconds > 3600:
			return Errorf(KindInvalid, "a suggested length is at most an hour")
		}
		seen[s.Key] = true
	}
	return nil
}

// Occurrence is one time that a round is held.
type Occurrence struct {
	ID      OccurrenceID
	RoundID RoundID
	// On is the day on which it opens, on everybody's own calendar.
	On       Date
	OpenedAt time.Time
	// ClosedAt is when the last member's time was over; zero before.
	ClosedAt time.Time
	// RecordedAt is when the written record was sent; zero before.
	RecordedAt time.Time
	Answers    []Answer
	// Sent lists what members were told, by kind.
	Sent map[NudgeKind][]AccountID
}

// Answered tells whether somebody has answered.
func (o Occurrence) Answered(id AccountID) bool {
	return slices.ContainsFunc(o.Answers, func(a Answer) bool { return a.Author.ID == id })
}

// Answer is what one member says in an occurrence.
type Answer struct {
	ID           AnswerID
	OccurrenceID OccurrenceID
	Author       Account // id and name
	Parts        []AnswerPart
	CreatedAt    time.Time
	UpdatedAt    time.Time
	// Late: it came after the member's time was over.
	Late bool
}

// AnswerPart is the answer to one section: words, or a clip from a moment on, or both.
type AnswerPart struct {
	Section string `json:"section"`
	Text    string `json:"text,omitempty"`
	ClipID  ClipID `json:"clip_id,omitempty"`
	// StartMS is where in the clip the section begins; EndMS where it ends, 0 for the clip's end.
	StartMS int64 `json:"start_ms,omitempty"`
	EndMS   int64 `json:"end_ms,omitempty"`
	// Heard: its author did not mark where it is in the clip; the section's name was heard there.
	Heard bool `json:"heard,omitempty"`
}

// Check refuses an answer that says nothing, or speaks of sections that the round does not have. KindInvalid.
func (a Answer) Check(sections []Section) error {
	seen := map[string]bool{}
	for _, p := range a.Parts {
		known := slices.ContainsFunc(sections, func(s Section) bool { return s.Key == p.Section })
		switch {
		case !known:
			return Errorf(KindInvalid, "the round has no section %q", p.Section)
		case seen[p.Section]:
			return Errorf(KindInvalid, "the section %q is answered twice", p.Section)
		case p.ClipID == "" && strings.TrimSpace(p.Text) == "":
			return Errorf(KindInvalid, "the answer to %q has neither words nor a clip", p.Section)
		case utf8.RuneCountInString(p.Text) > MaxAnswerText:
			return Errorf(KindInvalid, "the answer to %q has more than %d characters", p.Section, MaxAnswerText)
		case p.StartMS < 0 || p.EndMS < 0 || p.EndMS != 0 && p.EndMS <= p.StartMS:
			return Errorf(KindInvalid, "the answer to %q ends before it begins", p.Section)
		}
		seen[p.Section] = true
	}
	if len(a.Parts) == 0 {
		return Errorf(KindInvalid, "an answer has at least one part")
	}
	return nil
}

// Blockers lists the lines that were written in sections for blockers. "None" is none.
func (a Answer) Blockers(sections []Section) []string {
	var out []string
	for _, s := range sections {
		if !s.Blockers {
			continue
		}
		for _, p := range a.Parts {
			if p.Section != s.Key {
				continue
			}
			for l := range strings.Lines(p.Text) {
				l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "-*•"))
				if l != "" && !slices.Contains(nothing, strings.ToLower(strings.Trim(l, ". !"))) && utf8.RuneCountInString(l) <= MaxAskText && !slices.Contains(out, l) {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// nothing is how people write that there are no blockers.
var nothing = []string{"", "no", "none", "nothing", "no blockers", "n/a", "na", "nope", "nil"} //nolint:gochecknoglobals // a table

// NudgeKind is why somebody is told something.
type NudgeKind string

// The kinds of nudge.
const (
	NudgePrompt   NudgeKind = "round.prompt"   // a round has opened for you
	NudgeRemind   NudgeKind = "round.remind"   // it closes soon, and you have not answered
	NudgeRecord   NudgeKind = "round.record"   // it has closed: here is the record
	NudgeAsk      NudgeKind = "ask.new"        // somebody asks you for something
	NudgeAskDue   NudgeKind = "ask.remind"     // the answer falls due
	NudgeEscalate NudgeKind = "ask.escalate"   // an answer is overdue, and this workspace wants you to know
	NudgeAnswered NudgeKind = "ask.answered"   // what you asked was answered
	NudgeUrgent   NudgeKind = "message.urgent" // break-glass: it ignores quiet hours
	NudgeLink     NudgeKind = "round.link"     // somebody who is not signed in wants to answer: here is their link
)

// Nudge is one thing that one person is told, once: kind and ref are unique for a person.
type Nudge struct {
	WorkspaceID WorkspaceID
	AccountID   AccountID
	Kind        NudgeKind
	// Ref is the id of what it is about: an occurrence, an ask.
	Ref string
	// Title says it in a line; Text, lines of plain text, may be empty.
	Title, Text string
	// Path is the page on this server that it leads to.
	Path string
	At   time.Time
	// Until is when it is of no use any more; zero: it stays of use.
	Until time.Time
}
