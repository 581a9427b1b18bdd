package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// webhooks keeps where news are posted, and what is on its way.
type webhooks interface {
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Webhook, error)
	// Get, Update and Delete: KindNotFound.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) (domain.Webhook, error)
	Create(ctx context.Context, w domain.Webhook) error
	Update(ctx context.Context, w domain.Webhook) error
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) error
	Posts(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID) ([]domain.Post, error)
	// Revive tries a message again that was given up. KindNotFound.
	Revive(ctx context.Context, w domain.WorkspaceID, id domain.WebhookID, m domain.MessageID) error
}

// poster posts one message now; implemented by package notify.
type poster interface {
	// Check refuses an address that could never be posted to. KindInvalid.
	Check(k domain.WebhookKind, address string) error
	// Try posts a message once and says to people why it did not arrive; empty: it did.
	Try(ctx context.Context, w domain.Webhook, m domain.Message) string
}

const noWebhook = "there is no such webhook"

// maxWebhooks bounds those of a workspace: each event is written for each of them.
const maxWebhooks = 100

func (h *handlers) ListWebhooks(ctx context.Context, _ gen.ListWebhooksRequestObject) (gen.ListWebhooksResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Webhooks.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	out := gen.ListWebhooks200JSONResponse{Webhooks: make([]gen.Webhook, len(all))}
	for i, w := range all {
		out.Webhooks[i] = webhookOf(w)
	}
	return out, nil
}

func (h *handlers) CreateWebhook(ctx context.Context, r gen.CreateWebhookRequestObject) (gen.CreateWebhookResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	w := domain.Webhook{
		ID: domain.NewID[domain.WebhookID](), WorkspaceID: who.WorkspaceID, SpaceID: domain.SpaceID(or(r.Body.SpaceId, "")), Kind: domain.WebhookKind(r.Body.Kind),
		URL: r.Body.Url, Wants: wantsOf(r.Body.Wants), CreatedBy: who.AccountID, CreatedAt: time.Now(),
	}
	if w.Name, err = cleanName(r.Body.Name); err != nil {
		return nil, err
	}
	if err := h.Poster.Check(w.Kind, w.URL); err != nil {
		return nil, err //nolint:wrapcheck // says what is wrong
	}
	if err := h.mayPostFrom(ctx, who, w.SpaceID); err != nil {
		return nil, err
	}
	all, err := h.Webhooks.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("count webhooks: %w", err)
	}
	if len(all) >= maxWebhooks {
		return nil, domain.Errorf(domain.KindConflict, "there are %d webhooks already; delete one first", maxWebhooks)
	}
	if w.Kind == domain.WebhookJSON {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails: it ends the program instead
		w.Secret = "whsec_" + base64.StdEncoding.EncodeToString(key)
	}
	if err := h.Webhooks.Create(ctx, w); err != nil {
		return nil, named(err, "make webhook", noSpace)
	}
	return gen.CreateWebhook201JSONResponse{Webhook: webhookOf(w), Secret: w.Secret}, nil
}

func (h *handlers) UpdateWebhook(ctx context.Context, r gen.UpdateWebhookRequestObject) (gen.UpdateWebhookResponseObject, error) {
	w, err := h.webhook(ctx, r.WebhookId)
	if err != nil {
		return nil, err
	}
	if r.Body.Name != nil {
		if w.Name, err = cleanName(*r.Body.Name); err != nil {
			return nil, err
		}
	}
	if r.Body.Url != nil {
		w.URL = *r.Body.Url
		if err := h.Poster.Check(w.Kind, w.URL); err != nil {
			return nil, err //nolint:wrapcheck // says what is wrong
		}
	}
	if r.Body.Wants != nil {
		w.Wants = wantsOf(*r.Body.Wants)
	}
	w.Paused, w.PausedReason = or(r.Body.Paused, w.Paused), ""
	if err := h.Webhooks.Update(ctx, w); err != nil {
		return nil, named(err, "change webhook", noWebhook)
	}
	return gen.UpdateWebhook200JSONResponse(webhookOf(w)), nil
}

func (h *handlers) DeleteWebhook(ctx context.Context, r gen.DeleteWebhookRequestObject) (gen.DeleteWebhookResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Webhooks.Delete(ctx, who.WorkspaceID, domain.WebhookID(r.WebhookId)); err != nil {
		return nil, named(err, "delete webhook", noWebhook)
	}
	return gen.DeleteWebhook204Response{}, nil
}

