package main

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The long file says the same thing again and again, so that what is missing or there twice can be told without a
// second transcription to compare with.
const (
	repeats  = 3
	repeatMS = 58_000 // some seconds of silence at the end, so that each is cut into the same pieces
)

// TestKill9InALongTranscription kills the server again and again while it writes down a file: it goes on where it was,
// and in the end there is no gap, and nothing twice.
func TestKill9InALongTranscription(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	one := filepath.Join(t.TempDir(), "one.wav")
	if out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", speechData(t, "sonnet001.mp3"), "-af", "apad=whole_dur="+strconv.Itoa(repeatMS)+"ms", one).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	take := webm(t, "-stream_loop", strconv.Itoa(repeats-1), "-i", one)
	id := s.newClip("audio")
	chunks := cut(take, 400_000)
	for i, c := range chunks {
		s.putChunk(id, webmType, i, c)
	}
	s.finish(id, len(chunks), take)
	complete := func() bool {
		state := s.clip(id).TranscriptState
		return state != "running" && state != "pending"
	}
	kills := 0
	for ; kills < 3 && !complete(); kills++ {
		before := len(s.transcript(id).Cues)
		s.until("it goes on after "+strconv.Itoa(kills)+" kills", 10*time.Minute, func() bool { return len(s.transcript(id).Cues) > before || complete() })
		s.kill9()
		s.start()
		if n := len(s.transcript(id).Cues); n <= before {
			t.Errorf("there were more than %d cues before a kill, and %d after it", before, n)
		}
	}
	s.until("the transcript is complete", 10*time.Minute, complete)
	t.Logf("%d kills", kills)
	heard := s.transcript(id)
	if heard.State != "done" || heard.Coverage < 0.95 {
		t.Errorf("the transcript is %s and covers %.2f of the speech", heard.State, heard.Coverage)
	}
	checkRepeats(t, heard)
}

// checkRepeats compares what was written of each time with what was written of the first.
func checkRepeats(t *testing.T, heard transcript) {
	t.Helper()
	var said [repeats][]string
	var ended int64
	for i, c := range heard.Cues {
		if c.StartMS < ended {
			t.Errorf("cue %d begins at %d ms, before the one before it ends", i, c.StartMS)
		}
		ended = c.EndMS
		repeat := min(repeats-1, int(c.StartMS/repeatMS))
		said[repeat] = append(said[repeat], strings.Fields(plain(c.Text))...)
	}
	for i, words := range said {
		// The pieces that are heard at once are cut elsewhere in each time, and a line may reach into the next.
		if d := distance(words, said[0]); len(words) == 0 || d > len(said[0])/5 {
			t.Errorf("of %d words, %d are otherwise the time %d:\n%s\nand in the first\n%s", len(said[0]), d, i+1, words, said[0])
		}
	}
}
