package notify_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
	"baton/notify"
	"baton/postgres"
	"baton/postgres/postgrestest"
)

// mailbox is an SMTP server that keeps what it is sent.
type mailbox struct {
	mu   sync.Mutex
	got  []string
	full bool
}

func (b *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *mailbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (b *mailbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b *mailbox) Reset()                                      {}
func (b *mailbox) Logout() error                               { return nil }

func (b *mailbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return errors.New("the mailbox is full")
	}
	b.got = append(b.got, string(text))
	return err
}

func (b *mailbox) set(full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = full
}

// take gives what came since.
func (b *mailbox) take(t *testing.T) []*mail.Message {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []*mail.Message
	for _, text := range b.got {
		m, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	b.got = nil
	return out
}

type noQueue struct{}

func (noQueue) EnqueueTx(context.Context, pgx.Tx, []domain.Job) error { return nil }

// office is a team whose mail goes to a mailbox.
type office struct {
	t      *testing.T
	db     *postgres.DB
	pool   *pgxpool.Pool
	box    *mailbox
	mailer *notify.Mailer
	boss   domain.Account
	max    domain.Account
	w      domain.WorkspaceID
	clip   domain.ClipID
}

func setup(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, pool: postgrestest.New(t), box: &mailbox{}, w: domain.NewID[domain.WorkspaceID](), clip: domain.NewID[domain.ClipID]()}
	o.db = postgres.New(o.pool, noQueue{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(o.box)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	public := &url.URL{Scheme: "https", Host: "baton.example.org"}
	sender, err := notify.NewSMTP(&url.URL{Scheme: "smtp", Host: ln.Addr().String()}, "Baton <baton@example.org>", public, pictures{"poster": "a still", "preview": "it moves"})
	if err != nil {
		t.Fatal(err)
	}
	o.mailer = &notify.Mailer{Outbox: o.db.Notices, Sender: sender, Log: slog.New(slog.DiscardHandler), Every: 50 * time.Millisecond}
	o.boss = domain.Account{ID: domain.NewID[domain.AccountID](), Name: "Olga", Email: "olga@example.org", TimeZone: "UTC"}
	o.ok(o.db.Workspaces.CreateFurther(t.Context(), domain.Workspace{ID: o.w, Name: "Acme"}, o.boss))
	o.max = domain.Account{ID: domain.NewID[domain.AccountID](), Name: "Max", Email: "max@example.org", TimeZone: "UTC"}
	o.exec(`insert into account (id, email, name) values ($1, $2, $3)`, o.max.ID, o.max.Email, o.max.Name)
	o.exec(`insert into member (workspace_id, account_id, role) values ($1, $2, 'member')`, o.w, o.max.ID)
	o.ok(o.db.Clips.Create(t.Context(), domain.Clip{ID: o.clip, WorkspaceID: o.w, OwnerID: o.boss.ID, Kind: domain.KindScreen, Title: "Plan", Visibility: domain.VisibleWorkspace}, domain.Recording{}))
	for _, a := range []domain.Account{o.boss, o.max} {
		h := domain.DefaultHours("UTC")
		h.QuietFrom, h.QuietTo = 0, 0
		o.ok(o.db.Hours.Set(t.Context(), a.ID, h))
	}
	return o
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	_, err := o.pool.Exec(o.t.Context(), sql, args...)
	o.ok(err)
}

func (o *office) say(by domain.Account, parent domain.CommentID, body string, mentions ...domain.Account) domain.Comment {
	o.t.Helper()
	c, err := o.db.Comments.Create(o.t.Context(), domain.Comment{ClipID: o.clip, ParentID: parent, Author: by, AtMS: 65_000, Body: body, Mentions: mentions})
	o.ok(err)
	return c
}

// later lets the time come for all mail that waits.
func (o *office) later() {
	o.t.Helper()
	o.exec(`update notice set mail_at = now() where mail_at is not null`)
}

func TestOneMailForOneEvent(t *testing.T) {
	t.Parallel()
	o := setup(t)
	first := o.say(o.max, "", "look here")
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	o.box.take(t)
	// Olga is named, owns the clip and takes part in the thread: one notice.
	o.say(o.boss, first.ID, "I do")
	o.say(o.max, first.ID, "good, @Olga", o.boss)
	all, err := o.db.Notices.List(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}, "", 10)
	o.ok(err)
	if len(all) != 2 || all[0].Kind != domain.NoticeMention || all[1].Kind != domain.NoticeComment {
		t.Fatalf("%+v", all)
	}
	o.ok(o.mailer.SendDue(t.Context()))
	if early := o.box.take(t); len(early) != 0 {
		t.Errorf("%d mails came before what belongs together was together", len(early))
	}
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	o.ok(o.mailer.SendDue(t.Context()))
	got := map[string]*mail.Message{}
	for _, m := range o.box.take(t) {
		if to := m.Header.Get("To"); got[to] != nil {
			t.Errorf("%s got two", to)
		} else {
			got[to] = m
		}
	}
	m := got[`"Olga" <olga@example.org>`]
	if len(got) != 2 || m == nil {
		t.Fatalf("mail to %v", got)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	o.ok(err)
	if !strings.Contains(string(body), "https://baton.example.org/c/"+string(o.clip)) || !strings.Contains(string(body), "Max named you in Plan") {
		t.Errorf("%s", body)
	}
	link := strings.Trim(m.Header.Get("List-Unsubscribe"), "<>")
	if m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.HasPrefix(link, "https://baton.example.org/api/v1/unsubscribe/") {
		t.Errorf("%v", m.Header)
	}
	if page := strings.Replace(link, "/api/v1/", "/", 1); !strings.Contains(string(body), "No more mail: "+page) {
		t.Errorf("no %s in %s", page, body)
	}
	o.ok(o.db.Notices.Unsubscribe(t.Context(), link[strings.LastIndex(link, "/")+1:]))
	o.say(o.max, "", "still there?")
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	if more := o.box.take(t); len(more) != 0 {
		t.Errorf("%d mails after the last click", len(more))
	}
	n, err := o.db.Notices.Unread(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w})
	o.ok(err)
	if n != 3 {
		t.Errorf("%d unread in the inbox", n)
	}
}

func TestMailIsNotLost(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.say(o.max, "", "hello")
	o.later()
	o.box.set(true)
	if err := o.mailer.SendDue(t.Context()); err == nil {
		t.Error("a full mailbox is no error")
	}
	o.box.set(false)
	o.ok(o.mailer.SendDue(t.Context()))
	if early := o.box.take(t); len(early) != 0 {
		t.Error("it does not wait before it tries again")
	}
	// Killed after the mail was taken out and before it was sent: it is there again.
	o.later()
	if _, found, err := o.db.Notices.NextMail(t.Context(), time.Now()); err != nil || !found {
		t.Fatal(found, err)
	}
	o.later()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.mailer.Run(ctx) }()
	deadline := time.Now().Add(time.Minute)
	for n := 0; n == 0; {
		if n = len(o.box.take(t)); time.Now().After(deadline) {
			t.Fatal("no mail in a minute")
		}
	}
	stop()
	<-done
	// What was read is not mailed.
	o.say(o.max, "", "and more")
	o.ok(o.db.Notices.Read(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}, nil))
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	if more := o.box.take(t); len(more) != 0 {
		t.Errorf("%d mails of what was read", len(more))
	}
}

