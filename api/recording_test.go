package api_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
)

func digest(body string) string {
	h := sha256.Sum256([]byte(body))
	return "sha-256=:" + base64.StdEncoding.EncodeToString(h[:]) + ":"
}

// put sends a chunk.
func (p *person) put(path, typ, digest, body string) *answer {
	p.s.t.Helper()
	r := p.request("PUT", path, strings.NewReader(body))
	r.Header.Set("Content-Type", typ)
	if digest != "" {
		r.Header.Set("Content-Digest", digest)
	}
	return p.s.send(r)
}

func TestChunksTravelAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	at := "/api/v1/clips/" + string(p.clip(domain.VisiblePrivate, "T"))
	const typ = "video/x-matroska;codecs=avc1,opus"
	body := strings.Repeat("\x00media", 1000)
	ack := decoded[map[string]any](t, p.put(at+"/chunks/0", typ, digest(body), body).expect(200))
	if ack["next_seq"] != 1.0 || ack["bytes"] != float64(len(body)) || ack["stored_seq"] != 0.0 {
		t.Errorf("%v", ack)
	}
	p.put(at+"/chunks/1", typ, "md5=:abcd:, "+digest(body), body).expect(200)
	largest := strings.Repeat("x", media.MaxChunkBytes)
	p.put(at+"/chunks/2", typ, digest(largest), largest).expect(200)
	if got := s.ingest.chunks; string(got[0]) != body || s.ingest.state.MimeType != typ || len(got[2]) != media.MaxChunkBytes {
		t.Errorf("%d chunks of %q", len(got), s.ingest.state.MimeType)
	}
	for name, a := range map[string]*answer{
		"no digest": p.put(at+"/chunks/3", typ, "", body), "broken digest": p.put(at+"/chunks/3", typ, "sha-256=:AAAA:", body),
		"another hash": p.put(at+"/chunks/3", typ, "sha-512=:AAAA:", body), "no number": p.put(at+"/chunks/x", typ, digest(body), body),
		"negative": p.put(at+"/chunks/-1", typ, digest(body), body),
	} {
		if a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	p.put(at+"/chunks/3", "text/html", digest(body), body).problem(415)
	if a := p.put(at+"/chunks/3", typ, digest("other"), body); a.problem(422) == "" || !strings.Contains(string(a.body), `"reason":"digest"`) {
		t.Errorf("%s", a.body)
	}
	over := largest + "x"
	if a := p.put(at+"/chunks/3", typ, digest(over), over); a.problem(413) == "" || !strings.Contains(string(a.body), `"reason":"chunk_too_large"`) {
		t.Errorf("%s", a.body)
	}

	s.ingest.refuse = &media.Refused{Err: domain.Errorf(domain.KindConflict, "ahead"), Status: 409, Reason: media.ReasonAhead, NextSeq: 3}
	if a := p.put(at+"/chunks/9", typ, digest(body), body); a.problem(409) == "" || !strings.Contains(string(a.body), `"reason":"ahead","next_seq":3`) {
		t.Errorf("%s", a.body)
	}
	s.ingest.refuse = &media.Refused{
		Err: domain.Errorf(domain.KindUnavailable, "full"), Status: 503, Reason: media.ReasonSpoolFull, NextSeq: 3, RetryAfter: 4500 * time.Millisecond,
	}
	if a := p.put(at+"/chunks/3", typ, digest(body), body); a.problem(503) == "" || a.header.Get("Retry-After") != "5" || !strings.Contains(string(a.body), `"type":"/problems/spool-full"`) {
		t.Errorf("%v %s", a.header, a.body)
	}
	for reason, status := range map[media.Reason]int{media.ReasonDiskFull: 503, media.ReasonStoreAway: 503, media.ReasonBusy: 429, media.ReasonRecordingTooLarge: 413} {
		s.ingest.refuse = &media.Refused{Err: domain.Errorf(domain.KindUnavailable, "no"), Status: status, Reason: reason}
		a := p.put(at+"/chunks/3", typ, digest(body), body)
		if want := `"type":"/problems/` + strings.ReplaceAll(string(reason), "_", "-") + `"`; a.problem(status) == "" || !strings.Contains(string(a.body), want) {
			t.Errorf("%s, want %s", a.body, want)
		}
	}
	s.ingest.refuse = nil

	if a := p.call("POST", at+"/finish", map[string]any{"chunks": 7}); a.problem(409) == "" || !strings.Contains(string(a.body), `"reason":"missing","next_seq":3`) || a.header.Get("Retry-After") != "1" {
		t.Errorf("%s %v", a.body, a.header)
	}
	p.call("POST", at+"/finish", map[string]any{"chunks": 3, "now": true}).problem(400)
	p.call("POST", at+"/finish", map[string]any{"chunks": 3, "sha256": strings.Repeat("a", 64)}).expect(200)
	if st := decoded[map[string]any](t, p.call("GET", at+"/recording", nil).expect(200)); st["state"] != "finished" || st["next_seq"] != 3.0 {
		t.Errorf("%v", st)
	}
}

func TestUploadsResume(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	at := "/api/v1/clips/" + string(p.clip(domain.VisiblePrivate, "T")) + "/upload"
	patch := func(offset, body string) *answer {
		r := p.request("PATCH", at, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Header.Set("Upload-Offset", offset)
		r.Header.Set("Tus-Resumable", "1.0.0")
		return s.send(r)
	}
	if a := (&person{s: s}).call("OPTIONS", at, nil).expect(204); a.header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("%v", a.header)
	}
	if a := s.send(p.request("HEAD", at, nil)).expect(200); a.header.Get("Upload-Offset") != "0" || a.header.Get("Tus-Resumable") != "1.0.0" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", a.header)
	}
	if a := patch("0", "hello ").expect(204); a.header.Get("Upload-Offset") != "6" {
		t.Errorf("%v", a.header)
	}
	if a := patch("0", "hello "); a.problem(409) == "" || a.header.Get("Tus-Resumable") != "1.0.0" {
		t.Errorf("%v", a.header)
	}
	patch("six", "x").problem(400)
	patch("-1", "x").problem(400)
	patch("6", "world").expect(204)
	if got := string(s.ingest.chunks[0]) + string(s.ingest.chunks[1]); got != "hello world" {
		t.Errorf("%q", got)
	}
	wrong := p.request("PATCH", at, strings.NewReader("x"))
	wrong.Header.Set("Content-Type", "text/plain")
	wrong.Header.Set("Upload-Offset", "11")
	s.send(wrong).problem(415)
	old := p.request("HEAD", at, nil)
	old.Header.Set("Tus-Resumable", "0.2.2")
	s.send(old).expect(412)

	s.ingest.reset()
	if a := p.put(at, "video/mp4", "", "whole file").expect(204); a.header.Get("Upload-Offset") != "10" || s.ingest.state.DeclaredBytes != 10 {
		t.Errorf("%v", a.header)
	}
	s.ingest.reset()
	p.put(at, "video/mp4", "", "").problem(400)
	part := p.request("PUT", at, strings.NewReader("x"))
	part.Header.Set("Content-Range", "bytes 0-0/10")
	s.send(part).problem(400)
	streamed := p.request("PUT", at, struct{ *strings.Reader }{strings.NewReader("of unknown length")})
	streamed.ContentLength = -1
	streamed.Header.Set("Content-Type", "application/octet-stream")
	s.send(streamed).expect(204)
	if s.ingest.state.State != "finished" {
		t.Errorf("%+v", s.ingest.state)
	}
}

// TestAChunkThatIsCutOffIsSentAgain: the recorder takes a 400 for its own mistake and gives up.
func TestAChunkThatIsCutOffIsSentAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	r := p.request("PUT", "/api/v1/clips/"+string(p.clip(domain.VisiblePrivate, "T"))+"/chunks/0", nil)
	r.Header.Set("Content-Type", "video/webm")
	r.Header.Set("Content-Digest", digest("all of it"))
	r.Header.Set("Content-Length", "9")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\n", r.URL.Path, r.URL.Host)
	if err := r.Header.Write(conn); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "\r\nall")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != "1" || !strings.Contains(string(body), `"reason":"unavailable"`) {
		t.Errorf("%d, %v: %s, %v", res.StatusCode, res.Header, body, err)
	}
}

