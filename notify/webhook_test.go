package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/internal/outbound"
	"baton/notify"
)

// channel is a server that takes messages, or says no.
type channel struct {
	*httptest.Server

	// arrived has something in it when a message came.
	arrived chan struct{}

	mu     sync.Mutex
	got    []taken
	answer func(w http.ResponseWriter)
}

type taken struct {
	path   string
	header http.Header
	body   string
}

func newChannel(t *testing.T) *channel {
	t.Helper()
	c := &channel{arrived: make(chan struct{}, 64)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		defer func() { c.arrived <- struct{}{} }()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.got = append(c.got, taken{r.Method + " " + r.URL.RequestURI(), r.Header, string(body)})
		if c.answer != nil {
			c.answer(w)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *channel) says(answer func(w http.ResponseWriter)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

func (c *channel) take() []taken {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.got
	c.got = nil
	return out
}

// newPoster may reach this machine.
func newPoster(t *testing.T) *notify.Poster {
	t.Helper()
	guard := outbound.NewGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")})
	p := notify.NewPoster(guard, &url.URL{Scheme: "https", Host: "baton.example.org"})
	t.Cleanup(p.Close)
	return p
}

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of the standard's own example

func hostile() domain.Message {
	return domain.Message{
		ID: "01k00000000000000000000000", Kind: domain.MessageClip, Ref: "c", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		Title: "Plan <!channel> & *B* @everyone", Text: "first\n[x](https://evil) @here <@U1>", Path: "/c/01k0?t=12", Data: map[string]any{"clip_id": "01k0"},
	}
}

// TestForms: what each receiver gets, byte for byte as far as it matters, and that text of people's cannot call a whole channel.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		kind       domain.WebhookKind
		path, want string
	}{
		{domain.WebhookSlack, "/services/T0/B0/x", `{"text":"Plan &lt;!channel&gt; &amp; *B* @everyone","unfurl_links":false,"blocks":[{"type":"section","text":{"type":"mrkdwn","verbatim":true,
			"text":"<https://baton.example.org/c/01k0?t=12|Plan &lt;!channel&gt; &amp; *B* @everyone>\nfirst\n[x](https://evil) @here &lt;@U1&gt;"}}]}`},
		{domain.WebhookMattermost, "/hooks/abc", `{"text":"[Plan \\<\\!channel\\> & \\*B\\* @` + "\u200b" + `everyone](https://baton.example.org/c/01k0?t=12)\nfirst\n\\[x\\]\\(https://evil\\) @` +
			"\u200b" + `here \\<@` + "\u200b" + `U1\\>"}`},
		{domain.WebhookDiscord, "/api/webhooks/1/x", `{"allowed_mentions":{"parse":[]},"embeds":[{"title":"Plan \\<\\!channel\\> & \\*B\\* @` + "\u200b" + `everyone","timestamp":"2026-03-02T09:00:00Z",
			"url":"https://baton.example.org/c/01k0?t=12","description":"first\n\\[x\\]\\(https://evil\\) @` + "\u200b" + `here \\<@` + "\u200b" + `U1\\>"}]}`},
		{domain.WebhookNtfy, "/", `{"topic":"team","title":"Plan <!channel> & *B* @everyone","message":"first\n[x](https://evil) @here <@U1>","click":"https://baton.example.org/c/01k0?t=12"}`},
		{domain.WebhookJSON, "/in?x=1", `{"type":"clip.ready","timestamp":"2026-03-02T09:00:00Z","data":{"title":"Plan <!channel> & *B* @everyone","text":"first\n[x](https://evil) @here <@U1>",
			"url":"https://baton.example.org/c/01k0?t=12","clip_id":"01k0"}}`},
	} {
		t.Run(string(f.kind), func(t *testing.T) {
			t.Parallel()
			c := newChannel(t)
			to := c.URL + f.path
			if f.kind == domain.WebhookNtfy {
				to = c.URL + "/team"
			}
			if err := newPoster(t).Post(t.Context(), domain.Webhook{Kind: f.kind, URL: to, Secret: testSecret}, hostile()); err != nil {
				t.Fatal(err)
			}
			got := c.take()
			if len(got) != 1 || got[0].path != "POST "+f.path || !strings.HasPrefix(got[0].header.Get("Content-Type"), "application/json") {
				t.Fatalf("%+v", got)
			}
			if diff := cmp.Diff(parsed(t, f.want), parsed(t, got[0].body)); diff != "" {
				t.Error(diff)
			}
			if f.kind == domain.WebhookJSON {
				verify(t, got[0])
			} else if got[0].header.Get("Webhook-Signature") != "" {
				t.Error("a signature for who cannot read it")
			}
		})
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// verify is verifySignature of the message that hostile makes.
func verify(t *testing.T, m taken) {
	t.Helper()
	verifySignature(t, m)
	if id := m.header.Get("webhook-id"); id != string(hostile().ID) {
		t.Errorf("sent as %q", id)
	}
}

// verifySignature is what a receiver does (Standard Webhooks), written out by itself.
func verifySignature(t *testing.T, m taken) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(testSecret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.header.Get("webhook-id") + "." + m.header.Get("webhook-timestamp") + "." + m.body))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); m.header.Get("webhook-signature") != want {
		t.Errorf("signed %q as %q, want %q", m.header.Get("webhook-id"), m.header.Get("webhook-signature"), want)
	}
}

