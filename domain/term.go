package domain

import "time"

// Term is a name or a word of a team's own, and how the speech engine has misheard it.
type Term struct {
	// Spelling is how it is written, e.g. "Kubernetes".
	Spelling string `json:"spelling"`
	// Heard are wrong forms that always mean it, e.g. "cooper netties".
	Heard []string `json:"heard"`
}

// Correction is a line that terms change.
type Correction struct {
	ClipID  ClipID
	Title   string
	CueNo   int
	StartMS int64
	EndMS   int64
	Before  string
	After   string
}

// Fix is a correction of many lines at once, which can be undone.
type Fix struct {
	ID        FixID
	CreatedAt time.Time
	AuthorID  AccountID
	// Terms that it put in.
	Terms []Term
	// Cues and Clips that it changed.
	Cues, Clips int
	UndoneAt    time.Time
}
