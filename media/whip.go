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

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"baton/domain"
)

const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag"
	// rate of requests per session, and of POSTs per door, per second, with their burst.
	rateLimit = 5
	rateBurst = 30
)

// WHIP answers a request to the WHIP endpoint of a clip (sessionID empty) or to one of its sessions
// (RFC 9725). The caller has authenticated it and checked that the clip may be edited; OPTIONS needs neither.
// An error is for the caller to render: *Refused with the status, or a domain.Error; then nothing was written but headers.
func (d *Door) WHIP(w http.ResponseWriter, r *http.Request, clip domain.ClipID, sessionID string) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After, Accept-Post, Accept-Patch")
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

// throttle is a token bucket.
func (s *session) throttle() error {
	now := time.Now()
	s.tokens = min(rateBurst, s.tokens+now.Sub(s.refresh).Seconds()*rateLimit)
	s.refresh = now
	if s.tokens < 1 {
		r := refuse(http.StatusTooManyRequests, ReasonBusy, 0, "too many requests for this session")
		r.RetryAfter = time.Second
		return r
	}
	s.tokens--
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
	s, err := d.newSession(r.Context(), clip, offer)
	if err != nil {
		return err
	}
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
	if _, err := io.WriteString(w, startHigh(sdp, s.chosen)); err != nil {
		s.log.DebugContext(r.Context(), "write answer", slog.Any("error", err))
	}
	return nil
}

// addSession refuses a second publisher of a clip.
func (d *Door) addSession(s *session) error {
	if err := d.add(s.pc); err != nil {
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
	tag := r.Header.Get("If-Match")
	if tag == "" {
		return refuse(http.StatusPreconditionRequired, "etag", 0, "If-Match is needed: the session's ETag, or * to restart ICE")
	}
	f, err := parseFragment(body)
	if err != nil {
		return err
	}
	ufrag, pwd := remoteCredentials(s.offer)
	restart := f.ufrag != "" && (f.ufrag != ufrag || f.pwd != pwd)
	if tag != "*" && tag != strconv.Quote(s.etag) || tag == "*" && !restart {
		return refuse(http.StatusPreconditionFailed, "etag", 0, "If-Match is not the entity tag of the present ICE session")
	}
	if restart {
		return s.restart(r.Context(), w, f)
	}
	for _, c := range f.candidates {
		if err := s.pc.AddICECandidate(c); err != nil {
			s.log.DebugContext(r.Context(), "candidate dropped", slog.Any("error", err)) // as the RFC asks
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
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
	for _, c := range f.candidates {
		if err := s.pc.AddICECandidate(c); err != nil {
			s.log.DebugContext(ctx, "candidate dropped", slog.Any("error", err))
		}
	}
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

// fragment is a trickle-ice-sdpfrag (RFC 8840, 9).
type fragment struct {
	ufrag, pwd string
	candidates []webrtc.ICECandidateInit
}

func parseFragment(body string) (fragment, error) {
	var f fragment
	bad := refuse(http.StatusBadRequest, "sdp", 0, "the fragment cannot be read")
	var mid *string
	lines := 0
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		if line == "" {
			continue
		}
		lines++
		if len(line) < 2 || line[1] != '=' || line[0] != 'a' && line[0] != 'm' || lines > 500 {
			return f, bad
		}
		key, value, _ := strings.Cut(line[2:], ":")
		switch {
		case line[0] == 'm':
			mid = nil
		case key == "mid":
			mid = &value
		case key == "ice-ufrag":
			f.ufrag = value
		case key == "ice-pwd":
			f.pwd = value
		case key == "candidate":
			f.candidates = append(f.candidates, candidate(line[2:], mid, f.ufrag))
		}
	}
	if lines == 0 || f.ufrag != "" && !validCredentials(f.ufrag, f.pwd) {
		return f, bad
	}
	return f, nil
}

func candidate(text string, mid *string, ufrag string) webrtc.ICECandidateInit {
	zero := uint16(0)
	c := webrtc.ICECandidateInit{Candidate: text, SDPMid: mid}
	if mid == nil {
		c.SDPMLineIndex = &zero
	}
	if ufrag != "" {
		c.UsernameFragment = &ufrag
	}
	return c
}

// validCredentials as RFC 8839, 5.4 has them, which also keeps line breaks out.
func validCredentials(ufrag, pwd string) bool {
	const iceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for _, x := range ufrag + pwd {
		if !strings.ContainsRune(iceChars, x) {
			return false
		}
	}
	return len(ufrag) >= 4 && len(ufrag) <= 256 && len(pwd) >= 22 && len(pwd) <= 256
}

func remoteCredentials(offer string) (ufrag, pwd string) {
	for line := range strings.SplitSeq(offer, "\n") {
		line = strings.TrimRight(line, "\r")
		if v, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok && ufrag == "" {
			ufrag = v
		}
		if v, ok := strings.CutPrefix(line, "a=ice-pwd:"); ok && pwd == "" {
			pwd = v
		}
	}
	return ufrag, pwd
}

// withCredentials is the offer of an ICE restart: other credentials, no candidates, a higher version.
func withCredentials(offer string, f fragment) (string, error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(offer); err != nil {
		return "", err
	}
	s.Origin.SessionVersion++
	change := func(list []sdp.Attribute) []sdp.Attribute {
		var out []sdp.Attribute
		for _, a := range list {
			switch a.Key {
			case "candidate", "end-of-candidates":
				continue
			case "ice-ufrag":
				a.Value = f.ufrag
			case "ice-pwd":
				a.Value = f.pwd
			}
			out = append(out, a)
		}
		return out
	}
	s.Attributes = change(s.Attributes)
	for _, m := range s.MediaDescriptions {
		m.Attributes = change(m.Attributes)
	}
	b, err := s.Marshal()
	return string(b), err
}

// answerFragment tells the new credentials and candidates of our side.
func answerFragment(answer string) (string, error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(answer); err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	var b strings.Builder
	if g, ok := s.Attribute("group"); ok {
		fmt.Fprintf(&b, "a=group:%s\r\n", g)
	}
	for _, m := range s.MediaDescriptions[:min(1, len(s.MediaDescriptions))] { // bundled: one transport
		fmt.Fprintf(&b, "m=%s 9 %s 0\r\n", m.MediaName.Media, strings.Join(m.MediaName.Protos, "/"))
		for _, a := range m.Attributes {
			switch a.Key {
			case "mid", "ice-ufrag", "ice-pwd", "candidate":
				fmt.Fprintf(&b, "a=%s:%s\r\n", a.Key, a.Value)
			case "end-of-candidates":
				b.WriteString("a=end-of-candidates\r\n")
			}
		}
	}
	return b.String(), nil
}
