package api

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"baton/api/gen"
	"baton/internal/pictures"
)

//go:embed openapi.yaml
var document []byte

// Server answers HTTP.
type Server struct {
	handlers *handlers
	echo     *echo.Echo
}

// handlers answers the routes of openapi.yaml.
type handlers struct {
	Needs
	guesses *guesses
	hub     *hub
	shell   *shell
	pace    pace
	// pictures makes what people attach to comments, and show of themselves, harmless.
	pictures *pictures.Cleaner
	// guestWrites bounds how fast guests write.
	guestWrites *buckets
	// strangerAsks bounds how often who has no account asks to be let in.
	strangerAsks *buckets
}

// The generated interface makes a route without a handler a compile error.
var _ gen.StrictServerInterface = (*handlers)(nil)

// New builds a server. It starts nothing: Serve does.
func New(n Needs) (*Server, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	h := &handlers{Needs: n, guesses: newGuesses(time.Now), pictures: pictures.NewCleaner(), guestWrites: newGuestWrites(), strangerAsks: newStrangerAsks(), pace: pace{heartbeat: 15 * time.Second, recheck: time.Minute}}
	h.hub = newHub(n.Events, n.Log)
	h.shell = newShell(h)
	checks, err := newChecks(h, doc)
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = problems{n.Log}.handle
	e.IPExtractor = echo.ExtractIPFromXFFHeader(trusted(n)...)
	e.Pre(tidyPath)
	e.Use(requestID, observe(n.Log, newMeters(n.Metrics)), recoverPanics, securityHeaders(n.PublicURL), allowPublishers)
	gen.RegisterHandlers(checks.calls(e), gen.NewStrictHandler(h, nil))
	h.registerStreams(checks.streams(e))
	e.RouteNotFound("/*", h.shell.serve)
	return &Server{handlers: h, echo: e}, nil
}

// trusted lists whose X-Forwarded-For is believed.
func trusted(n Needs) []echo.TrustOption {
	o := []echo.TrustOption{echo.TrustLoopback(true), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range n.TrustedProxies {
		o = append(o, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	return o
}

// registerStreams adds the routes that carry media or events, which the generator leaves to us.
func (h *handlers) registerStreams(r gen.EchoRouter) {
	r.GET("/api/v1/events", h.getEvents)
	h.registerPlayback(r)
	h.registerAttachments(r)
	h.registerFaces(r)
	h.registerPodcast(r)
	h.registerIngest(r)
}

// Handler is the server as a handler, for tests and for those who listen themselves. Without Serve
// nothing is pushed to the streams of events.
func (s *Server) Handler() http.Handler { return s.echo }

// drainTime is how long Serve waits for requests under way when it ends.
const drainTime = 20 * time.Second

// Serve answers on ln until ctx ends, then ends the streams of events, waits for the
// requests under way (20 s at most) and returns nil. It returns an error when the listener fails.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	hub := make(chan struct{})
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	go func() { defer close(hub); s.handlers.hub.run(hubCtx) }()
	defer func() { stopHub(); <-hub }()

	srv := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.handlers.Log.Handler(), slog.LevelDebug),
		// Bodies and answers have no time limit here, because media streams: see checks.go for the others.
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	stopHub() // ends the streams of events, which would never end by themselves
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		s.handlers.Log.WarnContext(ctx, "requests were cut off at shutdown", slog.Any("error", err))
		_ = srv.Close() // what is left does not answer any more
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

// compress is for JSON and text; media is compressed already and events must not wait in a buffer.
func compress() echo.MiddlewareFunc {
	return middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1024})
}
