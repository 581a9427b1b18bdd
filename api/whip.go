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

// whip answers RFC 9725 requests to a clip's endpoint (session empty) or to one of its sessions. Errors are
// *media.Refused with their status, or domain.Errors; headers may be set, nothing else is written then.
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
	for _, at := range []string{"/api/v1/clips/:id/whip", "/api/v1/clips/:id/whip/:session"} {
		// A browser asks OPTIONS before it may send the token.
		r.OPTIONS(at, func(c echo.Context) error { return h.answerWHIP(c, domain.Clip{}) })
		r.GET(at, h.recording(h.answerWHIP))
	}
	r.POST("/api/v1/clips/:id/whip", h.recording(h.answerWHIP))
	r.PATCH("/api/v1/clips/:id/whip/:session", h.recording(h.answerWHIP))
	r.DELETE("/api/v1/clips/:id/whip/:session", h.recording(h.answerWHIP))
}

// answerWHIP hands the request to the door, which answers as RFC 9725 says. Pages of other sites may publish, with a
// bearer token, which they have to know: browsers leave cookies out because the allowed origin is `*`.
func (h *handlers) answerWHIP(c echo.Context, clip domain.Clip) error {
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	return h.WHIP.WHIP(c.Response(), c.Request(), clip.ID, c.Param("session"))
}

func readSDP(c echo.Context, want string) (string, error) {
	if t, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); t != want {
		return "", domain.Errorf(domain.KindUnsupported, "the Content-Type has to be %s", want)
	}
	b, err := readBody(c, maxSDP, "an SDP")
	return string(b), err
}
