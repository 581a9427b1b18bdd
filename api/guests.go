package api

import (
	"context"
	"fmt"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"baton/api/gen"
	"baton/domain"
)

const (
	guestCookie = "baton_guest"
	// guestTime is how long a browser is remembered as a guest.
	guestTime = 180 * 24 * time.Hour
)

// guest finds who a browser is to the clips that it came to by a link; nil: nobody.
func (h *handlers) guest(c echo.Context) (*domain.Guest, error) {
	cookie, _ := c.Cookie(guestCookie) // the only error is that there is none
	if cookie == nil || cookie.Value == "" {
		return nil, nil
	}
	g, err := h.Shares.Guest(c.Request().Context(), hashSecret(cookie.Value))
	if domain.KindOf(err) == domain.KindNotFound {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("find guest: %w", err)
	}
	return &g, nil
}

// welcome makes the caller a guest if they are none, and gives the cookie for it; a name that is not empty is kept.
func (h *handlers) welcome(ctx context.Context, name string) (domain.Guest, *string, error) {
	name, err := cleanLine("name", name)
	if err != nil {
		return domain.Guest{}, nil, err
	}
	if g := callerOf(ctx).Guest; g != nil {
		if name == "" || name == g.Name {
			return *g, nil, nil
		}
		renamed := domain.Guest{ID: g.ID, Name: name, Passes: g.Passes, Removed: g.Removed}
		return renamed, nil, h.Shares.RenameGuest(ctx, g.ID, name)
	}
	secret, hash := newSecret("", 32)
	g := domain.Guest{ID: domain.NewID[domain.GuestID](), Name: name}
	if err := h.Shares.NewGuest(ctx, g, hash); err != nil {
		return g, nil, fmt.Errorf("keep guest: %w", err)
	}
	cookie := h.cookie(secret, time.Now().Add(guestTime)) //nolint:gosec // as the sign-in's: Secure follows the public URL
	cookie.Name = guestCookie
	text := cookie.String()
	return g, &text, nil
}

func (h *handlers) GetGuest(ctx context.Context, _ gen.GetGuestRequestObject) (gen.GetGuestResponseObject, error) {
	if g := callerOf(ctx).Guest; g != nil {
		return gen.GetGuest200JSONResponse(guestOf(g)), nil
	}
	return gen.GetGuest200JSONResponse{}, nil
}

func (h *handlers) PutGuest(ctx context.Context, r gen.PutGuestRequestObject) (gen.PutGuestResponseObject, error) {
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return nil, err
	}
	name, err := cleanName(r.Body.Name)
	if err != nil {
		return nil, err
	}
	g, cookie, err := h.welcome(ctx, name)
	if err != nil {
		return nil, err
	}
	return gen.PutGuest200JSONResponse{Body: guestOf(&g), Headers: gen.PutGuest200ResponseHeaders{SetCookie: cookie}}, nil
}

func guestOf(g *domain.Guest) gen.Guest { return gen.Guest{Id: nonZero(string(g.ID)), Name: g.Name} }

// asGuest tells whether the caller could comment on a clip under a name, having said which.
func asGuest(who caller, c *domain.Clip) bool {
	if who.SignedIn() && who.WorkspaceID == c.WorkspaceID {
		return false
	}
	if who.Guest == nil {
		who.Guest = &domain.Guest{}
	}
	return who.MayAsGuest(c)
}

// writer is who writes on a clip: a member of its workspace with their account, all others as guests, who may not write fast.
// KindInvalid when a guest has not said their name; KindTooMany.
func (h *handlers) writer(who caller, c *domain.Clip) (domain.Reactor, error) {
	if who.SignedIn() && who.WorkspaceID == c.WorkspaceID {
		return domain.Reactor{AccountID: who.AccountID}, nil
	}
	if who.Guest == nil || who.Guest.Name == "" {
		return domain.Reactor{}, domain.Errorf(domain.KindInvalid, "say under which name you write first")
	}
	now := time.Now()
	for _, key := range []string{"guest " + string(who.Guest.ID), "address " + network(who.address)} {
		if wait := h.guestWrites.take(key, now); wait > 0 {
			return domain.Reactor{}, domain.Errorf(domain.KindTooMany, "guests may write a few times a minute; wait a little").After(wait)
		}
	}
	return domain.Reactor{GuestID: who.Guest.ID}, nil
}

// newGuestWrites: eight at once, then one every ten seconds.
func newGuestWrites() *buckets { return newBuckets(rate.Every(10*time.Second), 8) }
