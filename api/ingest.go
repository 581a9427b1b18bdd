package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/media"
)

// ingest takes recordings and files: package media's record plane.
type ingest interface {
	// Status tells how far a recording is.
	Status(ctx context.Context, c domain.ClipID) (media.State, error)
	// Append takes a chunk and returns when it is durable. Errors are *media.Refused.
	Append(ctx context.Context, c domain.ClipID, mimeType string, seq int64, data []byte, sum [sha256.Size]byte) (media.State, error)
	// AppendAt takes a stretch of a file.
	AppendAt(ctx context.Context, c domain.ClipID, u media.Upload) (media.State, error)
	// Finish ends a recording of so many chunks with that SHA-256 (hex; empty: not compared).
	Finish(ctx context.Context, c domain.ClipID, chunks int64, sum string) (media.State, error)
}

// registerIngest adds the routes of docs/protocol.md.
func (h *handlers) registerIngest(r gen.EchoRouter) {
	const at = "/api/v1/clips/:id"
	r.GET(at+"/recording", h.recording(h.getRecording))
	r.PUT(at+"/chunks/:seq", h.recording(h.putChunk))
	r.POST(at+"/finish", h.recording(h.finishRecording))
	r.POST(at+"/channel", h.recording(h.openChannel))
	h.registerUpload(r)
	h.registerWHIP(r)
}

// recording lets a request that gives a clip its media through the gate.
func (h *handlers) recording(next func(echo.Context, domain.Clip) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		clip, err := h.gate(c.Request().Context(), c.Param("id"), domain.ActionEdit)
		if err != nil {
			return err
		}
		return next(c, clip)
	}
}

func (h *handlers) getRecording(c echo.Context, clip domain.Clip) error {
	s, err := h.Ingest.Status(c.Request().Context(), clip.ID)
	if err != nil {
		return fmt.Errorf("read recording: %w", err)
	}
	return c.JSON(http.StatusOK, s)
}

func (h *handlers) putChunk(c echo.Context, clip domain.Clip) error {
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil || seq < 0 {
		return domain.Errorf(domain.KindInvalid, "the chunk's number is not one")
	}
	r := c.Request()
	sum, err := media.ParseContentDigest(r.Header.Get("Content-Digest"))
	if err != nil {
		return err
	}
	mimeType := r.Header.Get("Content-Type")
	if err := media.CheckMimeType(mimeType); err != nil {
		return err
	}
	data, err := readBody(c, media.MaxChunkBytes, "a chunk")
	if err != nil {
		return err
	}
	s, err := h.Ingest.Append(r.Context(), clip.ID, mimeType, seq, data, sum)
	if err != nil {
		return fmt.Errorf("take chunk: %w", err)
	}
	return c.JSON(http.StatusOK, gen.ChunkAck{NextSeq: s.NextSeq, Bytes: s.Bytes, StoredSeq: s.StoredSeq, Trouble: troubleOf(s)})
}

// troubleOf is a state's trouble as it is told; nil: none.
func troubleOf(s media.State) *gen.IngestTrouble {
	if s.Trouble == "" {
		return nil
	}
	t := gen.IngestTrouble(s.Trouble)
	return &t
}

// readBody reads a bounded body whole, as its sender manages to send it: slow senders are
// waited for as long as bytes come.
func readBody(c echo.Context, limit int64, what string) ([]byte, error) {
	r := c.Request()
	tooLarge := &media.Refused{
		Err:    domain.Errorf(domain.KindTooLarge, "%s has at most %d bytes", what, limit),
		Status: http.StatusRequestEntityTooLarge, Reason: media.ReasonChunkTooLarge,
	}
	body := newPatientBody(c)
	if r.ContentLength > limit {
		skip(r, body, limit)
		return nil, tooLarge
	}
	b, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, cutOff(what, err)
	}
	if int64(len(b)) > limit {
		skip(r, body, limit)
		return nil, tooLarge
	}
	return b, nil
}

// cutOff answers a sender whose line stood still, or broke, in the middle of a body. Sending it again mends that: a recorder that was told
// that it made a mistake would give up.
func cutOff(what string, cause error) error {
	return &media.Refused{
		Err:    domain.Errorf(domain.KindUnavailable, "%s was cut off on its way; send it again", what).Because(cause),
		Status: http.StatusServiceUnavailable, Reason: media.ReasonUnavailable, RetryAfter: time.Second,
	}
}

// skip reads on in a body that is too large, within reason: a sender that is cut off while it still
// sends sees a broken connection and not the answer. One that waits for our word (100-continue) sees it anyway.
func skip(r *http.Request, body io.Reader, limit int64) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, body, 4*limit) // whatever comes of it, the answer is the same
	}
}

func (h *handlers) finishRecording(c echo.Context, clip domain.Clip) error {
	var req gen.FinishRequest
	b, err := readBody(c, 4096, "this request")
	if err != nil {
		return err
	}
	if t, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); t != "application/json" {
		return domain.Errorf(domain.KindUnsupported, "the body has to be application/json")
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil || req.Chunks < 0 {
		return domain.Errorf(domain.KindInvalid, `the body has to be {"chunks": COUNT, "sha256": "HEX"}`).Because(err)
	}
	s, err := h.Ingest.Finish(c.Request().Context(), clip.ID, req.Chunks, or(req.Sha256, ""))
	if err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	return c.JSON(http.StatusOK, s)
}

// retryAfter is when to try again, if the error says so.
func retryAfter(err error) time.Duration {
	var refused *media.Refused
	if errors.As(err, &refused) && refused.RetryAfter > 0 {
		return refused.RetryAfter
	}
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// addIngestMembers adds to a problem what docs/protocol.md promises of the ingest's refusals.
func addIngestMembers(p *problem, err error) {
	var r *media.Refused
	if !errors.As(err, &r) {
		return
	}
	p.Status, p.Reason = r.Status, string(r.Reason)
	switch r.Reason { //nolint:exhaustive // the others are told by their status, and are for the sender alone
	case media.ReasonSpoolFull, media.ReasonDiskFull, media.ReasonStoreAway, media.ReasonBusy, media.ReasonRecordingTooLarge:
		p.Type = "/problems/" + strings.ReplaceAll(p.Reason, "_", "-")
	}
	if r.Status == http.StatusConflict || r.NextSeq > 0 {
		p.NextSeq = &r.NextSeq
	}
}
