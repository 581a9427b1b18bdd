package notify

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"baton/domain"
)

// SMTP sends by a mail server.
type SMTP struct {
	client   *mail.Client
	from     string
	public   *url.URL
	pictures Pictures
}

// sendTime bounds one mail.
const sendTime = 30 * time.Second

// NewSMTP prepares to send by smtp://user:password@host:port (with STARTTLS when the server offers it) or smtps://…; public is where
// this server is reached, pictures are those of the clips; nil: mails are text alone. Nothing is connected yet.
func NewSMTP(server *url.URL, from string, public *url.URL, pictures Pictures) (*SMTP, error) {
	options := []mail.Option{mail.WithTimeout(sendTime), mail.WithTLSPolicy(mail.TLSOpportunistic)}
	if server.Scheme == "smtps" {
		options = append(options, mail.WithSSL(), mail.WithPort(mail.DefaultPortSSL))
	}
	if p, err := strconv.Atoi(server.Port()); err == nil {
		options = append(options, mail.WithPort(p))
	}
	if password, given := server.User.Password(); given {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(server.User.Username()), mail.WithPassword(password))
	}
	client, err := mail.NewClient(server.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("prepare to send mail: %w", err)
	}
	return &SMTP{client: client, from: from, public: public, pictures: pictures}, nil
}

// Send sends one mail with all of the notices, each with a link to its moment.
func (s *SMTP) Send(ctx context.Context, m domain.Mail) error {
	msg := mail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if err := msg.AddToFormat(m.Name, m.Email); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	msg.Subject(subject(m))
	msg.SetMessageIDWithValue(m.ID + "@" + s.public.Hostname())
	// RFC 8058: mail programs show a button that posts there.
	msg.SetGenHeader(mail.HeaderListUnsubscribe, "<"+s.public.JoinPath("api/v1/unsubscribe", m.Unsubscribe).String()+">")
	msg.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, s.body(m))
	if err := s.illustrate(ctx, msg, m); err != nil {
		return err
	}
	if err := s.client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

func subject(m domain.Mail) string {
	things := strconv.Itoa(len(m.Notices)) + " things on Baton wait for you"
	switch {
	case len(m.Notices) == 1:
		return line(&m.Notices[0])
	case m.Daily:
		return "Your day: " + things
	}
	return things
}

// mostItems bounds what a mail speaks of one by one, after somebody's leave say; the inbox has all of it.
const mostItems = 60

// items are the notices that a mail speaks of, and how many more there are.
func items(m domain.Mail) (shown []domain.Notice, more int) {
	shown = m.Notices[:min(mostItems, len(m.Notices))]
	return shown, len(m.Notices) - len(shown)
}

// choices is the page on which somebody says what they are mailed.
func (s *SMTP) choices() string { return s.public.JoinPath("settings/notifications").String() }

// line says in one line what happened.
func line(n *domain.Notice) string {
	if n.Title != "" {
		return oneLine(n.Title)
	}
	title := n.ClipTitle
	if title == "" {
		title = "a clip"
	}
	did := map[domain.NoticeKind]string{
		domain.NoticeMention: "named you in", domain.NoticeReply: "answered in", domain.NoticeComment: "commented on", domain.NoticeAccess: "asks for access to", domain.NoticeClip: "shared",
	}[n.Kind]
	return oneLine(n.Actor + " " + did + " " + title)
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// link leads to what a notice is about.
func (s *SMTP) link(n *domain.Notice) string {
	return s.public.Scheme + "://" + s.public.Host + n.Page()
}

// plays finds the links of a record, which are paths on this server. What people wrote begins no line with a bracket: it is escaped there.
var plays = regexp.MustCompile(`(?m)^(\[Play [0-9]+:[0-9]{2}\]\()/c/`)

// excerpt is what a notice quotes; the links of a record are whole.
func (s *SMTP) excerpt(n *domain.Notice) string {
	if n.Kind != domain.NoticeKind(domain.NudgeRecord) {
		return n.Excerpt
	}
	return plays.ReplaceAllString(n.Excerpt, "${1}"+s.public.JoinPath("c").String()+"/")
}

func (s *SMTP) body(m domain.Mail) string {
	var b strings.Builder
	shown, more := items(m)
	for i := range shown {
		n := &shown[i]
		b.WriteString(line(n) + "\n")
		if n.Kind == domain.NoticeKind(domain.NudgeRecord) && n.Excerpt != "" {
			b.WriteString("\n" + s.excerpt(n))
		} else if n.Excerpt != "" {
			b.WriteString("\n  " + strings.ReplaceAll(n.Excerpt, "\n", "\n  ") + "\n")
		}
		b.WriteString("\n" + s.link(n) + "\n\n")
	}
	if more > 0 {
		fmt.Fprintf(&b, "And %d more in your inbox:\n\n%s\n\n", more, s.public.JoinPath("inbox"))
	}
	return b.String() + "-- \nWhat you are mailed: " + s.choices() + "\nNo more mail: " + s.public.JoinPath("unsubscribe", m.Unsubscribe).String() + "\n"
}
