package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"baton/api"
	"baton/domain"
)

// sse is one server-sent event.
type sse struct {
	id         int64
	kind, data string
}

// listener is an open stream of events.
type listener struct {
	t      *testing.T
	events chan sse // closed when the server ends the stream
	close  func()
}

func (p *person) listen(query string, lastID int64) *listener {
	p.s.t.Helper()
	ctx, cancel := context.WithCancel(p.s.t.Context())
	r := p.request("GET", "/api/v1/events"+query, nil).WithContext(ctx)
	if lastID > 0 {
		r.Header.Set("Last-Event-ID", strconv.FormatInt(lastID, 10))
	}
	res, err := client.Do(r) //nolint:bodyclose // by the goroutine that reads it
	if err != nil {
		cancel()
		p.s.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		cancel()
		p.s.t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	l := &listener{t: p.s.t, events: make(chan sse, 1000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.events)
		defer func() { _ = res.Body.Close() }()
		var e sse
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id, _ = strconv.ParseInt(value, 10, 64)
			case "event":
				e.kind = value
			case "data":
				e.data = value
			case "":
				if e.kind != "" {
					l.events <- e
				}
				e = sse{}
			}
		}
	}()
	l.close = func() { cancel(); <-done }
	p.s.t.Cleanup(l.close)
	return l
}

// next is the next event; ok is false when the stream has ended.
func (l *listener) next() (e sse, ok bool) {
	l.t.Helper()
	select {
	case e, ok = <-l.events:
		return e, ok
	case <-time.After(10 * time.Second):
		l.t.Fatal("no event in 10 s")
		return e, false
	}
}

func (l *listener) expect(kind, contains string) sse {
	l.t.Helper()
	e, ok := l.next()
	if !ok || e.kind != kind || !strings.Contains(e.data, contains) {
		l.t.Fatalf("got %+v (open: %t), want %s with %s", e, ok, kind, contains)
	}
	return e
}

func (l *listener) expectEnd() {
	l.t.Helper()
	for {
		if _, ok := l.next(); !ok {
			return
		}
	}
}

func (p *person) comment(id domain.ClipID, body string) {
	p.s.t.Helper()
	p.call("POST", "/api/v1/clips/"+string(id)+"/comments", map[string]string{"body": body}).expect(201)
}

func TestEventsReachThoseWhoMaySee(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	w := p.member.WorkspaceID
	maxine, gus, other := s.join(w, "Max", domain.RoleMember), s.join(w, "Gus", domain.RoleGuest), s.workspace("Other")
	private, shared := p.clip(domain.VisiblePrivate, "P"), p.clip(domain.VisibleWorkspace, "W")
	mine, theirs, guests, others := p.listen("", 0), maxine.listen("", 0), gus.listen("", 0), other.listen("", 0)
	for _, l := range []*listener{mine, theirs, guests, others} {
		l.expect("hello", "{}")
	}
	p.comment(private, "for me alone")
	p.comment(shared, "for all of us")
	mine.expect("comment.changed", "for me alone")
	mine.expect("comment.changed", "for all of us")
	theirs.expect("comment.changed", "for all of us")

	// Narrowing a clip tells those who lose it to look again, and nothing after that.
	p.call("PATCH", "/api/v1/clips/"+string(shared), map[string]string{"visibility": "private"}).expect(200)
	theirs.expect("clip.changed", string(shared))
	maxine.call("GET", "/api/v1/clips/"+string(shared), nil).problem(404)
	p.comment(shared, "secret now")
	link := p.clip(domain.VisibleLink, "L")
	p.comment(link, "a mark in the stream")
	for {
		e, ok := theirs.next()
		if !ok || strings.Contains(e.data, "secret now") || strings.Contains(e.data, string(private)) {
			t.Fatalf("%+v %t", e, ok)
		}
		if strings.Contains(e.data, "a mark in the stream") {
			break
		}
	}
	for {
		e, ok := guests.next()
		if !ok || strings.Contains(e.data, string(private)) || strings.Contains(e.data, string(shared)) {
			t.Fatalf("a guest got %+v %t", e, ok)
		}
		if strings.Contains(e.data, "a mark in the stream") {
			break
		}
	}
	foreign := other.clip(domain.VisibleWorkspace, "O")
	other.comment(foreign, "theirs")
	for {
		e, _ := others.next()
		if strings.Contains(e.data, string(link)) || strings.Contains(e.data, string(private)) {
			t.Fatalf("another workspace got %+v", e)
		}
		if strings.Contains(e.data, "theirs") {
			break
		}
	}
}

