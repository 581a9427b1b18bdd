package blob

import (
	"context"
	"errors"
	"net/http"
	"slices"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baton/domain"
)

// classify gives an error of the SDK the kind by which others act on it.
func classify(ctx context.Context, err error) error {
	if ctx.Err() != nil { // not errors.Is: the transport's own timeouts pass for ctx's
		return err
	}
	status := 0
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	switch {
	case isCode(err, "NoSuchBucket"):
		// HeadBucket has no body and thus no code: it falls through to not found.
		return domain.Errorf(domain.KindUnavailable, "the bucket of the object store does not exist").Because(err)
	case status == http.StatusNotFound:
		return domain.Errorf(domain.KindNotFound, "no such object").Because(err)
	case status == http.StatusPreconditionFailed, status == http.StatusConflict:
		return domain.Errorf(domain.KindConflict, "the object exists already").Because(err)
	case status == http.StatusRequestedRangeNotSatisfiable:
		return domain.Errorf(domain.KindInvalid, "the range is outside the object").Because(err)
	}
	return unavailable(err)
}

func unavailable(err error) error {
	return domain.Errorf(domain.KindUnavailable, "the object store is not available").Because(err)
}

func isCode(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}
