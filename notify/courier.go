package notify

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"baton/domain"
	"baton/internal/outbound"
)

// Posts is the outbox of webhooks; postgres.Webhooks.
type Posts interface {
	// Claim gives what is due, one at most for each webhook that is not busy, and whether what it speaks of may still be shown.
	Claim(ctx context.Context, limit int, busy []domain.WebhookID) ([]domain.Post, []bool, error)
	Sent(ctx context.Context, id domain.MessageID) error
	// Failed notes why, and when it is tried again; zero: not any more.
	Failed(ctx context.Context, id domain.MessageID, reason string, again time.Time) error
	// Pause stops a webhook whose receiver wants no more.
	Pause(ctx context.Context, id domain.WebhookID, reason string) error
}

// waits are the times between attempts; after the last a message is given up. All of them come to a day and a half.
var waits = []time.Duration{ //nolint:gochecknoglobals // a table
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 18 * time.Hour,
}

// atOnce bounds the messages that are under way at the same time.
const atOnce = 8

// Courier works off the outbox of webhooks.
type Courier struct {
	Posts  Posts
	Poster *Poster
	Log    *slog.Logger
	// Every is how often it looks.
	Every time.Duration
}

// Run posts until ctx ends.
func (c *Courier) Run(ctx context.Context) {
	look := time.NewTicker(c.Every)
	defer look.Stop()
	for {
		if err := c.PostDue(ctx); err != nil && ctx.Err() == nil {
			c.Log.WarnContext(ctx, "messages to webhooks wait", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// PostDue posts all that is due. A receiver that fails, or takes its time, keeps only its own messages waiting.
func (c *Courier) PostDue(ctx context.Context) error {
	look := time.NewTicker(c.Every)
	defer look.Stop()
	under := batch{ended: make(chan delivered), busy: map[domain.WebhookID]bool{}}
	for {
		c.begin(ctx, &under)
		if len(under.busy) == 0 {
			return errors.Join(append(under.errs, ctx.Err())...)
		}
		select {
		case d := <-under.ended:
			delete(under.busy, d.webhook)
			if d.err != nil {
				under.errs = append(under.errs, d.err)
			}
		case <-look.C: // what has come meanwhile, for others
		}
	}
}

// batch is what one PostDue has under way; it ends early when something of ours does not work.
type batch struct {
	ended chan delivered
	busy  map[domain.WebhookID]bool
	errs  []error
}

type delivered struct {
	webhook domain.WebhookID
	err     error
}

// begin sends what is due off, as long as there is room.
func (c *Courier) begin(ctx context.Context, b *batch) {
	if ctx.Err() != nil || len(b.errs) > 0 || len(b.busy) >= atOnce {
		return
	}
	due, shown, err := c.Posts.Claim(ctx, atOnce-len(b.busy), slices.Collect(maps.Keys(b.busy)))
	if err != nil {
		b.errs = append(b.errs, err)
	}
	for i := range due {
		id := due[i].Webhook.ID
		b.busy[id] = true
		go func() { b.ended <- delivered{id, c.deliver(ctx, due[i], shown[i])} }()
	}
}

// deliver posts one message and notes how it went; an error is one of ours.
func (c *Courier) deliver(ctx context.Context, p domain.Post, shown bool) error {
	id := p.Message.ID
	switch {
	case !shown:
		return c.Posts.Failed(ctx, id, "what it speaks of is gone, or private by now", time.Time{}) //nolint:wrapcheck // says what it did
	case p.Webhook.Paused:
		return c.Posts.Failed(ctx, id, "the webhook was paused", time.Time{}) //nolint:wrapcheck // says what it did
	}
	err := c.Poster.Post(ctx, p.Webhook, p.Message)
	if err == nil {
		return c.Posts.Sent(ctx, id) //nolint:wrapcheck // says what it did
	}
	if ctx.Err() != nil {
		return ctx.Err() //nolint:wrapcheck // it is due again by itself
	}
	reason, again := Reason(err), time.Now().Add(wait(p.Tries, err))
	no, answered := errors.AsType[*refusal](err)
	gone := answered && no.status == http.StatusGone
	if gone || errors.Is(err, outbound.ErrRefused) || p.Tries > len(waits) {
		again = time.Time{}
	}
	c.Log.WarnContext(ctx, "a message to a webhook was not taken", slog.String("webhook_id", string(p.Webhook.ID)), slog.String("message_id", string(id)),
		slog.Int("tries", p.Tries), slog.Bool("given_up", again.IsZero()), slog.String("reason", reason))
	if err := c.Posts.Failed(ctx, id, reason, again); err != nil || !gone {
		return err //nolint:wrapcheck // says what it did
	}
	return c.Posts.Pause(ctx, p.Webhook.ID, "its receiver says that it is gone for good (410)") //nolint:wrapcheck // says what it did
}

// wait is how long after an attempt the next one comes; a receiver that asks for more time gets it, up to an hour.
func wait(tries int, err error) time.Duration {
	w := waits[min(max(tries, 1), len(waits))-1]
	if no, answered := errors.AsType[*refusal](err); answered {
		w = max(w, min(no.after, time.Hour))
	}
	return w
}
