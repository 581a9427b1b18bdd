package main

import (
	"context"
	"time"

	"baton/notify"
)

// startMail begins to mail what people were told, if this node plays that part and a mail server is configured.
func (s *server) startMail(ctx context.Context) error {
	if !s.cfg.Roles.Worker || s.cfg.Mail.URL == nil {
		return nil
	}
	sender, err := notify.NewSMTP(s.cfg.Mail.URL, s.cfg.Mail.From, s.cfg.PublicURL, s.objects)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	mailer := &notify.Mailer{Outbox: s.db.stores.Notices, Sender: sender, Log: s.log, Every: 5 * time.Second}
	s.background(ctx, mailer.Run)
	return nil
}
