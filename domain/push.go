package domain

import "time"

// PushSubscription is a browser that its person has asked to be told by (Push API, RFC 8030).
type PushSubscription struct {
	ID        PushID
	AccountID AccountID
	// SignInID is the sign-in of the browser: when that ends, so does this.
	SignInID SignInID
	// Endpoint is an address at the push service of the browser's maker.
	Endpoint string
	// P256dh and Auth are the browser's keys (RFC 8291), in base64url.
	P256dh, Auth string
	UserAgent    string
	CreatedAt    time.Time
}

// Push is what somebody's browsers are told at once.
type Push struct {
	Notices []Notice
	To      []PushSubscription
}

// PushKeys are this server's own (VAPID, RFC 8292), in base64url.
type PushKeys struct{ Public, Private string }
