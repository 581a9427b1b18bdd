package api

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// pushes keeps the browsers that people have asked to be told by.
type pushes interface {
	List(ctx context.Context, a domain.AccountID) ([]domain.PushSubscription, error)
	Subscribe(ctx context.Context, p domain.PushSubscription) error
	// Unsubscribe forgets one. KindNotFound.
	Unsubscribe(ctx context.Context, a domain.AccountID, id domain.PushID) error
}

// maxBrowsers bounds those of a person.
const maxBrowsers = 20

func (h *handlers) ListPush(ctx context.Context, _ gen.ListPushRequestObject) (gen.ListPushResponseObject, error) {
	who := callerOf(ctx)
	all, err := h.Pushes.List(ctx, who.AccountID)
	if err != nil {
		return nil, fmt.Errorf("list browsers: %w", err)
	}
	out := gen.ListPush200JSONResponse{PublicKey: h.PushKey, Browsers: make([]gen.PushBrowser, len(all))}
	for i, p := range all {
		out.Browsers[i] = browserOf(p, who.signIn)
	}
	return out, nil
}

func (h *handlers) SubscribePush(ctx context.Context, r gen.SubscribePushRequestObject) (gen.SubscribePushResponseObject, error) {
	who := callerOf(ctx)
	if who.signIn == "" {
		return nil, domain.Errorf(domain.KindForbidden, "push messages go to browsers that are signed in, not to tokens")
	}
	if err := h.Poster.Check(domain.WebhookJSON, r.Body.Endpoint); err != nil {
		return nil, err //nolint:wrapcheck // says what is wrong
	}
	if err := checkPushKeys(r.Body.P256dh, r.Body.Auth); err != nil {
		return nil, err
	}
	all, err := h.Pushes.List(ctx, who.AccountID)
	if err != nil {
		return nil, fmt.Errorf("count browsers: %w", err)
	}
	if len(all) >= maxBrowsers {
		return nil, domain.Errorf(domain.KindConflict, "you are told by %d browsers already; let one be silent first", maxBrowsers)
	}
	p := domain.PushSubscription{
		ID: domain.NewID[domain.PushID](), AccountID: who.AccountID, SignInID: who.signIn, Endpoint: r.Body.Endpoint, P256dh: r.Body.P256dh, Auth: r.Body.Auth,
		UserAgent: who.userAgent, CreatedAt: time.Now(),
	}
	if err := h.Pushes.Subscribe(ctx, p); err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return gen.SubscribePush201JSONResponse(browserOf(p, who.signIn)), nil
}

func (h *handlers) UnsubscribePush(ctx context.Context, r gen.UnsubscribePushRequestObject) (gen.UnsubscribePushResponseObject, error) {
	if err := h.Pushes.Unsubscribe(ctx, callerOf(ctx).AccountID, domain.PushID(r.PushId)); err != nil {
		return nil, named(err, "unsubscribe", "there is no such browser")
	}
	return gen.UnsubscribePush204Response{}, nil
}

// checkPushKeys refuses keys to which nothing could be encrypted (RFC 8291, section 3.1: a point of P-256 and 16 bytes).
func checkPushKeys(p256dh, auth string) error {
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p256dh, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	secret, bad := base64.RawURLEncoding.DecodeString(strings.TrimRight(auth, "="))
	if err != nil || bad != nil || len(secret) != 16 {
		return domain.Errorf(domain.KindInvalid, "p256dh and auth are not the keys of a browser's PushSubscription")
	}
	return nil
}

func browserOf(p domain.PushSubscription, here domain.SignInID) gen.PushBrowser {
	return gen.PushBrowser{Id: string(p.ID), UserAgent: p.UserAgent, ThisBrowser: here != "" && p.SignInID == here, CreatedAt: p.CreatedAt.UTC()}
}
