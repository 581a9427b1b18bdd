package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	// openTime is how long a connection may take, and silence after which one with chunks under way is dead.
	openTime = 5 * time.Second
	silence  = 3 * time.Second
	// ahead is how many chunks may wait for their acknowledgement.
	ahead = 16
)

// message is what the server says.
type message struct {
	Type       string `json:"type"`
	State      string `json:"state"`
	Next       int64  `json:"next"`
	Stored     int64  `json:"stored"`
	SHA256     string `json:"sha256"`
	DurationMS int64  `json:"duration_ms"`
	Bytes      int64  `json:"durable_bytes"`
	Status     int    `json:"status"`
	Reason     string `json:"reason"`
	Detail     string `json:"detail"`
	RetryMS    int64  `json:"retry_after_ms"`
}

// overChannel makes a connection and sends over it until the recording is finished or the connection is of no more use.
func (s *Sender) overChannel(ctx context.Context, next int64) (r Receipt, err error) {
	settings := webrtc.SettingEngine{}
	if s.Settings != nil {
		settings = *s.Settings
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, pc.GracefulClose()) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	protocol := "baton.record.1"
	dc, err := pc.CreateDataChannel("baton.record", &webrtc.DataChannelInit{Protocol: &protocol})
	if err != nil {
		return r, err
	}
	open, got, closed := make(chan struct{}), make(chan message, 64), make(chan struct{})
	dc.OnOpen(func() { close(open) })
	dc.OnClose(func() { close(closed) })
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		var t message
		if err := json.Unmarshal(m.Data, &t); err != nil {
			t = message{Type: "error", Status: http.StatusBadRequest, Detail: err.Error()}
		}
		select {
		case got <- t:
		case <-ctx.Done():
		}
	})
	if err := s.connect(ctx, pc, open); err != nil {
		return r, err
	}
	hello, err := json.Marshal(map[string]any{"type": "hello", "mime_type": s.MimeType})
	if err != nil {
		return r, err
	}
	if err := dc.SendText(string(hello)); err != nil {
		return r, err
	}
	c := conversation{s: s, dc: dc, got: got, closed: closed, next: next, heard: time.Now()}
	return c.run(ctx)
}

// connect sends an offer without candidates of ours: the server finds us by our checks.
func (s *Sender) connect(ctx context.Context, pc *webrtc.PeerConnection, open <-chan struct{}) error {
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		return err
	}
	var sdp string
	header := http.Header{"Content-Type": {"application/sdp"}}
	if err := s.call(ctx, answerTime, http.MethodPost, "/channel", header, []byte(offer.SDP), &sdp); err != nil {
		return fmt.Errorf("channel: %w", err)
	}
	if s.Answer != nil {
		sdp = s.Answer(sdp)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		return err
	}
	t := time.NewTimer(openTime)
	defer t.Stop()
	select {
	case <-open:
		return nil
	case <-t.C:
		return errors.New("the data channel did not open in time")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// conversation is what goes on over one connection.
type conversation struct {
	s        *Sender
	dc       *webrtc.DataChannel
	got      <-chan message
	closed   <-chan struct{}
	next     int64 // to be sent
	acked    int64
	finished bool // was asked for
	heard    time.Time
}

func (c *conversation) run(ctx context.Context) (Receipt, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	c.acked = c.next
	for {
		more, err := c.send()
		if err != nil {
			return Receipt{}, err
		}
		select {
		case t := <-c.got:
			c.heard = time.Now()
			if r, over, err := c.hear(t); over || err != nil {
				return r, err
			}
		case <-more:
		case <-tick.C:
			if waits := c.next > c.acked; waits && time.Since(c.heard) > silence || c.finished && time.Since(c.heard) > finishTime {
				return Receipt{}, errors.New("the data channel is dead")
			}
		case <-c.closed:
			return Receipt{}, errors.New("the data channel was closed")
		case <-ctx.Done():
			return Receipt{}, ctx.Err()
		}
	}
}

// send sends what may be sent now, and asks for the end behind the last chunk.
func (c *conversation) send() (more <-chan struct{}, err error) {
	c.next = max(c.next, c.s.Take.safe())
	for c.next < c.acked+ahead {
		b, over, news := c.s.Take.chunk(c.next)
		if b == nil && !over {
			return news, nil
		}
		if b == nil {
			if c.finished {
				return nil, nil
			}
			c.finished = true
			_, _, sum := c.s.Take.Made()
			text, err := json.Marshal(map[string]any{"type": "finish", "chunks": c.next, "sha256": sum})
			if err != nil {
				return nil, err
			}
			return nil, c.dc.SendText(string(text))
		}
		if c.next == c.acked {
			c.heard = time.Now() // nothing was under way until now
		}
		if err := sendChunk(c.dc, int(c.next), b); err != nil {
			return nil, err
		}
		c.next++
	}
	return nil, nil
}

// hear takes a message. over: the recording is finished.
func (c *conversation) hear(t message) (r Receipt, over bool, err error) {
	switch t.Type {
	case "ack":
		c.acked = max(c.acked, t.Next)
		c.s.Take.told(t.Next, t.Stored)
	case "status", "stored":
		c.s.Take.told(t.Next, t.Stored)
	case "finished":
		c.s.Take.told(t.Next, t.Stored)
		return Receipt{State: "finished", NextSeq: t.Next, StoredSeq: t.Stored, Bytes: t.Bytes, DurationMS: t.DurationMS, SHA256: t.SHA256}, true, nil
	case "error":
		return r, false, &refusal{Status: t.Status, Reason: t.Reason, Detail: t.Detail, after: time.Duration(t.RetryMS) * time.Millisecond}
	}
	return r, false, nil
}
