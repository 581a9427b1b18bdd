package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"

	"baton/domain"
)

const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag"
)

// AllowPublishers lets pages of every origin see an answer of the WHIP door, errors included.
func AllowPublishers(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After, Accept-Post, Accept-Patch")
}

// WHIP answers a request to the WHIP endpoint of a clip (sessionID empty) or to one of its sessions
// (RFC 9725). The caller has authenticated it and checked that the clip may be edited; OPTIONS needs neither.
// An error is for the caller to render: *Refused with the status, or a domain.Error; then nothing was written but headers.
func (d *Door) WHIP(w http.ResponseWriter, r *http.Request, clip domain.ClipID, sessionID string) error {
	h := w.Header()
	AllowPublishers(h)
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "OPTIONS, GET, HEAD, POST, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
		h.Set("Access-Control-Max-Age", "86400")
		h.Set("Accept-Post", typeSDP)
		h.Set("Accept-Patch", typeFragment)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if sessionID == "" {
		switch r.Method {
		case http.MethodPost:
			return d.whipPost(w, r, clip)
		case http.MethodGet, http.MethodHead:
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return notAllowed(h, "OPTIONS, GET, HEAD, POST")
	}
	s := d.session(sessionID)
	if s == nil || s.clip != clip {
		return domain.Errorf(domain.KindNotFound, "no such session; it may have ended")
	}
	s.http.Lock()
	defer s.http.Unlock()
	if err := s.throttle(); err != nil {
		return err
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		w.WriteHeader(http.StatusNoContent)
		return nil
	case http.MethodPatch:
		return s.patch(w, r)
	case http.MethodDelete:
		return s.delete(w, r)
	}
	return notAllowed(h, "OPTIONS, GET, HEAD, PATCH, DELETE")
}

func notAllowed(h http.Header, allow string) error {
	h.Set("Allow", allow)
	return refuse(http.StatusMethodNotAllowed, "method", 0, "this can only be asked with %s", allow)
}

func (d *Door) session(id string) *session {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sessions[id]
}

func (d *Door) forget(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, s.id)
	delete(d.conns, s.pc)
}

// throttle bounds the requests for one session.
func (s *session) throttle() error {
	if !s.requests.Allow() {
		return tooFast("too many requests for this session")
	}
	return nil
}

func readBody(r *http.Request, want string) (string, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != want {
		return "", refuse(http.StatusUnsupportedMediaType, "content_type", 0, "the content type must be %s", want)
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxSDP+1))
	if err != nil {
		return "", refuse(http.StatusBadRequest, "sdp", 0, "the request's body cannot be read")
	}
	if len(b) > maxSDP {
		return "", refuse(http.StatusRequestEntityTooLarge, "sdp", 0, "the request's body is larger than %d bytes", maxSDP)
	}
	return string(b), nil
}

func (d *Door) whipPost(w http.ResponseWriter, r *http.Request, clip domain.ClipID) error {
	offer, err := readBody(r, typeSDP)
	if err != nil {
		return err
	}
	if err := checkSDP(offer); err != nil {
		return err
	}
	if err := d.knock(clip); err != nil {
		return err
	}
	offer, candidates := bounded(offer)
	s, err := d.newSession(r.Context(), clip, offer)
	if err != nil {
		return err
	}
	s.candidates = candidates
	if err := d.addSession(s); err != nil {
		return errors.Join(err, s.pc.Close())
	}
	s.pc.OnTrack(s.onTrack)
	s.pc.OnConnectionStateChange(s.onState)
	sdp, err := answer(r.Context(), s.pc, offer)
	if err != nil {
		d.forget(s)
		return errors.Join(err, s.pc.Close())
	}
	if !d.goes(s.run) {
		d.forget(s)
		return errors.Join(unavailable(0, 2*time.Second, ReasonUnavailable, "the server is going down", nil), s.pc.Close())
	}
	h := w.Header()
	h.Set("Content-Type", typeSDP)
	h.Set("Location", strings.TrimSuffix(r.URL.Path, "/")+"/"+s.id)
	h.Set("ETag", strconv.Quote(s.etag))
	d.links(h)
	w.WriteHeader(http.StatusCreated)
	if _, err := io.WriteString(w, muxOnly(startHigh(sdp, s.chosen))); err != nil {
		s.log.DebugContext(r.Context(), "write answer", slog.Any("error", err))
	}
	return nil
}

