package postgres

import (
	"context"
	"time"

	"baton/domain"
)

// SignIns keeps the browsers in which people are signed in.
type SignIns struct{ db *DB }

// Create keeps a sign-in under the SHA-256 of its secret. KindNotFound when the person is no member of the workspace.
func (s SignIns) Create(ctx context.Context, signIn domain.SignIn, tokenHash []byte) error {
	return errSoon
}

// ByToken finds a sign-in that has not expired, with the membership it acts for. KindNotFound, also when the person left the workspace.
func (s SignIns) ByToken(ctx context.Context, tokenHash []byte) (domain.SignIn, domain.Member, error) {
	return domain.SignIn{}, domain.Member{}, errSoon
}

// Touch notes that it was used and moves its expiry.
func (s SignIns) Touch(ctx context.Context, id domain.SignInID, seen, expires time.Time) error {
	return errSoon
}

// List gives those of a person that have not expired, the newest first.
func (s SignIns) List(ctx context.Context, account domain.AccountID) ([]domain.SignIn, error) {
	return nil, errSoon
}

// Delete ends one of the person's sign-ins. KindNotFound.
func (s SignIns) Delete(ctx context.Context, account domain.AccountID, id domain.SignInID) error {
	return errSoon
}

// Prune removes the expired ones.
func (s SignIns) Prune(ctx context.Context) error {
	return errSoon
}
