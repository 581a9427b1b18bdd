package postgres

import (
	"context"

	"baton/domain"
)

// Accounts keeps the people.
type Accounts struct{ db *DB }

// Get reads one. KindNotFound.
func (s Accounts) Get(ctx context.Context, id domain.AccountID) (domain.Account, error) {
	return domain.Account{}, errSoon
}

// ByEmail finds one by its normalised address. KindNotFound.
func (s Accounts) ByEmail(ctx context.Context, email string) (domain.Account, error) {
	return domain.Account{}, errSoon
}

// SetProfile changes name and time zone. KindNotFound.
func (s Accounts) SetProfile(ctx context.Context, id domain.AccountID, name, timeZone string) error {
	return errSoon
}

// SetPassword stores a new hash and ends all sign-ins but keep (which may be empty).
func (s Accounts) SetPassword(ctx context.Context, id domain.AccountID, hash string, keep domain.SignInID) error {
	return errSoon
}
