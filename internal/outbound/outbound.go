// Package outbound sends HTTP requests to addresses that people gave: webhooks, push services. It refuses to reach anything that is
// not on the public Internet, unless the operator has allowed its network, so that nobody uses this server to look behind its
// firewall (server-side request forgery).
package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrRefused says that an address is one that this server does not reach for people. Trying again does not help.
var ErrRefused = errors.New("the address is not on the public Internet, and the operator has not allowed it (BATON_OUTBOUND_NETWORKS)")

// errPlain says that words would travel in the clear over the public Internet.
var errPlain = fmt.Errorf("%w: http:// is for networks that the operator allows; use https://", ErrRefused)

// Guard knows which addresses may be reached.
type Guard struct {
	allowed []netip.Prefix
}

// NewGuard allows the public Internet, and the networks that the operator names.
func NewGuard(allowed []netip.Prefix) *Guard { return &Guard{allowed: allowed} }

// special are the networks that are not the public Internet: IANA's special-purpose registries (RFC 6890 and what came since), multicast,
// and ways of carrying IPv4 inside IPv6 that this server has no use for.
var special = prefixes( //nolint:gochecknoglobals // a table
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/3",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

// public6 is what the IPv6 Internet uses; nat64 carries IPv4 in its last 32 bits (RFC 6052).
var public6, nat64 = netip.MustParsePrefix("2000::/3"), netip.MustParsePrefix("64:ff9b::/96") //nolint:gochecknoglobals // constants in all but syntax

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, s := range all {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Check tells whether an address may be reached: nil or ErrRefused.
func (g *Guard) Check(a netip.Addr) error {
	a = a.WithZone("").Unmap()
	if g.named(a) {
		return nil
	}
	if nat64.Contains(a) {
		b := a.As16()
		return g.Check(netip.AddrFrom4([4]byte(b[12:])))
	}
	if !a.IsValid() || a.Is6() && !public6.Contains(a) {
		return fmt.Errorf("%w: %s", ErrRefused, a)
	}
	for _, p := range special {
		if p.Contains(a) {
			return fmt.Errorf("%w: %s", ErrRefused, a)
		}
	}
	return nil
}

// named tells whether the operator has allowed an address by its network.
func (g *Guard) named(a netip.Addr) bool {
	for _, p := range g.allowed {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// CheckURL refuses what cannot be an address to send to: other schemes, names and passwords in it, addresses in figures that are
// refused. A name passes; what it stands for is looked at when it is connected to.
func (g *Guard) CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("this is not an address like https://example.com/hook")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the address must begin with https://")
	case u.User != nil:
		return nil, errors.New("the address must not hold a name or a password")
	}
	if strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), "localhost") {
		return u, g.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return u, g.Check(a)
	}
	return u, nil
}

// times of one request.
const (
	connectTime = 5 * time.Second
	headerTime  = 10 * time.Second
	headerBytes = 64 << 10
)

// Client sends requests to addresses that the guard allows, in limit at most. What a name stands for is checked at the moment of
// connecting, so a name that changes its mind is refused, too. It follows no redirects, knows no proxy and keeps no cookies.
func (g *Guard) Client(limit time.Duration) *http.Client {
	return &http.Client{
		Timeout:       limit,
		Transport:     guarded{safe: g.transport(g.Check), plain: g.transport(g.checkPlain)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (g *Guard) checkPlain(a netip.Addr) error {
	if !g.named(a.WithZone("").Unmap()) {
		return errPlain
	}
	return nil
}

// guarded takes https to what is public or allowed, and http to what is allowed alone.
type guarded struct{ safe, plain *http.Transport }

func (t guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return t.safe.RoundTrip(r) //nolint:wrapcheck // a transport adds nothing
	}
	return t.plain.RoundTrip(r) //nolint:wrapcheck // a transport adds nothing
}

// CloseIdleConnections is what http.Client calls.
func (t guarded) CloseIdleConnections() {
	t.safe.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}

func (g *Guard) transport(check func(netip.Addr) error) *http.Transport {
	d := &net.Dialer{Timeout: connectTime, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("read the address: %w", err)
		}
		return check(to.Addr())
	}}
	return &http.Transport{
		DialContext: d.DialContext, TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: headerTime, MaxResponseHeaderBytes: headerBytes,
		ForceAttemptHTTP2: true, MaxIdleConns: 16, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
	}
}