func TestPosterRefuses(t *testing.T) {
	t.Parallel()
	c := newChannel(t)
	closed := notify.NewPoster(outbound.NewGuard(nil), &url.URL{Scheme: "https", Host: "baton.example.org"})
	defer closed.Close()
	hook := domain.Webhook{Kind: domain.WebhookSlack, URL: c.URL}
	err := closed.Post(t.Context(), hook, hostile())
	if !strings.Contains(notify.Reason(err), "BATON_OUTBOUND_NETWORKS") || strings.Contains(notify.Reason(err), c.URL) || len(c.take()) != 0 {
		t.Errorf("%v: %s", err, notify.Reason(err))
	}
	for address, kind := range map[string]domain.WebhookKind{"https://127.0.0.1/x": domain.WebhookSlack, "https://ntfy.sh/": domain.WebhookNtfy, "javascript:alert(1)": domain.WebhookJSON} {
		if err := closed.Check(kind, address); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := closed.Check(domain.WebhookNtfy, "https://ntfy.sh/team?auth=x"); err != nil {
		t.Error(err)
	}
	p := newPoster(t)
	c.says(func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "no\x00_service\n")
	})
	if got := notify.Reason(p.Post(t.Context(), hook, hostile())); got != "it answered 403 Forbidden: no _service" {
		t.Errorf("%q", got)
	}
	c.says(func(w http.ResponseWriter) { w.Header().Set("Location", "/other"); w.WriteHeader(http.StatusFound) })
	if got := notify.Reason(p.Post(t.Context(), hook, hostile())); !strings.Contains(got, "redirects are not followed") || len(c.take()) != 2 {
		t.Errorf("%q", got)
	}
}

// hook makes a webhook of the office's workspace.
func (o *office) hook(to string, space domain.SpaceID, wants ...domain.MessageKind) domain.Webhook {
	o.t.Helper()
	w := domain.Webhook{
		ID: domain.NewID[domain.WebhookID](), WorkspaceID: o.w, SpaceID: space, Kind: domain.WebhookJSON, Name: "Team", URL: to, Secret: testSecret, Wants: wants,
		CreatedBy: o.boss.ID, CreatedAt: time.Now(),
	}
	o.ok(o.db.Webhooks.Create(o.t.Context(), w))
	return w
}

// at lets the time come for all that waits in the outbox.
func (o *office) soon() {
	o.t.Helper()
	o.exec(`update post set due_at = now() where due_at is not null`)
}

func (o *office) courier() *notify.Courier {
	return &notify.Courier{Posts: o.db.Webhooks, Poster: newPoster(o.t), Log: slog.New(slog.DiscardHandler), Every: 20 * time.Millisecond}
}

