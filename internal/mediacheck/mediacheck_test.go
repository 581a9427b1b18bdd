package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os/exec"
	"path/filepath"
	"testing"
)

// draw makes the counter page's picture for one count, in grey.
func draw(count int) []byte {
	picture := bytes.Repeat([]byte{60}, 1280*720)
	fill := func(x, y, w, h int, v byte) {
		for row := y; row < y+h; row++ {
			copy(picture[row*1280+x:], bytes.Repeat([]byte{v}, w))
		}
	}
	fill(0, 0, cell*(bits+6), cell*2, 0)
	ones := 0
	bar := func(i, on int) {
		ones += on
		fill(cell*(1+i), cell/2, cell, cell, byte(255*on))
	}
	bar(0, 1)
	ones = 0
	for i := range bits {
		bar(1+i, count>>(bits-1-i)&1)
	}
	bar(1+bits, (ones+1)%2)
	if count%perSecond < lit {
		fill(1060, 60, 200, 100, 255)
	} else {
		fill(1060, 60, 200, 100, 0)
	}
	return picture
}

// make writes a recording of the counts from…to, whose beeps are late by some seconds.
func makeRecording(t *testing.T, from, to int, late float64) string {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "recording.mkv")
	var samples bytes.Buffer
	for i := range (to - from) * rate / perSecond {
		at := float64(from)/perSecond + float64(i)/rate - late
		v := 0.0
		if _, part := math.Modf(at); part >= 0 && part < 0.08 {
			v = 20000 * math.Sin(2*math.Pi*1000*part)
		}
		if err := binary.Write(&samples, binary.LittleEndian, int16(v)); err != nil {
			t.Fatal(err)
		}
	}
	sound := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-",
		filepath.Join(dir, "sound.wav"))
	sound.Stdin = &samples
	if log, err := sound.CombinedOutput(); err != nil {
		t.Fatalf("write sound: %v: %s", err, log)
	}
	var pictures bytes.Buffer
	for n := from; n < to; n++ {
		pictures.Write(draw(n))
	}
	film := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "1280x720",
		"-r", "30", "-i", "-", "-i", filepath.Join(dir, "sound.wav"), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt",
		"yuv420p", "-c:a", "libopus", out)
	film.Stdin = &pictures
	if log, err := film.CombinedOutput(); err != nil {
		t.Fatalf("write film: %v: %s", err, log)
	}
	return out
}

func TestItSeesWhatIsThere(t *testing.T) {
	t.Parallel()
	const late = 0.04
	file := makeRecording(t, 10, 100, late)
	seen, err := watch(t.Context(), "", file)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := listen(t.Context(), "", file)
	if err != nil {
		t.Fatal(err)
	}
	r := judge(seen, sound)
	if r.Frames != 90 || r.Unreadable != 0 || r.Backwards != 0 || r.FirstCount != 10 || r.LastCount != 99 || r.Hole > 40 {
		t.Errorf("report = %+v, want 90 readable frames of the counts 10 to 99 without a hole", r)
	}
	if len(r.Seconds) != 3 {
		t.Fatalf("%d seconds, want the three that begin at 30, 60 and 90", len(r.Seconds))
	}
	for _, s := range r.Seconds {
		if s.OffsetMS == nil || math.Abs(*s.OffsetMS-1000*late) > 12 {
			t.Errorf("second %d: beep after flash = %v ms, want 40", s.No, s.OffsetMS)
		}
	}
}
