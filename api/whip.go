package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/media"
)

// channels opens WebRTC data channels that carry chunks (docs/protocol.md).
type channels interface {
	Channel(ctx context.Context, c domain.ClipID, offer string) (answer string, err error)
}

// whip answers the requests of RFC 9725 after they have passed the gate; session is empty for the endpoint.
// Its errors are rendered here: *media.Refused, or of the domain.
type whip interface {
	WHIP(w http.ResponseWriter, r *http.Request, c domain.ClipID, session string) error
}

const (
	sdpType = "application/sdp"
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
	r.OPTIONS(endpoint, h.whipOptions)
	r.GET(endpoint, h.recording(h.whip))
	r.POST(endpoint, h.recording(h.whip))
	r.OPTIONS(session, h.whipOptions)
	r.GET(session, h.recording(h.whip))
	r.PATCH(session, h.recording(h.whip))
	r.DELETE(session, h.recording(h.whip))
}

// allowPublishers lets pages of other sites publish, as RFC 9725 wants it: with a bearer token, which they have to know. Every
// origin is allowed by `*`, with which browsers leave cookies out. Errors are for them to see as well.
func allowPublishers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		p := strings.Split(c.Request().URL.Path, "/") // the route is unknown where the method is
		if len(p) > 5 && p[3] == "clips" && p[5] == "whip" {
			h := c.Response().Header()
			media.AllowPublishers(h)
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		return next(c)
	}
}

func (h *handlers) whip(c echo.Context, clip domain.Clip) error {
	r := c.Request()
	r.Body = io.NopCloser(newPatientBody(c))
	return h.WHIP.WHIP(c.Response(), r, clip.ID, c.Param("session")) //nolint:wrapcheck // says what it did
}

// whipOptions is for preflights, which carry no credentials, and the same for every clip.
func (h *handlers) whipOptions(c echo.Context) error {
	return h.WHIP.WHIP(c.Response(), c.Request(), "", "") //nolint:wrapcheck // says what it did
}

func readSDP(c echo.Context, want string) (string, error) {
	if t, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); t != want {
		return "", domain.Errorf(domain.KindUnsupported, "the Content-Type has to be %s", want)
	}
	b, err := readBody(c, maxSDP, "an SDP")
	return string(b), err
}