// TestOutboxOfWebhooks: what happens is posted once to who wants it; a receiver that is away gets it later, under the same id.
func TestOutboxOfWebhooks(t *testing.T) {
	t.Parallel()
	o := setup(t)
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Core"}
	o.ok(o.db.Spaces.Create(t.Context(), space))
	all, core, other := newChannel(t), newChannel(t), newChannel(t)
	o.hook(all.URL, "", domain.MessageClip, domain.MessageComment, domain.MessageDecision)
	failing := o.hook(core.URL, space.ID, domain.MessageClip)
	o.hook(other.URL, space.ID, domain.MessageClosed)
	c := o.courier()

	o.exec(`update clip set state = 'ready' where id = $1`, o.clip)
	core.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{SpaceID: &space.ID}))
	o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{SpaceID: &space.ID})) // no news
	o.ok(c.PostDue(t.Context()))
	first := core.take()
	if len(first) != 1 || !strings.Contains(first[0].body, `"type":"clip.ready"`) || !strings.Contains(first[0].body, `"title":"Plan"`) {
		t.Fatalf("%+v", first)
	}
	if n := len(all.take()); n != 1 {
		t.Errorf("%d messages for the whole workspace", n)
	}
	o.ok(c.PostDue(t.Context()))
	if n := len(core.take()); n != 0 {
		t.Error("it does not wait before it tries again")
	}
	core.says(nil)
	o.soon()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); c.Run(ctx) }()
	<-core.arrived // the first
	select {
	case <-core.arrived:
	case <-time.After(time.Minute):
		t.Error("nothing came in a minute")
	}
	stop()
	<-done
	second := core.take()
	if len(second) != 1 || second[0].header.Get("webhook-id") != first[0].header.Get("webhook-id") {
		t.Errorf("%+v", second)
	}
	posts, err := o.db.Webhooks.Posts(t.Context(), o.w, failing.ID)
	o.ok(err)
	if len(posts) != 1 || posts[0].Tries != 2 {
		t.Errorf("%+v", posts)
	}
	o.say(o.max, "", "a word")
	o.ok(o.db.Decisions.Create(t.Context(), domain.Decision{
		ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we ship", Origin: domain.OriginHand, DecidedAt: time.Now(), Source: domain.Source{ClipID: o.clip, StartMS: 5000},
	}))
	o.ok(c.PostDue(t.Context()))
	if got := all.take(); len(got) != 2 || !strings.Contains(got[0].body+got[1].body, "Max commented on Plan") || !strings.Contains(got[0].body+got[1].body, "Decided: we ship") {
		t.Errorf("%+v", got)
	}
	if got := other.take(); len(got) != 0 {
		t.Errorf("who wants none of it got %+v", got)
	}
}

// TestASlowReceiver keeps its own messages waiting and no others, however many those are.
func TestASlowReceiver(t *testing.T) {
	t.Parallel()
	o := setup(t)
	slow, quick := newChannel(t), newChannel(t)
	o.hook(slow.URL, "", domain.MessageComment)
	o.hook(quick.URL, "", domain.MessageComment)
	begun, go_ := make(chan struct{}, 8), make(chan struct{})
	release := sync.OnceFunc(func() { close(go_) })
	defer release() // or the server would wait for its own answer
	slow.says(func(http.ResponseWriter) { begun <- struct{}{}; <-go_ })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.courier().Run(ctx) }()
	defer func() { stop(); <-done }()
	come := func(from chan struct{}, what string) {
		t.Helper()
		select {
		case <-from:
		case <-time.After(time.Minute):
			t.Fatal("waited a minute for " + what)
		}
	}
	o.say(o.max, "", "one")
	come(begun, "the slow one")
	come(quick.arrived, "the first")
	for _, text := range []string{"two", "three"} { // while the slow one still has the first
		o.say(o.max, "", text)
		come(quick.arrived, text)
	}
	if len(begun) != 0 {
		t.Error("a second message under way to one receiver")
	}
	release()
	for got := ""; !strings.Contains(got, `"text":"three"`); {
		come(slow.arrived, "the slow one's own")
		for _, m := range slow.take() {
			got += m.body
		}
	}
}