func TestQuietHoursAndChoices(t *testing.T) {
	t.Parallel()
	o := setup(t)
	h := domain.DefaultHours("Asia/Tokyo") // quiet from 19:00 to 08:00 there: 10:00 to 23:00 in UTC
	o.ok(o.db.Hours.Set(t.Context(), o.boss.ID, h))
	o.say(o.max, "", "good night")
	night := time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)
	o.exec(`update notice set mail_at = $1`, night)
	mail, found, err := o.db.Notices.NextMail(t.Context(), night)
	o.ok(err)
	if !found || len(mail.Notices) != 0 {
		t.Errorf("%+v", mail)
	}
	var until time.Time
	o.ok(o.pool.QueryRow(t.Context(), `select mail_at from notice`).Scan(&until))
	if want := time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC); !until.Equal(want) {
		t.Errorf("put off until %s, want %s", until, want)
	}
	o.ok(o.db.Notices.Choose(t.Context(), o.boss.ID, domain.NoticeChoice{Mail: domain.MailHourly, Muted: []domain.NoticeKind{domain.NoticeComment}}))
	o.say(o.max, "", "muted")
	o.say(o.max, "", "named @Olga", o.boss)
	all, err := o.db.Notices.List(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}, "", 10)
	o.ok(err)
	if len(all) != 2 || all[0].Kind != domain.NoticeMention {
		t.Errorf("%+v", all)
	}
	o.ok(o.pool.QueryRow(t.Context(), `select mail_at from notice where id = $1`, all[0].ID).Scan(&until))
	if until.Minute() != 0 || until.Second() != 0 || !until.After(all[0].CreatedAt) {
		t.Errorf("hourly mail goes at %s", until)
	}
}
