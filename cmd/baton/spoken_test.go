package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// saidAloud makes a voice note of texts that a synthetic voice reads, each with a second and a half of silence behind it, and tells when, in
// milliseconds, each begins.
func saidAloud(t *testing.T, texts ...string) (take []byte, starts []int64) {
	t.Helper()
	dir := t.TempDir()
	var list strings.Builder
	var at int64
	for i, text := range texts {
		read, padded := filepath.Join(dir, fmt.Sprintf("%d.wav", i)), filepath.Join(dir, fmt.Sprintf("%d-padded.wav", i))
		if out, err := exec.Command("espeak-ng", "-v", "en-us", "-s", "140", "-w", read, text).CombinedOutput(); err != nil {
			t.Fatalf("espeak-ng: %v: %s", err, out)
		}
		if out, err := exec.Command("ffmpeg", "-v", "error", "-i", read, "-af", "apad=pad_dur=1.5", "-ar", "48000", "-ac", "1", padded).CombinedOutput(); err != nil {
			t.Fatalf("ffmpeg: %v: %s", err, out)
		}
		info, err := os.Stat(padded)
		if err != nil {
			t.Fatal(err)
		}
		starts = append(starts, at)
		at += info.Size() / (48 * 2) // but for its header: a millisecond
		fmt.Fprintf(&list, "file '%s'\n", padded)
	}
	script := filepath.Join(dir, "list")
	if err := os.WriteFile(script, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return webm(t, "-f", "concat", "-safe", "0", "-i", script), starts
}

// TestSectionsThatAreSaidAreAnswered: who says the names of a round's sections need not press anything. The words are the speech engine's own.
func TestSectionsThatAreSaidAreAnswered(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.must(http.StatusOK, http.MethodPut, "/api/v1/me/hours", map[string]any{
		"time_zone": "UTC", "days": []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, "from": "00:00", "to": "24:00",
	})
	var me, round struct{ ID string }
	s.must(http.StatusOK, http.MethodGet, "/api/v1/me", nil).into(t, &me)
	s.must(http.StatusCreated, http.MethodPost, "/api/v1/rounds", map[string]any{
		"template": "stand-up", "name": "Daily", "members": []string{me.ID}, "rule": "FREQ=DAILY", "opens": "00:00", "closes": "24:00", "close_after_days": 1,
	}).into(t, &round)
	var held struct{ Occurrences []struct{ ID string } }
	s.until("the round is open", 3*time.Minute, func() bool {
		s.must(http.StatusOK, http.MethodGet, "/api/v1/rounds/"+round.ID+"/occurrences", nil).into(t, &held)
		return len(held.Occurrences) > 0
	})

	take, starts := saidAloud(t,
		"Yesterday I finished the report about the weather, and I sent it to everybody in the team.",
		"Today I will write the letter to the school, and read the plans for the new house.",
		"My blockers are the keys for the garden door. I need somebody to open it for me.")
	id := s.newClip("audio")
	s.putChunk(id, webmType, 0, take)
	s.finish(id, 1, take)
	answer := "/api/v1/occurrences/" + held.Occurrences[0].ID + "/answer"
	s.must(http.StatusOK, http.MethodPut, answer, map[string]any{"parts": []map[string]any{{"section": "yesterday", "clip_id": id}}})
	s.settled(id)

	var occurrence struct {
		Answers []struct {
			Parts []struct {
				Section string
				StartMS int64 `json:"start_ms"`
				EndMS   int64 `json:"end_ms"`
			}
		}
	}
	s.until("each section has its stretch", time.Minute, func() bool {
		s.must(http.StatusOK, http.MethodGet, "/api/v1/occurrences/"+held.Occurrences[0].ID, nil).into(t, &occurrence)
		return len(occurrence.Answers[0].Parts) == 3
	})
	for i, p := range occurrence.Answers[0].Parts {
		if want := []string{"yesterday", "today", "blockers"}[i]; p.Section != want || p.StartMS < starts[i]-1500 || p.StartMS > starts[i]+1500 {
			t.Errorf("part %d is %s from %d, wanted %s from %d: %q", i, p.Section, p.StartMS, want, starts[i], s.transcript(id).text())
		}
	}
	var chapters struct {
		Chapters []struct {
			Title   string
			StartMS int64 `json:"start_ms"`
		}
	}
	s.until("each section is a chapter", time.Minute, func() bool {
		s.must(http.StatusOK, http.MethodGet, "/api/v1/clips/"+id+"/chapters", nil).into(t, &chapters)
		return len(chapters.Chapters) == 3
	})
	for i, c := range chapters.Chapters {
		if want := []string{"Yesterday", "Today", "Blockers"}[i]; c.Title != want || c.StartMS != occurrence.Answers[0].Parts[i].StartMS {
			t.Errorf("%+v, whose parts are %+v", chapters.Chapters, occurrence.Answers[0].Parts)
		}
	}
	t.Log(s.transcript(id).text())
}
