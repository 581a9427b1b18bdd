package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"baton/blob"
	"baton/domain"
)

// playable gives a clip media, pictures and words, as the recorder and the jobs would.
func (s *server) playable(id domain.ClipID, title string) {
	s.t.Helper()
	ctx := s.t.Context()
	c, err := s.db.Clips.Get(ctx, id)
	if err != nil {
		s.t.Fatal(err)
	}
	var k blob.Keys
	keys := map[string]string{
		k.InitSegment(c.WorkspaceID, id, "source", 0, "0"): "init", k.Segment(c.WorkspaceID, id, "source", 0, "0"): segmentBytes,
		k.Segment(c.WorkspaceID, id, "source", 1, "0"): "second", k.Poster(c.WorkspaceID, id, "a"): "\xff\xd8poster", k.Preview(c.WorkspaceID, id, "a"): "RIFFmoving",
		k.Storyboard(c.WorkspaceID, id, "a"): "\xff\xd8board", k.Peaks(c.WorkspaceID, id, "a"): `{"peaks":[1,2]}`,
	}
	for key, body := range keys {
		if err := s.objects.Put(ctx, key, "", []byte(body)); err != nil {
			s.t.Fatal(err)
		}
	}
	s.exec(`update clip set state = 'ready', duration_ms = 4000, has_video = true, has_audio = true, width = 640, height = 360, ready_at = now() where id = $1`, id)
	_, err = s.db.Clips.SetPictures(ctx, id, domain.Pictures{
		PosterKey: k.Poster(c.WorkspaceID, id, "a"), PreviewKey: k.Preview(c.WorkspaceID, id, "a"), StoryboardKey: k.Storyboard(c.WorkspaceID, id, "a"), StoryboardVTT: "WEBVTT\n", PeaksKey: k.Peaks(c.WorkspaceID, id, "a"),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	rendition := domain.Rendition{ClipID: id, Name: "source", Codecs: "avc1.64001f,opus", Width: 640, Height: 360, Bandwidth: 1_000_000, Complete: true}
	inits := []domain.InitSegment{{ClipID: id, Rendition: "source", ObjectKey: k.InitSegment(c.WorkspaceID, id, "source", 0, "0"), Bytes: 4}}
	var segments []domain.Segment
	for no, size := range []int{len(segmentBytes), len("second")} {
		segments = append(segments, domain.Segment{
			ClipID: id, Rendition: "source", No: no, StartMS: int64(no) * 2000, DurationMS: 2000, Bytes: int64(size),
			ObjectKey: k.Segment(c.WorkspaceID, id, "source", no, "0"),
		})
	}
	if _, err := s.db.Playback.Publish(ctx, rendition, inits, segments); err != nil {
		s.t.Fatal(err)
	}
	s.say(id, title)
}

var segmentBytes = strings.Repeat("0123456789", 10_000)

// say gives a clip a transcript of one cue, and a chapter.
func (s *server) say(id domain.ClipID, text string) {
	s.t.Helper()
	var words []domain.Word
	fields := strings.Fields(text)
	for i, w := range fields {
		words = append(words, domain.Word{StartMS: int64(i * 300), EndMS: int64(i*300 + 250), Text: w})
	}
	ctx := s.t.Context()
	if _, err := s.db.Transcripts.Start(ctx, id); err != nil {
		s.t.Fatal(err)
	}
	err := s.db.Transcripts.AppendCues(ctx, id, domain.TranscriptStep{
		UpToMS: 4000, Language: "en", Progress: 1, Speech: []domain.Span{{StartMS: 0, EndMS: 3000}},
		Cues: []domain.Cue{{StartMS: 0, EndMS: int64(len(fields) * 300), Text: text, Words: words}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Transcripts.Finish(ctx, id, "en", 1, domain.TranscriptDone); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.db.Transcripts.SetGeneratedChapters(ctx, id, []domain.Chapter{{StartMS: 0, EndMS: 4000, Title: "Start"}}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// decoded reads JSON of a known shape.
func decoded[T any](t *testing.T, a *answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%s: %v: %s", a.what, err, a.body)
	}
	return v
}
