package api

import (
	"context"
	"fmt"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

// channels opens WebRTC data channels that carry chunks (docs/protocol.md).
type channels interface {
	Channel(ctx context.Context, c domain.ClipID, offer string) (answer string, err error)
}

// whip is RFC 9725. Errors may be *media.Refused, whose status is answered: 422 for an offer whose tracks are not
// taken, 412 and 428 for entity tags, 503 when there are too many sessions.
type whip interface {
	// Publish begins a session: its unguessable name, the strong entity tag (quoted) of its ICE session, the answer.
	Publish(ctx context.Context, c domain.ClipID, offer string) (session, etag, answer string, err error)
	// Patch takes an SDP fragment (RFC 8840). The answer is empty when it brought candidates; it is a fragment, with
	// a new tag, when it restarted ICE. KindNotFound for no such session of the clip.
	Patch(ctx context.Context, c domain.ClipID, session, ifMatch, fragment string) (answer, etag string, err error)
	// End ends a session and finishes the recording. KindNotFound.
	End(ctx context.Context, c domain.ClipID, session string) error
}

const (
	sdpType      = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
	// maxSDP is far above an offer of two tracks and all its candidates.
	maxSDP = 256 << 10
)

func (h *handlers) openChannel(c echo.Context, clip domain.Clip) error {
	offer, err := readSDP(c, sdpType)
	if err != nil {
		return err
	}
	answer, err := h.Channels.Channel(c.Request().Context(), clip.ID, offer)
	if err != nil {
		return fmt.Errorf("open channel: %w", err)
	}
	return c.Blob(http.StatusCreated, sdpType, []byte(answer))
}

func (h *handlers) registerWHIP(r gen.EchoRouter) {
	const endpoint, session = "/api/v1/clips/:id/whip", "/api/v1/clips/:id/whip/:session"
	r.OPTIONS(endpoint, crossOriginWHIP(whipOptions("Accept-Post", sdpType)))
	r.GET(endpoint, crossOriginWHIP(h.recording(nothing)))
	r.POST(endpoint, crossOriginWHIP(h.recording(h.publishWHIP)))
	r.OPTIONS(session, crossOriginWHIP(whipOptions("Accept-Patch", fragmentType)))
	r.GET(session, crossOriginWHIP(h.recording(nothing)))
	r.PATCH(session, crossOriginWHIP(h.recording(h.patchWHIP)))
	r.DELETE(session, crossOriginWHIP(h.recording(h.endWHIP)))
}

// crossOriginWHIP lets pages of other sites publish, as RFC 9725 wants it: with a bearer token, which they have to
// know; `*` makes browsers leave cookies out.
func crossOriginWHIP(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Post, Accept-Patch")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return next(c)
	}
}

func whipOptions(name, value string) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(name, value)
		h.Set("Access-Control-Allow-Methods", "OPTIONS, GET, POST, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
		h.Set("Access-Control-Max-Age", "86400")
		return c.NoContent(http.StatusOK)
	}
}

// nothing is what there is to read at a WHIP endpoint or session.
func nothing(c echo.Context, _ domain.Clip) error { return c.NoContent(http.StatusNoContent) }

func (h *handlers) publishWHIP(c echo.Context, clip domain.Clip) error {
	offer, err := readSDP(c, sdpType)
	if err != nil {
		return err
	}
	session, etag, answer, err := h.WHIP.Publish(c.Request().Context(), clip.ID, offer)
	if err != nil {
		return fmt.Errorf("publish by WHIP: %w", err)
	}
	header := c.Response().Header()
	header.Set("Location", clipPath("", clip.ID)+"/whip/"+session)
	header.Set("ETag", etag)
	header.Set("Accept-Patch", fragmentType)
	return c.Blob(http.StatusCreated, sdpType, []byte(answer))
}

func (h *handlers) patchWHIP(c echo.Context, clip domain.Clip) error {
	fragment, err := readSDP(c, fragmentType)
	if err != nil {
		return err
	}
	answer, etag, err := h.WHIP.Patch(c.Request().Context(), clip.ID, c.Param("session"), c.Request().Header.Get("If-Match"), fragment)
	if err != nil {
		return named(err, "change WHIP session", noSession)
	}
	if answer == "" {
		return c.NoContent(http.StatusNoContent)
	}
	c.Response().Header().Set("ETag", etag)
	return c.Blob(http.StatusOK, fragmentType, []byte(answer))
}

func (h *handlers) endWHIP(c echo.Context, clip domain.Clip) error {
	if err := h.WHIP.End(c.Request().Context(), clip.ID, c.Param("session")); err != nil {
		return named(err, "end WHIP session", noSession)
	}
	return c.NoContent(http.StatusOK)
}

const noSession = "there is no such session (any more)"

func readSDP(c echo.Context, want string) (string, error) {
	if t, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); t != want {
		return "", domain.Errorf(domain.KindUnsupported, "the Content-Type has to be %s", want)
	}
	b, err := readBody(c, maxSDP, "an SDP")
	return string(b), err
}
