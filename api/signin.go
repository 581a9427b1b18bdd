package api

import (
	"context"
	"time"

	"baton/domain"
)

// signIns keeps the browsers in which people are signed in.
type signIns interface {
	// Create keeps a sign-in under the SHA-256 of its secret.
	Create(ctx context.Context, s domain.SignIn, tokenHash []byte) error
	// ByToken finds a sign-in that has not expired, with the membership it acts for. KindNotFound,
	// also when the person left the workspace.
	ByToken(ctx context.Context, tokenHash []byte) (domain.SignIn, domain.Member, error)
	// Touch notes that it was used and moves its expiry.
	Touch(ctx context.Context, id domain.SignInID, seen, expires time.Time) error
	// List gives those of a person that have not expired, the newest first.
	List(ctx context.Context, a domain.AccountID) ([]domain.SignIn, error)
	// Delete ends one of the person's sign-ins. KindNotFound.
	Delete(ctx context.Context, a domain.AccountID, id domain.SignInID) error
}
