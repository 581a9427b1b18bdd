package domain

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// These ids are lower-case ULIDs: 26 characters of Crockford's base 32, of which the
// first 10 are the time in milliseconds and the other 16 hold 80 random bits.
// They sort by time (so an id is also a list cursor) and cannot be guessed
// (so a clip's link can be its id).
//
//nolint:revive // it is of them all
type (
	WorkspaceID  string
	AccountID    string
	SpaceID      string
	ClipID       string
	CommentID    string
	InviteID     string
	SignInID     string
	TokenID      string
	ChapterID    string
	FixID        string
	DayOffID     string
	RoundID      string
	OccurrenceID string
	AnswerID     string
	AskID        string
	DecisionID   string
	BlockerID    string
	MeetingID    string
	AttachmentID string
	GuestID      string
	NoticeID     string
	ShareID      string
	RequestID    string
	WebhookID    string
	MessageID    string
	PushID       string
)

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a constant in all but syntax

// NewID makes a fresh id of the wanted type.
func NewID[T ~string]() T { return NewIDAt[T](time.Now()) }

// NewIDAt makes an id that sorts at time t.
func NewIDAt[T ~string](t time.Time) T {
	var b [17]byte // 130 bits of text hold 128 bits of id: two leading zero bits
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(t.UnixMilli())<<16)
	_, _ = rand.Read(id[6:]) // never fails: it ends the program instead
	// Shift right by two bits so that 26 characters cover exactly the 128 bits.
	for i, v := range id {
		b[i] |= v >> 2
		b[i+1] = v << 6
	}
	return T(crockford.EncodeToString(b[:])[:26])
}

// ValidID tells whether s has the form of an id. It does not tell that it exists.
func ValidID(s string) bool {
	if len(s) != 26 || s[0] > '7' {
		return false
	}
	_, err := crockford.DecodeString(s + "0")
	return err == nil
}
