package notify

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/wneessen/go-mail"

	"baton/domain"
)

// Pictures reads the pictures of clips; blob.Bucket.
type Pictures interface {
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

const (
	// mostPictures bounds the clips that a mail has pictures of, pictureBytes each picture.
	mostPictures = 3
	pictureBytes = 400_000
)

// letter is a mail as a page: the words of the text, and the pictures that go along inside it. Nothing is fetched from anywhere when it is
// read, so that nobody learns of the reading, and a picture needs no address that works for whoever has it.
type letter struct {
	Title string
	Items []item
	// More is how many things there are that it does not speak of.
	More                 int
	Inbox, Choices, Stop string
	// Outlook on Windows shows no WebP; it alone reads what stands between these comments. They are no part of the template because
	// templates keep no comments.
	IfOutlook, NotOutlook, End, EndNot template.HTML
}

// item is a notice in a letter.
type item struct {
	Line, Excerpt, Link, Act string
	// Still and Moving are Content-IDs; both may be empty.
	Still, Moving template.URL
	Alt           string
}

var page = template.Must( //nolint:gochecknoglobals // a template
	template.New("letter").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px 16px;background-color:Canvas;color:CanvasText;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px;margin:0 auto">
{{- range .Items}}
<div style="margin:0 0 32px">
<p style="margin:0 0 8px;font-weight:600">{{.Line}}</p>
{{- if .Excerpt}}
<p style="margin:0 0 12px;padding-left:12px;border-left:3px solid #b07100;white-space:pre-wrap">{{.Excerpt}}</p>
{{- end}}
{{- if .Moving}}
<p style="margin:0 0 12px">{{$.NotOutlook}}<a href="{{.Link}}"><img src="{{.Moving}}" width="384" alt="{{.Alt}}" style="max-width:100%;height:auto;border:0;border-radius:10px"></a>{{$.EndNot}}
{{- if .Still}}{{$.IfOutlook}}<a href="{{.Link}}"><img src="{{.Still}}" width="384" alt="{{.Alt}}" border="0"></a>{{$.End}}{{end}}</p>
{{- else if .Still}}
<p style="margin:0 0 12px"><a href="{{.Link}}"><img src="{{.Still}}" width="384" alt="{{.Alt}}" style="max-width:100%;height:auto;border:0;border-radius:10px"></a></p>
{{- end}}
<p style="margin:0"><a href="{{.Link}}" style="display:inline-block;padding:9px 16px;border-radius:6px;background:#17493a;color:#ffffff;text-decoration:none;font-weight:600">{{.Act}}</a></p>
</div>
{{- end}}
{{- if .More}}
<p style="margin:0"><a href="{{.Inbox}}">And {{.More}} more in your inbox</a></p>
{{- end}}
<p style="margin:32px 0 0;font-size:13px"><a href="{{.Choices}}">What you are mailed</a> · <a href="{{.Stop}}">No more mail</a></p>
</div>
</body></html>
`))

// illustrate adds the page beside the text, when there is a picture to show: one that moves in a mail about one clip, still ones in a mail
// about several. A picture that cannot be read is left out.
func (s *SMTP) illustrate(ctx context.Context, msg *mail.Msg, m domain.Mail) error {
	if s.pictures == nil {
		return nil
	}
	clips := map[domain.ClipID]bool{} // whether it has a picture still to come
	shown, more := items(m)
	for i := range shown {
		if id := shown[i].ClipID; id != "" && len(clips) < mostPictures {
			clips[id] = true
		}
	}
	l := letter{
		Title: subject(m), More: more, Choices: s.choices(),
		Inbox: s.public.JoinPath("inbox").String(), Stop: s.public.JoinPath("unsubscribe", m.Unsubscribe).String(), IfOutlook: "<!--[if mso]>", End: "<![endif]-->", NotOutlook: "<!--[if !mso]><!-->", EndNot: "<!--<![endif]-->",
	}
	some := false
	for i := range shown {
		n := &shown[i]
		it := item{Line: line(n), Excerpt: s.excerpt(n), Link: s.link(n), Act: act(n), Alt: "A picture of " + clipTitle(n)}
		if clips[n.ClipID] {
			if len(clips) == 1 {
				it.Moving = s.embed(ctx, msg, "preview.webp", "image/webp", n.Preview)
			}
			it.Still = s.embed(ctx, msg, "poster-"+string(n.ClipID)+".jpg", "image/jpeg", n.Poster)
			clips[n.ClipID] = false
			some = some || it.Moving != "" || it.Still != ""
		}
		l.Items = append(l.Items, it)
	}
	if !some {
		return nil
	}
	var b bytes.Buffer
	if err := page.Execute(&b, l); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	msg.AddAlternativeString(mail.TypeTextHTML, b.String())
	return nil
}

// embed puts a picture into a mail and gives its address there; empty: there is none.
func (s *SMTP) embed(ctx context.Context, msg *mail.Msg, name string, kind mail.ContentType, key string) template.URL {
	if key == "" {
		return ""
	}
	r, err := s.pictures.Get(ctx, key)
	if err != nil {
		return ""
	}
	b, err := io.ReadAll(io.LimitReader(r, pictureBytes+1))
	if _ = r.Close(); err != nil || len(b) > pictureBytes {
		return ""
	}
	id := name + "@" + s.public.Hostname()
	if msg.EmbedReader(name, bytes.NewReader(b), mail.WithFileContentType(kind), mail.WithFileContentID("<"+id+">")) != nil {
		return ""
	}
	return template.URL("cid:" + id) //nolint:gosec // made of an id and the server's own name
}

// act is what the button of a notice says.
func act(n *domain.Notice) string {
	switch {
	case n.ClipID == "":
		return "Open"
	case n.Kind == domain.NoticeAccess:
		return "Answer"
	case n.PlayedMS > 0:
		return fmt.Sprintf("Watch at %d:%02d", n.PlayedMS/60_000, n.PlayedMS/1000%60)
	}
	return "Watch"
}

func clipTitle(n *domain.Notice) string {
	if n.ClipTitle == "" {
		return "the clip"
	}
	return strings.TrimSpace(oneLine(n.ClipTitle))
}
