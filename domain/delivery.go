package domain

import "time"

// NudgeRef is the event of the notice in which a nudge is told: one of each kind about each thing.
func NudgeRef(k NudgeKind, about string) string { return string(k) + ":" + about }

// OccurrencePath and AskPath are the pages of an occurrence and of an ask, below this server's address.
func OccurrencePath(r RoundID, o OccurrenceID) string {
	return "/rounds/" + string(r) + "/" + string(o)
}

// AskPath is OccurrencePath for asks.
func AskPath(id AskID) string { return "/asks/" + string(id) }

// AnswerLinkPath is the page that a link in a mail opens: the occurrence that its person shall answer, signed in for that alone.
func AnswerLinkPath(secret string) string { return "/api/v1/answer/" + secret }

// AnswerLink lets one person answer one occurrence of a round until it closes for them, once.
type AnswerLink struct {
	OccurrenceID OccurrenceID
	RoundID      RoundID
	WorkspaceID  WorkspaceID
	AccountID    AccountID
	ExpiresAt    time.Time
	// Hash is that of the secret; Salt makes with the secret that of the one sign-in that comes of the link.
	Hash, Salt []byte
	// PersonName, WorkspaceName and RoundName say what it is for.
	PersonName, WorkspaceName, RoundName string
	// Good: it is neither used nor expired, and the occurrence is open.
	Good bool
}

// Opens tells whether a nudge asks for an answer to a round, which a link in its mail leads to.
func (k NudgeKind) Opens() bool { return k == NudgePrompt || k == NudgeRemind || k == NudgeLink }

// Presses tells whether a nudge goes out at once, whatever the hour and whatever its person has chosen.
func (k NudgeKind) Presses() bool { return k == NudgeUrgent || k == NudgeLink }
