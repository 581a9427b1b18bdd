package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// publicHost is where the links of the mails lead.
const publicHost = "baton.example.org"

// letter is a mail as it arrived.
type letter struct {
	id, to string
	at     time.Time // on the clock of the simulation
	told   []item
}

// item is one thing that a mail tells: what, and the page that it leads to.
type item struct{ title, page string }

// postbox is an SMTP server that keeps what it is sent.
type postbox struct {
	address string
	server  *smtp.Server
	done    chan struct{}

	mu  sync.Mutex
	now time.Time
	got []string
	at  []time.Time
}

func openPostbox(ctx context.Context) (*postbox, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the mail server: %w", err)
	}
	b := &postbox{address: ln.Addr().String(), done: make(chan struct{})}
	b.server = smtp.NewServer(b)
	b.server.ErrorLog = silence{}
	go func() { defer close(b.done); _ = b.server.Serve(ln) }() // ends with an error when it is closed
	return b, nil
}

// silence keeps the server from telling that a killed mailer hung up.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

func (b *postbox) close() {
	_ = b.server.Close()
	<-b.done
}

func (b *postbox) itIs(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

func (b *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }

// Mail begins a mail.
func (b *postbox) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt names to whom it goes: its header says that, too.
func (b *postbox) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Reset and Logout end what is not kept.
func (b *postbox) Reset() {}

// Logout ends a session.
func (b *postbox) Logout() error { return nil }

// Data takes a mail; of a sender that is killed while it speaks nothing is kept.
func (b *postbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("take a mail: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got, b.at = append(b.got, string(text)), append(b.at, b.now)
	return nil
}

// letters reads what came.
func (b *postbox) letters() ([]letter, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []letter
	for i, text := range b.got {
		l, err := readLetter(text)
		if err != nil {
			return nil, err
		}
		l.at = b.at[i]
		out = append(out, l)
	}
	return out, nil
}

func readLetter(text string) (letter, error) {
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		return letter{}, fmt.Errorf("read a mail: %w", err)
	}
	to, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		return letter{}, fmt.Errorf("read whom a mail goes to: %w", err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		return letter{}, fmt.Errorf("read a mail: %w", err)
	}
	l := letter{id: m.Header.Get("Message-Id"), to: to.Address}
	title := ""
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		switch page, is := strings.CutPrefix(line, "https://"+publicHost); {
		case is:
			l.told = append(l.told, item{title, page})
			title = ""
		case title == "":
			title = line
		}
	}
	if l.id == "" || len(l.told) == 0 {
		return l, errors.New("a mail tells nothing")
	}
	return l, nil
}
