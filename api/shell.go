package api

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
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
	public string
	name   func(domain.ClipID) string
}

func newShell(h *handlers) *shell {
	return &shell{web: h.Web, clips: h.Clips, public: origin(h.PublicURL), name: h.clipURL}
}

// serve answers what is no route of the API.
func (s *shell) serve(c echo.Context) error {
	path := c.Request().URL.Path
	switch {
	case isAPI(path):
		return domain.Errorf(domain.KindNotFound, "there is nothing at this address; /api/openapi.yaml lists what there is")
	case c.Request().Method != http.MethodGet && c.Request().Method != http.MethodHead:
		c.Response().Header().Set("Allow", "GET, HEAD")
		return echo.NewHTTPError(http.StatusMethodNotAllowed)
	case strings.HasPrefix(path, "/c/"):
		return s.clipPage(c, strings.TrimPrefix(path, "/c/"))
	case strings.HasPrefix(path, "/join/"):
		c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
	}
	s.web.ServeHTTP(c.Response(), c.Request())
	return nil
}

// clipPage is the shell with the tags of a link preview. Only clips that anyone with the link may watch have a title and a
// picture there: whoever makes previews is a stranger, and the page is the same for all who ask. A clip that strangers
// may not see and one that does not exist are the same page, too.
func (s *shell) clipPage(c echo.Context, id string) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	page, err := s.index(ctx)
	if err != nil {
		return err
	}
	tags := tag("og:title", "Baton") + tag("og:site_name", "Baton")
	if domain.ValidID(id) {
		v, err := s.clips.View(ctx, domain.ClipID(id))
		if err != nil && domain.KindOf(err) != domain.KindNotFound {
			return fmt.Errorf("read clip: %w", err)
		}
		if err == nil && (domain.Viewer{}).May(domain.ActionWatch, &v.Clip) {
			tags = s.preview(&v)
		}
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.HTMLBlob(http.StatusOK, bytes.Replace(page, []byte(marker), []byte(tags), 1))
}

func (s *shell) preview(v *domain.ClipView) string {
	title := v.Title
	if title == "" {
		title = "A clip by " + v.OwnerName
	}
	description := v.Description
	if description == "" {
		length := time.Duration(v.DurationMS) * time.Millisecond
		description = fmt.Sprintf("%s, %d:%02d", v.OwnerName, int(length.Minutes()), int(length.Seconds())%60)
	}
	tags := tag("og:site_name", "Baton") + tag("og:type", "video.other") + tag("og:title", title) +
		tag("og:description", cut(description, 300)) + tag("og:url", s.name(v.ID))
	if v.PosterKey != "" {
		tags += tag("og:image", clipPath(s.public, v.ID)+"/poster.jpg?v="+domain.ObjectVersion(v.PosterKey)) + tag("twitter:card", "summary_large_image")
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
	w := &page{header: http.Header{}, status: http.StatusOK}
	s.web.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return nil, domain.Errorf(domain.KindUnavailable, "the web client is not there").Because(fmt.Errorf("status %d", w.status))
	}
	return w.body.Bytes(), nil
}

// page keeps an answer in memory.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *page) Header() http.Header         { return p.header }
func (p *page) WriteHeader(status int)      { p.status = status }
func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }
