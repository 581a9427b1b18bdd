package api

import (
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/media"
)

// tusVersion is the version of the resumable upload protocol (https://tus.io/protocols/resumable-upload).
const tusVersion = "1.0.0"

// offsetType is what tus sends pieces of a file as; it says nothing of the file itself.
const offsetType = "application/offset+octet-stream"

func (h *handlers) registerUpload(r gen.EchoRouter) {
	const at = "/api/v1/clips/:id/upload"
	r.OPTIONS(at, tus(optionsUpload))
	r.HEAD(at, tus(h.recording(h.headUpload)))
	r.PATCH(at, tus(h.recording(h.patchUpload)))
	r.PUT(at, h.recording(h.putUpload))
}

// tus marks every answer, errors included, with the version.
func tus(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Tus-Resumable", tusVersion)
		if v := c.Request().Header.Get("Tus-Resumable"); v != "" && v != tusVersion && c.Request().Method != http.MethodOptions {
			c.Response().Header().Set("Tus-Version", tusVersion)
			return echo.NewHTTPError(http.StatusPreconditionFailed)
		}
		return next(c)
	}
}

func optionsUpload(c echo.Context) error {
	c.Response().Header().Set("Tus-Version", tusVersion)
	return c.NoContent(http.StatusNoContent)
}

// headUpload tells where to go on.
func (h *handlers) headUpload(c echo.Context, clip domain.Clip) error {
	s, err := h.Ingest.Status(c.Request().Context(), clip.ID)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	setOffset(c, s)
	if s.DeclaredBytes > 0 {
		c.Response().Header().Set("Upload-Length", strconv.FormatInt(s.DeclaredBytes, 10))
	} else {
		c.Response().Header().Set("Upload-Defer-Length", "1")
	}
	return c.NoContent(http.StatusOK)
}

func setOffset(c echo.Context, s media.State) {
	c.Response().Header().Set("Upload-Offset", strconv.FormatInt(s.Bytes, 10))
}

// patchUpload takes a stretch of the file from Upload-Offset on. What came before a cut is kept.
func (h *handlers) patchUpload(c echo.Context, clip domain.Clip) error {
	r := c.Request()
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != offsetType {
		return domain.Errorf(domain.KindUnsupported, "the Content-Type has to be %s", offsetType)
	}
	offset, err := byteCount(r.Header.Get("Upload-Offset"))
	if err != nil {
		return domain.Errorf(domain.KindInvalid, "Upload-Offset is missing or not a number of bytes")
	}
	u := media.Upload{Offset: offset, MimeType: uploadType(""), Body: newPatientBody(c)}
	if length := r.Header.Get("Upload-Length"); length != "" {
		if u.DeclaredBytes, err = byteCount(length); err != nil {
			return domain.Errorf(domain.KindInvalid, "Upload-Length is not a number of bytes")
		}
	}
	return h.takeUpload(c, clip, u)
}

// putUpload takes a whole file in one request. Its length is that of the file, if it is known.
func (h *handlers) putUpload(c echo.Context, clip domain.Clip) error {
	r := c.Request()
	if r.Header.Get("Content-Range") != "" {
		return domain.Errorf(domain.KindInvalid, "a part of a file is sent by PATCH (tus), not by PUT") // RFC 9110, 14.5
	}
	u := media.Upload{MimeType: uploadType(r.Header.Get("Content-Type")), DeclaredBytes: max(r.ContentLength, 0), Body: newPatientBody(c)}
	if r.ContentLength == 0 {
		return domain.Errorf(domain.KindInvalid, "the file is empty")
	}
	return h.takeUpload(c, clip, u)
}

func (h *handlers) takeUpload(c echo.Context, clip domain.Clip, u media.Upload) error {
	s, err := h.Ingest.Status(c.Request().Context(), clip.ID)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	u.MimeType = cmp.Or(s.MimeType, u.MimeType) // what was declared with the clip, or by the first piece
	if s, err = h.Ingest.AppendAt(c.Request().Context(), clip.ID, u); err != nil {
		return fmt.Errorf("take upload: %w", err)
	}
	if c.Request().Method == http.MethodPut && u.DeclaredBytes == 0 {
		if s, err = h.Ingest.Finish(c.Request().Context(), clip.ID, s.NextSeq, ""); err != nil {
			return fmt.Errorf("finish upload: %w", err)
		}
	}
	setOffset(c, s)
	return c.NoContent(http.StatusNoContent)
}

// uploadType is what an upload is recorded as. What a file is, the import finds out by looking at
// it: a browser's guess from the name is not worth refusing somebody's upload.
func uploadType(header string) string {
	if media.CheckMimeType(header) == nil {
		return header
	}
	return "video/*"
}

func byteCount(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return n, err
}

// patientBody reads a request's body for as long as bytes come: each read has its own deadline, the whole has none.
type patientBody struct {
	body io.Reader
	rc   *http.ResponseController
}

// stalledAfter is how long a sender may be silent in the middle of a body: a phone that changes networks.
const stalledAfter = 30 * time.Second

func newPatientBody(c echo.Context) *patientBody {
	return &patientBody{c.Request().Body, http.NewResponseController(c.Response())}
}

func (p *patientBody) Read(b []byte) (int, error) {
	_ = p.rc.SetReadDeadline(time.Now().Add(stalledAfter)) // unsupported by test recorders only
	n, err := p.body.Read(b)
	if err != nil {
		_ = p.rc.SetReadDeadline(time.Time{}) // or it would end the handler while it waits for the disk
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay itself
}
