package domain

import "time"

// MomentSource is where the words of a search hit stand.
type MomentSource string

// The sources.
const (
	SourceSpeech   MomentSource = "speech"
	SourceScreen   MomentSource = "screen"
	SourceTitle    MomentSource = "title"
	SourceChapter  MomentSource = "chapter"
	SourceComment  MomentSource = "comment"
	SourceDecision MomentSource = "decision"
)

// Moment is a search hit: a clip at a time.
type Moment struct {
	ClipID  ClipID
	Title   string
	StartMS int64
	EndMS   int64
	// Snippet is HTML with every character of the text escaped and the hits in <mark>.
	Snippet string
	Source  MomentSource
	// Rank orders moments among each other and means nothing else.
	Rank float64
	// Cursor is where the next page goes on when this moment is a page's last: SearchQuery.After.
	Cursor string
	// Of the clip, for its card.
	OwnerID        AccountID
	OwnerName      string
	ClipDurationMS int64
	ClipCreatedAt  time.Time
	HasPoster      bool
	// ParentID is the clip that this one answers, in a comment at a moment of it; empty: none.
	ParentID   ClipID
	CommentID  CommentID
	ParentAtMS int64
}
