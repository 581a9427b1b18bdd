package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"baton/api"
	"baton/blob"
	"baton/blob/blobtest"
	"baton/domain"
	"baton/internal/password"
	"baton/postgres"
	"baton/postgres/postgrestest"
	"baton/transcode/hls"
	"baton/transcribe"
	"baton/transcribe/captions"
)

func TestMain(m *testing.M) {
	blobtest.Child()
	goleak.VerifyTestMain(m)
}

// server is the API over a real database and a real object store, on a real socket.
type server struct {
	t       *testing.T
	url     string
	db      *postgres.DB
	pool    *pgxpool.Pool
	objects *blob.Bucket
	ingest  *ingest
	queue   *queue
	log     *lockedBuffer
	hasher  *password.Hasher
	api     *api.Server
	stop    func()
}

func (s *server) password() *password.Hasher { return s.hasher }

// queue remembers the jobs that were enqueued.
type queue struct {
	mu   sync.Mutex
	jobs []domain.Job
}

func (q *queue) EnqueueTx(_ context.Context, _ pgx.Tx, jobs []domain.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// option changes what a test's server needs.
type option func(*api.Needs)

func newServer(t *testing.T, options ...option) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, url: "http://" + ln.Addr().String(), pool: postgrestest.New(t), queue: &queue{}, log: &lockedBuffer{}, ingest: &ingest{}, hasher: password.New(2)}
	s.db = postgres.New(s.pool, s.queue)
	s.objects = blobtest.New(t)
	public, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	needs := api.Needs{
		Log: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})), PublicURL: public,
		Metrics: prometheus.NewRegistry(), Ready: func(context.Context) error { return nil },
		Checks:    func(context.Context) []api.Check { return []api.Check{{Name: "ffmpeg", OK: true, Detail: "5.1"}} },
		Web:       http.HandlerFunc(web),
		Passwords: s.hasher, Workspaces: s.db.Workspaces, Accounts: s.db.Accounts, Members: s.db.Members, SignIns: s.db.SignIns,
		Tokens: s.db.Tokens, Invites: s.db.Invites, Spaces: s.db.Spaces, Clips: s.db.Clips, Transcripts: s.db.Transcripts, Screens: s.db.Screens, Vocabulary: s.db.Terms,
		Comments: s.db.Comments, Search: s.db.Search, Playback: s.db.Playback, Events: s.db.Events, Hours: s.db.Hours, Objects: s.objects,
		Rounds: s.db.Rounds, Asks: s.db.Asks, Decisions: s.db.Decisions, Blockers: s.db.Blockers, Ledger: s.db.Ledger, StartHere: s.db.StartHere, Edits: s.db.Edits,
		Podcasts:  s.db.Podcasts,
		HasWriter: true, HasMail: true,
		Ingest: s.ingest, Channels: s.ingest, WHIP: s.ingest,
		Formats: api.Formats{
			MasterPlaylist: hls.Master, MediaPlaylist: hls.Media, Chapters: hls.ChaptersVTT,
			Transcript: func(w io.Writer, format string, t domain.Transcript) error {
				return captions.Write(w, captions.Format(format), t)
			},
			Silences: func(t domain.Transcript, end int64) []domain.Span {
				return transcribe.Silences(t.Speech, end, transcribe.LeastSilenceMS)
			},
			Fillers: func(domain.Transcript) []domain.Filler {
				return []domain.Filler{{Span: domain.Span{StartMS: 10, EndMS: 20}, Text: "um"}}
			},
			Captions: func(w io.Writer, cues []domain.Cue) error {
				_, err := fmt.Fprintf(w, "WEBVTT\n\n%d cues\n", len(cues))
				return err
			},
		},
	}
	needs.Notices = s.db.Notices
	needs.Webhooks, needs.Poster, needs.Pushes, needs.PushKey = s.db.Webhooks, testPoster(t), s.db.Pushes, "key"
	needs.Faces = s.db.Pictures
	needs.Keys, needs.Shares, needs.Watches = blob.Keys{}, s.db.Shares, s.db.Watches
	for _, o := range options {
		o(&needs)
	}
	if s.api, err = api.New(needs); err != nil {
		t.Fatal(err)
	}
	api.SetPace(s.api, 15*time.Second, 50*time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.api.Serve(ctx, ln) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// web is a web client of two files.
func web(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><head><!--og--></head><body>shell "+r.URL.Path+"</body>")
}

// lockedBuffer is what the server logged.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// person is somebody with a browser and a token.
type person struct {
	s      *server
	member domain.Member
	cookie string // empty: not signed in
	guest  string // the cookie of a guest; empty: none
	token  string
}

const secretPassword = "correct horse battery"

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// workspace makes a team with its owner.
func (s *server) workspace(name string) *person {
	s.t.Helper()
	w := domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: name}
	a := domain.Account{ID: domain.NewID[domain.AccountID](), Name: name + " owner", Email: strings.ToLower(name) + "-owner@example.com", TimeZone: "UTC"}
	if err := s.db.Workspaces.CreateFurther(s.t.Context(), w, a); err != nil {
		s.t.Fatal(err)
	}
	return s.signIn(domain.Member{WorkspaceID: w.ID, Account: a, Role: domain.RoleOwner})
}

