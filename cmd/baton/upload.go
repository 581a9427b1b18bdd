package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"baton/domain"
)

type uploadCmd struct {
	Files      []string `arg:"" type:"existingfile" help:"Video or audio files."`
	Server     string   `env:"BATON_SERVER" default:"http://127.0.0.1:8080" help:"Where Baton runs."`
	Token      string   `env:"BATON_TOKEN" required:"" help:"A bearer token (baton token create)."`
	Visibility string   `enum:"private,workspace,link" default:"private" help:"Who may watch: ${enum}."`
	Title      string   `help:"Title; by default the file's name."`
}

// uploadPart is how much goes in one request: small enough to lose little when it is cut off.
const uploadPart = 8 << 20

// uploadTries is how often a part is sent before the upload gives up; the offset stays on the server.
const uploadTries = 8

// Run implements the upload command.
func (u uploadCmd) Run(ctx context.Context, io streams) error {
	c := &uploader{base: strings.TrimRight(u.Server, "/"), token: u.Token, http: &http.Client{Timeout: 5 * time.Minute}, progress: io.err}
	for _, path := range u.Files {
		url, err := c.upload(ctx, path, u)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintln(io.out, url)
	}
	return nil
}

// uploader speaks tus 1.0 (core) to one server.
type uploader struct {
	base, token string
	http        *http.Client
	progress    io.Writer
}

func (u *uploader) upload(ctx context.Context, path string, o uploadCmd) (clipURL string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("size: %w", err)
	}
	if info.Size() == 0 {
		return "", domain.Errorf(domain.KindInvalid, "the file is empty")
	}
	name := filepath.Base(path)
	title := o.Title
	if title == "" {
		title = strings.TrimSuffix(name, filepath.Ext(name))
	}
	var clip struct {
		URL       string `json:"url"`
		UploadURL string `json:"upload_url"`
	}
	err = u.json(ctx, http.MethodPost, u.base+"/api/v1/clips", map[string]any{
		"kind": "upload", "title": title, "file_name": name, "size_bytes": info.Size(), "visibility": o.Visibility,
	}, &clip)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(clip.UploadURL, "/") {
		clip.UploadURL = u.base + clip.UploadURL
	}
	return clip.URL, u.send(ctx, clip.UploadURL, f, info.Size(), name)
}

// send brings the bytes over, going on from where the server is after every failure.
func (u *uploader) send(ctx context.Context, url string, f io.ReaderAt, size int64, name string) error {
	var offset int64
	for tries := 0; offset < size; {
		next, err := u.patch(ctx, url, f, offset, min(uploadPart, size-offset), size)
		if err == nil {
			offset, tries = next, 0
			fmt.Fprintf(u.progress, "%s: %d of %d bytes (%d %%)\n", name, offset, size, offset*100/size)
			continue
		}
		if tries++; tries >= uploadTries || !worthRetrying(err) {
			return fmt.Errorf("send from byte %d: %w", offset, err)
		}
		if err := pause(ctx, time.Duration(tries)*time.Second); err != nil {
			return err
		}
		if at, err := u.offset(ctx, url); err == nil {
			offset = at
		}
	}
	return nil
}

func (u *uploader) patch(ctx context.Context, url string, f io.ReaderAt, offset, n, size int64) (int64, error) {
	req, err := u.request(ctx, http.MethodPatch, url, io.NewSectionReader(f, offset, n))
	if err != nil {
		return 0, err
	}
	req.ContentLength = n
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	req.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	req.Header.Set("Upload-Length", strconv.FormatInt(size, 10))
	return u.answerOffset(req)
}

func (u *uploader) offset(ctx context.Context, url string) (int64, error) {
	req, err := u.request(ctx, http.MethodHead, url, nil)
	if err != nil {
		return 0, err
	}
	return u.answerOffset(req)
}

func (u *uploader) answerOffset(req *http.Request) (int64, error) {
	res, err := u.do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	at, err := strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the server's Upload-Offset: %w", err)
	}
	return at, nil
}

func (u *uploader) json(ctx context.Context, method, url string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	req, err := u.request(ctx, method, url, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := u.do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(into); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

func (u *uploader) request(ctx context.Context, method, url string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, domain.Errorf(domain.KindInvalid, "the server's address: %v", err)
	}
	req.Header.Set("Authorization", "Bearer "+u.token)
	req.Header.Set("Tus-Resumable", "1.0.0")
	return req, nil
}

// statusError is an answer outside 2xx.
type statusError struct {
	status int
	detail string
}

func (e statusError) Error() string { return e.detail }

// do sends req; an answer outside 2xx becomes an error with the problem's words.
func (u *uploader) do(req *http.Request) (*http.Response, error) {
	res, err := u.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("reach the server: %w", err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	var p struct{ Title, Detail string }
	_ = json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&p) // a proxy's answer may be no JSON
	detail := p.Detail
	if detail == "" {
		detail = p.Title
	}
	return nil, statusError{res.StatusCode, strings.TrimSpace(fmt.Sprintf("the server said %s. %s", res.Status, detail))}
}

// worthRetrying: the network, and the answers that mean "later" or "from another offset".
func worthRetrying(err error) bool {
	var s statusError
	if !errors.As(err, &s) {
		return !errors.Is(err, context.Canceled)
	}
	return s.status >= 500 || s.status == http.StatusTooManyRequests || s.status == http.StatusConflict || s.status == http.StatusRequestTimeout
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller stopped us
	case <-t.C:
		return nil
	}
}
