package domain

import (
	"fmt"
	"time"
)

// NoticeKind is why somebody is told of an event.
type NoticeKind string

// The kinds, the most pressing first: of several reasons the first is told.
const (
	NoticeMention NoticeKind = "mention" // a comment names them
	NoticeReply   NoticeKind = "reply"   // a thread that they take part in goes on
	NoticeComment NoticeKind = "comment" // somebody speaks about their clip
	NoticeClip    NoticeKind = "clip"    // a clip can be watched in a space that they have joined
	NoticeAccess  NoticeKind = "access"  // somebody asks to be let in to their clip, or for more time
)

// Notice is what one person is told of one event, once.
type Notice struct {
	ID          NoticeID
	WorkspaceID WorkspaceID
	AccountID   AccountID
	Kind        NoticeKind
	// Ref is the event: the comment's or the request's id, or NudgeRef.
	Ref string
	// Title says what a round or an ask tells, in a line, and Path is the page that it leads to; both are empty for what is about a clip.
	Title, Path string
	ClipID      ClipID // empty: about no clip
	ClipTitle   string
	Actor       string // who did it, by name
	Excerpt     string
	AtMS        int64
	PlayedMS    int64 // AtMS without what is cut out before it: the time that the page shows
	// Poster and Preview are the object keys of the clip's picture and of its animated preview, as the person may see them; only in a mail.
	Poster, Preview string
	CreatedAt       time.Time
	ReadAt          time.Time // zero: not yet
}

// Page is the path, with its query, of what a notice is about: a comment in its thread at its moment, the list of those who ask to be let in.
func (n *Notice) Page() string {
	switch {
	case n.Path != "":
		return n.Path
	case n.ClipID == "":
		return "/inbox"
	}
	clip := "/c/" + string(n.ClipID)
	switch n.Kind {
	case NoticeMention, NoticeReply, NoticeComment:
		return fmt.Sprintf("%s?t=%d&comment=%s", clip, n.AtMS/1000, n.Ref)
	case NoticeAccess:
		return clip + "?share=requests"
	case NoticeClip:
	}
	return clip
}

// MailChoice is how somebody wants mail.
type MailChoice string

// The choices.
const (
	MailEach   MailChoice = "each"
	MailHourly MailChoice = "hourly" // one mail an hour with all of it
	MailDaily  MailChoice = "daily"  // one mail a working day with all of it
	MailNever  MailChoice = "never"
)

// DefaultDigestAt is when daily mail goes to who has not said.
const DefaultDigestAt ClockTime = 8*60 + 30

// NoticeChoice is what somebody wants to hear of, and how.
type NoticeChoice struct {
	Mail MailChoice
	// DigestAt is when daily mail goes, on their own wall clock; before DayEnd.
	DigestAt ClockTime
	// Muted are the kinds of which they want to hear nothing at all.
	Muted []NoticeKind
	// NotInbox, NotMail and NotPush are those that they do not want to hear of in that way.
	NotInbox, NotMail, NotPush []NoticeKind
}

// Mute is one thing that somebody wants to hear no more of; one of the ids is not empty. Who is named, asked or needed to let
// somebody in hears it all the same, and what is urgent too.
type Mute struct {
	SpaceID SpaceID // its new clips, and the talk about its clips
	RoundID RoundID // that it opens, closes and has a record
	ClipID  ClipID  // the talk about it
	// Name is what it is called; empty when it may not be seen any more.
	Name string
}

// About is the id of the thing.
func (m Mute) About() string { return string(m.SpaceID) + string(m.RoundID) + string(m.ClipID) }

// Mail is all that is mailed to somebody at once.
type Mail struct {
	// ID is the same when it has to be sent again because nobody knows whether it was.
	ID          string
	Name, Email string
	// Unsubscribe is the secret of the one click that ends the mail.
	Unsubscribe string
	// Daily: it is the one mail of a day.
	Daily   bool
	Notices []Notice
}

// QuietUntil is when notifications may come again to somebody in whose zone it is quiet now; zero: they may come.
func (h Hours) QuietUntil(now time.Time) time.Time {
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	quiet := func(t time.Time) bool { return h.Quiet(ClockTime(t.Hour()*60 + t.Minute())) }
	t := now.In(zone)
	if !quiet(t) {
		return time.Time{}
	}
	for range 24 * 60 {
		if t = t.Add(time.Minute).Truncate(time.Minute); !quiet(t) {
			return t
		}
	}
	return time.Time{} // quiet hours leave some time: Hours.Check
}
