package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"

	"baton/domain"
)

// uploadChunk is how a file is cut into chunks; each is one fsync.
const uploadChunk = 1 << 20

// Upload is a stretch of a file (tus PATCH, or a whole PUT).
type Upload struct {
	MimeType string
	// Offset in the file of the first byte of Body.
	Offset int64
	// DeclaredBytes is the file's whole size; 0: not known.
	DeclaredBytes int64
	Body          io.Reader
}

// AppendAt takes a stretch of an uploaded file and returns the state after it. What arrived before Body
// failed is kept. When the declared size is reached the recording is finished. Errors: *Refused with ReasonOffset (and
// the right one in the state) or ReasonBusy while another request uploads to the clip; ReasonUnavailable when Body breaks off.
func (in *Ingest) AppendAt(ctx context.Context, clip domain.ClipID, u Upload) (State, error) {
	for {
		r, err := in.recorder(ctx, clip, u.MimeType)
		if err != nil {
			return State{}, err
		}
		err = r.upload(u)
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return r.state(), err
		}
		s := r.state()
		if s.DeclaredBytes > 0 && s.Bytes == s.DeclaredBytes {
			return in.Finish(ctx, clip, s.NextSeq, "")
		}
		return s, nil
	}
}

func (r *recorder) upload(u Upload) error {
	if err := r.beginUpload(u); err != nil {
		return err
	}
	defer func() {
		r.mu.Lock()
		r.uploading = false
		r.mu.Unlock()
	}()
	l := r.currentLog()
	buf := make([]byte, uploadChunk)
	for {
		n, readErr := fill(buf, u.Body)
		if n > 0 {
			next := l.Written()
			limit := r.in.cfg.Limits.Bytes
			r.mu.Lock()
			declared := r.declared
			r.mu.Unlock()
			if after := next.Offset + int64(n); limit > 0 && after > limit || declared > 0 && after > declared {
				return refuse(http.StatusRequestEntityTooLarge, ReasonRecordingTooLarge, next.Seq, "the file is larger than declared or allowed")
			}
			if err := l.Append(next.Seq, buf[:n], sha256.Sum256(buf[:n])); err != nil {
				return r.spoolError(l, err)
			}
			r.arrived()
		}
		switch {
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return unavailable(l.Written().Seq, soonRetry, ReasonUnavailable, "the file was cut off on its way; what came is kept, send the rest", readErr)
		}
	}
}

// fill reads until buf is full or the body says why there is no more. io.ReadFull will not do: to it a body that ends and one
// that breaks off are both io.ErrUnexpectedEOF, and a file of unknown length that broke off would be taken for a whole one.
func fill(buf []byte, body io.Reader) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = body.Read(buf[n:])
		n += more
	}
	return n, err
}

func (r *recorder) beginUpload(u Upload) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.log.Durable()
	switch {
	case r.dead:
		return errGone
	case r.ending != nil && r.ending.Reason == domain.EndAbandoned:
		return closing(at.Seq)
	case r.ending != nil:
		return refuse(http.StatusConflict, ReasonFinished, at.Seq, "the upload was ended")
	case r.uploading:
		return refuse(http.StatusConflict, ReasonBusy, at.Seq, "another request uploads to this clip")
	case u.Offset != at.Offset:
		return refuse(http.StatusConflict, ReasonOffset, at.Seq, "the upload is at byte %d, not %d", at.Offset, u.Offset)
	case u.DeclaredBytes > 0 && r.declared > 0 && u.DeclaredBytes != r.declared:
		return refuse(http.StatusConflict, ReasonDifferent, at.Seq, "the file was declared with %d bytes before", r.declared)
	}
	if u.DeclaredBytes > 0 {
		r.declared = u.DeclaredBytes
	}
	r.uploading = true
	return nil
}
