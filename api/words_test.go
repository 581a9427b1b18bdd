package api_test

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"testing"

	"baton/domain"
)

type clipJSON struct {
	ID, URL, Title, Description, Visibility, State string
	Owner                                          struct{ ID, Name string }
	Space                                          *struct{ ID, Name string }
	CommentCount                                   int     `json:"comment_count"`
	PosterURL                                      string  `json:"poster_url"`
	StoryboardURL                                  string  `json:"storyboard_url"`
	PeaksURL                                       string  `json:"peaks_url"`
	DurationMS                                     int64   `json:"duration_ms"`
	Progress                                       float64 `json:"transcript_progress"`
	Playback                                       struct {
		HLSURL         string `json:"hls_url"`
		Playable, Live bool
		Renditions     []struct{ Name, Codecs string }
	}
	May  struct{ Comment, Edit, Delete bool }
	Work []struct{ Kind, State string }
}

func TestClipFromLinkToReady(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	maxine := s.join(p.member.WorkspaceID, "Max", domain.RoleMember)
	made := decoded[struct {
		ID, URL             string
		WhipURL, UploadURL_ string
	}](t, p.call("POST", "/api/v1/clips", map[string]any{"kind": "upload", "file_name": "Demo <b>day<b>.final.mp4", "size_bytes": 10}).expect(201))
	at := "/api/v1/clips/" + made.ID
	if made.URL != s.url+"/c/"+made.ID {
		t.Errorf("%+v", made)
	}
	c := decoded[clipJSON](t, p.call("GET", at, nil).expect(200))
	if c.Title != "Demo <b>day<b>.final" || c.Visibility != "private" || c.State != "recording" || c.Playback.Playable || !c.Playback.Live || !c.May.Edit || c.Work == nil || c.Playback.Renditions == nil {
		t.Errorf("%+v", c)
	}
	space := decoded[struct{ ID string }](t, p.call("POST", "/api/v1/spaces", map[string]string{"name": "Core"}).expect(201))
	p.call("POST", "/api/v1/spaces", map[string]string{"name": "Core"}).problem(409)
	p.call("PATCH", at, map[string]any{"title": " New\ttitle", "visibility": "workspace"}).problem(400)
	c = decoded[clipJSON](t, p.call("PATCH", at, map[string]any{"title": " New title ", "description": "a\nb", "visibility": "link", "space_id": space.ID}).expect(200))
	if c.Title != "New title" || c.Description != "a\nb" || c.Space == nil || c.Space.Name != "Core" {
		t.Errorf("%+v", c)
	}
	s.playable(domain.ClipID(made.ID), "Hello world")
	c = decoded[clipJSON](t, maxine.call("GET", at, nil).expect(200))
	if !c.Playback.Playable || c.Playback.Live || c.Playback.HLSURL != s.url+at+"/hls/master.m3u8" || len(c.Playback.Renditions) != 1 || c.May.Edit || !c.May.Comment || c.DurationMS != 4000 {
		t.Errorf("%+v", c)
	}
	stranger := decoded[clipJSON](t, (&person{s: s}).call("GET", at, nil).expect(200))
	if stranger.Space != nil || stranger.May.Comment || stranger.May.Delete || stranger.Title != "New title" {
		t.Errorf("a stranger sees %+v", stranger)
	}
	if c = decoded[clipJSON](t, p.call("PATCH", at, map[string]any{"space_id": ""}).expect(200)); c.Space != nil {
		t.Errorf("%+v", c)
	}
	p.call("POST", at+"/retry", nil).problem(409)
	p.call("DELETE", at, nil).expect(204)
	p.call("GET", at, nil).problem(404)
	if !slices.Contains(s.queue.jobs, domain.Job{Kind: domain.JobPurge, ClipID: domain.ClipID(made.ID)}) {
		t.Errorf("%v", s.queue.jobs)
	}
}

