package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"baton/domain"
	"baton/internal/outbound"
)

// Pushes is what is to be pushed; postgres.Pushes.
type Pushes interface {
	// NextPush gives all that is due to somebody, and nothing (but true) when it was put off; false: nothing is due to anybody.
	NextPush(ctx context.Context, now time.Time) (domain.Push, bool, error)
	Pushed(ctx context.Context, all []domain.Notice) error
	// Gone forgets a browser that is no more.
	Gone(ctx context.Context, id domain.PushID) error
}

const (
	// pushLife is how long a push service keeps a message for a browser that is away, in seconds.
	pushLife = 24 * 60 * 60
	// pushText keeps what is pushed under the 4096 bytes that every service takes (RFC 8030, section 7.2).
	pushText = 200
)

// NewPushKeys makes keys for a server (VAPID, RFC 8292).
func NewPushKeys() (domain.PushKeys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return domain.PushKeys{}, fmt.Errorf("make keys for push: %w", err)
	}
	return domain.PushKeys{Public: public, Private: private}, nil
}

// Pusher tells people's browsers what is new. The push services see addresses and sizes, never words: these are encrypted to the
// browser (RFC 8291).
type Pusher struct {
	Pushes Pushes
	Keys   domain.PushKeys
	// Guard says which push services may be reached.
	Guard *outbound.Guard
	// Public is where this server is reached: push services are told whom to complain to.
	Public *url.URL
	Log    *slog.Logger
	// Every is how often it looks.
	Every time.Duration
}

// Run pushes until ctx ends.
func (p *Pusher) Run(ctx context.Context) {
	client := p.Guard.Client(postTime)
	defer client.CloseIdleConnections()
	look := time.NewTicker(p.Every)
	defer look.Stop()
	for {
		if err := p.pushDue(ctx, client); err != nil && ctx.Err() == nil {
			p.Log.WarnContext(ctx, "browsers were not told and will be later", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// PushDue pushes all that is due.
func (p *Pusher) PushDue(ctx context.Context) error {
	client := p.Guard.Client(postTime)
	defer client.CloseIdleConnections()
	return p.pushDue(ctx, client)
}

func (p *Pusher) pushDue(ctx context.Context, client *http.Client) error {
	for ctx.Err() == nil {
		push, found, err := p.Pushes.NextPush(ctx, time.Now())
		if err != nil || !found {
			return err //nolint:wrapcheck // says what it did
		}
		if len(push.Notices) == 0 {
			continue
		}
		done := true
		for _, to := range push.To {
			done = p.tell(ctx, client, to, push.Notices) && done
		}
		if done {
			if err := p.Pushes.Pushed(ctx, push.Notices); err != nil {
				return err //nolint:wrapcheck // says what it did
			}
		}
	}
	return ctx.Err() //nolint:wrapcheck // the caller's own
}

// tell tells one browser, and says whether there is nothing left to do for it.
func (p *Pusher) tell(ctx context.Context, client *http.Client, to domain.PushSubscription, all []domain.Notice) bool {
	status, err := p.send(ctx, client, to, all)
	switch {
	case err == nil && status/100 == 2:
		return true
	case status == http.StatusNotFound || status == http.StatusGone, errors.Is(err, outbound.ErrRefused):
		err := p.Pushes.Gone(ctx, to.ID)
		p.Log.InfoContext(ctx, "a browser takes no pushes any more", slog.String("push_id", string(to.ID)), slog.Int("status", status), slog.Any("error", err))
		return err == nil
	case status/100 == 4 && status != http.StatusTooManyRequests:
		p.Log.WarnContext(ctx, "a push was refused", slog.String("push_id", string(to.ID)), slog.Int("status", status))
		return true // the same again would be refused again
	}
	p.Log.WarnContext(ctx, "a push was not taken", slog.String("push_id", string(to.ID)), slog.Int("status", status), slog.String("reason", Reason(err)))
	return false
}

func (p *Pusher) send(ctx context.Context, client *http.Client, to domain.PushSubscription, all []domain.Notice) (status int, err error) {
	words, err := json.Marshal(pushWords(all))
	if err != nil {
		return 0, fmt.Errorf("write a push: %w", err)
	}
	answer, err := webpush.SendNotificationWithContext(ctx, words, &webpush.Subscription{
		Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth},
	}, &webpush.Options{
		HTTPClient: client, Subscriber: contact(p.Public), TTL: pushLife, VAPIDPublicKey: p.Keys.Public, VAPIDPrivateKey: p.Keys.Private,
	})
	if err != nil {
		return 0, fmt.Errorf("push: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096)) // what it says is of no use
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}

// contact is what push services are told (RFC 8292, section 2.1): a page, or an address of mail.
func contact(public *url.URL) string {
	if public.Scheme == "https" {
		return public.String()
	}
	return "baton@" + public.Hostname()
}

// pushed is what the service worker reads.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Path  string `json:"path"`
	// Tag lets a later message about the same thing take the place of an earlier one.
	Tag string `json:"tag"`
}

// pushWords makes one message of all that is new: one thing with its words, or how many there are.
func pushWords(all []domain.Notice) pushed {
	n := &all[0]
	if len(all) > 1 {
		return pushed{Title: fmt.Sprintf("%d things on Baton wait for you", len(all)), Body: clip(line(n), pushText), Path: "/inbox", Tag: "inbox"}
	}
	return pushed{Title: clip(line(n), pushText), Body: clip(n.Excerpt, pushText), Path: n.Page(), Tag: n.Ref}
}
