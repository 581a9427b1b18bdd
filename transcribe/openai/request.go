package openai

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"baton/domain"
	"baton/transcribe"
)

// Bounds on what is taken from a server.
const (
	maxAnswer     = 16 << 20
	maxRetryAfter = time.Minute
	maxExcerpt    = 300
)

// passing is a failure that may be over in a moment.
type passing struct {
	err   error
	after time.Duration // as the server asked; 0: it did not
}

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }

// ask sends a part until an answer comes or the attempts are used up.
func (e *Engine) ask(ctx context.Context, pcm []byte, o transcribe.Options) (answer, error) {
	form, contentType, err := e.form(pcm, o)
	if err != nil {
		return answer{}, err
	}
	wait := e.config.Backoff
	for attempt := 1; ; attempt++ {
		a, err := e.post(ctx, form, contentType)
		if err == nil {
			return a, nil
		}
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		var p *passing
		if !errors.As(err, &p) || attempt >= e.config.Attempts {
			return a, domain.Errorf(domain.KindUnavailable, "The transcription server could not be used").Because(err)
		}
		delay := max(p.after, wait/2+rand.N(wait/2+1)) //nolint:gosec // spreads the load
		e.config.Logger.WarnContext(ctx, "transcription server failed, trying again",
			slog.Int("attempt", attempt), slog.Duration("after", delay), slog.Any("error", err))
		if err := pause(ctx, delay); err != nil {
			return a, err
		}
		wait *= 2
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// form is the request's body.
func (e *Engine) form(pcm []byte, o transcribe.Options) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := [][2]string{
		{"model", e.config.Model},
		{"response_format", "verbose_json"},
		{"timestamp_granularities[]", "word"},
		{"timestamp_granularities[]", "segment"},
		{"temperature", "0"},
		{"language", primary(o.Language)},
		{"prompt", o.Prompt},
	}
	for _, f := range fields {
		if f[1] != "" {
			err = errors.Join(err, w.WriteField(f[0], f[1]))
		}
	}
	file, fileErr := w.CreateFormFile("file", "part.wav")
	if err = errors.Join(err, fileErr); err != nil {
		return nil, "", err
	}
	_, headErr := file.Write(wavHeader(len(pcm)))
	_, dataErr := file.Write(pcm)
	err = errors.Join(headErr, dataErr, w.Close())
	return b.Bytes(), w.FormDataContentType(), err
}

// primary is the language of a BCP 47 tag, which is all that Whisper's servers take.
func primary(tag string) string {
	for i, r := range tag {
		if r == '-' || r == '_' {
			return tag[:i]
		}
	}
	return tag
}

func (e *Engine) post(ctx context.Context, body []byte, contentType string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.endpoint, bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	if e.config.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+e.config.APIKey)
	}
	res, err := e.config.Client.Do(req)
	if err != nil {
		return answer{}, &passing{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, &passing{err: fmt.Errorf("read answer: %w", err)}
	}
	return read(res, text)
}

func read(res *http.Response, text []byte) (answer, error) {
	var a answer
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &a); err != nil {
			return a, fmt.Errorf("read answer: %w", err)
		}
		return a, nil
	}
	err := fmt.Errorf("server answered %s: %.*s", res.Status, maxExcerpt, text)
	switch {
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode >= 500:
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return a, &passing{err, min(maxRetryAfter, max(0, time.Duration(seconds)*time.Second))}
	}
	return a, err
}

// wavHeader is the canonical 44 bytes before so many bytes of PCM (RIFF/WAVE, format 1).
func wavHeader(size int) []byte {
	h := make([]byte, 0, 44)
	le := binary.LittleEndian
	h = append(h, "RIFF"...)
	h = le.AppendUint32(h, uint32(36+size)) //nolint:gosec // a part is small
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 16)
	h = le.AppendUint16(h, 1) // PCM
	h = le.AppendUint16(h, 1) // channels
	h = le.AppendUint32(h, transcribe.SampleRate)
	h = le.AppendUint32(h, 2*transcribe.SampleRate)
	h = le.AppendUint16(h, 2)
	h = le.AppendUint16(h, 16)
	h = append(h, "data"...)
	return le.AppendUint32(h, uint32(size)) //nolint:gosec // a part is small
}