// join adds a person to a team.
func (s *server) join(w domain.WorkspaceID, name string, role domain.Role) *person {
	s.t.Helper()
	i := domain.Invite{ID: domain.NewID[domain.InviteID](), WorkspaceID: w, Role: domain.RoleMember, ExpiresAt: time.Now().Add(time.Hour)}
	i.Role = role
	owner, err := s.db.Members.List(s.t.Context(), w)
	if err != nil || len(owner) == 0 {
		s.t.Fatal(err)
	}
	i.CreatedBy = owner[0].Account.ID
	secret := []byte(i.ID)
	if err := s.db.Invites.Create(s.t.Context(), i, secret); err != nil {
		s.t.Fatal(err)
	}
	m, err := s.db.Invites.Accept(s.t.Context(), secret, domain.Account{
		ID: domain.NewID[domain.AccountID](), Name: name, Email: strings.ToLower(name) + "-" + strings.ToLower(string(w[20:])) + "@example.com", TimeZone: "UTC",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.signIn(m)
}

// signIn gives a member a cookie without the cost of a password.
func (s *server) signIn(m domain.Member) *person {
	s.t.Helper()
	p := &person{s: s, member: m, cookie: "cookie-" + domain.NewID[string]()}
	now := time.Now()
	err := s.db.SignIns.Create(s.t.Context(), domain.SignIn{
		ID: domain.NewID[domain.SignInID](), AccountID: m.Account.ID, WorkspaceID: m.WorkspaceID, UserAgent: "test", Address: "127.0.0.1",
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(time.Hour),
	}, hashOf(p.cookie))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// clip makes a clip of a person's.
func (p *person) clip(v domain.Visibility, title string) domain.ClipID {
	p.s.t.Helper()
	var made struct{ ID domain.ClipID }
	p.call("POST", "/api/v1/clips", map[string]any{"kind": "screen", "visibility": v, "title": title}).expect(http.StatusCreated).json(&made)
	return made.ID
}

// request is what a test sends.
func (p *person) request(method, path string, body io.Reader) *http.Request {
	p.s.t.Helper()
	r, err := http.NewRequestWithContext(p.s.t.Context(), method, p.s.url+path, body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	if p.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "baton_session", Value: p.cookie})
	}
	if p.guest != "" {
		r.AddCookie(&http.Cookie{Name: "baton_guest", Value: p.guest})
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	return r
}

// call sends JSON, or nothing for nil.
func (p *person) call(method, path string, body any) *answer {
	p.s.t.Helper()
	if body == nil {
		return p.s.send(p.request(method, path, nil))
	}
	b, err := json.Marshal(body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	r := p.request(method, path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	return p.s.send(r)
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// client follows nothing and keeps nothing.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (s *server) send(r *http.Request) *answer {
	s.t.Helper()
	res, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return &answer{t: s.t, what: r.Method + " " + r.URL.Path, status: res.StatusCode, header: res.Header, body: b}
}

func (a *answer) expect(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

func (a *answer) json(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s: %v: %s", a.what, err, a.body)
	}
}

// problem expects RFC 9457 and gives what it says.
func (a *answer) problem(status int) string {
	a.t.Helper()
	a.expect(status)
	var p struct {
		Type, Title, Detail string
		Status              int
		Errors              []struct{ Pointer, Detail string }
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Fatalf("%s: content type %q: %s", a.what, got, a.body)
	}
	a.json(&p)
	if p.Status != status || p.Title == "" || p.Type == "" {
		a.t.Fatalf("%s: %s", a.what, a.body)
	}
	out := p.Detail
	for _, e := range p.Errors {
		out += "; " + e.Pointer + " " + e.Detail
	}
	return out
}
