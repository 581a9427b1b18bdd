package api_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"baton/blob"
	"baton/domain"
)

type editsJSON struct {
	No         int           `json:"no"`
	DurationMS int64         `json:"duration_ms"`
	PlayedMS   int64         `json:"played_ms"`
	Kept       []domain.Span `json:"kept"`
	Rendered   bool          `json:"rendered"`
	Media      []domain.Span `json:"media"`
	Tight      struct {
		PlayedMS int64        `json:"played_ms"`
		Cuts     []domain.Cut `json:"cuts"`
	} `json:"tight"`
	Cuts     []domain.Cut `json:"cuts"`
	Original string       `json:"original_hls_url"`
	History  []struct {
		No      int  `json:"no"`
		Reverts *int `json:"reverts"`
	} `json:"history"`
}

// twoPictures is a storyboard whose left picture is a secret.
func twoPictures(t *testing.T) []byte {
	t.Helper()
	sheet := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for i := range sheet.Pix {
		sheet.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// secret makes a clip for anyone with the link, whose first second and a half is cut by hand: "Hello secret sword fish", of which
// the last word stays.
func (s *server) secret(t *testing.T, p *person) domain.ClipID {
	t.Helper()
	id := p.clip(domain.VisibleLink, "T")
	s.playable(id, "Hello secret sword and more fish")
	var k blob.Keys
	w := p.member.WorkspaceID
	pics := domain.Pictures{
		StoryboardKey: k.Storyboard(w, id, "b"), PeaksKey: k.Peaks(w, id, "b"),
		StoryboardVTT: "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nstoryboard.jpg#xywh=0,0,32,32\n\n00:00:02.000 --> 00:00:04.000\nstoryboard.jpg#xywh=32,0,32,32\n",
	}
	for key, b := range map[string][]byte{pics.StoryboardKey: twoPictures(t), pics.PeaksKey: []byte(`{"duration_ms":4000,"peaks":[9,9,9,9]}`)} {
		if err := s.objects.Put(t.Context(), key, "", b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.db.Clips.SetPictures(t.Context(), id, pics); err != nil {
		t.Fatal(err)
	}
	p.call("PUT", "/api/v1/clips/"+string(id)+"/edits", map[string]any{"based_on": 0, "cuts": []any{map[string]any{"start_ms": 0, "end_ms": 1500, "kind": "hand"}}}).expect(200)
	return id
}

func TestWhatIsCutOutReachesNobodyElse(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	id := s.secret(t, p)
	at := "/api/v1/clips/" + string(id)
	text := func(who *person, path string) string { return string(who.call("GET", at+path, nil).expect(200).body) }

	for _, path := range []string{"/transcript", "/captions.vtt", "/transcript.srt", "/transcript.txt", "/chapters", "/chapters.vtt"} {
		if b := text(nobody, path); strings.Contains(b, "secret") || strings.Contains(b, "sword") {
			t.Errorf("%s tells it: %s", path, b)
		}
	}
	if b := text(p, "/transcript"); !strings.Contains(b, "secret") {
		t.Errorf("its author lost it: %s", b)
	}
	if b := text(nobody, "/transcript.txt"); !strings.Contains(b, "fish") {
		t.Errorf("more is gone than was cut: %s", b)
	}
	for _, path := range []string{"/hls/source/seg-0.m4s", "/poster.jpg"} {
		nobody.call("GET", at+path, nil).problem(404)
		p.call("GET", at+path, nil).expect(200)
	}
	nobody.call("GET", at+"/hls/source/seg-1.m4s", nil).expect(200)
	if b := text(nobody, "/hls/source/index.m3u8"); strings.Contains(b, "seg-0.m4s") || !strings.Contains(b, "seg-1.m4s") {
		t.Errorf("%s", b)
	}
	if b := text(p, "/hls/source/index.m3u8"); !strings.Contains(b, "seg-0.m4s") {
		t.Errorf("%s", b)
	}
	if b := text(nobody, "/storyboard.vtt"); strings.Contains(b, "xywh=0,0") || !strings.Contains(b, "xywh=32,0") {
		t.Errorf("%s", b)
	}
	sheet, err := jpeg.Decode(strings.NewReader(text(nobody, "/storyboard.jpg")))
	if err != nil {
		t.Fatal(err)
	}
	if dark, light := color.GrayModel.Convert(sheet.At(8, 8)), color.GrayModel.Convert(sheet.At(56, 8)); dark.(color.Gray).Y > 20 || light.(color.Gray).Y < 230 {
		t.Errorf("%v %v", dark, light)
	}
	if b := text(nobody, "/peaks"); !strings.Contains(b, `"peaks":[0,0,9,9]`) {
		t.Errorf("%s", b)
	}
	p.call("GET", at+"/download", nil).problem(409)
	p.call("GET", at+"/download?original=1", nil).expect(200)
	if page := string(nobody.call("GET", "/c/"+string(id), nil).expect(200).body); strings.Contains(page, "og:image") {
		t.Errorf("the link's preview shows the poster: %s", page)
	}
}

func TestEditsTellWhatIsPlayed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	id := s.secret(t, p)
	at := "/api/v1/clips/" + string(id)
	mine, theirs := decoded[editsJSON](t, p.call("GET", at+"/edits", nil).expect(200)), decoded[editsJSON](t, nobody.call("GET", at+"/edits", nil).expect(200))
	kept := []domain.Span{{StartMS: 1500, EndMS: 4000}}
	if theirs.No != 1 || theirs.PlayedMS != 2500 || theirs.DurationMS != 4000 || !slices.Equal(theirs.Kept, kept) || theirs.Rendered {
		t.Errorf("%+v", theirs)
	}
	if len(theirs.Cuts)+len(theirs.History) > 0 || theirs.Original != "" || !slices.Equal(theirs.Media, []domain.Span{{StartMS: 2000, EndMS: 4000}}) {
		t.Errorf("%+v", theirs)
	}
	if len(mine.Cuts) != 1 || len(mine.History) != 1 || mine.Media != nil || !strings.Contains(mine.Original, "original=1") {
		t.Errorf("%+v", mine)
	}
	// 3000 to 4000 is silence, of which the last 750 ms go; the "um" at 10 ms is cut out already.
	if mine.Tight.PlayedMS != 2500 && len(mine.Tight.Cuts) == 0 {
		t.Errorf("%+v", mine.Tight)
	}
	edit := func(body map[string]any) *answer { return p.call("PUT", at+"/edits", body) }
	edit(map[string]any{"based_on": 0, "cuts": []any{}}).problem(409)
	edit(map[string]any{"cuts": []any{map[string]any{"start_ms": 0, "end_ms": 4000, "kind": "hand"}}}).problem(400)
	edit(map[string]any{"cuts": []any{map[string]any{"start_ms": 0, "end_ms": 4000, "kind": "secret"}}}).problem(400)
	p.call("POST", at+"/edits/revert", map[string]any{"to": 9}).problem(404)
	back := decoded[editsJSON](t, p.call("POST", at+"/edits/revert", map[string]any{"to": 0, "based_on": 1}).expect(200))
	if back.No != 2 || back.PlayedMS != 4000 || !back.Rendered || len(back.History) != 2 || back.History[0].Reverts == nil || *back.History[0].Reverts != 0 {
		t.Errorf("%+v", back)
	}
	nobody.call("GET", at+"/hls/source/seg-0.m4s", nil).expect(200)
	nobody.call("GET", at+"/poster.jpg", nil).expect(200)
}

func TestExactVersionIsWhatEverybodyPlays(t *testing.T) {
	t.Parallel()
	for name, codecs := range map[string]string{"with sound": "avc1.64001f,mp4a.40.2", "without": "avc1.64001f"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exactVersionIsWhatEverybodyPlays(t, codecs)
		})
	}
}

func exactVersionIsWhatEverybodyPlays(t *testing.T, codecs string) {
	t.Helper()
	s := newServer(t)
	p, nobody := s.workspace("Acme"), &person{s: s}
	id := s.secret(t, p)
	at := "/api/v1/clips/" + string(id)
	var k blob.Keys
	w := p.member.WorkspaceID
	r := domain.MadeRendition{
		Rendition: domain.Rendition{ClipID: id, Name: "cut360p", Codecs: codecs, Width: 640, Height: 360, Bandwidth: 9, Complete: true},
		Inits:     []domain.InitSegment{{ObjectKey: k.InitSegment(w, id, "cut360p", 0, "x"), Bytes: 4}},
		Segments:  []domain.Segment{{DurationMS: 2500, Bytes: 5, ObjectKey: k.Segment(w, id, "cut360p", 0, "x")}},
	}
	for key, b := range map[string]string{r.Inits[0].ObjectKey: "head", r.Segments[0].ObjectKey: "exact", k.Poster(w, id, "x"): "\xff\xd8cut"} {
		if err := s.objects.Put(t.Context(), key, "", []byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.db.Edits.PublishEdit(t.Context(), id, domain.RenderedEdit{No: 1, Renditions: []domain.MadeRendition{r}, PosterKey: k.Poster(w, id, "x")}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []*person{p, nobody} {
		if b := string(who.call("GET", at+"/hls/master.m3u8", nil).expect(200).body); !strings.Contains(b, "cut360p/") || strings.Contains(b, "source/") {
			t.Errorf("%s", b)
		}
		if b := string(who.call("GET", at+"/poster.jpg", nil).expect(200).body); b != "\xff\xd8cut" {
			t.Errorf("%q", b)
		}
		if got := decoded[editsJSON](t, who.call("GET", at+"/edits", nil).expect(200)); !got.Rendered || len(got.Media) != 1 {
			t.Errorf("%+v", got)
		}
	}
	if b := string(p.call("GET", at+"/download", nil).expect(200).body); b != "headexact" {
		t.Errorf("%q", b)
	}
	if b := string(p.call("GET", at+"/hls/master.m3u8?original=1", nil).expect(200).body); !strings.Contains(b, "source/") {
		t.Errorf("%s", b)
	}
	if b := string(nobody.call("GET", at+"/hls/master.m3u8?original=1", nil).expect(200).body); strings.Contains(b, "source/") {
		t.Errorf("%s", b)
	}
	nobody.call("GET", at+"/hls/source/seg-0.m4s", nil).problem(404)
	p.call("POST", at+"/edits/revert", map[string]any{"to": 0}).expect(200)
	nobody.call("GET", at+"/hls/cut360p/seg-0.m4s", nil).problem(404)
}
