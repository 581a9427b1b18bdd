package media

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"baton/domain"
)

// The data channel of docs/protocol.md.
const (
	ChannelLabel    = "baton.record"
	ChannelProtocol = "baton.record.1"
	// maxMessage is the size of the largest message, in bytes.
	maxMessage = 65536
	// kindFragment, fragmentHead and the digest in the first fragment.
	kindFragment = 1
	fragmentHead = 9
	// helloTime is how long a connection may take to say what it is for.
	helloTime = 20 * time.Second
	// storedEvery is how often a sender is told that more chunks reached the object store.
	storedEvery = time.Second
)

// clientMessage and serverMessage are the text messages.
type clientMessage struct {
	Type     string `json:"type"`
	MimeType string `json:"mime_type"`
	Chunks   int64  `json:"chunks"`
	SHA256   string `json:"sha256"`
}

type serverMessage struct {
	Type         string `json:"type"`
	State        string `json:"state,omitempty"`
	Ack          *int64 `json:"ack,omitempty"`
	Next         int64  `json:"next"`
	Stored       int64  `json:"stored"`
	DurableBytes int64  `json:"durable_bytes"`
	SHA256       string `json:"sha256,omitempty"`
	DurationMS   int64  `json:"duration_ms,omitempty"`
	Status       int    `json:"status,omitempty"`
	Reason       Reason `json:"reason,omitempty"`
	Detail       string `json:"detail,omitempty"`
	Seq          *int64 `json:"seq,omitempty"`
	RetryAfterMS *int64 `json:"retry_after_ms,omitempty"`
	Trouble      Reason `json:"trouble,omitempty"`
}

// Channel answers the offer of a recorder that wants to send a clip's chunks over a data channel. Errors: *Refused.
func (d *Door) Channel(ctx context.Context, clip domain.ClipID, offer string) (answerSDP string, err error) {
	if err := checkSDP(offer); err != nil {
		return "", err
	}
	if err := d.knock(clip); err != nil {
		return "", err
	}
	offer, _ = bounded(offer)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(d.settings), webrtc.WithMediaEngine(&webrtc.MediaEngine{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", fmt.Errorf("new connection: %w", err)
	}
	if err := d.add(pc, clip); err != nil {
		return "", errors.Join(err, pc.Close())
	}
	c := &channel{door: d, clip: clip, pc: pc, over: make(chan struct{}), log: d.cfg.Logger.With(slog.String("clip_id", string(clip)))}
	pc.OnDataChannel(c.accept)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
			c.end()
		}
	})
	if !d.goes(c.live) {
		return "", errors.Join(unavailable(0, 2*time.Second, ReasonUnavailable, "the server is going down", nil), pc.Close())
	}
	sdp, err := answer(ctx, pc, offer)
	if err != nil {
		c.end()
		return "", err
	}
	return sdp, nil
}

// channel is one connection of a recorder.
type channel struct {
	door *Door
	clip domain.ClipID
	pc   *webrtc.PeerConnection
	log  *slog.Logger
	once sync.Once
	over chan struct{}

	mu      sync.Mutex
	dc      *webrtc.DataChannel
	mime    string
	stored  int64
	trouble Reason         // as the sender knows it
	busy    sync.WaitGroup // finishes under way

	// Of the chunk that is coming in; only the reader uses them.
	seq       int64
	fragment  int
	fragments int
	sum       [sha256.Size]byte
	chunk     []byte
}

func (c *channel) end() { c.once.Do(func() { close(c.over) }) }

// live waits for the end, tells of stored chunks meanwhile, and closes the connection.
func (c *channel) live() {
	hello := time.NewTimer(helloTime)
	defer hello.Stop()
	tick := time.NewTicker(storedEvery)
	defer tick.Stop()
	for open := true; open; {
		select {
		case <-c.over:
			open = false
		case <-c.door.ctx.Done():
			open = false
		case <-hello.C:
			c.mu.Lock()
			open = c.mime != ""
			c.mu.Unlock()
		case <-tick.C:
			c.tellStored()
		}
	}
	c.end()
	c.door.remove(c.pc)
	if err := c.pc.GracefulClose(); err != nil {
		c.log.Debug("close data channel", slog.Any("error", err))
	}
	c.busy.Wait()
}

func (c *channel) tellStored() {
	r := c.door.cfg.Ingest.live(c.clip)
	if r == nil {
		return
	}
	s := r.state()
	c.mu.Lock()
	news := c.mime != "" && (s.StoredSeq > c.stored || s.Trouble != c.trouble)
	if news {
		c.stored, c.trouble = max(c.stored, s.StoredSeq), s.Trouble
	}
	c.mu.Unlock()
	if news {
		c.send(serverMessage{Type: "stored", Next: s.NextSeq, Stored: s.StoredSeq, DurableBytes: s.Bytes, Trouble: s.Trouble})
	}
}

func (c *channel) accept(dc *webrtc.DataChannel) {
	c.mu.Lock()
	second := c.dc != nil
	if !second {
		c.dc = dc
	}
	c.mu.Unlock()
	if second || dc.Label() != ChannelLabel || !dc.Ordered() || dc.MaxRetransmits() != nil || dc.MaxPacketLifeTime() != nil {
		c.end()
		return
	}
	dc.OnClose(c.end)
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		// Messages come one after the other; while a chunk is being made durable the association's window closes: back-pressure.
		ctx := c.door.ctx
		if m.IsString {
			c.text(ctx, m.Data)
			return
		}
		c.binary(ctx, m.Data)
	})
}

func (c *channel) send(m serverMessage) {
	b, err := json.Marshal(m)
	if err == nil {
		c.mu.Lock()
		dc := c.dc
		c.mu.Unlock()
		err = dc.SendText(string(b))
	}
	if err != nil {
		c.log.Debug("send on data channel", slog.Any("error", err))
	}
}

