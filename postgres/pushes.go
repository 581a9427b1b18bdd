package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Pushes keeps the browsers that people have asked to be told by, and what is to be pushed there.
type Pushes struct{ db *DB }

// Keys gives this server's keys; those offered are kept when there are none. Several nodes that start at once agree.
func (s Pushes) Keys(ctx context.Context, offered domain.PushKeys) (domain.PushKeys, error) {
	q := s.db.queries()
	if err := q.InsertPushKey(ctx, offered.Public, offered.Private); err != nil {
		return domain.PushKeys{}, failed("keep keys for push", err)
	}
	k, err := q.PushKey(ctx)
	return domain.PushKeys{Public: k.PublicKey, Private: k.PrivateKey}, failed("read keys for push", err)
}

// Subscribe keeps a browser's address.
func (s Pushes) Subscribe(ctx context.Context, p domain.PushSubscription) error {
	return failed("subscribe to push", s.db.queries().PutPushSubscription(ctx, sqlc.PutPushSubscriptionParams{
		ID: p.ID, AccountID: p.AccountID, SignInID: p.SignInID, Endpoint: p.Endpoint, P256dh: p.P256dh, Auth: p.Auth, UserAgent: p.UserAgent,
	}))
}

// List lists somebody's browsers.
func (s Pushes) List(ctx context.Context, a domain.AccountID) ([]domain.PushSubscription, error) {
	rows, err := s.db.queries().PushSubscriptions(ctx, a)
	return each(rows, toPushSubscription), failed("list browsers for push", err)
}

// Unsubscribe forgets a browser. KindNotFound.
func (s Pushes) Unsubscribe(ctx context.Context, a domain.AccountID, id domain.PushID) error {
	n, err := s.db.queries().DeletePushSubscription(ctx, a, id)
	return failed("unsubscribe from push", found(n, err, "there is no such browser"))
}

// Gone forgets a browser of which the push service says that it is no more.
func (s Pushes) Gone(ctx context.Context, id domain.PushID) error {
	return failed("forget a browser", s.db.queries().DropPushSubscription(ctx, id))
}

// NextPush gives all that is due to be pushed to somebody. It comes again unless Pushed says that it was. In somebody's quiet hours it is put off
// until these end, but for what is urgent: maybe nothing is left then, but true. false: nothing is due to anybody.
func (s Pushes) NextPush(ctx context.Context, now time.Time) (domain.Push, bool, error) {
	var push domain.Push
	found := false
	err := s.db.inTx(ctx, "find what to push", func(t *tx) error {
		push, found = domain.Push{}, false
		if err := t.GiveUpPush(ctx); err != nil {
			return err
		}
		a, err := t.DuePush(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		found = true
		all, err := schedules(ctx, t.Queries, []domain.AccountID{a})
		if err != nil {
			return err
		}
		if until := all[a].Hours.QuietUntil(now); !until.IsZero() {
			if err := t.DelayPush(ctx, &until, a); err != nil {
				return err
			}
		}
		if err := t.DropUnshown(ctx, a); err != nil {
			return err
		}
		rows, err := t.ClaimPush(ctx, a)
		if err != nil {
			return err
		}
		push.Notices = each(rows, func(r sqlc.ClaimPushRow) domain.Notice { return toNotice(r.Notice, r.Title) })
		to, err := t.PushSubscriptions(ctx, a)
		push.To = each(to, toPushSubscription)
		return err
	})
	return push, found && err == nil, err
}

// Pushed notes that notices were pushed, or are not to be.
func (s Pushes) Pushed(ctx context.Context, all []domain.Notice) error {
	return failed("note what was pushed", s.db.queries().PushDone(ctx, each(all, func(n domain.Notice) string { return string(n.ID) })))
}

func toPushSubscription(r sqlc.PushSubscriptionsRow) domain.PushSubscription {
	p := r.PushSubscription
	return domain.PushSubscription{
		ID: p.ID, AccountID: p.AccountID, SignInID: p.SignInID, Endpoint: p.Endpoint, P256dh: p.P256dh, Auth: p.Auth, UserAgent: p.UserAgent, CreatedAt: p.CreatedAt,
	}
}
