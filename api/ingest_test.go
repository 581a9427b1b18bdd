package api_test

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
	"time"

	"baton/domain"
	"baton/media"
)

// ingest is a media door that says yes and remembers; or refuses, if told so. What happens behind the real one is
// tested in package media.
type ingest struct {
	mu     sync.Mutex
	refuse error
	chunks [][]byte
	state  media.State
}

func (i *ingest) Status(context.Context, domain.ClipID) (media.State, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.state, nil
}

func (i *ingest) Append(_ context.Context, _ domain.ClipID, mimeType string, seq int64, data []byte, sum [sha256.Size]byte) (media.State, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refuse != nil {
		return i.state, i.refuse
	}
	if sha256.Sum256(data) != sum {
		return i.state, &media.Refused{Err: domain.Errorf(domain.KindInvalid, "digest"), Status: 422, Reason: media.ReasonDigest, NextSeq: seq}
	}
	i.chunks = append(i.chunks, data)
	i.state.MimeType, i.state.NextSeq = mimeType, seq+1
	i.state.Bytes += int64(len(data))
	return i.state, nil
}

func (i *ingest) AppendAt(_ context.Context, _ domain.ClipID, u media.Upload) (media.State, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if u.Offset != i.state.Bytes {
		return i.state, &media.Refused{Err: domain.Errorf(domain.KindConflict, "offset"), Status: 409, Reason: media.ReasonOffset}
	}
	b, err := io.ReadAll(u.Body)
	i.chunks = append(i.chunks, b)
	i.state.Bytes += int64(len(b))
	i.state.NextSeq++
	if u.DeclaredBytes > 0 {
		i.state.DeclaredBytes = u.DeclaredBytes
	}
	return i.state, err
}

func (i *ingest) Finish(_ context.Context, _ domain.ClipID, chunks int64, _ string) (media.State, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if chunks != i.state.NextSeq {
		r := &media.Refused{Err: domain.Errorf(domain.KindConflict, "missing"), Status: 409, Reason: media.ReasonMissing, NextSeq: i.state.NextSeq}
		r.RetryAfter = time.Second
		return i.state, r
	}
	i.state.State = "finished"
	return i.state, nil
}

func (i *ingest) Channel(context.Context, domain.ClipID, string) (string, error) {
	return "v=0 answer", nil
}

func (i *ingest) WHIP(w http.ResponseWriter, r *http.Request, clip domain.ClipID, session string) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Accept-Post", "application/sdp")
		return nil
	case session == "gone":
		return domain.Errorf(domain.KindNotFound, "no such session")
	case r.Method == http.MethodPost:
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		w.Header().Set("Location", r.URL.Path+"/s1")
		w.WriteHeader(http.StatusCreated)
		_, err = w.Write(append(b, " for "+string(clip)...))
		return err
	case r.Method == http.MethodPatch && r.Header.Get("If-Match") == "":
		return &media.Refused{Err: domain.Errorf(domain.KindInvalid, "no tag"), Status: http.StatusPreconditionRequired, Reason: "etag"}
	case r.Method == http.MethodDelete:
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (i *ingest) reset() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.chunks, i.state = nil, media.State{State: "recording", GapsMS: []domain.Span{}}
}
