package domain

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxCommentLength in characters.
const MaxCommentLength = 10_000

// Comment is something said about a clip, at a moment of it or in reply to another comment.
// The body is plain text with a small Markdown subset that the client renders; it is never HTML.
type Comment struct {
	ID       CommentID
	ClipID   ClipID
	ParentID CommentID // empty: starts a thread
	Author   Account
	// AtMS is the moment it speaks of; replies carry their parent's.
	AtMS int64
	// EndMS ends a range; 0: a moment.
	EndMS     int64
	Body      string
	CreatedAt time.Time
	EditedAt  time.Time
	DeletedAt time.Time
}

// CheckCommentBody trims a body and refuses an empty or oversized one.
func CheckCommentBody(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", Errorf(KindInvalid, "the comment is empty")
	}
	if n := utf8.RuneCountInString(s); n > MaxCommentLength {
		return "", Errorf(KindInvalid, "the comment has %d characters, %d are allowed", n, MaxCommentLength)
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", Errorf(KindInvalid, "the comment is not valid text")
	}
	return s, nil
}
