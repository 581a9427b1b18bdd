package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"baton/api"
)

func TestRequestsThatAreNotAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := string(p.clip("private", "T"))
	big := `{"kind":"screen","title":"` + strings.Repeat("a", 1<<20) + `"}`
	for _, c := range []struct {
		name, method, path, typ, body string
		status                        int
		says                          string
	}{
		{"unknown field", "POST", "/api/v1/clips", "application/json", `{"kind":"screen","owner_id":"x"}`, 400, "owner_id"},
		{"missing field", "POST", "/api/v1/clips", "application/json", `{}`, 400, "kind"},
		{"unknown value", "POST", "/api/v1/clips", "application/json", `{"kind":"hologram"}`, 400, "/kind"},
		{"two mistakes", "POST", "/api/v1/clips", "application/json", `{"kind":"hologram","size_bytes":-1}`, 400, "/size_bytes"},
		{"wrong type", "POST", "/api/v1/clips", "application/json", `{"kind":7}`, 400, "/kind"},
		{"broken JSON", "POST", "/api/v1/clips", "application/json", `{"kind":`, 400, ""},
		{"no JSON", "POST", "/api/v1/clips", "application/json", `hello`, 400, ""},
		{"nothing", "POST", "/api/v1/clips", "application/json", ``, 400, ""},
		{"an array", "POST", "/api/v1/clips", "application/json", `[]`, 400, ""},
		{"deep JSON", "POST", "/api/v1/clips", "application/json", strings.Repeat("[", 100_000), 400, ""},
		{"a form", "POST", "/api/v1/clips", "application/x-www-form-urlencoded", `kind=screen`, 415, "Content-Type"},
		{"no type", "POST", "/api/v1/clips", "", `{"kind":"screen"}`, 415, "Content-Type"},
		{"too large", "POST", "/api/v1/clips", "application/json", big, 413, "1048576"},
		{"zero character", "POST", "/api/v1/clips", "application/json", `{"kind":"screen","title":"a\u0000b"}`, 400, "title"},
		{"zero character in a name", "POST", "/api/v1/clips", "application/json", `{"kind":"upload","file_name":"a\u0000b"}`, 400, "file_name"},
		{"title too long", "PATCH", "/api/v1/clips/" + id, "application/json", `{"title":"` + strings.Repeat("é", 201) + `"}`, 400, "/title"},
		{"space that is no id", "PATCH", "/api/v1/clips/" + id, "application/json", `{"space_id":"'; drop table clip"}`, 400, ""},
		{"space of nobody", "PATCH", "/api/v1/clips/" + id, "application/json", `{"space_id":"01hf7yat00tvwxyz0123456789"}`, 404, "space"},
		{"id that is none", "GET", "/api/v1/clips/01HF7YAT00TVWXYZ0123456789", "", "", 400, "id"},
		{"clip of nobody", "GET", "/api/v1/clips/01hf7yat00tvwxyz0123456789", "", "", 404, "no such clip"},
		{"limit too large", "GET", "/api/v1/clips?limit=101", "", "", 400, "limit"},
		{"limit that is no number", "GET", "/api/v1/clips?limit=ten", "", "", 400, "limit"},
		{"owner that is none", "GET", "/api/v1/clips?owner=you", "", "", 400, "owner"},
		{"no query", "GET", "/api/v1/search", "", "", 400, "q"},
		{"query too long", "GET", "/api/v1/search?q=" + strings.Repeat("a", 301), "", "", 400, "q"},
		{"query that is no text", "GET", "/api/v1/search?q=%ff%fe", "", "", 400, "text"},
		{"cursor that is none", "GET", "/api/v1/search?q=a&cursor=%00x", "", "", 400, ""},
		{"no such route", "GET", "/api/v1/clip", "", "", 404, "openapi.yaml"},
		{"no such route, posted", "POST", "/api/v2/clips", "application/json", "{}", 404, ""},
		{"below a route", "GET", "/api/v1/me/../clips", "", "", 404, ""},
		{"escaped slash", "GET", "/api/v1/clips%2f" + id, "", "", 404, ""},
		{"wrong method", "DELETE", "/api/v1/clips", "", "", 405, ""},
		{"wrong method of a page", "POST", "/library", "", "x", 405, ""},
		{"reading a route for writing", "GET", "/api/v1/sign-in", "", "", 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			req := p.request(c.method, "", strings.NewReader(c.body))
			u, err := url.Parse(s.url + c.path)
			if err != nil {
				t.Fatal(err)
			}
			req.URL = u
			if c.typ != "" {
				req.Header.Set("Content-Type", c.typ)
			}
			a := (&server{t: t}).send(req)
			if said := a.problem(c.status); !strings.Contains(said, c.says) {
				t.Errorf("it says %q, not %q", said, c.says)
			}
		})
	}
}

