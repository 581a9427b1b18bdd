package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// isAPI tells the routes of openapi.yaml from the web client's.
func isAPI(path string) bool {
	switch path {
	case "/healthz", "/readyz", "/metrics", "/api":
		return true
	}
	return strings.HasPrefix(path, "/api/")
}

// tidyPath lets `/api/v1/clips/` mean `/api/v1/clips`, and refuses escaped characters in paths of the API: none of
// its ids or names needs one, and two parsers may disagree about what `%2F` means.
func tidyPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if isAPI(u.Path) {
			if u.RawPath != "" || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "/.") {
				return domain.Errorf(domain.KindNotFound, "there is nothing at this address")
			}
			u.Path = strings.TrimRight(u.Path, "/")
		}
		return next(c)
	}
}

// requestID gives each request an id that the log and the answer share. One that
// comes from outside is not believed: it could forge or join lines of the log.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, domain.NewID[string]())
		return next(c)
	}
}

// recoverPanics makes a panic one request's problem.
func recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
					panic(p)
				}
				err = domain.Errorf(domain.KindInternal, "").Because(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		return next(c)
	}
}

// observe logs and counts each request. The log has the route, never the path or the query:
// those may hold an invitation's secret or what somebody searched for.
func observe(log *slog.Logger, m *meters) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			m.open.Inc()
			err := next(c)
			if err != nil {
				c.Error(err) // writes the answer, so that its status is known
			}
			m.open.Dec()
			took, status, route := time.Since(start), c.Response().Status, routeOf(c)
			m.requests.WithLabelValues(c.Request().Method, route, strconv.Itoa(status)).Inc()
			m.seconds.WithLabelValues(c.Request().Method, route).Observe(took.Seconds())
			level := slog.LevelInfo
			if status < http.StatusBadRequest && (c.Request().Method == http.MethodGet || c.Request().Method == http.MethodHead) {
				level = slog.LevelDebug // reading is not a change of state, and each player reads a segment every two seconds
			}
			log.LogAttrs(c.Request().Context(), level, "request",
				slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
				slog.String("method", c.Request().Method), slog.String("route", route), slog.String("clip_id", clipIDForLog(c)),
				slog.Int("status", status), slog.Int64("bytes", c.Response().Size),
				slog.Duration("took", took), slog.String("address", c.RealIP()))
			return nil
		}
	}
}

// routeOf is the pattern that matched, as openapi.yaml writes it.
func routeOf(c echo.Context) string {
	if isAPI(c.Request().URL.Path) && c.Path() == "/*" {
		return "unknown"
	}
	return openapiPath(c.Path())
}

func clipIDForLog(c echo.Context) string {
	if id := c.Param("id"); domain.ValidID(id) {
		return id
	}
	return ""
}

// contentPolicy allows the client's own files and nothing else, and the ancestors to show a page in a frame;
// blob: is for media (MSE, recorded takes), pictures made in the page, and workers that the video engine makes.
func contentPolicy(ancestors string) string {
	return strings.Join([]string{
		"default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "media-src 'self' blob:",
		"connect-src 'self'", "worker-src 'self' blob:", "font-src 'self'", "object-src 'none'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors " + ancestors,
	}, "; ")
}

// securityHeaders sets what every answer carries.
func securityHeaders(public *url.URL) echo.MiddlewareFunc {
	policy := contentPolicy("'none'")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Referrer-Policy", "same-origin")    // a clip's address is its key
			h.Set("X-Robots-Tag", "noindex, nofollow") // "anyone with the link" are not all who search the web
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()")
			if public.Scheme == "https" {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}
