package api_test

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/api"
	"baton/domain"
)

// session takes the cookie out of an answer.
func session(t *testing.T, a *answer) *http.Cookie {
	t.Helper()
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "baton_session" {
			return c
		}
	}
	t.Fatalf("%s set no cookie: %s", a.what, a.body)
	return nil
}

type me struct {
	ID, Email, Name, Role string
	TimeZone              string `json:"time_zone"`
	Workspace             struct{ ID, Name string }
}

var setUp = map[string]any{
	"workspace_name": " Acme ", "name": "Olga", "email": "Olga@Example.com", "password": secretPassword, "time_zone": "Europe/Paris",
}

func TestFirstVisitorMakesTheWorkspaceOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	nobody := &person{s: s}
	if got := decoded[struct {
		Needed bool
		Checks []struct{ Name string }
	}](t, nobody.call("GET", "/api/v1/setup", nil).expect(200)); !got.Needed || len(got.Checks) != 1 {
		t.Errorf("%+v", got)
	}
	for field, bad := range map[string]string{"password": "short", "email": "not an address", "time_zone": "Mars/Base", "workspace_name": "\x00", "name": "  "} {
		body := maps.Clone(setUp)
		body[field] = bad
		nobody.call("POST", "/api/v1/setup", body).problem(400)
	}
	var wg sync.WaitGroup
	made := make(chan *answer, 5)
	for range 5 {
		wg.Go(func() { made <- nobody.call("POST", "/api/v1/setup", setUp) })
	}
	wg.Wait()
	close(made)
	var first *answer
	for a := range made {
		switch a.status {
		case 201:
			if first != nil {
				t.Fatal("set up twice")
			}
			first = a
		default:
			a.problem(409)
		}
	}
	c := session(t, first)
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || time.Until(c.Expires) < 29*24*time.Hour || len(c.Value) < 43 {
		t.Errorf("%+v", c)
	}
	olga := &person{s: s, cookie: c.Value}
	if got := decoded[me](t, olga.call("GET", "/api/v1/me", nil).expect(200)); got.Email != "olga@example.com" || got.Role != "owner" || got.Workspace.Name != "Acme" || got.TimeZone != "Europe/Paris" {
		t.Errorf("%+v", got)
	}
	if got := nobody.call("GET", "/api/v1/setup", nil).expect(200); string(got.body) != "{\"needed\":false}\n" {
		t.Errorf("afterwards it tells %s", got.body)
	}
}

func TestSignInsEndWhenTheyShould(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	nobody := &person{s: s}
	first := &person{s: s, cookie: session(t, nobody.call("POST", "/api/v1/setup", setUp).expect(201)).Value}
	enter := func(password string) *answer {
		return nobody.call("POST", "/api/v1/sign-in", map[string]string{"email": " OLGA@example.com ", "password": password})
	}
	second := &person{s: s, cookie: session(t, enter(secretPassword).expect(200)).Value}
	third := &person{s: s, cookie: session(t, enter(secretPassword).expect(200)).Value}
	if wrong, unknown := enter("wrong password"), nobody.call("POST", "/api/v1/sign-in", map[string]string{"email": "who@example.com", "password": "wrong password"}); wrong.problem(401) != unknown.problem(401) {
		t.Error("the answer tells whether an address is known")
	}

	list := decoded[struct {
		SignIns []struct {
			ID        string
			Current   bool
			UserAgent string `json:"user_agent"`
		} `json:"sign_ins"`
	}](t, second.call("GET", "/api/v1/me/sign-ins", nil).expect(200)).SignIns
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	for _, in := range list {
		if in.Current {
			second.call("DELETE", "/api/v1/me/sign-ins/"+in.ID, nil).expect(204)
			second.call("DELETE", "/api/v1/me/sign-ins/"+in.ID, nil).problem(401)
		}
	}
	second.call("GET", "/api/v1/me", nil).problem(401)

	third.call("PATCH", "/api/v1/me", map[string]string{"password": "another long one"}).problem(400)
	third.call("PATCH", "/api/v1/me", map[string]string{"password": "another long one", "current_password": "no"}).problem(403)
	third.call("PATCH", "/api/v1/me", map[string]string{"password": "short", "current_password": secretPassword}).problem(400)
	third.call("PATCH", "/api/v1/me", map[string]string{"password": "another long one", "current_password": secretPassword, "name": "Olga B"}).expect(200)
	first.call("GET", "/api/v1/me", nil).problem(401)
	if got := decoded[me](t, third.call("GET", "/api/v1/me", nil).expect(200)); got.Name != "Olga B" {
		t.Errorf("%+v", got)
	}
	enter(secretPassword).problem(401)
	enter("another long one").expect(200)

	out := third.call("POST", "/api/v1/sign-out", nil).expect(204)
	if c := session(t, out); c.Value != "" || c.Expires.After(time.Now()) {
		t.Errorf("%+v", c)
	}
	gone := third.call("GET", "/api/v1/me", nil)
	gone.problem(401)
	if c := session(t, gone); c.Value != "" {
		t.Error("a cookie that does not hold is not taken away")
	}
}

