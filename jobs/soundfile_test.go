package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"baton/blob"
	"baton/domain"
	"baton/transcode"
)

// sounding is a clip whose seconds have a tone each of their own, and what is kept of its sound.
type sounding struct {
	Store
	*files

	words domain.Transcript
	sound domain.Sound
	puts  int
}

// files are the renditions of a clip, each one fragmented file, and what is stored of it.
type files struct {
	media, stored map[string][]byte
}

// fileStore shows them as the object store.
type fileStore struct {
	Objects
	*files
}

func (s *sounding) Renditions(context.Context, *domain.Clip) ([]domain.Rendition, error) {
	var all []domain.Rendition
	for name := range s.media {
		all = append(all, domain.Rendition{Name: name, Codecs: "mp4a.40.2", Complete: true, Bandwidth: 1})
	}
	return all, nil
}

func (s *sounding) Rendition(_ context.Context, _ domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	half := int64(len(s.media[name]) / 2) // where the header ends matters to nobody who reads both
	return domain.Rendition{Name: name}, []domain.InitSegment{{ObjectKey: name + " a", Bytes: half}},
		[]domain.Segment{{ObjectKey: name + " b", Bytes: int64(len(s.media[name])) - half, DurationMS: 1}}, nil
}

func (s fileStore) Get(_ context.Context, key string) (io.ReadCloser, error) {
	name, part, _ := strings.Cut(key, " ")
	b := s.media[name]
	if part == "a" {
		b = b[:len(b)/2]
	} else {
		b = b[len(b)/2:]
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s *sounding) Transcript(context.Context, domain.ClipID) (domain.Transcript, error) {
	return s.words, nil
}

func (s *sounding) Sound(context.Context, domain.ClipID) (domain.Sound, error) { return s.sound, nil }

func (s *sounding) PutSound(_ context.Context, sound domain.Sound) ([]string, error) {
	var replaced []string
	if s.sound.ObjectKey != "" {
		replaced = []string{s.sound.ObjectKey}
	}
	s.sound = sound
	s.puts++
	return replaced, nil
}

func (s fileStore) PutFile(_ context.Context, key, _ string, f io.ReadSeeker) error {
	b, err := io.ReadAll(f)
	s.stored[key] = b
	return err
}

func (s fileStore) Delete(_ context.Context, keys ...string) error {
	for _, k := range keys {
		delete(s.stored, k)
	}
	return nil
}

// tones makes a fragmented file in which second n sounds at 500 + 250n Hz.
func tones(t *testing.T, filter string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tones.mp4")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*(500+250*floor(t))*t)':s=48000:d=10", "-af", filter,
		"-c:a", "aac", "-b:a", "128k", "-movflags", "+frag_keyframe+empty_moov+default_base_moof", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seconds tells which of the clip's seconds are heard in each tenth of a second of a file, and how long a player finds it to be.
func seconds(t *testing.T, file []byte) (heard string, ms float64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.m4a")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:").Output()
	if err != nil {
		t.Fatal(err)
	}
	const window = 4800 * 2
	var b strings.Builder
	for i := 0; i+window <= len(raw); i += window {
		crossings, last := 0, int16(0)
		for j := i; j < i+window; j += 2 {
			v := int16(uint16(raw[j]) | uint16(raw[j+1])<<8)
			if last < 0 && v >= 0 {
				crossings++
			}
			last = v
		}
		fmt.Fprintf(&b, "%d", int(math.Round((float64(crossings)*10-500)/250)))
	}
	found, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	s, err := strconv.ParseFloat(strings.TrimSpace(string(found)), 64)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), s * 1000
}