// TestWHIPReachesItsDoor: what the door does is tested in package media.
func TestWHIPReachesItsDoor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := string(p.clip(domain.VisiblePrivate, "T"))
	at := "/api/v1/clips/" + id + "/whip"
	send := func(method, path, typ, body string) *answer {
		r := p.request(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", typ)
		return s.send(r)
	}
	if a := (&person{s: s}).call("OPTIONS", at, nil).expect(200); a.header.Get("Accept-Post") != "application/sdp" || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", a.header)
	}
	made := send("POST", at, "application/sdp", "v=0").expect(http.StatusCreated)
	if made.header.Get("Location") != at+"/s1" || string(made.body) != "v=0 for "+id {
		t.Errorf("%v %s", made.header, made.body)
	}
	if a := send("PATCH", at+"/s1", "application/trickle-ice-sdpfrag", "a=candidate:1"); a.problem(428) == "" || !strings.Contains(string(a.body), `"reason":"etag"`) {
		t.Errorf("%s", a.body)
	}
	p.call("PATCH", at, nil).problem(405)
	send("POST", at+"/s1", "application/sdp", "v=0").problem(405)
	p.call("GET", at, nil).expect(204)
	p.call("DELETE", at+"/s1", nil).expect(200)
	p.call("DELETE", at+"/gone", nil).problem(404)

	channel := strings.TrimSuffix(at, "/whip") + "/channel"
	send("POST", channel, "text/plain", "v=0").problem(415)
	send("POST", channel, "application/sdp", strings.Repeat("a", 300_000)).problem(413)
	if a := send("POST", channel, "application/sdp", "v=0").expect(201); string(a.body) != "v=0 answer" {
		t.Errorf("%s", a.body)
	}
}

// TestWHIPIsOpenToOtherSites: a page of another site, which has a bearer token and no cookie, reads every answer, errors included.
func TestWHIPIsOpenToOtherSites(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	made := decoded[struct {
		Token string `json:"token"`
	}](t, p.call("POST", "/api/v1/me/tokens", map[string]string{"name": "obs"}).expect(201))
	script := &person{s: s, token: made.Token}
	at := "/api/v1/clips/" + string(p.clip(domain.VisiblePrivate, "T")) + "/whip"
	send := func(who *person, method, path string) *answer {
		r := who.request(method, path, strings.NewReader("v=0"))
		r.Header.Set("Content-Type", "application/sdp")
		r.Header.Set("Origin", "https://studio.example.org")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		return s.send(r)
	}
	stranger := &person{s: s}
	for _, c := range []struct {
		who    *person
		method string
		path   string
		want   int
	}{
		{stranger, "OPTIONS", at, 200}, {stranger, "OPTIONS", at + "/s1", 200},
		{stranger, "POST", at, 401}, {stranger, "PATCH", at + "/s1", 401}, {stranger, "DELETE", at + "/s1", 401}, {stranger, "GET", at, 401},
		{script, "POST", at, 201}, {script, "GET", at, 204}, {script, "HEAD", at, 204}, {script, "PATCH", at + "/s1", 428}, {script, "DELETE", at + "/s1", 200},
		{script, "PUT", at, 405}, {script, "POST", at + "/s1", 405}, {script, "POST", at + "/", 201},
	} {
		a := send(c.who, c.method, c.path)
		if a.expect(c.want); a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s %s: %v", c.method, c.path, a.header)
		}
		if c.want == 401 && !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s %s does not say how to sign in: %v", c.method, c.path, a.header)
		}
		if c.want == 405 && a.header.Get("Allow") == "" {
			t.Errorf("%s %s does not say what is allowed", c.method, c.path)
		}
	}
	// The owner's own cookie, sent by somebody else's page, is worth nothing.
	if a := send(p, "POST", at); a.problem(403) == "" {
		t.Errorf("%s", a.body)
	}
}
