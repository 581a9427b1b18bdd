package main

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestDraftsWhileSpeaking speaks for 24 s in real time and watches the words come: they are there before the stretch of up
// to 20 s is settled in which they are. How far they lag is logged; a busy machine may not fail it.
func TestDraftsWhileSpeaking(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	const seconds = 24
	take := webm(t, "-i", speechData(t, "sonnet002.mp3"), "-t", "24")
	chunks := cut(take, len(take)/(2*seconds)+1) // about half a second each
	id := s.newClip("audio")
	type line struct {
		StartMS int64 `json:"start_ms"`
		EndMS   int64 `json:"end_ms"`
		Words   []struct {
			EndMS int64 `json:"end_ms"`
			Text  string
		}
	}
	var seen struct{ Cues, Draft []line }
	began := time.Now()
	var lags []time.Duration
	upTo, drafted := int64(0), false
	look := func() {
		s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/transcript", nil).into(t, &seen)
		drafted = drafted || len(seen.Draft) > 0
		for _, l := range append(slices.Clone(seen.Cues), seen.Draft...) {
			for _, w := range l.Words {
				if w.EndMS > upTo {
					upTo = w.EndMS
					lags = append(lags, time.Since(began)-time.Duration(w.EndMS)*time.Millisecond)
				}
			}
		}
		seen.Cues, seen.Draft = nil, nil
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	speak := func(from, to int) {
		for sent := from; sent < to; {
			<-tick.C
			if due := time.Duration(sent+1) * seconds * time.Second / time.Duration(len(chunks)); time.Since(began) >= due {
				s.putChunk(id, webmType, sent, chunks[sent])
				sent++
			}
			look()
		}
	}
	// No stretch is settled in so short a time, so what comes is a draft.
	speak(0, len(chunks)/3)
	s.until("a draft comes", 2*time.Minute, func() bool { look(); return drafted })
	speak(len(chunks)/3, len(chunks))
	s.finish(id, len(chunks), take)
	c := s.settled(id)
	look()
	if c.TranscriptState != "done" || len(s.transcript(id).Cues) == 0 {
		t.Errorf("%+v", c)
	}
	slices.Sort(lags)
	t.Logf("words came %v behind (median), 95 %% within %v", lags[len(lags)/2].Round(10*time.Millisecond), lags[len(lags)*95/100].Round(10*time.Millisecond))
}