func (c *channel) text(ctx context.Context, b []byte) {
	var m clientMessage
	if err := json.Unmarshal(b, &m); err != nil {
		c.fail(refuse(http.StatusBadRequest, "message", 0, "a text message is not JSON"), nil)
		return
	}
	switch m.Type {
	case "hello":
		if err := CheckMimeType(m.MimeType); err != nil {
			c.fail(err, nil)
			return
		}
		c.mu.Lock()
		c.mime = m.MimeType
		c.mu.Unlock()
		c.status(ctx)
	case "status":
		c.status(ctx)
	case "finish":
		c.busy.Go(func() { c.finish(ctx, m) })
	default:
		c.fail(refuse(http.StatusBadRequest, "message", 0, "no such message: %.20q", m.Type), nil)
	}
}

func (c *channel) status(ctx context.Context) {
	s, err := c.door.cfg.Ingest.Status(ctx, c.clip)
	if err != nil {
		c.fail(err, nil)
		return
	}
	c.send(serverMessage{Type: "status", State: s.State, Next: s.NextSeq, Stored: s.StoredSeq, DurableBytes: s.Bytes})
}

func (c *channel) finish(ctx context.Context, m clientMessage) {
	s, err := c.door.cfg.Ingest.Finish(ctx, c.clip, m.Chunks, m.SHA256)
	if err != nil {
		c.fail(err, nil)
		return
	}
	c.send(serverMessage{Type: "finished", Next: s.NextSeq, Stored: s.StoredSeq, DurableBytes: s.Bytes, SHA256: s.SHA256, DurationMS: s.DurationMS})
}

// binary takes a fragment.
func (c *channel) binary(ctx context.Context, b []byte) {
	c.mu.Lock()
	mime := c.mime
	c.mu.Unlock()
	err := c.collect(b)
	if err == nil && mime == "" {
		err = refuse(http.StatusBadRequest, "message", 0, "hello comes first")
	}
	if err != nil {
		c.fail(err, nil)
		return
	}
	if c.fragment < c.fragments {
		return
	}
	seq, chunk := c.seq, c.chunk
	c.fragments, c.fragment = 0, 0
	s, err := c.door.cfg.Ingest.Append(ctx, c.clip, mime, seq, chunk, c.sum)
	if err != nil {
		c.fail(err, &seq)
		return
	}
	c.mu.Lock()
	c.stored, c.trouble = max(c.stored, s.StoredSeq), s.Trouble
	c.mu.Unlock()
	c.send(serverMessage{Type: "ack", Ack: &seq, Next: s.NextSeq, Stored: s.StoredSeq, DurableBytes: s.Bytes, Trouble: s.Trouble})
}

// collect adds a fragment to the chunk that is coming in.
func (c *channel) collect(b []byte) error {
	bad := refuse(http.StatusBadRequest, "message", 0, "a fragment is not as docs/protocol.md has it")
	if len(b) < fragmentHead || len(b) > maxMessage || b[0] != kindFragment {
		return bad
	}
	seq := int64(binary.BigEndian.Uint32(b[1:]))
	index, count := int(binary.BigEndian.Uint16(b[5:])), int(binary.BigEndian.Uint16(b[7:]))
	b = b[fragmentHead:]
	if index == 0 {
		if len(b) < sha256.Size || count == 0 || count > 2*MaxChunkBytes/(maxMessage/2) {
			return bad
		}
		c.seq, c.fragment, c.fragments = seq, 0, count
		copy(c.sum[:], b)
		b = b[sha256.Size:]
		c.chunk = slices.Grow(c.chunk[:0], min(count*(maxMessage-fragmentHead), MaxChunkBytes)) // Append keeps nothing of it
	}
	if seq != c.seq || count != c.fragments || index != c.fragment {
		return bad
	}
	if len(c.chunk)+len(b) > MaxChunkBytes {
		return refuse(http.StatusRequestEntityTooLarge, ReasonChunkTooLarge, 0, "a chunk has at most %d bytes", MaxChunkBytes)
	}
	c.chunk = append(c.chunk, b...)
	c.fragment++
	return nil
}

// fail tells the sender; what it cannot mend by sending again closes the channel.
func (c *channel) fail(err error, seq *int64) {
	m := serverMessage{Type: "error", Status: http.StatusInternalServerError, Detail: "our fault", Seq: seq}
	var r *Refused
	var e *domain.Error
	switch {
	case errors.As(err, &r):
		after := r.RetryAfter.Milliseconds()
		m.Status, m.Reason, m.Detail, m.Next, m.RetryAfterMS = r.Status, r.Reason, r.Err.Message, r.NextSeq, &after
	case errors.As(err, &e):
		m.Detail = e.Message
		switch e.Kind { //nolint:exhaustive // the others are the server's own fault
		case domain.KindNotFound:
			m.Status = http.StatusNotFound
		case domain.KindUnavailable:
			after := max(e.RetryAfter, time.Second).Milliseconds()
			m.Status, m.Reason, m.RetryAfterMS = http.StatusServiceUnavailable, ReasonUnavailable, &after
		}
	}
	if m.Status == http.StatusInternalServerError {
		c.log.Error("data channel", slog.Any("error", err))
	}
	c.send(m)
	switch {
	case m.Reason == ReasonAhead, m.Reason == ReasonMissing, m.Status == http.StatusUnprocessableEntity,
		m.Status == http.StatusTooManyRequests, m.Status == http.StatusServiceUnavailable:
		return
	}
	c.mu.Lock()
	dc := c.dc
	c.mu.Unlock()
	if err := dc.Close(); err != nil { // a stream reset, after what is queued
		c.end()
	}
}
