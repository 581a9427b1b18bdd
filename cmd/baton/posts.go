package main

import (
	"context"
	"time"

	"baton/internal/outbound"
	"baton/notify"
)

// openPoster prepares to post to people's other tools.
func (s *server) openPoster() {
	s.poster = notify.NewPoster(outbound.NewGuard(s.cfg.Outbound), s.cfg.PublicURL)
	s.onStop(func() error { s.poster.Close(); return nil })
}

// startPosts begins to work off the outbox of webhooks, if this node plays that part.
func (s *server) startPosts(ctx context.Context) {
	if s.cfg.Roles.Worker {
		courier := &notify.Courier{Posts: s.db.stores.Webhooks, Poster: s.poster, Log: s.log, Every: 2 * time.Second}
		s.background(ctx, courier.Run)
	}
}

// background runs f until the server stops, and waits for it then.
func (s *server) background(ctx context.Context, f func(context.Context)) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	s.onStop(func() error { stop(); <-done; return nil })
}