func TestEventsCatchUp(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	l := p.listen("?clip_id="+string(id), 0)
	hello := l.expect("hello", "{}")
	p.comment(id, "one")
	first := l.expect("comment.changed", "one")
	if first.id <= hello.id {
		t.Errorf("%d after %d", first.id, hello.id)
	}
	l.close()
	for i := range 300 { // more than a page
		p.comment(id, fmt.Sprintf("missed %d.", i))
	}
	back := p.listen("?clip_id="+string(id), first.id)
	p.comment(id, "live again")
	last := first.id
	for i := range 300 {
		e := back.expect("comment.changed", fmt.Sprintf("missed %d.", i))
		if e.id <= last {
			t.Fatalf("%d after %d", e.id, last)
		}
		last = e.id
	}
	back.expect("comment.changed", "live again")
	// The query stands in for the header.
	again := p.listen("?clip_id="+string(id)+"&last_event_id="+strconv.FormatInt(last, 10), 0)
	again.expect("comment.changed", "live again")

	// What is too old, or from another database, begins anew.
	if reset := p.listen("", 1<<40).expect("reset", "{}"); reset.id <= last {
		t.Errorf("%+v", reset)
	}
	s.exec(`delete from event where id <= $1`, last)
	p.listen("", first.id).expect("reset", "{}")
	s.exec(`insert into event (workspace_id, clip_id, kind, data) select $1, $2, 'clip.changed', '{}' from generate_series(1, 1500)`, p.member.WorkspaceID, id)
	p.listen("", last+1).expectKind("reset")
	bad := p.request("GET", "/api/v1/events", nil)
	bad.Header.Set("Last-Event-ID", "yesterday")
	s.send(bad).problem(400)
}

// expectKind reads until an event of a kind.
func (l *listener) expectKind(kind string) {
	l.t.Helper()
	for {
		e, ok := l.next()
		if !ok {
			l.t.Fatalf("ended before %s", kind)
		}
		if e.kind == kind {
			return
		}
	}
}

func TestEventsOfAClipForStrangers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	id, hidden := p.clip(domain.VisibleLink, "T"), p.clip(domain.VisibleWorkspace, "H")
	nobody.call("GET", "/api/v1/events", nil).problem(401)
	nobody.call("GET", "/api/v1/events?clip_id="+string(hidden), nil).problem(404)
	nobody.call("GET", "/api/v1/events?clip_id=x", nil).problem(400)
	l := nobody.listen("?clip_id="+string(id), 0)
	l.expect("hello", "{}")
	p.comment(hidden, "not yours")
	p.comment(id, "live")
	l.expect("comment.changed", "live")
	p.call("PATCH", "/api/v1/clips/"+string(id), map[string]string{"visibility": "private"}).expect(200)
	l.expect("clip.changed", string(id))
	l.expect("end", `"final":true,"reason":"you may not see`)
	l.expectEnd()
}

func TestEventsEndWithTheClip(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	l := p.listen("?clip_id="+string(id), 0)
	l.expect("hello", "{}")
	p.call("DELETE", "/api/v1/clips/"+string(id), nil).expect(204)
	l.expectKind("clip.deleted")
	l.expectKind("end")
	l.expectEnd()
}

func TestStreamsOfEventsAreLimitedAndEndAtShutdown(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	var open []*listener
	for range 32 {
		l := p.listen("", 0)
		l.expect("hello", "{}")
		open = append(open, l)
	}
	if a := p.call("GET", "/api/v1/events", nil); a.problem(429) == "" || a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a.header)
	}
	began := time.Now()
	s.stop()
	for _, l := range open {
		l.expect("end", `"final":false,"reason":"the server restarts`)
		l.expectEnd()
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("shutdown took %v", took)
	}
}

func TestEventsEndWithTheSignIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	other := s.signIn(p.member)
	all, one := p.listen("", 0), p.listen("?clip_id="+string(id), 0)
	all.expect("hello", "{}")
	one.expect("hello", "{}")
	p.call("POST", "/api/v1/sign-out", nil).expect(204)
	all.expect("end", `"final":true,"reason":"you are signed out`)
	all.expectEnd()
	one.expect("end", `"final":true,"reason":"you may not see`)
	one.expectEnd()
	other.listen("", 0).expect("hello", "{}")
}

func TestEventsAreKeptAlive(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	api.SetPace(s.api, 10*time.Millisecond, time.Minute)
	r := p.request("GET", "/api/v1/events", nil)
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	beats := 0
	for lines := bufio.NewScanner(res.Body); beats < 3 && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), ":") {
			beats++
		}
	}
	if beats < 3 {
		t.Errorf("%d heartbeats", beats)
	}
}

// lostEvents loses its connection when told to.
type lostEvents struct {
	api.Events
	lose chan struct{}
}

func (l lostEvents) Listen(ctx context.Context, listening func(), each func(domain.Event)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-l.lose:
			cancel()
		case <-done:
		}
	}()
	return l.Events.Listen(ctx, listening, each)
}

func TestEventsComeBackAfterTheDatabaseWasLost(t *testing.T) {
	t.Parallel()
	lose := make(chan struct{})
	s := newServer(t, func(n *api.Needs) { n.Events = lostEvents{n.Events, lose} })
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	l := p.listen("", 0)
	hello := l.expect("hello", "{}")
	lose <- struct{}{}
	l.expect("end", "database")
	l.expectEnd()
	p.comment(id, "meanwhile")
	p.listen("", hello.id).expect("comment.changed", "meanwhile") // waits until events are heard again
}