// addSession refuses a second publisher of a clip.
func (d *Door) addSession(s *session) error {
	if err := d.add(s.pc, s.clip); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.sessions {
		if o.clip == s.clip {
			delete(d.conns, s.pc)
			return refuse(http.StatusConflict, ReasonBusy, 0, "another session publishes to this clip")
		}
	}
	d.sessions[s.id] = s
	return nil
}

// links tells of the ICE servers (RFC 9725, 4.6).
func (d *Door) links(h http.Header) {
	for _, s := range d.cfg.ICEServers {
		v := fmt.Sprintf(`<%s>; rel="ice-server"`, s.URL)
		if s.Username != "" {
			v += fmt.Sprintf(`; username=%q; credential=%q; credential-type="password"`, s.Username, s.Credential)
		}
		h.Add("Link", v)
	}
}

func (s *session) onState(state webrtc.PeerConnectionState) {
	s.log.Info("session", slog.String("state", state.String()))
	if state == webrtc.PeerConnectionStateConnected {
		s.up.Do(func() { close(s.connected) })
	}
	if state == webrtc.PeerConnectionStateFailed || state == webrtc.PeerConnectionStateClosed {
		s.end()
	}
}

// delete ends the session and the recording (RFC 9725, 4.2). Its entity tag is not asked for.
func (s *session) delete(w http.ResponseWriter, r *http.Request) error {
	s.end()
	select {
	case <-s.done:
	case <-r.Context().Done():
		return r.Context().Err()
	}
	if s.err != nil {
		return s.err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// patch is trickle ICE or an ICE restart (RFC 9725, 4.3; RFC 8840).
func (s *session) patch(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r, typeFragment)
	if err != nil {
		return err
	}
	tags := strings.Join(r.Header.Values("If-Match"), ",")
	if strings.TrimSpace(tags) == "" {
		return refuse(http.StatusPreconditionRequired, "etag", 0, "If-Match is needed: the session's ETag, or * to restart ICE")
	}
	f, err := parseFragment(body)
	if err != nil {
		return err
	}
	ufrag, pwd := remoteCredentials(s.offer)
	restart := f.ufrag != "" && (f.ufrag != ufrag || f.pwd != pwd)
	if anyTag, same := matches(tags, strconv.Quote(s.etag)); !same && (!anyTag || !restart) {
		return refuse(http.StatusPreconditionFailed, "etag", 0, "If-Match is not the entity tag of the present ICE session")
	}
	if restart {
		return s.restart(r.Context(), w, f)
	}
	s.addCandidates(r.Context(), f.candidates)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// addCandidates drops what cannot be used without a word, as the RFC asks, and what is too much: each one
// makes us send checks to an address of the publisher's choice.
func (s *session) addCandidates(ctx context.Context, list []webrtc.ICECandidateInit) {
	for _, c := range list {
		if s.candidates++; s.candidates > maxCandidates {
			s.log.WarnContext(ctx, "the publisher has more candidates than are tried", slog.Int("tried", maxCandidates))
			return
		}
		if err := s.pc.AddICECandidate(c); err != nil {
			s.log.DebugContext(ctx, "candidate dropped", slog.Any("error", err))
		}
	}
}

// matches reads an If-Match (RFC 9110, 13.1.1): whether it takes any entity tag, and whether it names the present one. The
// RFC's own example puts the asterisk into quotes.
func matches(header, present string) (anyTag, same bool) {
	for tag := range strings.SplitSeq(header, ",") {
		switch strings.TrimSpace(tag) {
		case "*", `"*"`:
			anyTag = true
		case present:
			same = true
		}
	}
	return anyTag, same
}

// restart applies the publisher's new credentials, by way of its first offer with those in it.
func (s *session) restart(ctx context.Context, w http.ResponseWriter, f fragment) error {
	if f.pwd == "" {
		return refuse(http.StatusBadRequest, "sdp", 0, "an ICE restart needs ice-ufrag and ice-pwd")
	}
	offer, err := withCredentials(s.offer, f)
	if err != nil {
		return badSDP(err)
	}
	sdp, err := answer(ctx, s.pc, offer)
	if err != nil {
		return err
	}
	s.candidates = 0
	s.addCandidates(ctx, f.candidates)
	body, err := answerFragment(sdp)
	if err != nil {
		return err
	}
	s.offer, s.etag = offer, randomText()
	w.Header().Set("Content-Type", typeFragment)
	w.Header().Set("ETag", strconv.Quote(s.etag))
	w.WriteHeader(http.StatusOK)
	if _, err := io.WriteString(w, body); err != nil {
		s.log.DebugContext(ctx, "write fragment", slog.Any("error", err))
	}
	return nil
}
