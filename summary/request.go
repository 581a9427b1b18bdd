package summary

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"baton/domain"
)

// maxAnswer bounds what is taken from a server, in bytes.
const maxAnswer = 1 << 20

// answer is what the model was asked for.
type answer struct {
	Title    string `json:"title"`
	Chapters []struct {
		No    int    `json:"no"`
		Title string `json:"title"`
	} `json:"chapters"`
	Summary     []line `json:"summary"`
	ActionItems []line `json:"action_items"`
}

type line struct {
	Text string `json:"text"`
	Line int    `json:"line"`
}

// passing is a failure that may be over in a moment.
type passing struct{ err error }

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }

// ask sends a prompt until an answer comes or the attempts are used up.
func (w *Writer) ask(ctx context.Context, prompt string) (answer, error) {
	wait := w.cfg.Backoff
	for attempt := 1; ; attempt++ {
		text, err := w.post(ctx, prompt)
		if err == nil {
			return read(text), nil
		}
		if ctx.Err() != nil {
			return answer{}, ctx.Err() //nolint:wrapcheck // the caller's own
		}
		var p *passing
		if !errors.As(err, &p) || attempt >= w.cfg.Attempts {
			return answer{}, domain.Errorf(domain.KindUnavailable, "the language model could not be used").Because(err)
		}
		w.cfg.Log.WarnContext(ctx, "language model failed, trying again", slog.Int("attempt", attempt), slog.Any("error", err))
		if err := pause(ctx, wait/2+rand.N(wait/2+1)); err != nil { //nolint:gosec // spreads the load
			return answer{}, err
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
		return ctx.Err() //nolint:wrapcheck // the caller's own
	}
}

// post sends one request and gives the model's words.
func (w *Writer) post(ctx context.Context, prompt string) (string, error) {
	body, err := json.Marshal(map[string]any{
		"model": w.cfg.Model, "temperature": 0,
		"messages": []map[string]string{{"role": "system", "content": instructions}, {"role": "user", "content": prompt}},
	})
	if err != nil {
		return "", fmt.Errorf("write request: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if w.cfg.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+w.cfg.APIKey)
	}
	res, err := w.cfg.Client.Do(req)
	if err != nil {
		return "", &passing{err}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return "", &passing{fmt.Errorf("read answer: %w", err)}
	}
	if res.StatusCode != http.StatusOK {
		err := fmt.Errorf("server answered %s: %.300s", res.Status, text) //nolint:err113 // for the log
		if res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout || res.StatusCode >= 500 {
			return "", &passing{err}
		}
		return "", err
	}
	var out struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(text, &out); err != nil || len(out.Choices) == 0 {
		return "", &passing{fmt.Errorf("no choices in the answer: %.300s", text)} //nolint:err113 // for the log
	}
	return out.Choices[0].Message.Content, nil
}

// read finds the JSON object in what a model wrote, fences and chatter around it or not. What is none is empty.
func read(text string) answer {
	var a answer
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start || json.Unmarshal([]byte(text[start:end+1]), &a) != nil {
		return answer{}
	}
	return a
}