func TestTidyPaths(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	p.call("GET", "/api/v1/clips/", nil).expect(200)
	p.call("GET", "/healthz/", nil).expect(200)
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	ready := errors.New("database at db.internal:5432 is away")
	s := newServer(t, func(n *api.Needs) { n.Ready = func(context.Context) error { return ready } })
	nobody := &person{s: s}
	if a := nobody.call("GET", "/healthz", nil).expect(200); string(a.body) != "ok\n" {
		t.Errorf("%q", a.body)
	}
	if said := nobody.call("GET", "/readyz", nil).problem(503); strings.Contains(said, "db.internal") {
		t.Errorf("strangers learn %q", said)
	}
	if !strings.Contains(s.log.String(), "db.internal") {
		t.Error("the log does not say why")
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	nobody := &person{s: s}
	nobody.call("GET", "/api/v1/clips/01hf7yat00tvwxyz0123456789", nil).problem(404)
	a := nobody.call("GET", "/metrics", nil).expect(200)
	if !strings.Contains(string(a.body), `baton_http_requests_total{method="GET",route="/api/v1/clips/{id}",status="404"} 1`) {
		t.Errorf("%s", a.body)
	}
	forwarded := nobody.request("GET", "/metrics", nil)
	forwarded.Header.Set("X-Forwarded-For", "203.0.113.9")
	s.send(forwarded).problem(403)
	open := newServer(t, func(n *api.Needs) { n.MetricsOpen = true })
	forwarded = (&person{s: open}).request("GET", "/metrics", nil)
	forwarded.Header.Set("X-Forwarded-For", "203.0.113.9")
	open.send(forwarded).expect(200)
}

// TestForwardedAddresses: who may say who asks. Loopback always may, so the test's own address cannot be doubted; the
// chain behind it can.
func TestForwardedAddresses(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(n *api.Needs) { n.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	for chain, want := range map[string]string{
		"": "127.0.0.1", "203.0.113.9": "203.0.113.9", "203.0.113.9, 192.0.2.7": "203.0.113.9",
		"203.0.113.9, 198.51.100.1": "198.51.100.1", "127.0.0.1, 198.51.100.1, 192.0.2.7": "198.51.100.1",
	} {
		r := (&person{s: s}).request("GET", "/api/v1/clips/01hf7yat00tvwxyz0123456789", nil)
		if chain != "" {
			r.Header.Set("X-Forwarded-For", chain)
		}
		id := s.send(r).expect(404).header.Get("X-Request-Id")
		found := false
		for line := range strings.Lines(s.log.String()) {
			found = found || strings.Contains(line, id) && strings.Contains(line, `"address":"`+want+`"`)
		}
		if !found {
			t.Errorf("%q is not read as %s", chain, want)
		}
	}
}

func TestPanicsAndSecretsStayInside(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(n *api.Needs) { n.Ready = func(context.Context) error { panic("secret detail") } })
	a := (&person{s: s}).call("GET", "/readyz", nil)
	a.problem(500)
	if strings.Contains(string(a.body), "secret") || !strings.Contains(string(a.body), a.header.Get("X-Request-Id")) {
		t.Errorf("%s", a.body)
	}
	if !strings.Contains(s.log.String(), "secret detail") || !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) {
		t.Errorf("%s", s.log)
	}
}

func TestHeadersThatProtect(t *testing.T) {
	t.Parallel()
	https, _ := url.Parse("https://baton.example.com")
	s := newServer(t, func(n *api.Needs) { n.PublicURL = https })
	for _, path := range []string{"/", "/c/x", "/api/v1/setup", "/api/none", "/healthz"} {
		h := (&person{s: s}).call("GET", path, nil).header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "media-src 'self' blob:"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: %q has no %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Strict-Transport-Security") == "" || h.Get("Referrer-Policy") != "same-origin" ||
			h.Get("X-Robots-Tag") != "noindex, nofollow" {
			t.Errorf("%s: %v", path, h)
		}
	}
	c := session(t, (&person{s: s}).call("POST", "/api/v1/setup", setUp).expect(201))
	if !c.Secure {
		t.Error("the cookie travels without TLS")
	}
}

func TestTextIsCompressed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	req := (&person{s: s}).request("GET", "/api/openapi.yaml", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	a := s.send(req).expect(http.StatusOK)
	if a.header.Get("Content-Encoding") != "gzip" || len(a.body) > len(api.Document)/2 {
		t.Errorf("%d of %d bytes, %v", len(a.body), len(api.Document), a.header)
	}
}