func TestListsHoldWhatOneMaySee(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	w := p.member.WorkspaceID
	maxine, gus, other := s.join(w, "Max", domain.RoleMember), s.join(w, "Gus", domain.RoleGuest), s.workspace("Other")
	ids := map[domain.Visibility]domain.ClipID{}
	for _, v := range []domain.Visibility{domain.VisiblePrivate, domain.VisibleWorkspace, domain.VisibleLink} {
		ids[v] = p.clip(v, "quarterly "+string(v))
		s.playable(ids[v], "The zeppelin has landed "+string(v))
	}
	page := func(who *person, query string) (got []string, next string) {
		l := decoded[struct {
			Clips      []clipJSON
			NextCursor string `json:"next_cursor"`
		}](t, who.call("GET", "/api/v1/clips"+query, nil).expect(200))
		for _, c := range l.Clips {
			got = append(got, c.Visibility)
		}
		return got, l.NextCursor
	}
	found := func(who *person, q string) (got []string) {
		r := decoded[struct {
			Moments []struct{ Title, Snippet, Source string }
		}](t, who.call("GET", "/api/v1/search?q="+q, nil).expect(200))
		for _, m := range r.Moments {
			if v := strings.TrimPrefix(m.Title, "quarterly "); !slices.Contains(got, v) {
				got = append(got, v)
			}
		}
		slices.Sort(got)
		return got
	}
	for _, c := range []struct {
		who  *person
		want []string
	}{{p, []string{"link", "workspace", "private"}}, {maxine, []string{"link", "workspace"}}, {other, nil}} {
		if got, _ := page(c.who, ""); !slices.Equal(got, c.want) {
			t.Errorf("%s lists %v", c.who.member.Account.Name, got)
		}
		want := slices.Sorted(slices.Values(c.want))
		for _, q := range []string{"zeppelin", "zeppel", "zepelin", "quarterly"} {
			if got := found(c.who, q); !slices.Equal(got, want) {
				t.Errorf("%s finds %v by %s", c.who.member.Account.Name, got, q)
			}
		}
	}
	if got, _ := page(gus, ""); slices.Contains(got, "private") || slices.Contains(got, "workspace") {
		t.Errorf("a guest lists %v", got)
	}
	first, next := page(p, "?limit=2")
	rest, end := page(p, "?limit=2&cursor="+next)
	if all := append(first, rest...); len(first) != 2 || end != "" || !slices.Equal(all, []string{"link", "workspace", "private"}) {
		t.Errorf("%v then %v, %q", first, rest, end)
	}
	if got, _ := page(maxine, "?owner=me"); len(got) != 0 {
		t.Errorf("Max has made %v", got)
	}
}

func TestSearchTakesWhatPeopleType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	s.playable(id, `He wrote <script>alert("x")</script> & left`)
	for _, q := range []string{
		strings.Repeat("%21%3F%28%29%26%7C", 50), "%27%3B%20drop%20table%20clip%3B--", "%00", "%25%5F%5C", "%3A*", "%22", "%22unclosed", "-", "or", "or%20or", "%26%26%21%28",
		strings.Repeat("a", 300), "%F0%9F%98%80", "+++", "\\", "%20", "%E2%80%AE", "a%3A%2A%20%26%20b%3A%2A", "-%20-x%20-%22",
	} {
		a := p.call("GET", "/api/v1/search?q="+q, nil)
		if a.status != 200 || !strings.Contains(string(a.body), `"moments":[`) {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
	}
	r := decoded[struct{ Moments []struct{ Snippet string } }](t, p.call("GET", "/api/v1/search?q=alert", nil).expect(200))
	if len(r.Moments) == 0 || strings.Contains(r.Moments[0].Snippet, "<script>") || !strings.Contains(r.Moments[0].Snippet, "&lt;script&gt;") || !strings.Contains(r.Moments[0].Snippet, "<mark>alert</mark>") {
		t.Errorf("%+v", r)
	}
}

