package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// statuses is the one place where a kind of error becomes an HTTP status.
var statuses = map[domain.Kind]struct { //nolint:gochecknoglobals // a table
	status int
	title  string
}{
	domain.KindInvalid:      {http.StatusBadRequest, "The request is not valid"},
	domain.KindUnauthorized: {http.StatusUnauthorized, "Sign in first"},
	domain.KindForbidden:    {http.StatusForbidden, "Not allowed"},
	domain.KindNotFound:     {http.StatusNotFound, "Not found"},
	domain.KindConflict:     {http.StatusConflict, "Not possible now"},
	domain.KindGone:         {http.StatusGone, "No longer there"},
	domain.KindTooLarge:     {http.StatusRequestEntityTooLarge, "Too large"},
	domain.KindUnsupported:  {http.StatusUnsupportedMediaType, "Not a format that is taken"},
	domain.KindTooMany:      {http.StatusTooManyRequests, "Too many requests"},
	domain.KindUnavailable:  {http.StatusServiceUnavailable, "Not available right now"},
	domain.KindInternal:     {http.StatusInternalServerError, "Something went wrong on our side"},
}

// problem is RFC 9457, with the members that docs/protocol.md adds.
type problem struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`
	Instance string         `json:"instance,omitempty"`
	Errors   []problemField `json:"errors,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	NextSeq  *int64         `json:"next_seq,omitempty"`
}

// problemField is one of several mistakes in a request.
type problemField struct {
	Pointer string `json:"pointer,omitempty"`
	Detail  string `json:"detail"`
}

// requestError says in what a request is not as openapi.yaml says.
type requestError struct {
	status int
	detail string
	fields []problemField
}

func (e *requestError) Error() string { return e.detail }

// problems turns the errors of handlers into answers, and logs those that are ours.
type problems struct{ log *slog.Logger }

// handle is Echo's error handler.
func (p problems) handle(err error, c echo.Context) {
	ctx := c.Request().Context()
	pr := problemOf(err)
	p.logError(ctx, c, pr, err)
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if after := retryAfter(err); after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
	if pr.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="baton"`)
	}
	if pr.Status == http.StatusInternalServerError {
		pr.Instance = "urn:baton:request:" + h.Get(echo.HeaderXRequestID)
	}
	h.Set("Cache-Control", "no-store")
	h.Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(pr.Status)
	if c.Request().Method != http.MethodHead {
		_ = json.NewEncoder(c.Response()).Encode(pr) // the client is gone, or gets it
	}
}

// logError logs once what an operator must know; what the client did wrong is in the access log.
func (p problems) logError(ctx context.Context, c echo.Context, pr problem, err error) {
	level := slog.LevelDebug
	switch {
	case ctx.Err() != nil, errors.Is(err, io.ErrUnexpectedEOF): // the client went away
	case pr.Status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case pr.Status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	p.log.Log(ctx, level, "request failed", slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
		slog.String("method", c.Request().Method), slog.String("route", c.Path()), slog.Int("status", pr.Status), slog.Any("error", err))
}

// problemOf says what is shown of an error: the message of a domain.Error, never its cause.
func problemOf(err error) problem {
	var known *domain.Error
	var bad *requestError
	var routing *echo.HTTPError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &bad):
		pr := problem{Type: "about:blank", Title: http.StatusText(bad.status), Status: bad.status, Detail: bad.detail, Errors: bad.fields}
		if bad.status == http.StatusBadRequest {
			pr.Type, pr.Title = "/problems/invalid", statuses[domain.KindInvalid].title
		}
		return pr
	case errors.As(err, &large):
		return ofKind(domain.KindTooLarge, "at most "+strconv.FormatInt(large.Limit, 10)+" bytes are taken here")
	case errors.As(err, &known):
		pr := ofKind(known.Kind, known.Message)
		addIngestMembers(&pr, err)
		return pr
	case errors.As(err, &routing):
		return problem{Type: "about:blank", Title: http.StatusText(routing.Code), Status: routing.Code}
	case errors.Is(err, context.DeadlineExceeded):
		return ofKind(domain.KindUnavailable, "it took too long; try again")
	}
	return ofKind(domain.KindInternal, "")
}

func ofKind(k domain.Kind, detail string) problem {
	s, ok := statuses[k]
	if !ok || k == domain.KindInternal {
		k, s, detail = domain.KindInternal, statuses[domain.KindInternal], ""
	}
	return problem{Type: "/problems/" + string(k), Title: s.title, Status: s.status, Detail: detail}
}
