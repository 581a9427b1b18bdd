package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// told is what a link with conditions tells programs that make previews, before anybody has met what it asks for.
type told int

const (
	toldNothing told = iota // it asks for a password or an address, or is not open any more
	toldTitle               // it may be opened so many times: title and length, but no look at it that is not counted
	toldAll                 // anybody may open it: its picture, too
)

func tells(s *domain.Share, now time.Time) told {
	switch {
	case s.Open(now) != nil, s.Full() != nil, s.PasswordHash != "", s.EmailDomain != "":
		return toldNothing
	case s.MaxViews > 0:
		return toldTitle
	}
	return toldAll
}

// peek finds what a link tells. There being no such link, its clip being gone, and a link that tells nothing are the same.
func (h *handlers) peek(ctx context.Context, secret string) (domain.ClipView, told, error) {
	s, err := h.share(ctx, secret)
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.ClipView{}, toldNothing, nil
	} else if err != nil {
		return domain.ClipView{}, toldNothing, err
	}
	t := tells(&s, time.Now())
	if t == toldNothing {
		return domain.ClipView{}, t, nil
	}
	v, err := h.Clips.View(ctx, s.ClipID)
	if domain.KindOf(err) == domain.KindNotFound {
		return v, toldNothing, nil
	} else if err != nil {
		return v, toldNothing, fmt.Errorf("read clip: %w", err)
	}
	return v, t, nil
}

// peekAsStranger is peek for a page: it is the same for all who ask. Guesses are limited by address.
func (h *handlers) peekAsStranger(c echo.Context, secret string) (domain.ClipView, told, error) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	return h.peek(withCaller(ctx, h.stranger(c)), secret)
}

// getSharePoster shows the picture of a clip for a preview of a link. It is never kept: a link that is taken back shows nothing.
func (h *handlers) getSharePoster(c echo.Context) error {
	v, t, err := h.peek(c.Request().Context(), c.Param("secret"))
	if err != nil {
		return err
	}
	if t != toldAll {
		return domain.Errorf(domain.KindNotFound, noShare)
	}
	return h.servePicture(c, v.ShownPoster(false), "image/jpeg")
}

// sharePath is where the API has a link, below base.
func sharePath(base, secret string) string { return base + "/api/v1/shares/" + secret }

// shareAt finds the secret in one of our own addresses.
func (h *handlers) shareAt(path string) (string, bool) {
	secret, ok := strings.CutPrefix(path, "/s/")
	return secret, ok && secret != "" && !strings.Contains(secret, "/")
}
