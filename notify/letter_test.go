package notify_test

import (
	"context"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// pictures are those of clips, by their keys.
type pictures map[string]string

func (p pictures) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if body, ok := p[key]; ok {
		return io.NopCloser(strings.NewReader(body)), nil
	}
	return nil, domain.Errorf(domain.KindNotFound, "there is no %s", key)
}

// parts gives the bodies of a mail by type, or by Content-ID where there is one.
func parts(t *testing.T, header interface{ Get(key string) string }, r io.Reader) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	if !strings.HasPrefix(kind, "multipart/") {
		switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if id := strings.Trim(header.Get("Content-ID"), "<>"); id != "" {
			kind = "cid:" + id
		}
		return map[string]string{kind: strings.ReplaceAll(string(b), "\r\n", "\n")}
	}
	m := multipart.NewReader(r, params["boundary"])
	for {
		p, err := m.NextRawPart()
		if err != nil {
			return out
		}
		maps.Copy(out, parts(t, p.Header, p))
	}
}

// sent lets the time come, and gives the mails that were sent, by the name of whom they went to.
func (o *office) sent() map[string]*mail.Message {
	o.t.Helper()
	o.later()
	o.ok(o.mailer.SendDue(o.t.Context()))
	out := map[string]*mail.Message{}
	for _, m := range o.box.take(o.t) {
		to, err := mail.ParseAddress(m.Header.Get("To"))
		o.ok(err)
		out[to.Name] = m
	}
	return out
}

var images = regexp.MustCompile(`<img src="([^"]*)"`)

// TestALetterShowsItsClip: the pictures are in the mail itself, its text says all without them, and people's words are no HTML.
func TestALetterShowsItsClip(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.exec(`update clip set poster_key = 'poster', preview_key = 'preview' where id = $1`, o.clip)
	said := o.say(o.max, "", `look <b onclick="x()">here</b>`)
	m := o.sent()["Olga"]
	if m == nil {
		t.Fatal("no mail")
	}
	got := parts(t, m.Header, m.Body)
	link := "https://baton.example.org/c/" + string(o.clip) + "?t=65&comment=" + string(said.ID)
	if text := got["text/plain"]; !strings.Contains(text, "Max commented on Plan") || !strings.Contains(text, link) || !strings.Contains(text, "<b onclick") {
		t.Errorf("the text is %q", text)
	}
	page := got["text/html"]
	if !strings.Contains(page, strings.ReplaceAll(link, "&", "&amp;")) || !strings.Contains(page, "Watch at 1:05") || strings.Contains(page, "<b onclick") || !strings.Contains(page, `alt="A picture of Plan"`) {
		t.Errorf("the page is %s", page)
	}
	shown := images.FindAllStringSubmatch(page, -1)
	if len(shown) != 2 || got[shown[0][1]] != "it moves" || got[shown[1][1]] != "a still" {
		t.Errorf("%v of %v", shown, got)
	}
	if i, j := strings.Index(page, "<!--[if mso]>"), strings.Index(page, "poster-"); i < 0 || j < i {
		t.Error("the still picture is not for Outlook alone")
	}

	// What a cut may not show is not mailed to others, nor is a picture that is gone; the words are.
	o.say(o.boss, said.ID, "I see")
	o.exec(`update clip set poster_key = 'gone', preview_key = 'gone' where id = $1`, o.clip)
	if m := o.sent()["Max"]; m == nil || !strings.HasPrefix(m.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%+v", m)
	}
	o.exec(`update clip set poster_key = 'poster', preview_key = 'preview', duration_ms = 90000, state = 'ready' where id = $1`, o.clip)
	o.ok(o.db.Edits.Set(t.Context(), o.clip, o.boss.ID, 0, []domain.Cut{{Span: domain.Span{StartMS: 0, EndMS: 2000}, Kind: domain.CutByHand}}))
	o.say(o.boss, said.ID, "And now")
	o.say(o.max, said.ID, "Yes")
	all := o.sent()
	if m := all["Max"]; m == nil || !strings.HasPrefix(m.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%+v", m)
	}
	m = all["Olga"]
	if m == nil || !strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/") {
		t.Fatalf("its owner may see all of it: %+v", m)
	}

	// The link leads to the recording's moment, the words name the time that the page shows there.
	page = parts(t, m.Header, m.Body)["text/html"]
	if !strings.Contains(page, "Watch at 1:03") || !strings.Contains(page, "?t=65&amp;") {
		t.Errorf("the page is %s", page)
	}
	list, err := o.db.Notices.List(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}, "", 1)
	o.ok(err)
	if len(list) != 1 || list[0].AtMS != 65_000 || list[0].PlayedMS != 63_000 {
		t.Errorf("%+v", list)
	}
}

// TestWhatMayNotBeSeenIsNotTold: between an event and its mail a clip may become private, and a comment may be taken back.
func TestWhatMayNotBeSeenIsNotTold(t *testing.T) {
	t.Parallel()
	o := setup(t)
	service := newChannel(t)
	p, _, _ := o.pushes(service.URL)
	// Olga has the browser, so the clip is Max's.
	o.exec(`update clip set owner_id = $1 where id = $2`, o.max.ID, o.clip)
	viewer := domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}
	unread := func(want int) {
		t.Helper()
		list, err := o.db.Notices.List(t.Context(), viewer, "", 10)
		o.ok(err)
		n, err := o.db.Notices.Unread(t.Context(), viewer)
		o.ok(err)
		if len(list) != want || n != want {
			t.Errorf("%d in the inbox, %d unread, want %d", len(list), n, want)
		}
	}
	o.say(o.max, "", "for @Olga", o.boss)
	taken := o.say(o.max, "", "not for @Olga", o.boss)
	o.ok(o.db.Comments.Delete(t.Context(), taken.ClipID, taken.ID))
	unread(1)
	o.exec(`update clip set visibility = 'private', title = 'Whom we let go' where id = $1`, o.clip)
	unread(0)
	if all := o.sent(); len(all) != 0 {
		t.Errorf("%d mails", len(all))
	}
	o.ok(p.PushDue(t.Context()))
	if n := len(service.take()); n != 0 {
		t.Errorf("%d pushes", n)
	}
	o.exec(`update clip set visibility = 'workspace' where id = $1`, o.clip)
	unread(1)
	o.exec(`update notice set mail_at = $1`, time.Now())
	o.exec(`update member set left_at = now() where account_id = $1`, o.boss.ID)
	if all := o.sent(); len(all) != 0 {
		t.Errorf("%d mails to somebody who left", len(all))
	}
}
