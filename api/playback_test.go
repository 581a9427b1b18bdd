package api_test

import (
	"net/http"
	"strings"
	"testing"

	"baton/blob"
	"baton/domain"
)

func TestPlaybackServesRangesAndCaches(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	at := "/api/v1/clips/" + string(id)
	p.call("GET", at+"/hls/master.m3u8", nil).problem(404)
	p.call("GET", at+"/poster.jpg", nil).problem(404)
	s.playable(id, "Hello")

	get := func(path string, header ...string) *answer {
		t.Helper()
		r := p.request("GET", path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return s.send(r)
	}
	master := get(at + "/hls/master.m3u8").expect(200)
	if !strings.Contains(string(master.body), "source/index.m3u8") || master.header.Get("Content-Type") != "application/vnd.apple.mpegurl" || master.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%v %s", master.header, master.body)
	}
	get(at+"/hls/master.m3u8", "If-None-Match", master.header.Get("ETag")).expect(304)
	media := string(get(at + "/hls/source/index.m3u8").expect(200).body)
	if !strings.Contains(media, "#EXT-X-ENDLIST") {
		t.Errorf("%s", media)
	}
	var segment string
	for line := range strings.Lines(media) {
		if strings.HasPrefix(line, "seg-0.m4s?v=") {
			segment = at + "/hls/source/" + strings.TrimSpace(line)
		}
	}
	whole := get(segment).expect(200)
	if string(whole.body) != segmentBytes || whole.header.Get("Cache-Control") != "private, max-age=31536000, immutable" || whole.header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%d bytes, %v", len(whole.body), whole.header)
	}
	if stale := get(at + "/hls/source/seg-0.m4s?v=000000000000").expect(200); stale.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%v", stale.header)
	}
	part := get(segment, "Range", "bytes=99995-").expect(206)
	if string(part.body) != "56789" || part.header.Get("Content-Range") != "bytes 99995-99999/100000" {
		t.Errorf("%q %v", part.body, part.header)
	}
	if two := get(segment, "Range", "bytes=3-5").expect(206); string(two.body) != "345" {
		t.Errorf("%q", two.body)
	}
	get(segment, "Range", "bytes=100000-").expect(416)
	get(segment, "If-None-Match", whole.header.Get("ETag")).expect(304)
	if changed := get(segment, "Range", "bytes=0-1", "If-Range", `"other"`).expect(200); len(changed.body) != len(segmentBytes) {
		t.Errorf("%d bytes", len(changed.body))
	}
	head := s.send(p.request("HEAD", segment, nil)).expect(200)
	if len(head.body) != 0 || head.header.Get("Content-Length") != "100000" {
		t.Errorf("%v", head.header)
	}
	if init := get(at + "/hls/source/init-0.mp4").expect(200); string(init.body) != "init" {
		t.Errorf("%q", init.body)
	}
	for path, typ := range map[string]string{"/poster.jpg": "image/jpeg", "/preview.webp": "image/webp", "/storyboard.jpg": "image/jpeg", "/storyboard.vtt": "text/vtt; charset=utf-8", "/peaks": "application/json"} {
		if a := get(at + path).expect(200); a.header.Get("Content-Type") != typ || a.header.Get("Cache-Control") != "private, no-cache" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, a.header)
		}
	}
	c := decoded[clipJSON](t, get(at).expect(200))
	for _, u := range []string{c.PosterURL, c.PeaksURL} {
		if a := get(strings.TrimPrefix(u, s.url)).expect(200); !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", u, a.header)
		}
	}
	if v := get(strings.TrimPrefix(c.StoryboardURL, s.url)).expect(200); v.header.Get("Content-Type") != "text/vtt; charset=utf-8" {
		t.Errorf("%v", v.header)
	}
}

