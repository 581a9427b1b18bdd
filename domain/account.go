package domain

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// Role is what an account may do in a workspace.
type Role string

// The roles, from most to least.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
	RoleGuest  Role = "guest"
)

// ParseRole reads a role by name.
func ParseRole(s string) (Role, error) {
	switch r := Role(s); r {
	case RoleOwner, RoleAdmin, RoleMember, RoleGuest:
		return r, nil
	}
	return "", Errorf(KindInvalid, "role %q is not one of owner, admin, member, guest", s)
}

// Account is a person who can sign in.
type Account struct {
	ID       AccountID
	Email    string
	Name     string
	TimeZone string // IANA name
	// PasswordHash is argon2id in PHC string format; empty: cannot sign in with a password.
	PasswordHash string
	CreatedAt    time.Time
}

// Workspace is a team with its own members, clips and search index. Nothing crosses its border.
type Workspace struct {
	ID        WorkspaceID
	Name      string
	CreatedAt time.Time
	// ReadScreen: the text on the screen of clips is read, so that it can be found.
	ReadScreen bool
	// CountViews: it is counted who has watched what.
	CountViews bool
}

// WorkspacePatch changes a workspace; nil fields stay as they are.
type WorkspacePatch struct {
	Name       *string
	ReadScreen *bool
	CountViews *bool
}

// Member is an account's place in a workspace.
type Member struct {
	WorkspaceID WorkspaceID
	Account     Account
	Role        Role
	JoinedAt    time.Time
	// Spaces that they are in, of whichever workspace; only where it is asked who somebody is.
	Spaces []SpaceID
}

// In is the member with the spaces that they are in.
func (m Member) In(spaces []SpaceID) Member {
	m.Spaces = spaces
	return m
}

// Space is a folder of a workspace, with people: what is shared with it they may watch.
type Space struct {
	ID          SpaceID
	WorkspaceID WorkspaceID
	Name        string
	CreatedAt   time.Time
	// Closed: one does not join it, one is let in by its people. That it is there everybody in the workspace may know.
	Closed bool
}

// MaxClipSpaces is how many spaces a clip is shared with at most.
const MaxClipSpaces = 20

// Invite lets whoever holds its secret join a workspace.
type Invite struct {
	ID          InviteID
	WorkspaceID WorkspaceID
	Role        Role
	CreatedBy   AccountID
	CreatedAt   time.Time
	ExpiresAt   time.Time
	Uses        int
	MaxUses     int // 0: no limit
	RevokedAt   time.Time
}

// SignIn is one browser in which a person is signed in.
type SignIn struct {
	ID          SignInID
	AccountID   AccountID
	WorkspaceID WorkspaceID
	UserAgent   string
	Address     string
	CreatedAt   time.Time
	LastSeenAt  time.Time
	ExpiresAt   time.Time
	// OccurrenceID is the one thing that a sign-in by a link in a mail is good for; empty: all that the person may do.
	OccurrenceID OccurrenceID
	// LinkHash is the hash of the secret of that link.
	LinkHash []byte
}

// APIToken is a bearer token of a person, for scripts and WHIP publishers.
type APIToken struct {
	ID          TokenID
	AccountID   AccountID
	WorkspaceID WorkspaceID
	Name        string
	CreatedAt   time.Time
	LastUsedAt  time.Time
	RevokedAt   time.Time
}

// MinPasswordLength follows NIST SP 800-63B: length, and no composition rules.
const MinPasswordLength = 8

// CheckPassword refuses passwords that are too short or absurdly long.
func CheckPassword(p string) error {
	if n := utf8.RuneCountInString(p); n < MinPasswordLength {
		return Errorf(KindInvalid, "the password must have at least %d characters", MinPasswordLength)
	} else if len(p) > 1024 {
		return Errorf(KindInvalid, "the password is longer than 1024 bytes")
	}
	return nil
}

// NormaliseEmail lower-cases an address and refuses what is not one, and what is one only in quotes: it would be another without them.
func NormaliseEmail(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" || len(a.Address) > 254 || a.String() != "<"+a.Address+">" {
		return "", Errorf(KindInvalid, "%q is not an e-mail address", s)
	}
	return strings.ToLower(a.Address), nil
}
