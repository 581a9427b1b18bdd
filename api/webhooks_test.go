package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"baton/api"
	"baton/domain"
	"baton/internal/outbound"
	"baton/notify"
)

// webhookRules: where news of the workspace go to is for admins.
var webhookRules = map[string]rule{
	"joinSpace": {who: only(inside, guest), ok: 204}, "leaveSpace": {who: only(inside, guest), ok: 204},
	"listPush": {who: signedIn()}, "unsubscribePush": {who: only([]string{owner}), ok: 204},
	"subscribePush": {who: signedIn(), body: `{"endpoint":"https://push.example/x","p256dh":"` + aKey + `","auth":"AAAAAAAAAAAAAAAAAAAAAA"}`, ok: 201},
	"listWebhooks":  {who: signedIn(owner, member, guest)},
	"createWebhook": {who: signedIn(owner, member, guest), body: `{"kind":"json","name":"Team","url":"https://192.0.2.1.example/hook","wants":["clip.ready"]}`, ok: 201},
	"updateWebhook": {who: only([]string{admin}, owner, member, guest), body: `{"paused":true}`},
	"deleteWebhook": {who: only([]string{admin}, owner, member, guest), ok: 204},
	"testWebhook":   {who: only([]string{admin}, owner, member, guest)},
	"listPosts":     {who: only([]string{admin}, owner, member, guest)},
	"retryPost":     {who: only([]string{admin}, owner, member, guest), ok: 204},
}

// aKey is a point of P-256, as browsers send it.
const aKey = "BFx85T6d6v4wmcqK7vPgqrgpBCU_kE20wStEOO-I1EKpHHTpLBvZqEwJPy-9BqeYah1DUidazaubA2q8k7mryAo"

// subscribed lets the owner be told by a browser.
func (c *cast) subscribed() domain.PushID {
	c.t.Helper()
	m := c.members[owner]
	c.signIn(m)
	all, err := c.db.SignIns.List(c.t.Context(), m.Account.ID)
	if err != nil || len(all) == 0 {
		c.t.Fatal(err)
	}
	p := domain.PushSubscription{ID: domain.NewID[domain.PushID](), AccountID: m.Account.ID, SignInID: all[0].ID, P256dh: aKey, Auth: "AAAA"}
	p.Endpoint = "https://push.example/" + string(p.ID)
	if err := c.db.Pushes.Subscribe(c.t.Context(), p); err != nil {
		c.t.Fatal(err)
	}
	return p.ID
}

// posted makes a webhook with a message that was given up.
func (c *cast) posted() (domain.WebhookID, domain.MessageID) {
	c.t.Helper()
	w := domain.Webhook{
		ID: domain.NewID[domain.WebhookID](), WorkspaceID: c.members[owner].WorkspaceID, Kind: domain.WebhookSlack, Name: "Team", URL: "https://127.0.0.1/hook",
		Wants: []domain.MessageKind{domain.MessageClosed}, CreatedBy: c.members[admin].Account.ID,
	}
	if err := c.db.Webhooks.Create(c.t.Context(), w); err != nil {
		c.t.Fatal(err)
	}
	if err := c.db.Webhooks.Post(c.t.Context(), w.WorkspaceID, "", domain.Message{Kind: domain.MessageClosed, Ref: string(w.ID), Title: "Stand-up"}); err != nil {
		c.t.Fatal(err)
	}
	c.exec(`update post set due_at = null, dead_at = now() where webhook_id = $1`, w.ID)
	posts, err := c.db.Webhooks.Posts(c.t.Context(), w.WorkspaceID, w.ID)
	if err != nil || len(posts) != 1 {
		c.t.Fatal(posts, err)
	}
	return w.ID, posts[0].Message.ID
}

// testPoster may reach networks.
func testPoster(t *testing.T, networks ...string) *notify.Poster {
	t.Helper()
	var allowed []netip.Prefix
	for _, n := range networks {
		allowed = append(allowed, netip.MustParsePrefix(n))
	}
	p := notify.NewPoster(outbound.NewGuard(allowed), &url.URL{Scheme: "https", Host: "baton.example.org"})
	t.Cleanup(p.Close)
	return p
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	var heard []string
	status := http.StatusOK
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.URL.Path+" "+r.Header.Get("webhook-id"))
		w.WriteHeader(status)
	}))
	defer chat.Close()
	s := newServer(t, func(n *api.Needs) { n.Poster = testPoster(t, "127.0.0.0/8") })
	boss := s.workspace("Acme")
	space := decoded[struct{ ID string }](t, boss.call("POST", "/api/v1/spaces", map[string]string{"name": "Core"}).expect(201))
	type hook struct {
		ID, SpaceID, Address, Kind string
		Paused                     bool
	}
	request := map[string]any{"kind": "json", "name": "CI", "url": chat.URL + "/services/secret-part", "wants": []string{"clip.ready", "clip.ready"}, "space_id": space.ID}
	made := decoded[struct {
		Webhook hook
		Secret  string
	}](t, boss.call("POST", "/api/v1/webhooks", request).expect(201))
	if !strings.HasPrefix(made.Secret, "whsec_") || strings.Contains(made.Webhook.Address, "secret") {
		t.Errorf("%+v", made)
	}
	list := boss.call("GET", "/api/v1/webhooks", nil).expect(200)
	if strings.Contains(string(list.body), made.Secret) || strings.Contains(string(list.body), "secret-part") {
		t.Errorf("the list tells secrets: %s", list.body)
	}
	at := "/api/v1/webhooks/" + made.Webhook.ID
	type outcome struct {
		OK     bool
		Reason string
	}
	if o := decoded[outcome](t, boss.call("POST", at+"/test", nil).expect(200)); !o.OK || len(heard) != 1 || !strings.HasPrefix(heard[0], "/services/secret-part 0") {
		t.Errorf("%+v %v", o, heard)
	}
	status = http.StatusTeapot
	if o := decoded[outcome](t, boss.call("POST", at+"/test", nil).expect(200)); o.OK || !strings.Contains(o.Reason, "418") {
		t.Errorf("%+v", o)
	}
	if h := decoded[hook](t, boss.call("PATCH", at, map[string]any{"paused": true}).expect(200)); !h.Paused {
		t.Errorf("%+v", h)
	}
	for _, bad := range []map[string]any{
		{"url": "https://10.0.0.1/x"}, {"url": "https://u:p@example.com/"}, {"url": "ftp://example.com/"}, {"kind": "ntfy", "url": "https://ntfy.example/"}, {"name": " "}, {"wants": []string{}}, {"wants": []string{"all"}}, {"kind": "teams"},
	} {
		wrong := map[string]any{}
		for k, v := range request {
			wrong[k] = v
		}
		for k, v := range bad {
			wrong[k] = v
		}
		boss.call("POST", "/api/v1/webhooks", wrong).problem(400)
	}
	other := s.workspace("Other")
	request["space_id"] = space.ID
	other.call("POST", "/api/v1/webhooks", request).problem(404)
	boss.call("DELETE", at, nil).expect(204)
	boss.call("DELETE", at, nil).problem(404)
}
