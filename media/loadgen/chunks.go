package loadgen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// Recorder sends a source's chunks as a browser's recorder does (docs/protocol.md).
type Recorder struct {
	// URL of the clip, e.g. "https://host/api/v1/clips/ID"; Token is sent as bearer, if set.
	URL, Token string
	Client     *http.Client
	Source     *Source
	// MimeType as MediaRecorder names it.
	MimeType string
	// Timeslice of a chunk; 0: 250 ms. Fast sends without waiting for the time to pass.
	Timeslice time.Duration
	Fast      bool
	// Lead is how much of the beginning is sent without waiting.
	Lead time.Duration
	// Settings of pion for the data channel; may be nil.
	Settings *webrtc.SettingEngine
}

// Result is what a sender saw.
type Result struct {
	Bytes int64
	// Acks is how long each chunk took to be acknowledged.
	Acks []time.Duration
	// Finish is how long after the last chunk was there to be sent the recording was finished.
	Finish time.Duration
}

// P95 of the acknowledgements.
func (r *Result) P95() time.Duration {
	if len(r.Acks) == 0 {
		return 0
	}
	s := slices.Clone(r.Acks)
	slices.Sort(s)
	return s[len(s)*95/100]
}

func (r *Recorder) defaults() {
	if r.Client == nil {
		r.Client = http.DefaultClient
	}
	if r.Timeslice == 0 {
		r.Timeslice = 250 * time.Millisecond
	}
}

// pace calls send for each chunk at its time.
func (r *Recorder) pace(ctx context.Context, chunks [][]byte, send func(i int, b []byte) error) error {
	begin := time.Now()
	for i, b := range chunks {
		at := time.Duration(i+1)*r.Timeslice - r.Lead
		if at <= 0 {
			begin = time.Now()
		}
		if !r.Fast && at > 0 {
			t := time.NewTimer(time.Until(begin.Add(at)))
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return ctx.Err()
			}
		}
		if err := send(i, b); err != nil {
			return err
		}
	}
	return nil
}

// HTTP records over PUT requests, one after the other.
func (r *Recorder) HTTP(ctx context.Context) (Result, error) {
	r.defaults()
	var out Result
	chunks, whole := r.Source.Chunks(r.Timeslice), r.sum()
	var begin time.Time
	err := r.pace(ctx, chunks, func(i int, b []byte) error {
		begin = time.Now()
		sum := sha256.Sum256(b)
		_, err := r.request(ctx, http.MethodPut, fmt.Sprintf("/chunks/%d", i), r.MimeType, "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":", b)
		out.Acks, out.Bytes = append(out.Acks, time.Since(begin)), out.Bytes+int64(len(b))
		return err
	})
	if err != nil {
		return out, err
	}
	body, err := json.Marshal(map[string]any{"chunks": len(chunks), "sha256": whole})
	if err != nil {
		return out, err
	}
	_, err = r.request(ctx, http.MethodPost, "/finish", "application/json", "", body)
	out.Finish = time.Since(begin)
	return out, err
}

func (r *Recorder) sum() string {
	s := sha256.Sum256(r.Source.Bytes)
	return hex.EncodeToString(s[:])
}

func (r *Recorder) request(ctx context.Context, method, path, contentType, digest string, body []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, method, r.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", contentType)
	if digest != "" {
		q.Header.Set("Content-Digest", digest)
	}
	if r.Token != "" {
		q.Header.Set("Authorization", "Bearer "+r.Token)
	}
	resp, err := r.Client.Do(q)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, b)
	}
	return b, nil
}

// answered is a server message of the data channel.
type answered struct {
	Type   string `json:"type"`
	Ack    int    `json:"ack"`
	Detail string `json:"detail"`
}

