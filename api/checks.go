package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

const (
	// maxCallBody is far above any JSON that the API takes: 200 chapters, or a comment of 10,000 characters.
	maxCallBody = 1 << 20
	// callTime bounds a call from its first byte to its answer.
	callTime = 30 * time.Second
)

// checks is the chain that every route of openapi.yaml passes before its handler.
type checks struct {
	handlers    *handlers
	crossOrigin *http.CrossOriginProtection
	validator   *validator
}

func newChecks(h *handlers, doc *openapi3.T) (*checks, error) {
	c := &checks{handlers: h, crossOrigin: http.NewCrossOriginProtection(), validator: newValidator(doc)}
	return c, c.crossOrigin.AddTrustedOrigin(origin(h.PublicURL))
}

// calls registers routes that take and give bounded JSON or text.
func (k *checks) calls(e *echo.Echo) gen.EchoRouter {
	return router{add: func(method, path string, h echo.HandlerFunc) *echo.Route {
		return e.Add(method, path, h, bounded, compress(), k.admit(method, path), k.validator.call)
	}}
}

// streams registers routes whose bodies or answers are long: they are neither buffered nor compressed nor timed.
func (k *checks) streams(e *echo.Echo) gen.EchoRouter {
	return router{add: func(method, path string, h echo.HandlerFunc) *echo.Route {
		return e.Add(method, path, h, k.admit(method, path), k.validator.stream)
	}}
}

// bounded limits a call's body and time.
func bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), callTime)
		defer cancel()
		rc := http.NewResponseController(c.Response())
		_ = rc.SetReadDeadline(time.Now().Add(callTime)) // unsupported by test recorders only
		_ = rc.SetWriteDeadline(time.Now().Add(2 * callTime))
		// net/http sets the reading deadline anew for the connection's next request, but not this one.
		defer func() { _ = rc.SetWriteDeadline(time.Time{}) }()
		r := c.Request().WithContext(ctx)
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxCallBody)
		c.SetRequest(r)
		return next(c)
	}
}

// admit finds out who asks, refuses what another site made a browser send, and lets strangers
// into open routes only.
func (k *checks) admit(method, path string) echo.MiddlewareFunc {
	route := method + " " + openapiPath(path)
	_, isOpen := open[route]
	if method == http.MethodHead && !isOpen {
		_, isOpen = open["GET "+openapiPath(path)]
	}
	credentials := strings.HasPrefix(path, "/api/v1/")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			who := k.handlers.stranger(c)
			if credentials {
				var err error
				if who, err = k.handlers.identify(c); err != nil {
					return err
				}
				if who, err = k.handlers.narrowed(who, route, isOpen, c); err != nil {
					return err
				}
			}
			if !isOpen && !who.SignedIn() {
				return domain.Errorf(domain.KindUnauthorized, "sign in first")
			}
			if credentials {
				if err := k.crossOrigin.Check(c.Request()); err != nil && who.token == "" {
					return domain.Errorf(domain.KindForbidden, "another site made your browser send this").Because(err)
				}
				c.Response().Header().Set("Cache-Control", "no-store") // handlers that allow more say so
			}
			c.SetRequest(c.Request().WithContext(withCaller(c.Request().Context(), who)))
			return next(c)
		}
	}
}

// openapiPath writes Echo's `/clips/:id` as openapi.yaml does: `/clips/{id}`.
func openapiPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// router is a gen.EchoRouter that puts checks in front of each route, and HEAD beside each GET.
type router struct {
	add func(method, path string, h echo.HandlerFunc) *echo.Route
}

func (r router) CONNECT(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodConnect, p, h)
}

func (r router) DELETE(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodDelete, p, h)
}

func (r router) GET(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	r.add(http.MethodHead, p, h)
	return r.add(http.MethodGet, p, h)
}

func (r router) HEAD(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodHead, p, h)
}

func (r router) OPTIONS(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodOptions, p, h)
}

func (r router) PATCH(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodPatch, p, h)
}

func (r router) POST(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodPost, p, h)
}

func (r router) PUT(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodPut, p, h)
}

func (r router) TRACE(p string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return r.add(http.MethodTrace, p, h)
}
