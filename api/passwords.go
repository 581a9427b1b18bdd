package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baton/domain"
	"baton/internal/password"
)

// hash and verify bound what sign-ins may cost; see package password.

func (h *handlers) hash(ctx context.Context, secret string) (string, error) {
	hash, err := h.Passwords.Hash(ctx, secret)
	return hash, busy("hash password", err)
}

func (h *handlers) verify(ctx context.Context, hash, secret string) (bool, error) {
	ok, err := h.Passwords.Verify(ctx, hash, secret)
	return ok, busy("verify password", err)
}

func busy(act string, err error) error {
	if errors.Is(err, password.ErrBusy) {
		return domain.Errorf(domain.KindTooMany, "too many people are signing in right now; try again in a moment").After(2 * time.Second)
	} else if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}