// DataChannel records over one data channel.
func (r *Recorder) DataChannel(ctx context.Context) (Result, error) {
	r.defaults()
	s := r.Settings
	if s == nil {
		s = &webrtc.SettingEngine{}
		s.SetIncludeLoopbackCandidate(true)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(*s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return Result{}, err
	}
	out, err := r.overChannel(ctx, pc)
	return out, errors.Join(err, pc.GracefulClose())
}

func (r *Recorder) overChannel(ctx context.Context, pc *webrtc.PeerConnection) (out Result, err error) {
	protocol := "baton.record.1"
	dc, err := pc.CreateDataChannel("baton.record", &webrtc.DataChannelInit{Protocol: &protocol})
	if err != nil {
		return out, err
	}
	open, got := make(chan struct{}), make(chan answered, 64)
	dc.OnOpen(func() { close(open) })
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		var a answered
		if err := json.Unmarshal(m.Data, &a); err != nil {
			a = answered{Type: "error", Detail: err.Error()}
		}
		select {
		case got <- a:
		case <-ctx.Done():
		}
	})
	if err := r.offerChannel(ctx, pc); err != nil {
		return out, err
	}
	select {
	case <-open:
	case <-ctx.Done():
		return out, ctx.Err()
	}
	return r.sendAll(ctx, dc, got)
}

func (r *Recorder) offerChannel(ctx context.Context, pc *webrtc.PeerConnection) error {
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	answer, err := r.request(ctx, http.MethodPost, "/channel", "application/sdp", "", []byte(pc.LocalDescription().SDP))
	if err != nil {
		return err
	}
	return pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)})
}

// sendAll sends the chunks while another reads the acknowledgements.
func (r *Recorder) sendAll(ctx context.Context, dc *webrtc.DataChannel, got <-chan answered) (out Result, err error) {
	chunks, whole := r.Source.Chunks(r.Timeslice), r.sum()
	begun := time.Now()
	sent := make([]atomic.Int64, len(chunks)) // when, since begun
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		ended <- out.read(ctx, got, begun, sent)
	}()
	defer func() {
		cancel()
		<-gone
	}()
	text := func(v map[string]any) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return dc.SendText(string(b))
	}
	if err := text(map[string]any{"type": "hello", "mime_type": r.MimeType}); err != nil {
		return out, err
	}
	var begin time.Time
	err = r.pace(ctx, chunks, func(i int, b []byte) error {
		begin = time.Now()
		sent[i].Store(int64(begin.Sub(begun)))
		return sendChunk(dc, i, b)
	})
	if err != nil {
		return out, err
	}
	if err := text(map[string]any{"type": "finish", "chunks": len(chunks), "sha256": whole}); err != nil {
		return out, err
	}
	err = <-ended
	out.Finish, out.Bytes = time.Since(begin), int64(len(r.Source.Bytes))
	return out, err
}

// read takes the server's messages until the recording is finished.
func (r *Result) read(ctx context.Context, got <-chan answered, begun time.Time, sent []atomic.Int64) error {
	for {
		select {
		case a := <-got:
			switch a.Type {
			case "ack":
				if a.Ack >= 0 && a.Ack < len(sent) {
					r.Acks = append(r.Acks, time.Since(begun)-time.Duration(sent[a.Ack].Load()))
				}
			case "finished":
				return nil
			case "error":
				return errors.New("server: " + a.Detail)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sendChunk sends a chunk in fragments of at most 64 KiB.
func sendChunk(dc *webrtc.DataChannel, seq int, b []byte) error {
	const size = 60_000
	sum := sha256.Sum256(b)
	count := max((len(b)+size-1)/size, 1)
	for i := range count {
		m := binary.BigEndian.AppendUint32([]byte{1}, uint32(seq)) //nolint:gosec // a chunk's number
		m = binary.BigEndian.AppendUint16(m, uint16(i))
		m = binary.BigEndian.AppendUint16(m, uint16(count)) //nolint:gosec // under 100
		if i == 0 {
			m = append(m, sum[:]...)
		}
		if err := dc.Send(append(m, b[i*size:min((i+1)*size, len(b))]...)); err != nil {
			return fmt.Errorf("send chunk %d: %w", seq, err)
		}
	}
	return nil
}
