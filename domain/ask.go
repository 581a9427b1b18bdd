package domain

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is written about asks, decisions and blockers, in characters.
const (
	MaxAskText      = 2000
	MaxDecisionText = 5000
)

// Source is where an ask, a decision or a blocker was said: a moment of a clip. The zero value: nowhere but in writing.
type Source struct {
	ClipID  ClipID
	StartMS int64
	EndMS   int64
	// CommentID is the comment that it was made from; may be empty.
	CommentID CommentID
	// OccurrenceID is the round's occurrence in which it came up; may be empty.
	OccurrenceID OccurrenceID
}

// Origin is how an ask, a decision or a blocker was made.
type Origin string

// The origins.
const (
	OriginHand   Origin = "hand"
	OriginSpoken Origin = "spoken" // proposed from speech, accepted by the speaker
	OriginRound  Origin = "round"  // written or said in a round's section
)

// AskState is where an ask stands.
type AskState string

// The states of an ask.
const (
	AskOpen      AskState = "open"
	AskAnswered  AskState = "answered"
	AskWithdrawn AskState = "withdrawn"
)

// Ask is something that one person wants of another, with a time by which an answer is hoped for.
type Ask struct {
	ID          AskID
	WorkspaceID WorkspaceID
	Author      Account // id and name: who asks
	Owner       Account // id and name: who is asked
	Body        string
	Class       ReplyClass
	// Reason is why it cannot wait: with an urgent ask only, which breaks the glass.
	Reason  string
	Source  Source
	Origin  Origin
	AskedAt time.Time
	// ReachedAt is when the owner next works after it was asked, DueAt when the answer falls due, in the owner's hours.
	ReachedAt, DueAt time.Time
	State            AskState
	// Answer in words, or AnswerClip, or both.
	Answer     string
	AnswerClip ClipID
	AnsweredAt time.Time
	// RemindedAt and EscalatedAt are when that was done; each is done once.
	RemindedAt, EscalatedAt time.Time
	EscalatedTo             AccountID
}

// VisibleTo tells who sees an ask: the two whom it is about, whoever it was escalated to, and admins once it was.
func (a Ask) VisibleTo(v Viewer) bool {
	if v.WorkspaceID != a.WorkspaceID || !v.SignedIn() {
		return false
	}
	return v.AccountID == a.Author.ID || v.AccountID == a.Owner.ID || a.EscalatedTo != "" && (v.AccountID == a.EscalatedTo || v.Admin())
}

// Check refuses an ask that says nothing, or breaks the glass without a reason. KindInvalid.
func (a Ask) Check() error {
	switch n := utf8.RuneCountInString(a.Body); {
	case strings.TrimSpace(a.Body) == "" || n > MaxAskText:
		return Errorf(KindInvalid, "an ask has 1 to %d characters", MaxAskText)
	case a.Class == ReplyUrgent && strings.TrimSpace(a.Reason) == "":
		return Errorf(KindInvalid, "an urgent ask needs a reason why it cannot wait")
	case utf8.RuneCountInString(a.Reason) > 500:
		return Errorf(KindInvalid, "a reason has at most 500 characters")
	case a.Author.ID == a.Owner.ID:
		return Errorf(KindInvalid, "nobody needs an ask for themselves")
	}
	return nil
}

// Decision is what was decided, in words that stand by themselves.
type Decision struct {
	ID          DecisionID
	WorkspaceID WorkspaceID
	Author      Account // id and name: who wrote it down
	What        string
	Why         string
	// Alternatives are what was not chosen.
	Alternatives string
	// People decided it.
	People    []Account
	Source    Source
	Origin    Origin
	DecidedAt time.Time
	// Supersedes is the older decision that it replaces, SupersededBy the newer one that replaces it; may be empty.
	Supersedes, SupersededBy DecisionID
}

