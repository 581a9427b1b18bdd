// Package notify carries out of the house what happened in it: mail to people who have not read what they were told, messages to the
// webhooks of spaces. What has to be sent is rows, written in the transaction of the event: this package finds what is due, sends it,
// and notes that it did. Killed in between it sends again, under the same id.
//
// To post to a space's webhooks, write a domain.Message into the outbox, in the transaction of the event (tx.post in package postgres) or
// by postgres.Webhooks.Post; Courier does the rest. To post to one address now, in the form of a kind of receiver, call Poster.Post.
package notify

import (
	"context"
	"log/slog"
	"time"

	"baton/domain"
)

// Outbox is the rows; postgres.Notices.
type Outbox interface {
	// NextMail gives all that is due to somebody, and nothing (but true) when it was put off; false: nothing is due to anybody.
	NextMail(ctx context.Context, now time.Time) (domain.Mail, bool, error)
	// Mailed notes that it was sent.
	Mailed(ctx context.Context, all []domain.Notice) error
}

// Sender sends one mail; *SMTP.
type Sender interface {
	Send(ctx context.Context, m domain.Mail) error
}

// Mailer sends what is due.
type Mailer struct {
	Outbox Outbox
	Sender Sender
	Log    *slog.Logger
	// Every is how often it looks.
	Every time.Duration
	// Now is the clock; nil: the machine's.
	Now func() time.Time
}

// Run sends until ctx ends.
func (m *Mailer) Run(ctx context.Context) {
	look := time.NewTicker(m.Every)
	defer look.Stop()
	for {
		if err := m.SendDue(ctx); err != nil && ctx.Err() == nil {
			m.Log.WarnContext(ctx, "mail was not sent and will be tried again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// SendDue sends all that is due. It stops at the first mail that cannot be sent: mostly the server is away, and what was claimed
// is due again later, each time after a longer wait.
func (m *Mailer) SendDue(ctx context.Context) error {
	now := m.Now
	if now == nil {
		now = time.Now
	}
	for {
		mail, found, err := m.Outbox.NextMail(ctx, now())
		if err != nil || !found {
			return err //nolint:wrapcheck // says what it did
		}
		if len(mail.Notices) == 0 {
			continue
		}
		if err := m.Sender.Send(ctx, mail); err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		if err := m.Outbox.Mailed(ctx, mail.Notices); err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		m.Log.InfoContext(ctx, "mail sent", slog.Int("notices", len(mail.Notices)))
	}
}
