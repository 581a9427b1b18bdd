package blob

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baton/domain"
)

// Info is what the store knows of an object.
type Info struct {
	Key         string
	Size        int64  // of the whole object, in bytes
	ETag        string // without quotes; changes with the content
	ContentType string // not given by List
	ModifiedAt  time.Time
}

// Object is an object being read. Close it.
type Object struct {
	Info
	io.ReadCloser
	// Length of what Read gives, in bytes.
	Length int64
}

// Get reads an object whole. The caller closes it.
func (b *Bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	o, err := b.Open(ctx, key)
	if err != nil {
		return nil, err // not o: a nil *Object would be a reader that is not nil
	}
	return o, nil
}

// Open is Get with what is known of the object.
func (b *Bucket) Open(ctx context.Context, key string) (*Object, error) { return b.open(ctx, key, "") }

// OpenRange reads length bytes from offset; length -1 reads to the end. A
// range that reaches beyond the end is cut; one that begins there is
// KindInvalid.
func (b *Bucket) OpenRange(ctx context.Context, key string, offset, length int64) (*Object, error) {
	switch {
	case offset < 0 || length == 0 || length < -1:
		return nil, domain.Errorf(domain.KindInvalid, "no bytes are %d from %d", length, offset)
	case length == -1:
		return b.open(ctx, key, fmt.Sprintf("bytes=%d-", offset))
	}
	return b.open(ctx, key, fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
}

// GetRange is OpenRange for those who want the bytes alone.
func (b *Bucket) GetRange(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	o, err := b.OpenRange(ctx, key, offset, length)
	if err != nil {
		return nil, err // not o: a nil *Object would be a reader that is not nil
	}
	return o, nil
}

func (b *Bucket) open(ctx context.Context, key, span string) (*Object, error) {
	in := &s3.GetObjectInput{Bucket: &b.cfg.Name, Key: &key}
	if span != "" {
		in.Range = &span
	}
	out, err := b.s3.GetObject(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", key, classify(ctx, err))
	}
	o := &Object{ReadCloser: out.Body, Length: aws.ToInt64(out.ContentLength), Info: Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), ETag: unquote(out.ETag),
		ContentType: aws.ToString(out.ContentType), ModifiedAt: aws.ToTime(out.LastModified),
	}}
	if _, total, ok := strings.Cut(aws.ToString(out.ContentRange), "/"); ok {
		if _, err := fmt.Sscan(total, &o.Size); err != nil {
			_ = out.Body.Close()
			return nil, fmt.Errorf("get %s: range %q: %w", key, *out.ContentRange, err)
		}
	}
	return o, nil
}

// Head asks about an object without reading it.
func (b *Bucket) Head(ctx context.Context, key string) (Info, error) {
	out, err := b.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.cfg.Name, Key: &key})
	if err != nil {
		return Info{}, fmt.Errorf("head %s: %w", key, classify(ctx, err))
	}
	return Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), ETag: unquote(out.ETag),
		ContentType: aws.ToString(out.ContentType), ModifiedAt: aws.ToTime(out.LastModified),
	}, nil
}

// maxPage is how many keys S3 lists or deletes at once.
const maxPage = 1000

// List gives up to limit objects whose keys begin with prefix, in the order
// of their keys, from the first key after after. Fewer than limit means the
// end, where limit is at most 1000.
func (b *Bucket) List(ctx context.Context, prefix, after string, limit int) ([]Info, error) {
	limit = min(max(limit, 1), maxPage)
	in := &s3.ListObjectsV2Input{Bucket: &b.cfg.Name, Prefix: &prefix, MaxKeys: aws.Int32(int32(limit))}
	if after != "" {
		in.StartAfter = &after
	}
	var found []Info
	for {
		out, err := b.s3.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, classify(ctx, err))
		}
		for _, o := range out.Contents {
			found = append(found, Info{
				Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), ETag: unquote(o.ETag), ModifiedAt: aws.ToTime(o.LastModified),
			})
		}
		// A store may give less than was asked and still have more.
		if len(found) >= limit || !aws.ToBool(out.IsTruncated) {
			return found[:min(len(found), limit)], nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// Delete removes objects. One that is not there is no error.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	for len(keys) > 0 {
		page := keys[:min(len(keys), maxPage)]
		keys = keys[len(page):]
		ids := make([]types.ObjectIdentifier, len(page))
		for i := range page {
			ids[i].Key = &page[i]
		}
		out, err := b.s3.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &b.cfg.Name, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)},
		})
		if err != nil {
			return fmt.Errorf("delete %d objects: %w", len(page), classify(ctx, err))
		}
		for _, e := range out.Errors {
			if code := aws.ToString(e.Code); code != "NoSuchKey" {
				return domain.Errorf(domain.KindUnavailable, "the object store did not delete an object").
					Because(fmt.Errorf("delete %s: %s: %s", aws.ToString(e.Key), code, aws.ToString(e.Message)))
			}
		}
	}
	return nil
}

// DeletePrefix removes every object whose key begins with prefix and tells
// how many there were. It may be called again after an error.
func (b *Bucket) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	if len(prefix) < len("w/x/") {
		return 0, domain.Errorf(domain.KindInternal, "the prefix %q covers more than a workspace", prefix)
	}
	for n := 0; ; {
		page, err := b.List(ctx, prefix, "", maxPage)
		if err != nil || len(page) == 0 {
			return n, err
		}
		keys := make([]string, len(page))
		for i, o := range page {
			keys[i] = o.Key
		}
		if err := b.Delete(ctx, keys...); err != nil {
			return n, err
		}
		n += len(page)
	}
}

// AbortUploads forgets multipart uploads that began before t, whose parts
// would otherwise take space for ever: a process that is killed leaves them,
// and not every store clears them by itself.
func (b *Bucket) AbortUploads(ctx context.Context, t time.Time) (int, error) {
	n := 0
	pages := s3.NewListMultipartUploadsPaginator(b.s3, &s3.ListMultipartUploadsInput{Bucket: &b.cfg.Name})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return n, fmt.Errorf("list uploads: %w", classify(ctx, err))
		}
		for _, u := range out.Uploads {
			if !aws.ToTime(u.Initiated).Before(t) {
				continue
			}
			_, err := b.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.cfg.Name, Key: u.Key, UploadId: u.UploadId})
			if err != nil && !isCode(err, "NoSuchUpload") {
				return n, fmt.Errorf("abort upload of %s: %w", aws.ToString(u.Key), classify(ctx, err))
			}
			n++
		}
	}
	return n, nil
}

func unquote(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }
