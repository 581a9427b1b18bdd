package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/internal/outbound"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAddresses: only the public Internet is reached, however an address is written.
func TestAddresses(t *testing.T) {
	t.Parallel()
	refused := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
		"100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
	}
	g := outbound.NewGuard(nil)
	for _, a := range refused {
		if err := g.Check(netip.MustParseAddr(a)); !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.167.255.255", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"} {
		if err := g.Check(netip.MustParseAddr(a)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	if err := g.Check(netip.Addr{}); err == nil {
		t.Error("no address at all is let through")
	}
	own := outbound.NewGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")})
	for a, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::a01:203": true, "10.2.0.1": false, "fd00::7": true, "127.0.0.1": false, "8.8.8.8": true} {
		if err := own.Check(netip.MustParseAddr(a)); (err == nil) != want {
			t.Errorf("%s with networks of the operator's: %v", a, err)
		}
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	g := outbound.NewGuard(nil)
	for _, bad := range []string{
		"", "hook", "//example.com/a", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "https://", "https:///path", "https:example.com",
		"https://user:secret@example.com/", "https://localhost/x", "https://LOCALHOST./x", "https://127.0.0.1/", "http://[::1]:8080/", "https://[::ffff:10.0.0.1]/", "https://10.0.0.1:443/",
	} {
		if _, err := g.CheckURL(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{"https://example.com/hook?x=1", "https://1.1.1.1/a", "https://hooks.example.com:8443/T0/B0"} {
		if _, err := g.CheckURL(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// TestConnecting: what a name stands for counts, not the name; nothing of the request reaches a server that is refused.
func TestConnecting(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/secret", http.StatusFound)
		}
	}))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	closed := outbound.NewGuard(nil).Client(10 * time.Second)
	defer closed.CloseIdleConnections()
	for _, url := range []string{inside.URL, "http://localhost" + port, "http://127.1" + port, "http://0x7f000001" + port, "http://[::ffff:127.0.0.1]" + port, "https://localhost" + port, "http://2130706433" + port} {
		if err := get(t, closed, url, 0); err == nil {
			t.Errorf("%s is reached", url)
		}
	}
	if err := get(t, closed, "https://localhost"+port, 0); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("localhost: %v", err)
	}
	if n := hits.Load(); n != 0 {
		t.Fatalf("%d requests reached a server on loopback", n)
	}
	open := outbound.NewGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}).Client(10 * time.Second)
	defer open.CloseIdleConnections()
	if err := get(t, open, inside.URL+"/away", http.StatusFound); err != nil {
		t.Errorf("a network of the operator's: %v", err)
	}
	if n := hits.Load(); n != 1 {
		t.Errorf("%d requests: redirects are not followed", n)
	}
	if err := get(t, outbound.NewGuard(nil).Client(10*time.Second), "http://1.1.1.1/", 0); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("in the clear over the Internet: %v", err)
	}
}

func get(t *testing.T, c *http.Client, url string, want int) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != want {
		t.Errorf("%s answers %d, want %d", url, answer.StatusCode, want)
	}
	return nil
}

func FuzzURLs(f *testing.F) {
	for _, s := range []string{"https://example.com", "http://[::1%25lo]/", "https://127.0.0.1\\@example.com", "https://a:b@c", "https://%31%32%37.0.0.1/"} {
		f.Add(s)
	}
	g := outbound.NewGuard(nil)
	f.Fuzz(func(t *testing.T, s string) {
		u, err := g.CheckURL(s)
		if err == nil && (u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http") {
			t.Errorf("%q passes", s)
		}
	})
}
