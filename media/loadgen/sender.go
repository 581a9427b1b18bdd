package loadgen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/sync/errgroup"
)

const (
	// inFlight chunks at once; the protocol allows eight.
	inFlight = 4
	// answerTime is how long an answer may take; a finish may wait for the object store.
	answerTime = 6 * time.Second
	finishTime = 30 * time.Second
	// backFirst and backLast are the pauses after a failure.
	backFirst = 100 * time.Millisecond
	backLast  = 2 * time.Second
)

// Sender brings a take to the server however often that fails: it asks how far the server is, goes on from there, and
// ends with the receipt. A visit is one call of Run; another Sender may go on with the same take at any time.
type Sender struct {
	// URL of the clip; Token is sent as bearer.
	URL, Token string
	Client     *http.Client
	MimeType   string
	Take       *Take
	// Channel sends over data channels, else over HTTP.
	Channel bool
	// Settings of pion for the data channel; Answer, if set, sees the server's answer first.
	Settings *webrtc.SettingEngine
	Answer   func(sdp string) string
	// Refused, if set, hears of every answer that was no success.
	Refused func(status int, reason string)
}

// Receipt is the server's word at the end.
type Receipt struct {
	State      string `json:"state"`
	NextSeq    int64  `json:"next_seq"`
	StoredSeq  int64  `json:"stored_seq"`
	Bytes      int64  `json:"bytes"`
	DurationMS int64  `json:"duration_ms"`
	SHA256     string `json:"sha256"`
}

// refusal is an answer that is no success.
type refusal struct {
	Status  int    `json:"status"`
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
	NextSeq *int64 `json:"next_seq"`
	after   time.Duration
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Reason, r.Detail) }

// fatal tells that sending again would not mend it.
func (r *refusal) fatal() bool {
	switch r.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return true
	case http.StatusConflict:
		return r.Reason != "ahead" && r.Reason != "missing"
	}
	return false
}

// Run sends until the recording is finished. It gives up when ctx ends, and on answers after which a recorder has to stop.
func (s *Sender) Run(ctx context.Context) (Receipt, error) {
	pause := backFirst
	for {
		before, _, _ := s.Take.Told()
		receipt, err := s.visit(ctx)
		if err == nil {
			return receipt, nil
		}
		var no *refusal
		if errors.As(err, &no) && s.Refused != nil {
			s.Refused(no.Status, no.Reason)
		}
		if no != nil && no.fatal() {
			return Receipt{}, err
		}
		if after, _, _ := s.Take.Told(); after > before {
			pause = backFirst
		}
		wait := pause
		if no != nil {
			wait = max(wait, no.after)
		}
		pause = min(2*pause, backLast)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return Receipt{}, errors.Join(ctx.Err(), err)
		}
	}
}

func (s *Sender) visit(ctx context.Context) (Receipt, error) {
	next, err := s.ask(ctx)
	if err != nil {
		return Receipt{}, err
	}
	if s.Channel {
		return s.overChannel(ctx, next)
	}
	if next, err = s.overHTTP(ctx, next); err != nil {
		return Receipt{}, err
	}
	return s.finish(ctx, next)
}

// ask tells the chunk that the server wants next.
func (s *Sender) ask(ctx context.Context) (int64, error) {
	var at Receipt
	if err := s.call(ctx, answerTime, http.MethodGet, "/recording", nil, nil, &at); err != nil {
		return 0, err
	}
	if _, stored, _ := s.Take.Told(); at.NextSeq < stored {
		return 0, fmt.Errorf("chunk %d is wanted, %d are stored", at.NextSeq, stored) // of a node that does not know yet
	}
	s.Take.told(at.NextSeq, at.StoredSeq)
	return at.NextSeq, nil
}

// overHTTP puts chunks, a few at once, until all are acknowledged.
func (s *Sender) overHTTP(ctx context.Context, next int64) (int64, error) {
	for {
		g, group := errgroup.WithContext(ctx)
		next = max(next, s.Take.safe()) // a node may have come back that had more than was known
		first := next
		for next < first+inFlight {
			b, over, more := s.Take.chunk(next)
			if b == nil && over {
				break
			}
			if b == nil {
				if next > first {
					break
				}
				select {
				case <-more:
					continue
				case <-ctx.Done():
					return next, ctx.Err()
				}
			}
			seq := next
			g.Go(func() error { return s.put(group, seq, b) })
			next++
		}
		if err := g.Wait(); err != nil || next == first {
			return next, err
		}
	}
}

func (s *Sender) put(ctx context.Context, seq int64, b []byte) error {
	sum := sha256.Sum256(b)
	header := http.Header{"Content-Type": {s.MimeType}, "Content-Digest": {"sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"}}
	var ack Receipt
	if err := s.call(ctx, answerTime, http.MethodPut, "/chunks/"+strconv.FormatInt(seq, 10), header, b, &ack); err != nil {
		return fmt.Errorf("chunk %d: %w", seq, err)
	}
	if ack.NextSeq <= seq {
		return fmt.Errorf("chunk %d is acknowledged, and yet %d is next", seq, ack.NextSeq)
	}
	s.Take.told(ack.NextSeq, ack.StoredSeq)
	return nil
}

func (s *Sender) finish(ctx context.Context, chunks int64) (Receipt, error) {
	_, _, sum := s.Take.Made()
	body, err := json.Marshal(map[string]any{"chunks": chunks, "sha256": sum})
	if err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	err = s.call(ctx, finishTime, http.MethodPost, "/finish", http.Header{"Content-Type": {"application/json"}}, body, &receipt)
	if err == nil {
		s.Take.told(receipt.NextSeq, receipt.StoredSeq)
	}
	return receipt, err
}

func (s *Sender) call(ctx context.Context, limit time.Duration, method, path string, header http.Header, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if header != nil {
		q.Header = header
	}
	q.Header.Set("Authorization", "Bearer "+s.Token)
	resp, err := s.Client.Do(q)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return refused(resp, b)
	}
	if text, ok := out.(*string); ok {
		*text = string(b)
		return nil
	}
	return json.Unmarshal(b, out)
}

// refused reads a problem. A body that is none, as of a proxy, leaves the status.
func refused(resp *http.Response, body []byte) error {
	r := &refusal{}
	if json.Unmarshal(body, r) != nil {
		r.Detail = string(body[:min(len(body), 200)])
	}
	r.Status = resp.StatusCode
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		r.after = time.Duration(n) * time.Second
	}
	return r
}
