package api

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// marker is where the web client's index.html takes the tags of a link preview.
const marker = "<!--og-->"

// shell serves the web client: its files as they are, and its index.html, which draws whatever
// the address says, for every other address.
type shell struct {
	web    http.Handler
	clips  clips
	peek   func(echo.Context, string) (domain.ClipView, told, error)
	public string
	name   func(domain.ClipID) string
	// embedPolicy lets other sites show a page.
	embedPolicy string
}

func newShell(h *handlers) *shell {
	return &shell{web: h.Web, clips: h.Clips, peek: h.peekAsStranger, public: origin(h.PublicURL), name: h.clipURL, embedPolicy: contentPolicy(or(nonZero(h.FrameAncestors), "*"))}
}

// serve answers what is no route of the API.
func (s *shell) serve(c echo.Context) error {
	at := c.Request().URL.Path
	switch {
	case isAPI(at):
		if allow := otherMethods(c); len(allow) > 0 {
			c.Response().Header().Set("Allow", strings.Join(allow, ", "))
			return echo.NewHTTPError(http.StatusMethodNotAllowed)
		}
		return domain.Errorf(domain.KindNotFound, "there is nothing at this address; /api/openapi.yaml lists what there is")
	case c.Request().Method != http.MethodGet && c.Request().Method != http.MethodHead:
		c.Response().Header().Set("Allow", "GET, HEAD")
		return echo.NewHTTPError(http.StatusMethodNotAllowed)
	case strings.HasPrefix(at, "/c/"):
		return s.clipPage(c, strings.TrimPrefix(at, "/c/"))
	case strings.HasPrefix(at, "/embed/"):
		c.Response().Header().Set("Content-Security-Policy", s.embedPolicy)
		c.Response().Header().Del("X-Frame-Options")
		return s.clipPage(c, strings.TrimPrefix(at, "/embed/"))
	case strings.HasPrefix(at, "/s/"):
		c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
		return s.sharePage(c, strings.TrimPrefix(at, "/s/"))
	case strings.HasPrefix(at, "/join/"), strings.HasPrefix(at, "/answer/"), strings.HasPrefix(at, "/unsubscribe/"):
		c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
	case isFile(at):
		s.web.ServeHTTP(c.Response(), c.Request())
		return nil
	}
	return s.page(c, neutral)
}

// isFile tells the client's files from the addresses that the client draws itself.
func isFile(p string) bool {
	return strings.HasPrefix(p, "/assets/") || strings.Contains(path.Base(p), ".")
}

// neutral is the preview of a page that strangers may not see, or that has none.
const neutral = `<meta property="og:title" content="Baton"><meta property="og:site_name" content="Baton">`

// page answers with the shell.
func (s *shell) page(c echo.Context, tags string) error {
	b, err := s.index(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.HTMLBlob(http.StatusOK, bytes.Replace(b, []byte(marker), []byte(tags), 1))
}

// otherMethods lists what may be done at an address of the API where the request's method may not.
func otherMethods(c echo.Context) []string {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		found := c.Echo().NewContext(nil, nil)
		c.Echo().Router().Find(m, c.Request().URL.Path, found)
		if found.Path() != "/*" {
			allow = append(allow, m)
		}
	}
	return allow
}

// clipPage is the shell with the tags of a link preview. Only clips that anyone with the link may watch have a title and a
// picture there: whoever makes previews is a stranger, and the page is the same for all who ask. A clip that strangers
// may not see and one that does not exist are the same page, too.
func (s *shell) clipPage(c echo.Context, id string) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	tags := neutral
	if domain.ValidID(id) {
		v, err := s.clips.View(ctx, domain.ClipID(id))
		if err != nil && domain.KindOf(err) != domain.KindNotFound {
			return fmt.Errorf("read clip: %w", err)
		}
		if err == nil && (domain.Viewer{}).May(domain.ActionWatch, &v.Clip) {
			tags = s.preview(&v)
		}
	}
	return s.page(c, tags)
}

// sharePage answers with the shell, and with those tags that a link with conditions may tell.
func (s *shell) sharePage(c echo.Context, secret string) error {
	v, may, err := s.peek(c, secret)
	if domain.KindOf(err) == domain.KindTooMany {
		may = toldNothing // the page itself says what is wrong
	} else if err != nil {
		return err
	}
	if may == toldNothing {
		return s.page(c, neutral)
	}
	at := s.public + "/s/" + url.PathEscape(secret)
	tags := s.words(&v, at)
	if may == toldAll && v.ShownPoster(false) != "" {
		tags += tag("og:image", sharePath(s.public, url.PathEscape(secret))+"/poster.jpg") + tag("twitter:card", "summary_large_image")
	}
	return s.page(c, tags)
}

// words are the tags of a clip's title and length, and where oEmbed has more.
func (s *shell) words(v *domain.ClipView, at string) string {
	title := titleOf(v)
	description := v.Description
	if description == "" {
		length := time.Duration(v.Kept().DurationMS()) * time.Millisecond
		description = fmt.Sprintf("%s, %d:%02d", v.OwnerName, int(length.Minutes()), int(length.Seconds())%60)
	}
	return tag("og:site_name", "Baton") + tag("og:type", "video.other") + tag("og:title", title) +
		tag("og:description", cut(description, 300)) + tag("og:url", at) +
		tag("video:duration", strconv.FormatInt((v.Kept().DurationMS()+500)/1000, 10)) +
		`<link rel="alternate" type="application/json+oembed" href="` + html.EscapeString(s.public+"/api/v1/oembed?url="+url.QueryEscape(at)) + `">`
}

func (s *shell) preview(v *domain.ClipView) string {
	tags := s.words(v, s.name(v.ID))
	if key := v.ShownPoster(false); key != "" {
		tags += tag("og:image", clipPath(s.public, v.ID)+"/poster.jpg?v="+domain.ObjectVersion(key)) + tag("twitter:card", "summary_large_image")
	}
	if key := v.ShownPreview(false); key != "" {
		tags += tag("og:image", clipPath(s.public, v.ID)+"/preview.webp?v="+domain.ObjectVersion(key)) + tag("og:image:type", "image/webp")
	}
	return tags
}

func tag(property, content string) string {
	return `<meta property="` + property + `" content="` + html.EscapeString(content) + `">`
}

// index asks the web client for its page. It is asked each time: a developer's client changes under us.
func (s *shell) index(ctx context.Context) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the page: %w", err)
	}
	w := &memory{header: http.Header{}, status: http.StatusOK}
	s.web.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return nil, domain.Errorf(domain.KindUnavailable, "the web client is not there").Because(fmt.Errorf("status %d", w.status))
	}
	return w.body.Bytes(), nil
}

// memory keeps an answer.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *memory) Header() http.Header         { return p.header }
func (p *memory) WriteHeader(status int)      { p.status = status }
func (p *memory) Write(b []byte) (int, error) { return p.body.Write(b) }
