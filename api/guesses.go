package api

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"baton/domain"
)

// guesses limits how often passwords and secrets can be tried, by address and by e-mail. It remembers a bounded number of
// both; who is pushed out of memory starts afresh, which costs an attacker ten thousand others.
type guesses struct {
	now       func() time.Time
	byAddress *buckets
	byEmail   *buckets
}

func newGuesses(now func() time.Time) *guesses {
	return &guesses{
		now: now,
		// An office behind one address may sign in together.
		byAddress: newBuckets(rate.Every(3*time.Second), 30),
		// Ten tries, then two a minute: nobody is locked out for long by somebody else's tries.
		byEmail: newBuckets(rate.Every(30*time.Second), 10),
	}
}

// try counts a guess. KindTooMany, with the time to wait, when there were too many.
// An empty email counts for the address alone.
func (g *guesses) try(address, email string) error {
	now := g.now()
	wait := g.byAddress.take(network(address), now)
	if wait == 0 && email != "" {
		wait = g.byEmail.take(email, now)
	}
	if wait > 0 {
		return domain.Errorf(domain.KindTooMany, "too many tries; wait %d seconds and try again", int(wait.Seconds())+1).After(wait)
	}
	return nil
}

// right forgets the guesses for an e-mail address whose password was given.
func (g *guesses) right(email string) { g.byEmail.forget(email) }

// network is what counts as one address: an IPv6 customer has a whole /64.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() || a.Is4In6() {
		return address
	}
	p, _ := a.WithZone("").Prefix(64) // 64 is a length that IPv6 has
	return p.String()
}

// maxBuckets bounds the memory of each kind to a few MiB.
const maxBuckets = 10_000

// buckets is a token bucket a key; the least recently used goes first.
type buckets struct {
	mu    sync.Mutex
	every rate.Limit
	burst int
	byKey map[string]*list.Element
	order *list.List // of *bucket, the newest in front
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

func newBuckets(every rate.Limit, burst int) *buckets {
	return &buckets{every: every, burst: burst, byKey: map[string]*list.Element{}, order: list.New()}
}

// take takes one token, or tells how long until there is one.
func (b *buckets) take(key string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.byKey[key]
	if !ok {
		e = b.order.PushFront(&bucket{key: key, limiter: rate.NewLimiter(b.every, b.burst)})
		b.byKey[key] = e
		if b.order.Len() > maxBuckets {
			last := b.order.Back()
			delete(b.byKey, b.order.Remove(last).(*bucket).key) //nolint:forcetypeassert // only buckets are in it
		}
	}
	b.order.MoveToFront(e)
	r := e.Value.(*bucket).limiter.ReserveN(now, 1) //nolint:forcetypeassert // as above
	if d := r.DelayFrom(now); d > 0 {
		r.CancelAt(now)
		return d
	}
	return 0
}

func (b *buckets) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.byKey[key]; ok {
		b.order.Remove(e)
		delete(b.byKey, key)
	}
}