func TestTranscriptAndChaptersCanBeCorrected(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	at := "/api/v1/clips/" + string(id)
	if a := p.call("GET", at+"/transcript", nil).expect(200); !strings.Contains(string(a.body), `"state":"pending"`) || !strings.Contains(string(a.body), `"cues":[]`) {
		t.Errorf("%s", a.body)
	}
	s.playable(id, "Hello wurld again")
	type cue struct {
		Text   string
		Edited bool
		Words  []struct {
			StartMS int64 `json:"start_ms"`
			Text    string
		}
	}
	got := decoded[cue](t, p.call("PATCH", at+"/transcript/cues/0", map[string]string{"text": "Hello  world again"}).expect(200))
	if got.Text != "Hello world again" || !got.Edited || len(got.Words) != 3 || got.Words[1].Text != "world" || got.Words[2].StartMS != 600 {
		t.Errorf("%+v", got)
	}
	tr := decoded[struct {
		State, Language string
		Coverage        float64
		Cues            []cue
	}](t, p.call("GET", at+"/transcript", nil).expect(200))
	if tr.State != "done" || tr.Language != "en" || len(tr.Cues) != 1 || tr.Cues[0].Text != got.Text {
		t.Errorf("%+v", tr)
	}
	if a := p.call("GET", "/api/v1/search?q=world", nil).expect(200); !strings.Contains(string(a.body), `\u003cmark\u003eworld\u003c/mark\u003e`) {
		t.Errorf("%s", a.body)
	}
	p.call("PATCH", at+"/transcript/cues/7", map[string]string{"text": "x"}).problem(404)
	p.call("PATCH", at+"/transcript/cues/0", map[string]string{"text": "   "}).problem(400)
	p.call("PATCH", at+"/transcript/cues/-1", map[string]string{"text": "x"}).problem(400)

	chapters := func(list ...any) map[string]any { return map[string]any{"chapters": list} }
	ch := func(at int, title string) map[string]any { return map[string]any{"start_ms": at, "title": title} }
	p.call("PUT", at+"/chapters", chapters(ch(0, "A"), ch(0, "B"))).problem(400)
	p.call("PUT", at+"/chapters", chapters(ch(0, "A"), ch(9000, "B"))).problem(400)
	p.call("PUT", at+"/chapters", chapters(ch(0, "A <i>1</i>"), ch(1500, "B"))).expect(200)
	if a := p.call("GET", at+"/chapters", nil).expect(200); !strings.Contains(string(a.body), `{"edited":true,"end_ms":1500,"start_ms":0,"title":"A \u003ci\u003e1\u003c/i\u003e"}`) {
		t.Errorf("%s", a.body)
	}
	p.call("DELETE", at+"/chapters", nil).expect(202)
	if a := p.call("GET", at+"/chapters", nil).expect(200); strings.Contains(string(a.body), `"edited":true`) || !slices.Contains(s.queue.jobs, domain.Job{Kind: domain.JobChapters, ClipID: id, Again: true}) {
		t.Errorf("%s %v", a.body, s.queue.jobs)
	}
	// What is put back as it was stays the server's.
	p.call("PUT", at+"/chapters", chapters(ch(0, "A <i>1</i>"), ch(1600, "B"))).expect(200)
	if a := p.call("GET", at+"/chapters", nil).expect(200); strings.Count(string(a.body), `"edited":true`) != 1 {
		t.Errorf("%s", a.body)
	}
	if a := p.call("GET", at+"/chapters.vtt", nil).expect(200); !strings.HasPrefix(string(a.body), "WEBVTT") || !strings.Contains(string(a.body), "A &lt;i&gt;1") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/vtt") {
		t.Errorf("%s", a.body)
	}
	if a := p.call("GET", at+"/captions.vtt", nil).expect(200); !strings.Contains(string(a.body), "1 cues") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/vtt") {
		t.Errorf("%s", a.body)
	}
}

func TestTranscriptToTakeAwayAndToCut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, `Grüße: "release"/plan`)
	at := "/api/v1/clips/" + string(id)
	if a := p.call("GET", at+"/transcript", nil).expect(200); !strings.Contains(string(a.body), `"silences":[]`) {
		t.Errorf("%s", a.body)
	}
	s.playable(id, "Hello world again")
	srt := p.call("GET", at+"/transcript.srt", nil).expect(200)
	if !strings.HasPrefix(string(srt.body), "1\n00:00:00,000 --> 00:00:0") || srt.header.Get("Content-Type") != "application/x-subrip; charset=utf-8" {
		t.Errorf("%s %s", srt.header.Get("Content-Type"), srt.body)
	}
	_, params, err := mime.ParseMediaType(srt.header.Get("Content-Disposition"))
	if err != nil || params["filename"] != "Grüße- -release--plan.srt" {
		t.Errorf("%v %q", err, params)
	}
	text := p.call("GET", at+"/transcript.txt", nil).expect(200)
	if string(text.body) != "Hello world again\n" || text.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s %q", text.header.Get("Content-Type"), text.body)
	}
	type span struct {
		StartMS int64 `json:"start_ms"`
		EndMS   int64 `json:"end_ms"`
		Text    string
	}
	tr := decoded[struct{ Speech, Silences, Fillers []span }](t, p.call("GET", at+"/transcript", nil).expect(200))
	if !slices.Equal(tr.Silences, []span{{3000, 4000, ""}}) || !slices.Equal(tr.Fillers, []span{{10, 20, "um"}}) {
		t.Errorf("%+v", tr)
	}
}