// TestAsksAndBlockersArePosted: who asks whom, and what is in whose way, in the space of where it was said; what is asked is between the two.
func TestAsksAndBlockersArePosted(t *testing.T) {
	t.Parallel()
	o := setup(t)
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Core"}
	o.ok(o.db.Spaces.Create(t.Context(), space))
	o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{SpaceID: &space.ID}))
	kinds := []domain.MessageKind{domain.MessageAsk, domain.MessageAnswered, domain.MessageRaised, domain.MessageCleared, domain.MessageUrgent}
	all, core := newChannel(t), newChannel(t)
	o.hook(all.URL, "", kinds...)
	o.hook(core.URL, space.ID, kinds...)
	c := o.courier()
	type message struct {
		Type string
		Data struct{ Title, Text, URL, Owner, Author, Body string }
	}
	arrived := func(ch *channel) []message {
		t.Helper()
		o.ok(c.PostDue(t.Context()))
		out := []message{}
		for _, m := range ch.take() {
			verifySignature(t, m)
			if strings.Contains(m.body, "hush") {
				t.Errorf("it tells what is between the two: %s", m.body)
			}
			var one message
			o.ok(json.Unmarshal([]byte(m.body), &one))
			out = append(out, one)
		}
		return out
	}
	titles := func(ch *channel) string {
		t.Helper()
		var out []string
		for _, m := range arrived(ch) {
			out = append(out, m.Type+": "+m.Data.Title)
		}
		return strings.Join(out, "; ")
	}
	ask := func(class domain.ReplyClass, at domain.Source) domain.Ask {
		a := domain.Ask{
			ID: domain.NewID[domain.AskID](), WorkspaceID: o.w, Author: o.boss, Owner: o.max, Body: "hush", Class: class, Origin: domain.OriginHand, AskedAt: time.Now(), Source: at,
		}
		if class == domain.ReplyUrgent {
			a.Reason = "it burns"
		}
		o.ok(o.db.Asks.Create(t.Context(), a))
		return a
	}
	here := domain.Source{ClipID: o.clip, StartMS: 1000}
	a := ask(domain.ReplyStandard, here)
	if got := titles(core); got != "ask.created: Olga asks Max" {
		t.Error(got)
	}
	v := domain.Viewer{AccountID: o.max.ID, WorkspaceID: o.w, Role: domain.RoleMember}
	a.Answer, a.AnsweredAt = "hush", time.Now()
	o.ok(o.db.Asks.Answer(t.Context(), v, a))
	if got := titles(core); got != "ask.answered: Max has answered Olga" {
		t.Error(got)
	}
	ask(domain.ReplyUrgent, here)
	ask(domain.ReplyRelaxed, domain.Source{})
	b := domain.Blocker{ID: domain.NewID[domain.BlockerID](), WorkspaceID: o.w, Owner: o.max, Body: "no key", Source: here, Origin: domain.OriginHand, RaisedAt: time.Now()}
	o.ok(o.db.Blockers.Create(t.Context(), b))
	change := func(at time.Time) {
		b, err := o.db.Blockers.Get(t.Context(), o.w, b.ID)
		o.ok(err)
		o.ok(o.db.Blockers.SetCleared(t.Context(), b, o.boss.ID, at))
	}
	change(time.Now())
	change(time.Now().Add(time.Second)) // it is already
	change(time.Time{})
	if got := titles(core); got != "blocker.raised: Max is blocked; blocker.cleared: Max is not blocked any more; blocker.raised: Max is blocked" {
		t.Error(got)
	}
	got := titles(all)
	for _, want := range []string{"message.urgent: Urgent for Max, from Olga", "ask.created: Olga asks Max", "blocker.cleared: "} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if n := strings.Count(got, "ask.created"); n != 2 {
		t.Errorf("%d asks: %s", n, got)
	}
}