// Check refuses a decision that says nothing. KindInvalid.
func (d Decision) Check() error {
	if n := utf8.RuneCountInString(d.What); strings.TrimSpace(d.What) == "" || n > 500 {
		return Errorf(KindInvalid, "what was decided has 1 to 500 characters")
	}
	if utf8.RuneCountInString(d.Why) > MaxDecisionText || utf8.RuneCountInString(d.Alternatives) > MaxDecisionText {
		return Errorf(KindInvalid, "why and alternatives have at most %d characters each", MaxDecisionText)
	}
	return nil
}

// Blocker is what keeps somebody from going on.
type Blocker struct {
	ID          BlockerID
	WorkspaceID WorkspaceID
	Owner       Account // id and name: who is blocked
	Body        string
	Source      Source
	Origin      Origin
	RaisedAt    time.Time
	// Mentions counts the later rounds in which it came up again; LastMentionAt is the newest of them.
	Mentions      int
	LastMentionAt time.Time
	ClearedAt     time.Time
	ClearedBy     AccountID
}

// Check refuses a blocker that says nothing. KindInvalid.
func (b Blocker) Check() error {
	if n := utf8.RuneCountInString(b.Body); strings.TrimSpace(b.Body) == "" || n > MaxAskText {
		return Errorf(KindInvalid, "a blocker has 1 to %d characters", MaxAskText)
	}
	return nil
}

// Escalation is who is told of an ask that stays unanswered.
type Escalation string

// The escalations.
const (
	EscalateNobody Escalation = "nobody"
	EscalateAdmins Escalation = "admins" // the workspace's owner and admins
	EscalatePerson Escalation = "person"
)

// Norms are what a workspace expects of answers.
type Norms struct {
	UrgentHours, StandardDays, RelaxedDays int
	Escalation                             Escalation
	EscalateTo                             AccountID // with EscalatePerson
	// EscalateAfter is the working time of who is asked between the due time and the escalation.
	EscalateAfter time.Duration
	// HourCost is what an hour of a person costs, for the ledger; 0: not said. In Currency.
	HourCost int
	Currency string
}

// DefaultNorms are those of a workspace that has not said.
func DefaultNorms() Norms {
	return Norms{UrgentHours: 4, StandardDays: 1, RelaxedDays: 3, Escalation: EscalateAdmins, EscalateAfter: 4 * time.Hour, Currency: "EUR"}
}

// Check refuses norms without sense. KindInvalid.
func (n Norms) Check() error {
	switch {
	case n.UrgentHours < 1 || n.UrgentHours > 40 || n.StandardDays < 1 || n.StandardDays > 20 || n.RelaxedDays < 1 || n.RelaxedDays > 60:
		return Errorf(KindInvalid, "urgent is 1 to 40 working hours, standard 1 to 20 working days, relaxed 1 to 60")
	case n.Escalation == EscalatePerson && n.EscalateTo == "":
		return Errorf(KindInvalid, "say to whom asks are escalated")
	case n.EscalateAfter < 0 || n.EscalateAfter > 400*time.Hour:
		return Errorf(KindInvalid, "an escalation comes 0 to 400 working hours after the due time")
	case n.HourCost < 0 || n.HourCost > 100_000:
		return Errorf(KindInvalid, "an hour costs 0 to 100000")
	}
	return nil
}

// AskFilter says which asks are listed; what is empty does not filter.
type AskFilter struct {
	Owner, Author AccountID
	Occurrence    OccurrenceID
	Open, Urgent  bool
	// ReadBy leaves out what was asked in a private clip or note of which the viewer knows nothing; the zero value leaves out nothing.
	ReadBy       Viewer
	Since, Until time.Time
	// Most bounds how many are given; 0: 500.
	Most int
}

// PendingAsk is an ask about which somebody may have to be told something.
type PendingAsk struct {
	Ask

	Norms  Norms
	Admins []AccountID
	// Sent lists who was told what about it.
	Sent map[NudgeKind][]AccountID
}

// Posted tells to how many channels of a workspace something went, and in how many it has arrived.
type Posted struct{ Channels, Arrived int }