func TestSignInIsRenewedByUse(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	if a := p.call("GET", "/api/v1/me", nil).expect(200); a.header.Get("Set-Cookie") != "" {
		t.Error("renewed at once")
	}
	s.exec(`update sign_in set last_seen_at = now() - $1 * interval '1 second'`, (api.RenewEvery + time.Minute).Seconds())
	if c := session(t, p.call("GET", "/api/v1/me", nil).expect(200)); c.Value != p.cookie || time.Until(c.Expires) < 29*24*time.Hour {
		t.Errorf("%+v", c)
	}
	var days float64
	if err := s.pool.QueryRow(t.Context(), `select extract(epoch from expires_at - now()) / 86400 from sign_in`).Scan(&days); err != nil || days < 29 {
		t.Errorf("%v days, %v", days, err)
	}
}

func TestPasswordGuessesAreLimited(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	nobody := &person{s: s}
	nobody.call("POST", "/api/v1/setup", setUp).expect(201)
	statuses := map[int]int{}
	var last *answer
	for range 12 {
		last = nobody.call("POST", "/api/v1/sign-in", map[string]string{"email": "olga@example.com", "password": "guess guess"})
		statuses[last.status]++
	}
	if statuses[401] != 10 || statuses[429] != 2 || last.header.Get("Retry-After") == "" || last.header.Get("Retry-After") == "0" {
		t.Errorf("%v, Retry-After %q", statuses, last.header.Get("Retry-After"))
	}
	last.problem(429)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	made := decoded[struct{ ID, Token string }](t, p.call("POST", "/api/v1/me/tokens", map[string]string{"name": "obs"}).expect(201))
	if !strings.HasPrefix(made.Token, "bat_") || len(made.Token) != 47 {
		t.Errorf("%q", made.Token)
	}
	if a := p.call("GET", "/api/v1/me/tokens", nil).expect(200); strings.Contains(string(a.body), made.Token) || !strings.Contains(string(a.body), `"obs"`) {
		t.Errorf("%s", a.body)
	}
	script := &person{s: s, token: made.Token}
	script.call("GET", "/api/v1/me", nil).expect(200)
	script.call("POST", "/api/v1/me/tokens", map[string]string{"name": "next"}).problem(403)
	script.call("POST", "/api/v1/sign-out", nil).problem(400)
	p.call("DELETE", "/api/v1/me/tokens/"+made.ID, nil).expect(204)
	p.call("DELETE", "/api/v1/me/tokens/"+made.ID, nil).problem(404)
	if a := script.call("GET", "/api/v1/me", nil); a.problem(401) == "" || a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("%v", a.header)
	}
	if strings.Contains(s.log.String(), made.Token) || strings.Contains(s.log.String(), p.cookie) {
		t.Error("the log has a secret")
	}
}

func TestInvitationsLetPeopleJoin(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss, nobody := s.workspace("Acme"), &person{s: s}
	boss.call("POST", "/api/v1/invites", map[string]any{"role": "owner"}).problem(400)
	made := decoded[struct{ ID, URL string }](t, boss.call("POST", "/api/v1/invites", map[string]any{"role": "guest", "max_uses": 2}).expect(201))
	secret, ok := strings.CutPrefix(made.URL, s.url+"/join/")
	if !ok || len(secret) != 32 {
		t.Fatal(made.URL)
	}
	if a := nobody.call("GET", "/api/v1/join/"+secret, nil).expect(200); !strings.Contains(string(a.body), `"workspace_name":"Acme"`) {
		t.Errorf("%s", a.body)
	}
	join := func(email string) *answer {
		return nobody.call("POST", "/api/v1/join/"+secret, map[string]string{"name": "Gus", "email": email, "password": secretPassword})
	}
	gus := &person{s: s, cookie: session(t, join("gus@example.com").expect(201)).Value}
	if got := decoded[me](t, gus.call("GET", "/api/v1/me", nil).expect(200)); got.Role != "guest" || got.Workspace.Name != "Acme" {
		t.Errorf("%+v", got)
	}
	if a := gus.call("GET", "/api/v1/members", nil).expect(200); strings.Contains(string(a.body), "acme-owner@example.com") || !strings.Contains(string(a.body), "gus@example.com") {
		t.Errorf("a guest sees %s", a.body)
	}
	join("gus@example.com").problem(409)
	join("kim@example.com").expect(201)
	join("lee@example.com").problem(410)
	nobody.call("GET", "/api/v1/join/"+secret, nil).problem(410)
	nobody.call("GET", "/api/v1/join/AAAAAAAAAAAAAAAAAAAAAAAA", nil).problem(404)
	if strings.Contains(s.log.String(), secret) {
		t.Error("the log has an invitation's secret")
	}
	again := decoded[struct{ ID, URL string }](t, boss.call("POST", "/api/v1/invites", map[string]any{"role": "member"}).expect(201))
	boss.call("DELETE", "/api/v1/invites/"+again.ID, nil).expect(204)
	nobody.call("GET", "/api/v1/join/"+strings.TrimPrefix(again.URL, s.url+"/join/"), nil).problem(410)
}

