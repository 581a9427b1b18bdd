package api_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"baton/api"
	"baton/domain"
)

func TestGuessesAreLimitedByAddressAndByEmail(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	g := api.NewGuesses(func() time.Time { return now })
	allowed := func(n int, address func(int) string, email string) (count int) {
		for i := range n {
			if g.Try(address(i), email) == nil {
				count++
			}
		}
		return count
	}
	many := func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }
	if n := allowed(50, many, "a@example.com"); n != 10 {
		t.Errorf("%d tries for one e-mail from many addresses", n)
	}
	if n := allowed(50, func(int) string { return "198.51.100.1" }, ""); n != 30 {
		t.Errorf("%d tries from one address", n)
	}
	err := g.Try("198.51.100.1", "b@example.com")
	var e *domain.Error
	if !errors.As(err, &e) || e.Kind != domain.KindTooMany || e.RetryAfter <= 0 || e.RetryAfter > 3*time.Second {
		t.Errorf("%v", err)
	}
	now = now.Add(31 * time.Second)
	if n := allowed(5, many, "a@example.com"); n != 1 {
		t.Errorf("%d tries half a minute later", n)
	}
	g.Right("a@example.com")
	if n := allowed(5, many, "a@example.com"); n != 5 {
		t.Errorf("%d tries after the right password", n)
	}
}

func TestGuessesForgetTheOldest(t *testing.T) {
	t.Parallel()
	g := api.NewGuesses(time.Now)
	for i := range 25_000 {
		if err := g.Try(fmt.Sprintf("10.%d.%d.1", i/250, i%250), ""); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.Remembered(); n != 10_000 {
		t.Errorf("%d remembered", n)
	}
}

func TestNetworkJoinsIPv6Customers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64",
		"::ffff:192.0.2.7": "::ffff:192.0.2.7", "fe80::1%eth0": "fe80::/64", "": "", "x": "x",
	} {
		if got := api.Network(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzFileNumber(f *testing.F) {
	for _, s := range []string{"seg-0.m4s", "seg-12.m4s", "seg--1.m4s", "seg-+1.m4s", "seg-01.m4s", "seg-.m4s", "seg-99999999999999999999.m4s", "seg-1.m4s.m4s", "../seg-1.m4s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := api.FileNumber(s, "seg-", ".m4s"); ok && s != fmt.Sprintf("seg-%d.m4s", n) {
			t.Errorf("%q is read as %d", s, n)
		}
	})
}
