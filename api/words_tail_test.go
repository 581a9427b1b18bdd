package api_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"baton/domain"
)

// spoken is a part of a transcript with its times, whatever else it has.
type spoken struct {
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	No      int
	Text    string
}

type spokenWords struct {
	State                                        string
	Cues, Draft, Speech, Silences, Lost, Fillers []spoken
}

// joined does what the watch page does with the end of a transcript.
func (w spokenWords) joined(tail spokenWords, fromMS int64) spokenWords {
	list := func(had, now []spoken) (out []spoken) {
		for _, x := range had {
			if x.EndMS < fromMS && (len(now) == 0 || x.StartMS < now[0].StartMS) {
				out = append(out, x)
			}
		}
		return append(out, now...)
	}
	return spokenWords{
		tail.State, list(w.Cues, tail.Cues), tail.Draft, list(w.Speech, tail.Speech), list(w.Silences, tail.Silences), list(w.Lost, tail.Lost), list(w.Fillers, tail.Fillers),
	}
}

// TestWhoWatchesARecordingReadsOnlyWhatChanged follows the words of a recording by the moments that its events name, and has the whole all along.
func TestWhoWatchesARecordingReadsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	const minutes = 3
	s := newServer(t)
	p := s.workspace("Acme")
	id := p.clip(domain.VisiblePrivate, "Live")
	at := "/api/v1/clips/" + string(id) + "/transcript"
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.db.Transcripts.Start(ctx, id)
	must(err)
	var had spokenWords
	var parts, wholes, heard int
	var event int64
	follow := func() {
		t.Helper()
		var data []byte
		must(s.pool.QueryRow(ctx, `select id, data from event where clip_id = $1 and kind = 'transcript.changed' and id > $2 order by id desc limit 1`, id, event).Scan(&event, &data))
		var said struct {
			FromMS *int64 `json:"from_ms"`
		}
		must(json.Unmarshal(data, &said))
		whole := p.call("GET", at, nil).expect(200)
		want := decoded[spokenWords](t, whole)
		if wholes += len(whole.body); said.FromMS == nil {
			had = want
			return
		}
		tail := p.call("GET", fmt.Sprintf("%s?from_ms=%d", at, *said.FromMS), nil).expect(200)
		parts += len(tail.body)
		heard++
		if had = had.joined(decoded[spokenWords](t, tail), *said.FromMS); !sameWords(had, want) {
			t.Fatalf("after %s it is\n%+v, want\n%+v", data, had, want)
		}
	}
	follow()
	line := func(from int64, n int) domain.Cue {
		c := domain.Cue{StartMS: from, EndMS: from}
		for i := range n {
			w := domain.Word{StartMS: from + int64(i)*400, EndMS: from + int64(i)*400 + 350, Text: fmt.Sprintf("word%d", i)}
			c.Words, c.EndMS, c.Text = append(c.Words, w), w.EndMS, c.Text+" "+w.Text
		}
		return c
	}
	const stretch = 15_000
	for from := int64(0); from < minutes*60_000; from += stretch {
		for n := 8; n <= 32; n += 8 {
			must(s.db.Transcripts.SetDraft(ctx, id, from, []domain.Cue{line(from+500, n)}))
			follow()
		}
		must(s.db.Transcripts.AppendCues(ctx, id, domain.TranscriptStep{
			FromMS: from, UpToMS: from + stretch, Language: "en", Progress: 0.5, Cues: []domain.Cue{line(from+500, 10), line(from+6000, 10), line(from+10_500, 9)},
			Speech: []domain.Span{{StartMS: from + 500, EndMS: from + 5000}, {StartMS: from + 6000, EndMS: from + stretch}},
		}))
		follow()
	}
	if now := decoded[spokenWords](t, p.call("PATCH", at+"/cues/1", map[string]string{"text": "Corrected"}).expect(200)); now.State != "" {
		t.Errorf("%+v", now)
	}
	follow()
	if heard != minutes*20 || parts*5 > wholes {
		t.Errorf("%d parts have %d bytes, the wholes %d", heard, parts, wholes)
	}
	t.Logf("%d min: %d reads, %d kB in parts, %d kB whole", minutes, heard, parts/1000, wholes/1000)
	p.call("GET", at+"?from_ms=-1", nil).problem(400)
}

func sameWords(a, b spokenWords) bool {
	same := func(x, y []spoken) bool { return len(x) == 0 && len(y) == 0 || reflect.DeepEqual(x, y) }
	return a.State == b.State && same(a.Cues, b.Cues) && same(a.Draft, b.Draft) && same(a.Speech, b.Speech) && same(a.Silences, b.Silences) && same(a.Lost, b.Lost) && same(a.Fillers, b.Fillers)
}
