package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

const (
	cookieName = "baton_session"
	// tokenPrefix lets people and secret scanners recognise a bearer token.
	tokenPrefix = "bat_"
	// signInTime is how long an unused sign-in lives; use renews it.
	signInTime = 30 * 24 * time.Hour
	// renewEvery keeps a busy browser from writing to the database with each request.
	renewEvery = time.Hour
)

// caller is who asks, and how we know.
type caller struct {
	domain.Viewer
	// signIn is set when a cookie told, token when a bearer token did.
	signIn domain.SignInID
	token  domain.TokenID
	// only is the one occurrence that a sign-in by a link in a mail is good for; empty: it is no such sign-in.
	only      domain.OccurrenceID
	address   string
	userAgent string
	// base is the origin that the request came to, like http://127.0.0.1:8080.
	base string
}

// callerKey is where the caller stands in a request's context: the generated handlers get
// nothing else of the request. Nothing but handlers of this package reads it.
type callerKey struct{}

func withCaller(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// callerOf is who asks; a stranger if nobody said.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// newSecret makes n random bytes as text, and the hash under which it is kept.
func newSecret(prefix string, n int) (secret string, hash []byte) {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, hashSecret(secret)
}

// hashSecret needs no salt and no slowness: what it hashes has 192 random bits or more.
func hashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// identify finds out who asks. A bearer token that does not hold is an error, because somebody meant to use it; a
// cookie that does not hold is a stranger, because browsers send cookies whether or not one is needed.
func (h *handlers) identify(c echo.Context) (caller, error) {
	who := h.stranger(c)
	if secret, ok := bearer(c.Request()); ok {
		t, m, err := h.Tokens.ByToken(c.Request().Context(), hashSecret(secret))
		if domain.KindOf(err) == domain.KindNotFound {
			return caller{}, domain.Errorf(domain.KindUnauthorized, "this token is not valid (any more)")
		} else if err != nil {
			return caller{}, fmt.Errorf("find token: %w", err)
		}
		who.token, who.Viewer = t.ID, viewer(m)
		return who, nil
	}
	var err error
	if who.Guest, err = h.guest(c); err != nil {
		return caller{}, err
	}
	cookie, _ := c.Cookie(cookieName) // the only error is that there is none
	if cookie == nil || cookie.Value == "" {
		return who, nil
	}
	s, m, err := h.SignIns.ByToken(c.Request().Context(), hashSecret(cookie.Value))
	if domain.KindOf(err) == domain.KindNotFound {
		c.SetCookie(h.cookie("", time.Unix(0, 0)))
		return who, nil
	} else if err != nil {
		return caller{}, fmt.Errorf("find sign-in: %w", err)
	}
	guest := who.Guest
	who.signIn, who.Viewer = s.ID, viewer(m)
	who.Guest = guest
	if s.OccurrenceID != "" { // lives until its time, however much it is used
		who.only = s.OccurrenceID
		return who, nil
	}
	if now := time.Now(); now.Sub(s.LastSeenAt) > renewEvery {
		expires := now.Add(signInTime)
		if err := h.SignIns.Touch(c.Request().Context(), s.ID, now, expires); err != nil {
			return caller{}, fmt.Errorf("renew sign-in: %w", err)
		}
		c.SetCookie(h.cookie(cookie.Value, expires))
	}
	return who, nil
}

// stranger is a caller of whom only the connection is known.
func (h *handlers) stranger(c echo.Context) caller {
	base := origin(h.PublicURL)
	if host := c.Request().Host; host != "" && host != h.PublicURL.Host {
		base = c.Scheme() + "://" + host
	}
	return caller{address: c.RealIP(), userAgent: cut(c.Request().UserAgent(), 300), base: base}
}

func viewer(m domain.Member) domain.Viewer {
	return domain.Viewer{AccountID: m.Account.ID, WorkspaceID: m.WorkspaceID, Role: m.Role, Spaces: m.Spaces}
}

// bearer reads `Authorization: Bearer …`. Other schemes are not ours: a proxy in front may use them.
func bearer(r *http.Request) (string, bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), ok && strings.EqualFold(scheme, "bearer")
}

// cookie makes the sign-in's cookie; an empty value with a past expiry removes it.
func (h *handlers) cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the public URL: a first try on http://localhost has to work
		Name: cookieName, Value: value, Path: "/", Expires: expires, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: h.PublicURL.Scheme == "https",
	}
}

// startSignIn signs a person in and gives the cookie for it.
func (h *handlers) startSignIn(ctx context.Context, a domain.AccountID, w domain.WorkspaceID) (*string, error) {
	secret, hash := newSecret("", 32)
	who, now := callerOf(ctx), time.Now()
	s := domain.SignIn{
		ID: domain.NewID[domain.SignInID](), AccountID: a, WorkspaceID: w, UserAgent: who.userAgent, Address: who.address,
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(signInTime),
	}
	if err := h.SignIns.Create(ctx, s, hash); err != nil {
		return nil, fmt.Errorf("keep sign-in: %w", err)
	}
	header := h.cookie(secret, s.ExpiresAt).String()
	return &header, nil
}

// origin of a URL as browsers write it.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// cut shortens a text to at most n bytes, at a character's border.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
