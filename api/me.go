package api

import (
	"context"

	"baton/domain"
)

// accounts keeps the people.
type accounts interface {
	// Get reads one. KindNotFound.
	Get(ctx context.Context, id domain.AccountID) (domain.Account, error)
	// ByEmail finds one by its normalised address. KindNotFound.
	ByEmail(ctx context.Context, email string) (domain.Account, error)
	// SetProfile changes name and time zone.
	SetProfile(ctx context.Context, id domain.AccountID, name, timeZone string) error
	// SetPassword changes the hash and ends every sign-in but keep, in one transaction.
	SetPassword(ctx context.Context, id domain.AccountID, hash string, keep domain.SignInID) error
}