func (h *handlers) TestWebhook(ctx context.Context, r gen.TestWebhookRequestObject) (gen.TestWebhookResponseObject, error) {
	w, err := h.webhook(ctx, r.WebhookId)
	if err != nil {
		return nil, err
	}
	if wait := h.guestWrites.take("webhook "+string(w.ID), time.Now()); wait > 0 {
		return nil, domain.Errorf(domain.KindTooMany, "that is a lot of tests; try again in a few seconds").After(wait)
	}
	me, err := h.Accounts.Get(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	reason := h.Poster.Try(ctx, w, domain.Message{
		ID: domain.NewID[domain.MessageID](), Kind: domain.MessageTest, At: time.Now(), Title: "It works", Text: me.Name + " tries out this webhook of Baton.", Path: "/",
	})
	return gen.TestWebhook200JSONResponse{Ok: reason == "", Reason: reason}, nil
}

func (h *handlers) ListPosts(ctx context.Context, r gen.ListPostsRequestObject) (gen.ListPostsResponseObject, error) {
	w, err := h.webhook(ctx, r.WebhookId)
	if err != nil {
		return nil, err
	}
	all, err := h.Webhooks.Posts(ctx, w.WorkspaceID, w.ID)
	if err != nil {
		return nil, fmt.Errorf("list what was posted: %w", err)
	}
	out := gen.ListPosts200JSONResponse{Posts: make([]gen.Post, len(all))}
	for i, p := range all {
		out.Posts[i] = postOf(p)
	}
	return out, nil
}

func (h *handlers) RetryPost(ctx context.Context, r gen.RetryPostRequestObject) (gen.RetryPostResponseObject, error) {
	w, err := h.webhook(ctx, r.WebhookId)
	if err != nil {
		return nil, err
	}
	if err := h.Webhooks.Revive(ctx, w.WorkspaceID, w.ID, domain.MessageID(r.MessageId)); err != nil {
		return nil, named(err, "post again", "there is no such message that was given up")
	}
	return gen.RetryPost204Response{}, nil
}

// webhook reads one for an admin.
func (h *handlers) webhook(ctx context.Context, id string) (domain.Webhook, error) {
	who, err := admin(ctx)
	if err != nil {
		return domain.Webhook{}, err
	}
	w, err := h.Webhooks.Get(ctx, who.WorkspaceID, domain.WebhookID(id))
	if err != nil {
		return w, named(err, "read webhook", noWebhook)
	}
	return w, nil
}

func wantsOf(all []gen.MessageKind) []domain.MessageKind {
	out := make([]domain.MessageKind, len(all))
	for i, k := range all {
		out[i] = domain.MessageKind(k)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func webhookOf(w domain.Webhook) gen.Webhook {
	out := gen.Webhook{
		Id: string(w.ID), SpaceId: nonZero(string(w.SpaceID)), Kind: gen.WebhookKind(w.Kind), Name: w.Name, Address: shortAddress(w.URL), Wants: []gen.MessageKind{},
		Paused: w.Paused, PausedReason: w.PausedReason, CreatedAt: w.CreatedAt.UTC(),
	}
	for _, k := range w.Wants {
		out.Wants = append(out.Wants, gen.MessageKind(k))
	}
	return out
}

// shortAddress is enough to know an address by, and too little to post to it.
func shortAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	if end := u.Path; len(end) > 12 {
		return u.Host + "/…" + end[len(end)-4:]
	}
	return u.Host + "/…"
}

func postOf(p domain.Post) gen.Post {
	out := gen.Post{
		Id: string(p.Message.ID), Kind: gen.MessageKind(p.Message.Kind), Title: p.Message.Title, State: gen.PostStateWaiting, Tries: p.Tries, Reason: p.Reason,
		CreatedAt: p.CreatedAt.UTC(),
	}
	switch {
	case !p.SentAt.IsZero():
		out.State = gen.PostStateSent
	case !p.DeadAt.IsZero():
		out.State = gen.PostStateGivenUp
	default:
		out.DueAt = nonZero(p.DueAt.UTC())
	}
	return out
}
