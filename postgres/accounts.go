package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noAccount = "there is no such account"

// Accounts keeps the people.
type Accounts struct{ db *DB }

// Get reads one. KindNotFound.
func (s Accounts) Get(ctx context.Context, id domain.AccountID) (domain.Account, error) {
	row, err := s.db.queries().Account(ctx, id)
	return toAccount(row.Account), failed("read an account", orNotFound(err, noAccount))
}

// ByEmail finds one by its normalised address. KindNotFound.
func (s Accounts) ByEmail(ctx context.Context, email string) (domain.Account, error) {
	row, err := s.db.queries().AccountByEmail(ctx, email)
	return toAccount(row.Account), failed("find an account", orNotFound(err, noAccount))
}

// SetProfile changes name and time zone. KindNotFound.
func (s Accounts) SetProfile(ctx context.Context, id domain.AccountID, name, timeZone string) error {
	n, err := s.db.queries().SetProfile(ctx, sqlc.SetProfileParams{ID: id, Name: name, TimeZone: timeZone})
	return failed("change a profile", found(n, err, noAccount))
}

// SetPassword stores a new hash and ends all sign-ins but keep (which may be empty), and the links in mails. KindNotFound.
func (s Accounts) SetPassword(ctx context.Context, id domain.AccountID, hash string, keep domain.SignInID) error {
	return s.db.inTx(ctx, "change a password", func(t *tx) error {
		n, err := t.SetPasswordHash(ctx, hash, id)
		if err := found(n, err, noAccount); err != nil {
			return err
		}
		return t.endSignIns(ctx, id, keep)
	})
}

// createAccount stores a new account. KindConflict when its e-mail address has one.
func (t *tx) createAccount(ctx context.Context, a domain.Account) error {
	if a.TimeZone == "" {
		a.TimeZone = "UTC"
	}
	err := t.InsertAccount(ctx, sqlc.InsertAccountParams{ID: a.ID, Email: a.Email, Name: a.Name, TimeZone: a.TimeZone, PasswordHash: a.PasswordHash})
	return orConflict(err, "account_email_unique", "this e-mail address has an account already")
}
