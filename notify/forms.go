package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"baton/domain"
)

// secretPrefix begins the secrets of signed webhooks (Standard Webhooks).
const secretPrefix = "whsec_"

// The lengths that receivers take; longer texts would be refused, or cut in the middle of a link.
const (
	slackText    = 3000
	discordTitle = 256
	discordText  = 4000
	ntfyTitle    = 200
	ntfyText     = 3500
)

// request writes a message in the form that the kind of webhook wants.
func (p *Poster) request(ctx context.Context, w domain.Webhook, m domain.Message) (*http.Request, error) {
	link := ""
	if m.Path != "" {
		path, query, _ := strings.Cut(m.Path, "?")
		u := p.public.JoinPath(path)
		u.RawQuery = query
		link = u.String()
	}
	if m.Title == "" {
		m.Title = headline(m)
	}
	to := w.URL
	var form any
	switch w.Kind {
	case domain.WebhookSlack:
		form = slackForm(m, link)
	case domain.WebhookMattermost:
		form = mattermostForm(m, link)
	case domain.WebhookDiscord:
		form = discordForm(m, link)
	case domain.WebhookNtfy:
		u, name, err := topicOf(w.URL)
		if err != nil {
			return nil, err
		}
		to, form = u, ntfyForm(name, m, link)
	case domain.WebhookJSON:
		form = jsonForm(m, link)
	default:
		return nil, fmt.Errorf("post: there is no form called %q", w.Kind)
	}
	body := &bytes.Buffer{}
	e := json.NewEncoder(body)
	e.SetEscapeHTML(false) // receivers read JSON, not pages
	if err := e.Encode(form); err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Baton-Webhook/1")
	if w.Kind == domain.WebhookJSON {
		return r, sign(r, w.Secret, m.ID, time.Now(), body.Bytes())
	}
	return r, nil
}

// headline stands in for a title.
func headline(m domain.Message) string {
	if m.Kind == domain.MessageClip {
		return "A new clip"
	}
	return "News from Baton"
}

// sign adds the headers of Standard Webhooks (standardwebhooks.com): the receiver computes the same HMAC over id, time and body.
func sign(r *http.Request, secret string, id domain.MessageID, now time.Time, body []byte) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return errors.New("the webhook has no secret to sign with")
	}
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(string(id) + "." + at + "."))
	_, _ = mac.Write(body)
	r.Header.Set("Webhook-Id", string(id))
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return nil
}

func jsonForm(m domain.Message, link string) any {
	data := map[string]any{"title": m.Title}
	maps.Copy(data, m.Data)
	if m.Text != "" {
		data["text"] = m.Text
	}
	if link != "" {
		data["url"] = link
	}
	return map[string]any{"type": m.Kind, "timestamp": m.At.UTC().Format(time.RFC3339), "data": data}
}

// slackForm is an incoming webhook of Slack: mrkdwn, in which &, < and > alone have to be written otherwise, and cannot call anybody then.
func slackForm(m domain.Message, link string) any {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	oneLine := strings.NewReplacer("|", "¦", "\n", " ").Replace
	title := "*" + escape(m.Title) + "*"
	if link != "" {
		title = "<" + link + "|" + oneLine(escape(m.Title)) + ">"
	}
	text := title
	if m.Text != "" {
		text += "\n" + escape(m.Text)
	}
	section := map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": clip(text, slackText), "verbatim": true}}
	return map[string]any{"text": clip(escape(m.Title), slackText), "blocks": []any{section}, "unfurl_links": false}
}

// calm keeps text from being Markdown, and from calling everybody in a channel.
var calm = strings.NewReplacer( //nolint:gochecknoglobals // a table
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "[", `\[`, "]", `\]`, "(", `\(`, ")", `\)`, "#", `\#`, "|", `\|`, ">", `\>`, "<", `\<`, "!", `\!`, "@", "@\u200b",
)

func mattermostForm(m domain.Message, link string) any {
	text := "**" + calm.Replace(m.Title) + "**"
	if link != "" {
		text = "[" + strings.ReplaceAll(calm.Replace(m.Title), "\n", " ") + "](" + link + ")"
	}
	if m.Text != "" {
		text += "\n" + calm.Replace(m.Text)
	}
	return map[string]any{"text": clip(text, slackText)}
}

func discordForm(m domain.Message, link string) any {
	embed := map[string]any{"title": clip(calm.Replace(m.Title), discordTitle), "timestamp": m.At.UTC().Format(time.RFC3339)}
	if link != "" {
		embed["url"] = link
	}
	if m.Text != "" {
		embed["description"] = clip(calm.Replace(m.Text), discordText)
	}
	return map[string]any{"embeds": []any{embed}, "allowed_mentions": map[string]any{"parse": []string{}}}
}

// ntfyForm is "publish as JSON", which unlike headers takes any letter.
func ntfyForm(topic string, m domain.Message, link string) any {
	text := m.Text
	if text == "" {
		text = m.Title
	}
	form := map[string]any{"topic": topic, "title": clip(m.Title, ntfyTitle), "message": clip(text, ntfyText)}
	if link != "" {
		form["click"] = link
	}
	if m.Kind == domain.MessageUrgent {
		form["priority"] = 5
	}
	return form
}

// topicOf splits the address of a topic: JSON is posted to the server's root.
func topicOf(address string) (root, name string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", fmt.Errorf("read the address: %w", err)
	}
	return topic(u)
}

func topic(u *url.URL) (root, name string, err error) {
	at := strings.Trim(u.Path, "/")
	above, name := "", at
	if i := strings.LastIndex(at, "/"); i >= 0 {
		above, name = at[:i], at[i+1:]
	}
	if name == "" {
		return "", "", errors.New("the address of a topic looks like https://ntfy.sh/topic")
	}
	base := *u
	base.Path, base.RawPath = "/"+above, ""
	return base.String(), name, nil
}

// clip keeps a text under a number of characters.
func clip(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}
