package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"baton/domain"
	"baton/internal/outbound"
)

// postTime bounds one message.
const postTime = 15 * time.Second

// Poster posts messages to people's other tools. To post once, and learn how it went, call Post; to have a message delivered though
// receivers are away and servers restart, write it into the outbox (postgres.Webhooks.Post), which Courier works off.
type Poster struct {
	client *http.Client
	guard  *outbound.Guard
	public *url.URL
}

// NewPoster posts to what guard allows; public is where this server is reached.
func NewPoster(guard *outbound.Guard, public *url.URL) *Poster {
	return &Poster{client: guard.Client(postTime), guard: guard, public: public}
}

// Close lets go of connections.
func (p *Poster) Close() { p.client.CloseIdleConnections() }

// Check refuses an address that could never be posted to. KindInvalid.
func (p *Poster) Check(k domain.WebhookKind, address string) error {
	u, err := p.guard.CheckURL(address)
	if err != nil {
		return domain.Errorf(domain.KindInvalid, "%s", err.Error())
	}
	if k == domain.WebhookNtfy {
		if _, _, err := topic(u); err != nil {
			return domain.Errorf(domain.KindInvalid, "%s", err.Error())
		}
	}
	return nil
}

// refusal is an answer that is not a yes.
type refusal struct {
	status int
	said   string
	// after is when the receiver wants to be asked again; 0: it has not said.
	after time.Duration
}

func (r *refusal) Error() string {
	text := "it answered " + strconv.Itoa(r.status) + " " + http.StatusText(r.status)
	switch {
	case r.status/100 == 3:
		text += "; redirects are not followed, give the final address"
	case r.said != "":
		text += ": " + r.said
	}
	return text
}

// Post sends a message to a webhook once, in the form that its kind wants; only Kind, URL and, for WebhookJSON, Secret are used. The
// error can be shown to people (Reason).
func (p *Poster) Post(ctx context.Context, w domain.Webhook, m domain.Message) error {
	r, err := p.request(ctx, w, m)
	if err != nil {
		return err
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 512)) // what came is enough
	if answer.StatusCode/100 == 2 {
		return nil
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	return &refusal{status: answer.StatusCode, said: plain(string(said)), after: time.Duration(max(0, seconds)) * time.Second}
}

// Reason says to people why Post failed, without the address, which is a secret with most receivers.
func Reason(err error) string {
	if err == nil {
		return ""
	}
	if u, is := errors.AsType[*url.Error](err); is {
		err = u.Err
	}
	text := err.Error()
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(text, "Client.Timeout") || strings.Contains(text, "i/o timeout") {
		return "it did not answer in time"
	}
	if errors.Is(err, outbound.ErrRefused) {
		return outbound.ErrRefused.Error()
	}
	return plain(text)
}

// plain makes a line of what a stranger wrote.
func plain(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// Try posts once and says to people why it did not arrive; empty: it did.
func (p *Poster) Try(ctx context.Context, w domain.Webhook, m domain.Message) string {
	return Reason(p.Post(ctx, w, m))
}
