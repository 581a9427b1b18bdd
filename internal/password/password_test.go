package password_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"baton/internal/password"
)

func TestHashVerifies(t *testing.T) {
	t.Parallel()
	h := password.New(2)
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", hash, err)
	}
	for pw, want := range map[string]bool{"correct horse": true, "correct horse ": false, "": false} {
		if got, err := h.Verify(t.Context(), hash, pw); err != nil || got != want {
			t.Errorf("%q: %v %v", pw, got, err)
		}
	}
	if again, _ := h.Hash(t.Context(), "correct horse"); again == hash {
		t.Error("two hashes share a salt")
	}
	if ok, err := h.Verify(t.Context(), "", ""); ok || err != nil {
		t.Errorf("no hash: %v %v", ok, err)
	}
}

func TestBadHashesAreErrors(t *testing.T) {
	t.Parallel()
	h := password.New(1)
	for _, bad := range []string{
		"x", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
		"$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
		"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
		"$argon2id$v=19$m=19456,t=2,p=0$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
		"$argon2id$v=19$m=19456,t=2,p=1$!!$c29tZXNhbHRzb21lc2FsdA",
		"$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
	} {
		if ok, err := h.Verify(t.Context(), bad, "x"); ok || err == nil {
			t.Errorf("%q: %v %v", bad, ok, err)
		}
	}
}

func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	h := password.New(1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	refused := make(chan struct{}, 200)
	for range 200 {
		wg.Go(func() {
			if _, err := h.Verify(ctx, "", "x"); errors.Is(err, password.ErrBusy) {
				refused <- struct{}{}
				cancel() // the others need not go on
			}
		})
	}
	wg.Wait()
	if len(refused) == 0 {
		t.Fatal("200 at once on one slot, none refused")
	}
}
