package api_test

import (
	"encoding/xml"
	"fmt"
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
	if _, err := s.db.Podcasts.PutSound(s.t.Context(), domain.Sound{ClipID: id, ObjectKey: key, Bytes: int64(len(soundBytes)), DurationMS: 4000, Holds: "all"}); err != nil {
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

// TestASoundThatIsWholeIsMadeAgain: one from before silences were left out is an episode until that is done.
func TestASoundThatIsWholeIsMadeAgain(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	clip := c.enter(owner).clip(domain.VisibleWorkspace, "news")
	c.playable(clip, "all is well")
	c.sounding(clip)
	path := strings.TrimPrefix(decoded[struct{ URL string }](t, c.enter(member).call("POST", "/api/v1/me/podcast", nil).expect(201)).URL, c.url)
	for holds, want := range map[string]bool{"": true, "all": false} {
		c.exec(`update sound set holds = $1, made_at = clock_timestamp() where clip_id = $2`, holds, clip)
		before := len(c.queue.jobs)
		if a := c.enter(anonymous).call("GET", path, nil).expect(200); !strings.Contains(string(a.body), string(clip)+".m4a") {
			t.Errorf("%q: %s", holds, a.body)
		}
		again := false
		for _, j := range c.queue.jobs[before:] {
			again = again || j.Kind == domain.JobSound && j.ClipID == clip
		}
		if again != want {
			t.Errorf("%q is made again: %t", holds, again)
		}
	}
}

// TestAFeedIsPlannedOnceForEachChange: who has it is told so without a plan, until something is said, heard, shown, taken back or made.
func TestAFeedIsPlannedOnceForEachChange(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	speaker, listener, stranger := c.enter(owner), c.enter(member), c.enter(anonymous)
	clip := speaker.clip(domain.VisibleWorkspace, "news")
	c.playable(clip, "all is well")
	c.sounding(clip)
	path := strings.TrimPrefix(decoded[struct{ URL string }](t, listener.call("POST", "/api/v1/me/podcast", nil).expect(201)).URL, c.url)
	poll := func(etag string) *answer {
		r := stranger.request(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", etag)
		return c.send(r)
	}
	etag := poll("").expect(200).header.Get("ETag")
	planned := len(c.queue.jobs)
	unchanged := func(has string) bool {
		a := poll(has)
		return a.status == 304 && len(a.body) == 0 && a.header.Get("ETag") == etag
	}
	// A feed is planned anew with each hour, too, which may just begin.
	if !unchanged(etag) {
		etag = poll("").expect(200).header.Get("ETag")
		planned = len(c.queue.jobs)
	}
	for _, has := range []string{etag, "W/" + etag, `"older", ` + etag} {
		if !unchanged(has) {
			t.Errorf("%s is not what there is", has)
		}
	}
	if len(c.queue.jobs) != planned {
		t.Error("a poll without news made a plan")
	}
	for _, x := range []struct {
		what   string
		change func()
	}{
		{"a new clip", func() { c.playable(speaker.clip(domain.VisibleWorkspace, "more"), "and more") }},
		{"its sound", func() { c.sounding(clip) }},
		{"an ask", func() {
			speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": c.members[member].Account.ID, "body": "Look", "clip_id": clip, "start_ms": 1500, "end_ms": 2500}).expect(201)
		}},
		{"heard", func() {
			listener.call("POST", "/api/v1/clips/"+string(clip)+"/heard", map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 1000}}}).expect(204)
		}},
		{"watched", func() {
			listener.call("POST", "/api/v1/clips/"+string(clip)+"/watched", map[string]any{"ranges": []map[string]int{{"start_ms": 0, "end_ms": 2000}}, "position_ms": 2000}).expect(204)
		}},
		{"another title", func() {
			speaker.call("PATCH", "/api/v1/clips/"+string(clip), map[string]any{"title": "other news"}).expect(200)
		}},
		{"a space", func() { c.spaceWith(c.members[member].WorkspaceID, c.members[member].Account.ID) }},
		{"a role", func() { c.exec(`update member set role = 'admin' where account_id = $1`, c.members[member].Account.ID) }},
	} {
		etag = poll("").expect(200).header.Get("ETag")
		x.change()
		if got := poll(etag); got.status != 200 {
			t.Errorf("%s: %d", x.what, got.status)
		}
	}
	etag = poll("").expect(200).header.Get("ETag")
	speaker.call("PATCH", "/api/v1/clips/"+string(clip), map[string]any{"visibility": "private"}).expect(200)
	if a := poll(etag).expect(200); strings.Contains(string(a.body), string(clip)) {
		t.Errorf("%s", a.body)
	}
	listener.call("DELETE", "/api/v1/me/podcast", nil).expect(204)
	poll(etag).problem(404)
}