func TestPlaybackHasNoOtherFiles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	s.playable(id, "Hello")
	for _, path := range []string{
		"source/seg-2.m4s", "source/seg-00.m4s", "source/seg--1.m4s", "source/seg-+1.m4s", "source/seg-0.mp4", "source/init-1.mp4", "source/seg-99999999999999999999.m4s",
		"source/..%2f..%2fposter.jpg", "..%2f..%2f/seg-0.m4s", "source/../../poster.jpg", "other/index.m3u8", "source/master.m3u8", "source/",
		"source/seg-0.m4s/", "source", "%2e%2e/x",
	} {
		if a := p.call("GET", "/api/v1/clips/"+string(id)+"/hls/"+path, nil); a.status == 200 && path != "source/seg-0.m4s/" {
			t.Errorf("%s: %d %.80s", path, a.status, a.body)
		}
	}
	p.call("GET", "/api/v1/clips/"+string(id)+"/hls/SOURCE/index.m3u8", nil).problem(400)
}

func TestMediaThatTheStoreLost(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	s.playable(id, "Hello")
	var k blob.Keys
	w := p.member.WorkspaceID
	if err := s.objects.Delete(t.Context(), k.Segment(w, id, "source", 0, "0"), k.Poster(w, id, "a")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/hls/source/seg-0.m4s", "/poster.jpg"} {
		a := p.call("GET", "/api/v1/clips/"+string(id)+path, nil)
		a.problem(503)
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("ETag") != "" {
			t.Errorf("%v", a.header)
		}
	}
}

func TestClipThatBecomesPrivateStopsPlaying(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	id := p.clip(domain.VisibleLink, "T")
	s.playable(id, "Hello")
	segment := "/api/v1/clips/" + string(id) + "/hls/source/seg-0.m4s"
	nobody.call("GET", segment, nil).expect(http.StatusOK)
	p.call("PATCH", "/api/v1/clips/"+string(id), map[string]string{"visibility": "private"}).expect(200)
	nobody.call("GET", segment, nil).problem(404)
	p.call("GET", segment, nil).expect(200)
}

func TestClipPageShowsOnlyWhatStrangersMaySee(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	const title = `"><script>alert(1)</script> & co`
	pages := map[domain.Visibility]string{}
	for _, v := range []domain.Visibility{domain.VisiblePrivate, domain.VisibleWorkspace, domain.VisibleLink} {
		id := p.clip(v, title)
		s.playable(id, "Hello")
		a := nobody.call("GET", "/c/"+string(id), nil).expect(200)
		if a.header.Get("Content-Type") != "text/html; charset=UTF-8" || strings.Contains(string(a.body), "<script>") {
			t.Errorf("%v %s", a.header, a.body)
		}
		if mine := p.call("GET", "/c/"+string(id), nil).expect(200); string(mine.body) != string(a.body) {
			t.Error("the page depends on who asks")
		}
		pages[v] = string(a.body)
	}
	if !strings.Contains(pages[domain.VisibleLink], `content="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; co"`) || !strings.Contains(pages[domain.VisibleLink], "og:image") {
		t.Errorf("%s", pages[domain.VisibleLink])
	}
	none := string(nobody.call("GET", "/c/01hf7yat00tvwxyz0123456789", nil).expect(200).body)
	if pages[domain.VisiblePrivate] != none || pages[domain.VisibleWorkspace] != none || string(nobody.call("GET", "/c/'%22", nil).expect(200).body) != none {
		t.Errorf("pages tell clips apart: %s\n%s\n%s", none, pages[domain.VisiblePrivate], pages[domain.VisibleWorkspace])
	}
	if a := nobody.call("GET", "/library?x=1", nil).expect(200); !strings.Contains(string(a.body), "shell /<") {
		t.Errorf("%s", a.body)
	}
	if a := nobody.call("GET", "/join/some-secret-of-an-invite", nil).expect(200); a.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v", a.header)
	}
	if strings.Contains(s.log.String(), "some-secret") {
		t.Error("the log has an invitation's secret")
	}
}
