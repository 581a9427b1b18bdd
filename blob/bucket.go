// Package blob keeps media in an object store that speaks S3. It is the only
// package that knows the store's protocol.
package blob

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baton/domain"
)

// Config says which bucket, where, and as whom.
type Config struct {
	// Endpoint is a URL; empty: Amazon's for the region. "unix:@name" (or
	// "unix:/path") leads to a server on a Unix socket.
	Endpoint string
	// Region defaults to us-east-1.
	Region string
	// Name of the bucket.
	Name string
	// AccessKeyID and SecretAccessKey; both empty: what the SDK finds (its
	// own variables and files, the role of the machine).
	AccessKeyID, SecretAccessKey string
	// Sync, if set, makes objects survive a power cut, where the store's own
	// confirmation does not say so. See package blob/embedded.
	Sync func(ctx context.Context, bucket string, keys ...string) error
}

// Bucket is one bucket. It is safe for use by many goroutines.
//
// Its errors are domain.Errors: KindNotFound for a missing object,
// KindConflict for one that exists and must not, KindInvalid for a range
// outside the object, KindUnavailable for everything that is the store's
// state or our access to it. A cancelled ctx gives ctx's own error.
type Bucket struct {
	cfg  Config
	s3   *s3.Client
	up   *transfermanager.Client
	http *http.Transport
	// puts are options of each PutObject.
	puts []func(*s3.Options)
}

// partSize of a multipart upload in bytes. S3 takes 10,000 parts, so a stream
// may have 156 GiB.
const partSize = 16 << 20

// Open makes a client; it does not connect. Close it at the end.
func Open(ctx context.Context, cfg Config) (*Bucket, error) {
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	b := &Bucket{cfg: cfg, http: newTransport(cfg.Endpoint)}
	load := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(cfg.Region),
		// The SHA-256 of a body is signed where there is a network. The further checksums
		// that the SDK adds by default are refused by many stores that are
		// not Amazon's.
		awsconfig.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
		awsconfig.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired),
	}
	if strings.HasPrefix(cfg.Endpoint, unixScheme) {
		// Nobody is on the way whom a signed hash would keep from changing the body, which the kernel hands over. Here and in the server it
		// took a tenth of the processor time of a recording.
		b.puts = append(b.puts, s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware))
	}
	if cfg.AccessKeyID != "" {
		load = append(load, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(cfg.AccessKeyID, cfg.SecretAccessKey, "")))
	}
	ac, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, unavailable(err)
	}
	if sdk, ok := ac.HTTPClient.(*awshttp.BuildableClient); ok {
		b.http.TLSClientConfig = sdk.GetTransport().TLSClientConfig // knows AWS_CA_BUNDLE
	}
	b.s3 = s3.NewFromConfig(ac, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: b.http}
		switch {
		case strings.HasPrefix(cfg.Endpoint, unixScheme):
			o.BaseEndpoint, o.UsePathStyle = aws.String("http://localhost"), true
		case cfg.Endpoint != "":
			o.BaseEndpoint, o.UsePathStyle = aws.String(cfg.Endpoint), true
		}
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	b.up = transfermanager.New(b.s3, func(o *transfermanager.Options) {
		o.PartSizeBytes, o.MultipartUploadThreshold, o.Concurrency = partSize, partSize, 2
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.FailTimeout = 30 * time.Second
	})
	return b, nil
}

const unixScheme = "unix:"

func newTransport(endpoint string) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          128,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       60 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ResponseHeaderTimeout: time.Minute,
	}
	if path, ok := strings.CutPrefix(endpoint, unixScheme); ok {
		t.Proxy = nil
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		}
	} else if u, err := url.Parse(endpoint); err == nil && u.Hostname() == "127.0.0.1" {
		t.Proxy = nil
	}
	return t
}

// Close lets go of idle connections.
func (b *Bucket) Close() { b.http.CloseIdleConnections() }

// Ensure makes the bucket if it is missing.
func (b *Bucket) Ensure(ctx context.Context) error {
	err := b.Check(ctx)
	if domain.KindOf(err) != domain.KindNotFound {
		return err
	}
	in := &s3.CreateBucketInput{Bucket: &b.cfg.Name}
	if b.cfg.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(b.cfg.Region),
		}
	}
	if _, err := b.s3.CreateBucket(ctx, in); err != nil && !isCode(err, "BucketAlreadyOwnedByYou", "BucketAlreadyExists") {
		return fmt.Errorf("make bucket %s: %w", b.cfg.Name, classify(ctx, err))
	}
	return b.Check(ctx) // it may be somebody else's
}

// Check tells whether the bucket is there and ours to use.
func (b *Bucket) Check(ctx context.Context) error {
	if _, err := b.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.cfg.Name}); err != nil {
		return fmt.Errorf("look for bucket %s: %w", b.cfg.Name, classify(ctx, err))
	}
	return nil
}

// Put stores body under key, replacing what was there, and returns when the
// store has confirmed it.
func (b *Bucket) Put(ctx context.Context, key, contentType string, body []byte) error {
	return b.put(ctx, key, contentType, bytes.NewReader(body), int64(len(body)), false)
}

// PutNew stores body under key unless there is an object already, which is
// KindConflict. Of several at once one wins.
func (b *Bucket) PutNew(ctx context.Context, key, contentType string, body []byte) error {
	return b.put(ctx, key, contentType, bytes.NewReader(body), int64(len(body)), true)
}

// PutFile stores the whole of f, from its start, in one piece: up to 5 GiB.
func (b *Bucket) PutFile(ctx context.Context, key, contentType string, f io.ReadSeeker) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("measure %s: %w", key, err)
	}
	return b.put(ctx, key, contentType, f, size, false)
}

func (b *Bucket) put(ctx context.Context, key, contentType string, body io.ReadSeeker, size int64, fresh bool) error {
	in := &s3.PutObjectInput{Bucket: &b.cfg.Name, Key: &key, Body: body, ContentLength: &size, ContentType: &contentType}
	if fresh {
		in.IfNoneMatch = aws.String("*")
	}
	if _, err := b.s3.PutObject(ctx, in, b.puts...); err != nil {
		return fmt.Errorf("put %s: %w", key, classify(ctx, err))
	}
	return nil
}

// PutStream stores what r gives until its end, of any length, in parts. On an
// error nothing is stored and nothing is left.
func (b *Bucket) PutStream(ctx context.Context, key, contentType string, r io.Reader) error {
	_, err := b.up.UploadObject(ctx, &transfermanager.UploadObjectInput{
		Bucket: &b.cfg.Name, Key: &key, Body: r, ContentType: &contentType,
	})
	if err != nil {
		return fmt.Errorf("put %s: %w", key, classify(ctx, err))
	}
	return nil
}

// Copy makes a copy under another key without moving the bytes through us.
func (b *Bucket) Copy(ctx context.Context, from, to string) error {
	// Some stores read a plus as a space.
	source := strings.ReplaceAll((&url.URL{Path: b.cfg.Name + "/" + from}).EscapedPath(), "+", "%2B")
	if _, err := b.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &b.cfg.Name, CopySource: &source, Key: &to}); err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, classify(ctx, err))
	}
	return nil
}

// Sync returns when the objects survive a power cut. For a store that
// confirms nothing less, that is at once.
func (b *Bucket) Sync(ctx context.Context, keys ...string) error {
	if b.cfg.Sync == nil {
		return nil
	}
	if err := b.cfg.Sync(ctx, b.cfg.Name, keys...); err != nil {
		return fmt.Errorf("sync objects: %w", classify(ctx, err))
	}
	return nil
}
