package domain

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a caller, or the person in front of it, can do about an error.
type Kind string

// The kinds. api maps each to one HTTP status (problem.go).
const (
	KindInvalid      Kind = "invalid"      // the input is wrong; the message says what to change
	KindUnauthorized Kind = "unauthorized" // sign in first
	KindForbidden    Kind = "forbidden"    // signed in, may see it, may not do this
	KindNotFound     Kind = "not_found"    // does not exist, or may not be seen
	KindConflict     Kind = "conflict"     // the thing is in a state that does not allow it
	KindGone         Kind = "gone"         // was there, has expired or was revoked
	KindTooLarge     Kind = "too_large"    // over a limit that the message names
	KindUnsupported  Kind = "unsupported"  // a format we do not take
	KindTooMany      Kind = "too_many"     // rate or concurrency limit; try again later
	KindUnavailable  Kind = "unavailable"  // storage, database or engine is away; nothing was lost
	KindInternal     Kind = "internal"     // our fault
)

// Error is an error that somebody must act on. Message is safe to show to
// anybody; Cause is for the log only.
type Error struct {
	Kind    Kind
	Message string
	Cause   error
	// RetryAfter tells when to try again, with KindTooMany and KindUnavailable; 0: not known.
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error whose message is shown to people. A %w in the format
// is not followed; pass a cause with Because.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Because attaches the cause that only the log shall see.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// After tells when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// KindOf finds the kind of the first Error in the chain; KindInternal if none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindInternal
}
