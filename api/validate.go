package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	nethttpmiddleware "github.com/oapi-codegen/nethttp-middleware"

	"baton/domain"
)

// validator refuses requests that are not as openapi.yaml says.
type validator struct {
	wrap func(http.Handler) http.Handler
}

// failure carries the validator's verdict out of its error handler.
type failure struct{ err error }

type failureKey struct{}

func newValidator(doc *openapi3.T) *validator {
	return &validator{wrap: nethttpmiddleware.OapiRequestValidatorWithOptions(doc, &nethttpmiddleware.Options{
		DoNotValidateServers: true,
		Options:              openapi3filter.Options{MultiError: true, AuthenticationFunc: authenticated},
		ErrorHandlerWithOpts: func(ctx context.Context, err error, _ http.ResponseWriter, _ *http.Request, _ nethttpmiddleware.ErrorHandlerOpts) {
			if f, ok := ctx.Value(failureKey{}).(*failure); ok {
				f.err = err
			}
		},
	})}
}

// authenticated is the second lock: admit has refused strangers by the table in access.go, this does it
// by `security` in openapi.yaml, should the two ever disagree.
func authenticated(ctx context.Context, _ *openapi3filter.AuthenticationInput) error {
	if !callerOf(ctx).SignedIn() {
		return domain.Errorf(domain.KindUnauthorized, "sign in first")
	}
	return nil
}

// call validates a request with its body.
func (v *validator) call(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request().Clone(c.Request().Context())
		return v.check(c, r, func(valid *http.Request) error {
			valid.Method = c.Request().Method
			c.SetRequest(valid)
			return next(c)
		})
	}
}

// stream validates all but the body, which the validator would read into memory whole.
func (v *validator) stream(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request().Clone(c.Request().Context())
		r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
		return v.check(c, r, func(*http.Request) error { return next(c) })
	}
}

// check runs the validator over r, which is the caller's own copy.
func (v *validator) check(c echo.Context, r *http.Request, next func(*http.Request) error) error {
	var f failure
	var err error
	r = r.WithContext(context.WithValue(r.Context(), failureKey{}, &f))
	streams := r.Body == http.NoBody
	if r.Method == http.MethodHead && !strings.HasSuffix(r.URL.Path, "/upload") {
		r.Method = http.MethodGet // HEAD is served beside every GET and described once
	}
	v.wrap(http.HandlerFunc(func(_ http.ResponseWriter, valid *http.Request) { err = next(valid) })).ServeHTTP(c.Response(), r)
	if f.err != nil {
		if f.err = explain(f.err, streams); f.err != nil {
			return f.err
		}
		return next(r)
	}
	return err
}

// explain turns the validator's error into an answer. With bodyless, it forgives
// the missing body: the handler reads it.
func explain(err error, bodyless bool) error {
	bad := &requestError{status: http.StatusBadRequest, detail: "the request is not as /api/openapi.yaml describes it"}
	for _, e := range flatten(err) {
		var sec *openapi3filter.SecurityRequirementsError
		var large *http.MaxBytesError
		var req *openapi3filter.RequestError
		switch {
		case errors.As(e, &sec):
			if errors.As(errors.Join(sec.Errors...), &large) { // the validator reads the body before it asks who sends it
				return large
			}
			return domain.Errorf(domain.KindUnauthorized, "sign in first")
		case errors.As(e, &large):
			return large
		case !errors.As(e, &req):
			return err
		case req.RequestBody != nil && bodyless:
		case strings.HasPrefix(req.Reason, "header Content-Type"):
			bad.status, bad.detail = http.StatusUnsupportedMediaType, "this body's Content-Type is not taken here"
			return bad
		default:
			bad.fields = append(bad.fields, fieldsOf(req)...)
		}
	}
	if len(bad.fields) == 0 && bodyless {
		return nil
	}
	return bad
}

// flatten unfolds the validator's nested lists of errors.
func flatten(err error) []error {
	var out []error
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // the type itself is the list
		for _, e := range many {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return []error{err}
}

// fieldsOf names what is wrong, by JSON pointer for the body and by name for parameters.
func fieldsOf(req *openapi3filter.RequestError) []problemField {
	where := ""
	if req.Parameter != nil {
		where = req.Parameter.In + " parameter " + req.Parameter.Name
	}
	if req.Err == nil {
		return []problemField{{Pointer: where, Detail: req.Reason}}
	}
	var fields []problemField
	for _, e := range flatten(req.Err) {
		if s, ok := errors.AsType[*openapi3.SchemaError](e); ok {
			at := where
			if at == "" {
				at = "/" + strings.Join(s.JSONPointer(), "/")
			}
			fields = append(fields, problemField{Pointer: at, Detail: s.Reason})
			continue
		}
		fields = append(fields, problemField{Pointer: where, Detail: firstLine(e.Error())})
	}
	return fields
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
