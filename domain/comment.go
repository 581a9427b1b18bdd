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
	// GuestID is set when a guest wrote it: then Author has a name and nothing else.
	GuestID GuestID
	// PrivateTo is who wrote a note to the clip's owner; empty: not private. Replies carry their parent's.
	PrivateTo AccountID
	// Mentions are the people named in it, by name.
	Mentions    []Account
	Drawing     *Drawing // nil: none
	Attachments []Attachment
	// ReplyClipID is the clip that stands in place of words; Reply shows it once it was read.
	ReplyClipID ClipID
	Reply       *Reply
	// ResolvedAt is zero while the thread is open. Only what starts a thread is resolved.
	ResolvedAt time.Time
	ResolvedBy Account
}

// Attachment is a picture of a comment.
type Attachment struct {
	ID          AttachmentID
	ClipID      ClipID
	CommentID   CommentID // empty: not said yet
	UploaderID  AccountID
	ObjectKey   string
	ContentType string
	Width       int
	Height      int
	Bytes       int64
}

// MaxAttachments of one comment, MaxMentions in one.
const (
	MaxAttachments = 10
	MaxMentions    = 50
)

// Revision is what a comment said before it was changed or deleted.
type Revision struct {
	Body  string
	Until time.Time
}

// VisibleTo tells whether somebody who may watch the clip may see the comment: a private note is between its author
// and the clip's owner.
func (c *Comment) VisibleTo(v Viewer, clip *Clip) bool {
	return c.PrivateTo == "" || v.SignedIn() && (v.AccountID == c.PrivateTo || v.AccountID == clip.OwnerID)
}

// CheckCommentBody trims a body and refuses an oversized one, and one that is empty unless bare says that
// something else stands for the words.
func CheckCommentBody(s string, bare bool) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" && !bare {
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