type commentJSON struct {
	ID, Body  string
	ParentID  string `json:"parent_id"`
	Author    struct{ Name string }
	AtMS      int64 `json:"at_ms"`
	Deleted   bool
	MayEdit   bool `json:"may_edit"`
	MayDelete bool `json:"may_delete"`
	EditedAt  *string
}

func TestComments(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	maxine := s.join(p.member.WorkspaceID, "Max", domain.RoleMember)
	id := p.clip(domain.VisibleWorkspace, "T")
	s.playable(id, "Hello")
	at := "/api/v1/clips/" + string(id) + "/comments"
	const nasty = `<img src=x onerror=alert(1)> **b** [x](javascript:alert(1))` + "\n\u202e😀"
	say := func(who *person, body map[string]any) *answer { return who.call("POST", at, body) }
	first := decoded[commentJSON](t, say(maxine, map[string]any{"body": "  " + nasty + " ", "at_ms": 700}).expect(201))
	if first.Body != nasty || first.AtMS != 700 || !first.MayEdit || !first.MayDelete || first.Author.Name != "Max" {
		t.Errorf("%+v", first)
	}
	reply := decoded[commentJSON](t, say(p, map[string]any{"body": "yes", "parent_id": first.ID}).expect(201))
	if reply.ParentID != first.ID || reply.AtMS != 700 {
		t.Errorf("%+v", reply)
	}
	for name, bad := range map[string]map[string]any{
		"empty": {"body": " \n "}, "zero": {"body": "a\x00b"}, "long": {"body": strings.Repeat("é", 10_001)}, "before": {"body": "x", "at_ms": -1},
		"after the end": {"body": "x", "at_ms": 4001}, "backwards": {"body": "x", "at_ms": 9, "end_ms": 3},
	} {
		if a := say(p, bad); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	say(p, map[string]any{"body": strings.Repeat("é", 10_000)}).expect(201)
	say(p, map[string]any{"body": "x", "parent_id": "01hf7yat00tvwxyz0123456789"}).problem(404)

	elsewhere := p.clip(domain.VisibleWorkspace, "Other")
	p.call("PATCH", "/api/v1/clips/"+string(elsewhere)+"/comments/"+reply.ID, map[string]any{"body": "moved"}).problem(404)
	p.call("PATCH", at+"/"+first.ID, map[string]any{"body": "not mine"}).problem(403)
	maxine.call("PATCH", at+"/"+first.ID, map[string]any{"body": nasty + "!"}).expect(200)
	maxine.call("DELETE", at+"/"+reply.ID, nil).problem(403)
	p.call("DELETE", at+"/"+first.ID, nil).expect(204) // the clip is theirs
	list := decoded[struct{ Comments []commentJSON }](t, maxine.call("GET", at, nil).expect(200)).Comments
	place := slices.IndexFunc(list, func(c commentJSON) bool { return c.ID == first.ID })
	if place < 0 || list[place].Body != "" || !list[place].Deleted || list[place].MayEdit || list[place+1].ID != reply.ID {
		t.Errorf("%+v", list)
	}
	p.call("DELETE", at+"/"+first.ID, nil).problem(404)
	if c := decoded[clipJSON](t, p.call("GET", strings.TrimSuffix(at, "/comments"), nil)); c.CommentCount != 2 {
		t.Errorf("%d comments", c.CommentCount)
	}
}

func TestManyCommentsAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "T")
	done := make(chan int, 20)
	for i := range 20 {
		go func() {
			done <- p.call("POST", "/api/v1/clips/"+string(id)+"/comments", map[string]any{"body": fmt.Sprint("n ", i)}).status
		}()
	}
	for range 20 {
		if got := <-done; got != 201 {
			t.Errorf("status %d", got)
		}
	}
}