func newSounding(t *testing.T) (*sounding, *Runner, domain.Clip) {
	t.Helper()
	tools, err := transcode.New(t.Context(), transcode.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := &sounding{files: &files{media: map[string][]byte{"audio": tones(t, "anull")}, stored: map[string][]byte{}}}
	s.words = domain.Transcript{
		// Nobody speaks from 2.8 to 6.2 s, and in the last second; from 7.0 to 7.5 somebody hesitates.
		Speech: []domain.Span{{StartMS: 0, EndMS: 2800}, {StartMS: 6200, EndMS: 9000}},
		Cues: []domain.Cue{{EndMS: 9000, Words: []domain.Word{
			{StartMS: 0, EndMS: 2800, Text: "Yesterday"}, {StartMS: 6200, EndMS: 7000, Text: "I"}, {StartMS: 7000, EndMS: 7500, Text: "um,"}, {StartMS: 7500, EndMS: 9000, Text: "rested."},
		}}},
	}
	clip := domain.Clip{ID: "c", WorkspaceID: "w", State: domain.ClipReady, TranscriptState: domain.TranscriptDone, DurationMS: 10_000, HasAudio: true}
	return s, &Runner{Needs: Needs{Store: s, Tools: tools, Media: fileStore{files: s.files}, Keys: blob.Keys{}}}, clip
}

// made runs the step and tells what is heard in what it left behind, which is one file of the size and length that it says.
func (s *sounding) made(t *testing.T, r *Runner, clip domain.Clip) string {
	t.Helper()
	if err := r.soundFile(t.Context(), clip, nil); err != nil {
		t.Fatal(err)
	}
	file := s.stored[s.sound.ObjectKey]
	heard, ms := seconds(t, file)
	if len(s.stored) != 1 || s.sound.Bytes != int64(len(file)) || math.Abs(ms-float64(s.sound.DurationMS)) > 1 {
		t.Errorf("%d files, %+v, of %d bytes and %v ms", len(s.stored), s.sound, len(file), ms)
	}
	return heard
}

// TestASoundLeavesOutWhatAReelDoes: silences but for a margin, hesitations, and what was cut, whatever is known of it; once.
func TestASoundLeavesOutWhatAReelDoes(t *testing.T) {
	t.Parallel()
	s, r, clip := newSounding(t)
	near := func(what, got, want string) {
		t.Helper()
		// A window that lies across a joint sounds like neither side.
		off := 0
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				off++
			}
		}
		if off > 5 || len(got)-len(want) > 1 || len(want)-len(got) > 1 {
			t.Errorf("%s: heard\n%s, wanted\n%s", what, got, want)
		}
	}
	// Up to 3.0 s, from 6.0 to 7.0, from 7.5 to 9.2.
	tight := strings.Repeat("0", 10) + strings.Repeat("1", 10) + strings.Repeat("2", 10) + strings.Repeat("6", 10) +
		strings.Repeat("7", 5) + strings.Repeat("8", 10) + strings.Repeat("9", 2)
	near("tight", s.made(t, r, clip), tight)
	if s.made(t, r, clip); s.puts != 1 {
		t.Errorf("made %d times", s.puts)
	}
	// The second from 1 to 2 is cut by hand. Until the exact version is there, nothing is made of it.
	clip.EditNo, clip.Cuts = 4, []domain.Cut{{Span: domain.Span{StartMS: 1000, EndMS: 2000}, Kind: domain.CutByHand}}
	if s.made(t, r, clip); s.puts != 1 || clip.SoundOf(s.sound) {
		t.Errorf("%+v", s.sound)
	}
	clip.RenderedNo = 4
	s.media = map[string][]byte{"cutaudio": tones(t, "aselect='not(between(t,1,2))',asetpts=N/SR/TB")}
	near("cut", s.made(t, r, clip), strings.ReplaceAll(tight, "1111111111", ""))
	if s.puts != 2 || !clip.SoundOf(s.sound) {
		t.Errorf("%+v", s.sound)
	}
}

// TestASoundWaitsForTheWords: for a while; where there are none, or too little would be left, it is whole.
func TestASoundWaitsForTheWords(t *testing.T) {
	t.Parallel()
	s, r, clip := newSounding(t)
	var wait *waiting
	clip.TranscriptState, clip.ReadyAt = domain.TranscriptRunning, time.Now()
	if err := r.soundFile(t.Context(), clip, nil); !errors.As(err, &wait) || wait.pause <= 0 || s.puts != 0 {
		t.Errorf("%v, made %d times", err, s.puts)
	}
	clip.ReadyAt = time.Now().Add(-wordsPatience)
	if heard := s.made(t, r, clip); len(heard) < 99 {
		t.Errorf("nobody knows yet where nobody speaks: %s", heard)
	}
	clip.TranscriptState = domain.TranscriptDone
	if heard := s.made(t, r, clip); len(heard) > 60 || s.puts != 2 {
		t.Errorf("the words have come: %s", heard)
	}
	clip.TranscriptState = domain.TranscriptFailed
	if heard := s.made(t, r, clip); len(heard) < 99 {
		t.Error(heard)
	}
	clip.TranscriptState, s.words = domain.TranscriptDone, domain.Transcript{Speech: []domain.Span{{StartMS: 0, EndMS: 60}}}
	clip.Cuts, clip.EditNo, clip.RenderedNo = []domain.Cut{{Span: domain.Span{StartMS: 0, EndMS: 1000}, Kind: domain.CutByHand}}, 1, 1
	s.media = map[string][]byte{"cutaudio": tones(t, "aselect='gte(t,1)',asetpts=N/SR/TB")}
	if heard := s.made(t, r, clip); len(heard) < 89 || strings.Contains(heard, "00") {
		t.Error(heard)
	}
}
