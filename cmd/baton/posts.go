package main

import (
	"context"
	"time"

	"baton/internal/outbound"
	"baton/notify"
)

// openPoster prepares to post to people's other tools and browsers.
func (s *server) openPoster(ctx context.Context) error {
	s.guard = outbound.NewGuard(s.cfg.Outbound)
	s.poster = notify.NewPoster(s.guard, s.cfg.PublicURL)
	s.onStop(func() error { s.poster.Close(); return nil })
	keys, err := notify.NewPushKeys()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	s.pushKeys, err = s.db.stores.Pushes.Keys(ctx, keys)
	return err //nolint:wrapcheck // says what it did
}

// startPosts begins to work off the outboxes of webhooks and browsers, if this node plays that part.
func (s *server) startPosts(ctx context.Context) {
	if !s.cfg.Roles.Worker {
		return
	}
	courier := &notify.Courier{Posts: s.db.stores.Webhooks, Poster: s.poster, Log: s.log, Every: 2 * time.Second}
	s.background(ctx, courier.Run)
	pusher := &notify.Pusher{Pushes: s.db.stores.Pushes, Keys: s.pushKeys, Guard: s.guard, Public: s.cfg.PublicURL, Log: s.log, Every: 3 * time.Second}
	s.background(ctx, pusher.Run)
}

// background runs f until the server stops, and waits for it then.
func (s *server) background(ctx context.Context, f func(context.Context)) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	s.onStop(func() error { stop(); <-done; return nil })
}
