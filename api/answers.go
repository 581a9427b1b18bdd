package api

import (
	"fmt"
	"time"

	"baton/domain"
)

// nonZero is nil for the zero value, so that it is left out of the JSON.
func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// utc is nil for the zero time.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// or is what p points to, or otherwise.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// named gives a store's "not found" the words of the thing that was asked for, and wraps the rest.
func named(err error, act, notFound string) error {
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.Errorf(domain.KindNotFound, "%s", notFound).Because(err)
	}
	return fmt.Errorf("%s: %w", act, err)
}
