package domain

import (
	"slices"
	"strings"
	"time"
)

// Share is a link to a clip beside its own, with conditions, which can be taken back by itself.
type Share struct {
	ID        ShareID
	ClipID    ClipID
	CreatedBy AccountID
	Name      string // for its maker
	// PasswordHash is argon2id in PHC string format; empty: no password.
	PasswordHash string
	// EmailDomain must be that of the address of whoever opens it, who has to be signed in; empty: anybody may.
	EmailDomain string
	ExpiresAt   time.Time // zero: never
	// MaxViews bounds how many browsers may open it, Views counts them; 0: any number.
	MaxViews, Views int
	// Comments and Downloads are what guests may do beside watching.
	Comments, Downloads bool
	CreatedAt           time.Time
	RevokedAt           time.Time
}

// Open tells why a link is not open any more. KindGone.
func (s *Share) Open(now time.Time) error {
	switch {
	case !s.RevokedAt.IsZero():
		return Errorf(KindGone, "this link was taken back")
	case !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt):
		return Errorf(KindGone, "this link has expired")
	}
	return nil
}

// Full tells that no further browser may open it. KindGone.
func (s *Share) Full() error {
	if s.MaxViews > 0 && s.Views >= s.MaxViews {
		return Errorf(KindGone, "this link has been opened as often as it may be")
	}
	return nil
}

// CleanEmailDomain lower-cases a domain like example.org, with or without an @ before it; empty is none.
func CleanEmailDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "@"))
	if s == "" {
		return "", nil
	}
	if a, err := NormaliseEmail("x@" + s); err != nil || a != "x@"+s || !strings.Contains(s, ".") {
		return "", Errorf(KindInvalid, "%q is not the domain of e-mail addresses", s)
	}
	return s, nil
}

// Guest is a browser of somebody who came by a link.
type Guest struct {
	ID GuestID
	// Name under which they comment; empty: not told yet.
	Name string
	// Passes are the clips whose links they have opened, and that hold now.
	Passes map[ClipID]Pass
	// Removed are the clips that they were taken out of.
	Removed []ClipID
}

// GuestVisit is a guest of one clip, for those who may take them out.
type GuestVisit struct {
	Guest
	CameAt time.Time
	// Links by which they came, by name.
	Links string
	// Comments counts what they said, Said is the beginning of the last.
	Comments  int
	Said      string
	RemovedAt time.Time // zero: they are in
}

// Pass is what a link allows a guest on a clip.
type Pass struct {
	// Links are those that they have opened, of this one clip.
	Links               []ShareID
	Comments, Downloads bool
}

// Holds tells whether a guest has opened a link, and it holds still. Nobody is asked twice.
func (g *Guest) Holds(s *Share) bool {
	return g != nil && slices.Contains(g.Passes[s.ClipID].Links, s.ID)
}

// AccessRequest is somebody who asks to be let in, or for more time on a link.
type AccessRequest struct {
	ID        RequestID
	ClipID    ClipID
	ShareID   ShareID   // more time on this; empty: to be let in
	AccountID AccountID // empty: somebody who came by the link
	Name      string
	Email     string // of who has no account; nobody has checked it
	Message   string
	CreatedAt time.Time
}

// ShareExtension is how many days a link goes on when somebody is given more time.
const ShareExtension = 7
