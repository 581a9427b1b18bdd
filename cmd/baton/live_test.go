package main

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const webmType = "audio/webm;codecs=opus"

// speechData is a file of real speech beside the checkout.
func speechData(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("BATON_TEST_DATA") //nolint:forbidigo // a setting of tests only
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	return filepath.Join(dir, "speech", name)
}

// webm makes a browser-like sound recording of what ffmpeg reads with args.
func webm(t *testing.T, args ...string) []byte {
	t.Helper()
	line := append([]string{"-nostdin", "-v", "error"}, args...)
	line = append(line, "-ac", "1", "-c:a", "libopus", "-b:a", "48k", "-f", "webm", "-cluster_time_limit", "1000", "-live", "1", "pipe:1")
	out, err := exec.Command("ffmpeg", line...).Output()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	return out
}

// TestWordsComeWhileRecording kills the server while a transcript is being made of a recording that goes on: no word is
// lost, none comes twice, and at the end only the tail is left.
func TestWordsComeWhileRecording(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	take := webm(t, "-i", speechData(t, "sonnet001.mp3"), "-i", speechData(t, "sonnet002.mp3"), "-filter_complex", "concat=n=2:v=0:a=1", "-t", "85")
	chunks := cut(take, 6000) // a second each
	id := s.newClip("audio")
	half := len(chunks) / 2
	for i, c := range chunks[:half] {
		s.putChunk(id, webmType, i, c)
	}
	s.until("there are words while it records", time.Minute, func() bool { return len(s.transcript(id).Cues) > 0 })
	if c := s.clip(id); c.State != "recording" || c.TranscriptState != "running" {
		t.Errorf("half way the clip is %s, its transcript %s", c.State, c.TranscriptState)
	}
	s.kill9()
	s.start()
	rest := chunks[half:]
	for i, c := range rest {
		s.putChunk(id, webmType, half+i, c)
		if i == len(rest)/2 {
			before := len(s.transcript(id).Cues)
			s.until("more words come after the kill", time.Minute, func() bool { return len(s.transcript(id).Cues) > before })
			s.kill9()
			s.start()
		}
	}
	s.finish(id, len(chunks), take)
	c := s.settled(id)
	if c.State != "ready" || c.TranscriptState != "done" {
		t.Fatalf("at the end: %+v", c)
	}
	heard := s.transcript(id)
	file := filepath.Join(t.TempDir(), "take.webm")
	if err := os.WriteFile(file, take, 0o600); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(plain(s.command("transcribe", file)))
	got := strings.Fields(plain(heard.text()))
	d := distance(got, want)
	t.Logf("%d of %d words differ from those of one run", d, len(want))
	// The pieces that are heard at once are cut at other places, which changes some; a piece that is lost or comes twice is many.
	if d > len(want)/20 {
		t.Errorf("they are:\n%s\nand\n%s", got, want)
	}
	for i, cue := range heard.Cues {
		if i > 0 && cue.StartMS < heard.Cues[i-1].EndMS {
			t.Errorf("cue %d begins at %d ms, before the one before it ends: %+v", i, cue.StartMS, heard.Cues[i-1])
		}
	}
}

// plain is text in lower case without punctuation.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '\''
	}), " ")
}

// distance counts the words to insert, delete and replace.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner := row[0]
		row[0] = i + 1
		for j, y := range b {
			d := corner
			if x != y {
				d = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// TestNobodySpeaks: what is no speech gets no words, and says so.
func TestNobodySpeaks(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	band := filepath.Join(t.TempDir(), "band")
	if err := os.WriteFile(band, music(30), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string][]string{
		"silence":     {"-f", "lavfi", "-i", "anullsrc=r=48000:d=40"},
		"a dial tone": {"-f", "lavfi", "-i", "sine=350:d=30", "-f", "lavfi", "-i", "sine=440:d=30", "-filter_complex", "amix=2"},
		"noise":       {"-f", "lavfi", "-i", "anoisesrc=d=30:c=pink:a=0.2:seed=1"},
		"music":       {"-f", "s16le", "-ar", "48000", "-ac", "1", "-i", band},
	}
	ids := map[string]string{}
	for name, args := range tests {
		take := webm(t, args...)
		id := s.newClip("audio")
		ids[name] = id
		chunks := cut(take, 4000)
		for i, c := range chunks {
			s.putChunk(id, webmType, i, c)
		}
		s.finish(id, len(chunks), take)
	}
	mute := sample(t, "avc1.mkv")
	id := s.newClip("screen")
	s.putChunk(id, "video/x-matroska;codecs=avc1", 0, mute)
	s.finish(id, 1, mute)
	ids["no sound"] = id
	for name, id := range ids {
		if c := s.settled(id); c.State != "ready" || c.TranscriptState != "no_speech" {
			t.Errorf("%s: %s, transcript %s: %q", name, c.State, c.TranscriptState, s.transcript(id).text())
		}
	}
}

// music is PCM (48 kHz, mono) of plucked four-part chords, two a second.
func music(seconds int) []byte {
	const rate = 48000
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for range 2 * seconds {
		root := 110 * math.Pow(2, float64(r.IntN(12))/12)
		for n := range rate / 2 {
			at, v := float64(n)/rate, 0.0
			for _, step := range []float64{1, 1.26, 1.5, 2} {
				v += 0.1 * math.Exp(-3*at) * math.Sin(2*math.Pi*root*step*at)
			}
			b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*32767)))
		}
	}
	return b
}
