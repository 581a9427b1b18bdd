package api_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"baton/blob"
	"baton/domain"
)

// feed makes the owner's feed, or another address of it, and gives its secret.
func (c *cast) feed() string {
	c.t.Helper()
	secret, m := "feed-"+domain.NewID[string](), c.members[owner]
	if err := c.db.Podcasts.Put(c.t.Context(), domain.Viewer{AccountID: m.Account.ID, WorkspaceID: m.WorkspaceID}, hashOf(secret)); err != nil {
		c.t.Fatal(err)
	}
	return secret
}

const soundBytes = "0123456789 sound"

// sounding gives a clip its sound as a file, as the job would.
func (s *server) sounding(id domain.ClipID) {
	s.t.Helper()
	c, err := s.db.Clips.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	key := blob.Keys{}.Sound(c.WorkspaceID, id, "a")
	if err := s.objects.Put(s.t.Context(), key, "audio/mp4", []byte(soundBytes)); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.db.Podcasts.PutSound(s.t.Context(), domain.Sound{ClipID: id, ObjectKey: key, Bytes: int64(len(soundBytes)), DurationMS: 4000}); err != nil {
		s.t.Fatal(err)
	}
}

// heardAs is a clip of the owner's with its sound.
func (c *cast) heardAs(v domain.Visibility) domain.ClipID {
	c.t.Helper()
	if v == "" { // a route of no clip gets one of its own
		v = domain.VisiblePrivate
	}
	id := c.clipOf(v)
	c.sounding(id)
	return id
}

type feed struct {
	Channel struct {
		Block string `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd block"`
		Items []struct {
			Title     string `xml:"title"`
			GUID      string `xml:"guid"`
			Published string `xml:"pubDate"`
			Enclosure struct {
				URL    string `xml:"url,attr"`
				Type   string `xml:"type,attr"`
				Length int64  `xml:"length,attr"`
			} `xml:"enclosure"`
		} `xml:"item"`
	} `xml:"channel"`
}

// TestThePodcast: an episode a clip that is new for its owner, in bytes that can be ranged over; it ends with the clip's being shown to them, with
// the feed's being taken back, and with their leaving. What has no file yet is made.
func TestThePodcast(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	speaker, listener, stranger := c.enter(owner), c.enter(member), c.enter(anonymous)
	news, waiting, private := speaker.clip(domain.VisibleWorkspace, "<News> & more"), speaker.clip(domain.VisibleWorkspace, "waits"), speaker.clip(domain.VisiblePrivate, "secret")
	for _, id := range []domain.ClipID{news, waiting, private} {
		c.playable(id, "all is well")
	}
	c.sounding(news)
	c.sounding(private)
	var made struct{ URL string }
	if a := listener.call("POST", "/api/v1/me/podcast", nil); a.status != 201 {
		t.Fatal(c.log.String())
	} else {
		a.json(&made)
	}
	path := strings.TrimPrefix(made.URL, c.url)
	queued := false
	for _, j := range c.queue.jobs {
		queued = queued || j.Kind == domain.JobSound && j.ClipID == waiting
	}
	if !queued {
		t.Error("the sound that is not there is not made")
	}
	read := func() feed {
		a := stranger.call("GET", path, nil).expect(200)
		if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/rss+xml") {
			t.Error(got)
		}
		var f feed
		if err := xml.Unmarshal(a.body, &f); err != nil {
			t.Fatalf("%v: %s", err, a.body)
		}
		return f
	}
	f := read()
	var found bool
	for _, i := range f.Channel.Items {
		if i.GUID == string(waiting) || i.GUID == string(private) {
			t.Errorf("%+v", i)
		}
		if i.GUID != string(news) {
			continue
		}
		found = true
		if _, err := time.Parse(time.RFC1123Z, i.Published); err != nil || !strings.HasSuffix(i.Title, ": <News> & more") || i.Enclosure.Type != "audio/mp4" || i.Enclosure.Length != int64(len(soundBytes)) {
			t.Errorf("%+v: %v", i, err)
		}
	}
	if !found || f.Channel.Block != "Yes" {
		t.Fatalf("%+v", f)
	}
	episode := strings.TrimSuffix(path, ".xml") + "/" + string(news) + ".m4a"
	if a := stranger.call("GET", episode, nil).expect(200); string(a.body) != soundBytes || a.header.Get("Content-Type") != "audio/mp4" {
		t.Errorf("%s %v", a.body, a.header)
	}
	r := stranger.request(http.MethodGet, episode, nil)
	r.Header.Set("Range", "bytes=3-6")
	if a := c.send(r).expect(206); string(a.body) != "3456" {
		t.Errorf("%s", a.body)
	}
	if a := stranger.call("HEAD", episode, nil).expect(200); a.header.Get("Content-Length") != "16" {
		t.Errorf("%v", a.header)
	}
	stranger.call("GET", strings.ReplaceAll(episode, string(news), string(private)), nil).problem(404)
	stranger.call("GET", strings.TrimSuffix(path, ".xml"), nil).problem(404)
	if logged := c.log.String(); strings.Contains(logged, strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".xml")) {
		t.Error("the secret is in the log")
	}

	// What was heard is no episode any more, but a program that has it may fetch it again.
	listener.call("POST", "/api/v1/clips/"+string(news)+"/heard", map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 4000}}}).expect(204)
	for _, i := range read().Channel.Items {
		if i.GUID == string(news) {
			t.Error("what was heard is new")
		}
	}
	stranger.call("GET", episode, nil).expect(200)
	speaker.call("PATCH", "/api/v1/clips/"+string(news), map[string]any{"visibility": "private"}).expect(200)
	stranger.call("GET", episode, nil).problem(404)

	old := path
	listener.call("POST", "/api/v1/me/podcast", nil).expect(201).json(&made)
	path = strings.TrimPrefix(made.URL, c.url)
	stranger.call("GET", old, nil).problem(404)
	read()
	c.exec(`update member set left_at = now() where account_id = $1`, c.members[member].Account.ID)
	stranger.call("GET", path, nil).problem(404)
}

func TestAPodcastIsMadeAndEnded(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	listener, stranger := c.enter(member), c.enter(anonymous)
	var is struct{ Exists bool }
	if listener.call("GET", "/api/v1/me/podcast", nil).expect(200).json(&is); is.Exists {
		t.Error("there is one already")
	}
	var made struct{ URL string }
	listener.call("POST", "/api/v1/me/podcast", nil).expect(201).json(&made)
	if listener.call("GET", "/api/v1/me/podcast", nil).expect(200).json(&is); !is.Exists {
		t.Error("there is none")
	}
	listener.call("DELETE", "/api/v1/me/podcast", nil).expect(204)
	listener.call("DELETE", "/api/v1/me/podcast", nil).expect(204)
	stranger.call("GET", strings.TrimPrefix(made.URL, c.url), nil).problem(404)
	_, token := c.tokenOf(owner)
	token.call("POST", "/api/v1/me/podcast", nil).problem(403)
}
