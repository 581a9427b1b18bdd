package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// objects is where media rests.
type objects interface {
	// Get reads an object whole. KindNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// GetRange reads length bytes from offset. KindNotFound.
	GetRange(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// Put stores an object whole.
	Put(ctx context.Context, key, contentType string, body []byte) error
	// Delete removes objects; what is not there is no error.
	Delete(ctx context.Context, keys ...string) error
}

const (
	// stallTime is how long a client may take to accept the next 32 KiB before it is let go.
	stallTime = 30 * time.Second
	// maxPicture bounds what is read into memory of posters, storyboards and peaks.
	maxPicture = 16 << 20

	// forever is for what was asked for by its version: it never changes under that address. Private: caches between us
	// and the viewer must not hand it to others, who would pass no gate there.
	forever = "private, max-age=31536000, immutable"
	// asking lets the browser keep it, and ask each time whether it is still that and still allowed.
	asking = "private, no-cache"
)

// serveObject streams an object with ranges, conditions and caching. size is the object's; the
// query's v, if it is the object's version, makes the answer one that never changes.
func (h *handlers) serveObject(c echo.Context, key string, size int64, contentType string) error {
	ctx := c.Request().Context()
	r := &objectReader{size: size, open: func(offset int64) (io.ReadCloser, error) {
		return h.Objects.GetRange(ctx, key, offset, size-offset)
	}}
	defer r.Close()
	setCaching(c, domain.ObjectVersion(key))
	return serveContent(c, contentType, r, func() error { return r.err })
}

// servePicture serves a small object whose size is not known from its row.
func (h *handlers) servePicture(c echo.Context, key, contentType string) error {
	if key == "" {
		return domain.Errorf(domain.KindNotFound, "it has not been made yet")
	}
	body, err := h.Objects.Get(c.Request().Context(), key)
	if err != nil {
		return missing(err)
	}
	b, err := io.ReadAll(io.LimitReader(body, maxPicture))
	if err := errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("read object: %w", err)
	}
	setCaching(c, domain.ObjectVersion(key))
	return serveContent(c, contentType, bytes.NewReader(b), func() error { return nil })
}

// serveText serves a small text that is rendered on request.
func serveText(c echo.Context, contentType, text string) error {
	setCaching(c, domain.ObjectVersion(text))
	return serveContent(c, contentType, bytes.NewReader([]byte(text)), func() error { return nil })
}

func setCaching(c echo.Context, v string) {
	h := c.Response().Header()
	h.Set("ETag", `"`+v+`"`)
	if c.QueryParam("v") == v {
		h.Set("Cache-Control", forever)
	} else {
		h.Set("Cache-Control", asking)
	}
}

// missing says of a row whose object is gone that it is our storage's fault, not the viewer's.
func missing(err error) error {
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.Errorf(domain.KindUnavailable, "this media cannot be read from the object store right now").Because(err)
	}
	return fmt.Errorf("open object: %w", err)
}

// serveContent is http.ServeContent (RFC 9110: ranges, conditions) that can still answer with a problem when the
// first byte cannot be read.
func serveContent(c echo.Context, contentType string, body io.ReadSeeker, failed func() error) error {
	w := &lateWriter{w: c.Response(), rc: http.NewResponseController(c.Response())}
	defer func() { _ = w.rc.SetWriteDeadline(time.Time{}) }()
	c.Response().Header().Set("Content-Type", contentType)
	http.ServeContent(w, c.Request(), "", time.Time{}, body)
	err := failed()
	if err != nil && !w.began {
		for _, name := range []string{"ETag", "Content-Length", "Content-Range", "Accept-Ranges", "Content-Type"} {
			c.Response().Header().Del(name)
		}
		return missing(err)
	}
	w.begin()
	return err
}

// lateWriter sends the header with the first byte of the body, and gives each piece of the body a deadline.
type lateWriter struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	status int
	began  bool
}

func (l *lateWriter) Header() http.Header { return l.w.Header() }

func (l *lateWriter) WriteHeader(status int) {
	if l.status == 0 {
		l.status = status
	}
}

func (l *lateWriter) begin() {
	if !l.began {
		l.began = true
		l.w.WriteHeader(max(l.status, http.StatusOK))
	}
}

func (l *lateWriter) Write(p []byte) (int, error) {
	l.begin()
	_ = l.rc.SetWriteDeadline(time.Now().Add(stallTime)) // unsupported by test recorders only
	return l.w.Write(p)
}

// objectReader reads an object from where it is wanted: nothing is fetched before the first Read.
type objectReader struct {
	size, at int64
	open     func(offset int64) (io.ReadCloser, error)
	body     io.ReadCloser
	err      error
}

func (r *objectReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	if offset != r.at {
		r.Close()
	}
	r.at = offset
	return offset, nil
}

func (r *objectReader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.body == nil {
		body, err := r.open(r.at)
		if err != nil {
			r.err = err
			return 0, err
		}
		r.body = body
	}
	n, err := r.body.Read(p)
	r.at += int64(n)
	if err != nil && (!errors.Is(err, io.EOF) || r.at < r.size) {
		r.err = fmt.Errorf("read object at %d of %d: %w", r.at, r.size, err)
	}
	return n, err
}

func (r *objectReader) Close() {
	if r.body != nil {
		_ = r.body.Close() // only read from
		r.body = nil
	}
}