func TestRolesOfMembers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	ada, maxine := s.join(w, "Ada", domain.RoleAdmin), s.join(w, "Max", domain.RoleMember)
	at := func(p *person) string { return "/api/v1/members/" + string(p.member.Account.ID) }
	role := func(r string) map[string]string { return map[string]string{"role": r} }
	ada.call("PATCH", at(maxine), role("owner")).problem(403)
	ada.call("PATCH", at(boss), role("member")).problem(403)
	ada.call("DELETE", at(boss), nil).problem(403)
	boss.call("PATCH", at(boss), role("member")).problem(409)
	ada.call("PATCH", at(maxine), role("guest")).expect(200)
	maxine.call("GET", "/api/v1/spaces", nil).problem(403) // a guest from the next request on
	ada.call("DELETE", at(maxine), nil).expect(204)
	maxine.call("GET", "/api/v1/me", nil).problem(401)
	boss.call("PATCH", at(ada), role("owner")).expect(200)
	boss.call("PATCH", at(boss), role("member")).expect(200)
}

// TestOtherSitesCannotMakeABrowserAct sends what a browser sends for a page of another site.
func TestOtherSitesCannotMakeABrowserAct(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	_, script := (&cast{server: s, members: map[string]domain.Member{owner: p.member}}).ownersToken()
	for _, c := range []struct {
		name   string
		who    *person
		method string
		header map[string]string
		want   int
	}{
		{"our page", p, "POST", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": s.url}, 201},
		{"curl", p, "POST", nil, 201},
		{"another site", p, "POST", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403},
		{"a neighbour", p, "POST", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example.com"}, 403},
		{"an old browser on another site", p, "POST", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a page without origin", p, "POST", map[string]string{"Origin": "null"}, 403},
		{"reading", p, "GET", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
		{"a script with a token", script, "POST", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://tool.example"}, 201},
	} {
		req := c.who.request(c.method, "/api/v1/clips", strings.NewReader(`{"kind":"audio"}`))
		req.Header.Set("Content-Type", "application/json")
		for k, v := range c.header {
			req.Header.Set(k, v)
		}
		if a := s.send(req); a.status != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, a.status, c.want, a.body)
		}
	}
	// Signing a visitor in to the attacker's account is a cross-site request, too.
	req := (&person{s: s}).request("POST", "/api/v1/sign-in", strings.NewReader(`{"email":"a@example.com","password":"x"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	s.send(req).problem(403)
}

// TestPeopleMoveBetweenWorkspaces: who has an account joins another workspace with it, and goes back and forth.
func TestPeopleMoveBetweenWorkspaces(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	acme, other := s.workspace("Acme"), s.workspace("Globex")
	made := decoded[struct{ URL string }](t, other.call("POST", "/api/v1/invites", map[string]any{"role": "member"}).expect(201))
	secret := strings.TrimPrefix(made.URL, s.url+"/join/")

	mine := s.signIn(acme.member)
	joined := mine.call("POST", "/api/v1/me/invites/"+secret, nil).expect(200)
	if got := decoded[me](t, joined); got.Workspace.Name != "Globex" || got.Role != "member" {
		t.Fatalf("%+v", got)
	}
	mine.call("GET", "/api/v1/me", nil).problem(401) // the sign-in of before has ended
	there := &person{s: s, cookie: session(t, joined).Value}
	list := decoded[struct{ Workspaces []struct{ ID, Name string } }](t, there.call("GET", "/api/v1/me/workspaces", nil).expect(200)).Workspaces
	if len(list) != 2 || list[0].Name != "Globex" || list[1].Name != "Acme" {
		t.Fatalf("%+v", list)
	}
	back := there.call("POST", "/api/v1/me/workspaces/"+list[1].ID+"/enter", nil).expect(200)
	here := &person{s: s, cookie: session(t, back).Value}
	if got := decoded[me](t, here.call("GET", "/api/v1/me", nil).expect(200)); got.Workspace.Name != "Acme" || got.Role != "owner" {
		t.Fatalf("%+v", got)
	}
	other.call("POST", "/api/v1/me/workspaces/"+list[1].ID+"/enter", nil).problem(404)
	here.call("POST", "/api/v1/me/invites/AAAAAAAAAAAAAAAAAAAAAAAA", nil).problem(404)
}