// TestWhatAPodcastFetchedWasHeard: all bytes of an episode, in whatever parts, are what its listener heard of it, but for what is asked of them.
// Looking whether it is there is not, nor are parts of a file that was made anew, nor anything where that is switched off.
func TestWhatAPodcastFetchedWasHeard(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	speaker, listener, stranger := c.enter(owner), c.enter(member), c.enter(anonymous)
	clip := func(title string) domain.ClipID {
		id := speaker.clip(domain.VisibleWorkspace, title)
		c.playable(id, "all is well")
		c.sounding(id)
		return id
	}
	whole, parts, remade, off, asked := clip("whole"), clip("parts"), clip("remade"), clip("off"), clip("asked")
	speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": c.members[member].Account.ID, "body": "Look", "clip_id": asked, "start_ms": 1000, "end_ms": 2500}).expect(201)
	listener.call("PATCH", "/api/v1/me/podcast", map[string]any{"notes_heard": false}).problem(404)
	path := strings.TrimPrefix(decoded[struct{ URL string }](t, listener.call("POST", "/api/v1/me/podcast", nil).expect(201)).URL, c.url)
	fetch := func(method string, id domain.ClipID, span string) {
		r := stranger.request(method, strings.TrimSuffix(path, ".xml")+"/"+string(id)+".m4a", nil)
		if span != "" {
			r.Header.Set("Range", "bytes="+span)
		}
		if a := c.send(r); a.status >= 300 {
			t.Fatalf("%s %s: %d", method, span, a.status)
		}
	}
	heardBy := func(role string, id domain.ClipID) string {
		got, err := c.db.Rounds.Heard(t.Context(), c.members[role].Account.ID, []domain.ClipID{id})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(got[id])
	}
	const nothing, all = "[]", "[{0 4000}]"
	fetch("HEAD", whole, "")
	for _, probe := range []string{"0-0", "15-15", "0-1", "0-3,8-15"} {
		fetch("GET", whole, probe)
	}
	if got := heardBy(member, whole); got != nothing {
		t.Errorf("probes were heard: %s", got)
	}
	fetch("GET", whole, "")
	if got := heardBy(member, whole); got != all {
		t.Error(got)
	}
	if got := heardBy(owner, whole); got != nothing {
		t.Errorf("somebody else heard it: %s", got)
	}
	for i := range 16 { // one by one they are nothing
		fetch("GET", parts, fmt.Sprintf("%d-%d", i, i))
	}
	for _, part := range []string{"8-", "0-3", "2-5"} {
		fetch("GET", parts, part)
		if got := heardBy(member, parts); got != nothing {
			t.Errorf("up to %s: %s", part, got)
		}
	}
	fetch("GET", parts, "6-9")
	if got := heardBy(member, parts); got != all {
		t.Error(got)
	}
	fetch("GET", remade, "0-9")
	key := blob.Keys{}.Sound(c.members[member].WorkspaceID, remade, "b")
	if err := c.objects.Put(t.Context(), key, "audio/mp4", []byte(soundBytes)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.db.Podcasts.PutSound(t.Context(), domain.Sound{ClipID: remade, ObjectKey: key, Bytes: int64(len(soundBytes)), DurationMS: 4000, Holds: "all"}); err != nil {
		t.Fatal(err)
	}
	fetch("GET", remade, "10-")
	if got := heardBy(member, remade); got != nothing {
		t.Error(got)
	}
	fetch("GET", asked, "")
	if got := heardBy(member, asked); got != "[{0 1000} {2500 4000}]" {
		t.Error(got)
	}
	if a := stranger.call("GET", path, nil).expect(200); strings.Contains(string(a.body), string(parts)+".m4a") || !strings.Contains(string(a.body), string(asked)+".m4a") || !strings.Contains(string(a.body), string(off)+".m4a") {
		t.Errorf("%s", a.body)
	}
	for _, on := range []bool{false, true} {
		got := decoded[map[string]any](t, listener.call("PATCH", "/api/v1/me/podcast", map[string]any{"notes_heard": on}).expect(200))
		if got["notes_heard"] != on || got["exists"] != true {
			t.Error(got)
		}
		fetch("GET", off, "")
		if got := heardBy(member, off); (got == all) != on {
			t.Errorf("switched on %t: %s", on, got)
		}
	}
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
	_, token := c.ownersToken()
	token.call("POST", "/api/v1/me/podcast", nil).problem(403)
}