// TestGivenUp: attempts end, with a reason that people can read; what has become private is not sent.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ch := newChannel(t)
	h := o.hook(ch.URL, "", domain.MessageComment)
	c := o.courier()
	state := func() domain.Post {
		posts, err := o.db.Webhooks.Posts(t.Context(), o.w, h.ID)
		o.ok(err)
		return posts[0]
	}
	ch.says(func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "on fire")
	})
	o.say(o.max, "", "one")
	for range 12 {
		o.soon()
		o.ok(c.PostDue(t.Context()))
	}
	if p, n := state(), len(ch.take()); p.DeadAt.IsZero() || !strings.Contains(p.Reason, "on fire") || n != 9 {
		t.Errorf("%d attempts: %+v", n, p)
	}
	ch.says(nil)
	o.ok(o.db.Webhooks.Revive(t.Context(), o.w, h.ID, state().Message.ID))
	o.ok(c.PostDue(t.Context()))
	if p := state(); p.SentAt.IsZero() || !p.DeadAt.IsZero() || len(ch.take()) != 1 {
		t.Errorf("%+v", p)
	}
	o.say(o.max, "", "two")
	private := domain.VisiblePrivate
	o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{Visibility: &private}))
	o.ok(c.PostDue(t.Context()))
	if p := state(); p.DeadAt.IsZero() || len(ch.take()) != 0 {
		t.Errorf("%+v", p)
	}
	wide := domain.VisibleWorkspace
	o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{Visibility: &wide}))
	ch.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
	o.say(o.max, "", "three")
	o.ok(c.PostDue(t.Context()))
	hooks, err := o.db.Webhooks.List(t.Context(), o.w)
	o.ok(err)
	if !hooks[0].Paused || hooks[0].PausedReason == "" || state().DeadAt.IsZero() {
		t.Errorf("%+v", hooks[0])
	}
}

// TestNewClips: who has joined a space is told once of a clip that can be watched there, whoever else is not.
func TestNewClips(t *testing.T) {
	t.Parallel()
	o := setup(t)
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Core"}
	o.ok(o.db.Spaces.Create(t.Context(), space))
	o.exec(`update clip set state = 'ready' where id = $1`, o.clip)
	move := func(to domain.SpaceID) { o.ok(o.db.Clips.Update(t.Context(), o.clip, domain.ClipPatch{SpaceID: &to})) }
	told := func(a domain.Account) []domain.Notice {
		all, err := o.db.Notices.List(t.Context(), domain.Viewer{AccountID: a.ID, WorkspaceID: o.w}, "", 10)
		o.ok(err)
		return all
	}
	o.ok(o.db.Spaces.Join(t.Context(), o.w, space.ID, o.boss.ID))
	move(space.ID)
	if n := len(told(o.max)) + len(told(o.boss)); n != 0 {
		t.Errorf("%d notices to who has not joined, or has made it", n)
	}
	move("")
	o.ok(o.db.Spaces.Join(t.Context(), o.w, space.ID, o.max.ID))
	o.ok(o.db.Spaces.Join(t.Context(), o.w, space.ID, o.max.ID))
	move(space.ID)
	move("")
	move(space.ID)
	if all := told(o.max); len(all) != 1 || all[0].Kind != domain.NoticeClip || all[0].Actor != "Olga" || all[0].ClipTitle != "Plan" {
		t.Errorf("%+v", all)
	}
	o.ok(o.db.Spaces.Leave(t.Context(), o.w, space.ID, o.max.ID))
	if err := o.db.Spaces.Join(t.Context(), domain.NewID[domain.WorkspaceID](), space.ID, o.max.ID); domain.KindOf(err) != domain.KindNotFound {
		t.Errorf("a space of another workspace: %v", err)
	}
	if joined, err := o.db.Spaces.Joined(t.Context(), o.max.ID); err != nil || len(joined) != 0 {
		t.Errorf("%v %v", joined, err)
	}
}
