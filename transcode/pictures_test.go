package transcode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"testing"
	"time"

	"baton/domain"
)

// colours is red, then green, then blue, each for a number of seconds, after a black second.
func colours(seconds string) []string {
	args := []string{"-f", "lavfi", "-i", "color=black:s=640x360:r=10:d=1"}
	for _, c := range []string{"red", "lime", "blue"} {
		args = append(args, "-f", "lavfi", "-i", "color="+c+":s=640x360:r=10:d="+seconds+",drawbox=x=20:y=20:w=200:h=200:color=white:t=fill")
	}
	return append(args, "-filter_complex", "[0][1][2][3]concat=n=4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10")
}

func TestStoryboardShowsEachMoment(t *testing.T) {
	t.Parallel()
	for name, seconds := range map[string]string{"every frame": "4", "key frames only": "140"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			take := open(ctx, t, r, b, append(colours(seconds), "a.mp4")...)
			board, err := r.Storyboard(ctx, take, nil)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(board.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			var each int64
			if _, err := fmt.Sscan(seconds, &each); err != nil {
				t.Fatal(err)
			}
			for n := range board.Layout.Tiles {
				x, y := board.Layout.Tile(n)
				red, green, blue, _ := img.At(x+150, y+80).RGBA()
				want := "black"
				if at := int64(n) * board.Layout.IntervalMS; at >= 1000 {
					want = []string{"red", "lime", "blue"}[min(2, (at-1000)/(each*1000))]
				}
				got := map[[3]bool]string{{}: "black", {true}: "red", {false, true}: "lime", {false, false, true}: "blue"}[[3]bool{red > 0x8000, green > 0x8000, blue > 0x8000}]
				if got != want {
					t.Errorf("tile %d is %q, want %s", n, got, want)
				}
			}
		})
	}
}

func TestPosterIsNotBlank(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, append(colours("1"), "a.mp4")...) // a tenth is in the black
	poster, err := r.Poster(ctx, take)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := contrast(poster); err != nil || c < enoughContrast {
		t.Errorf("contrast %v, %v", c, err)
	}
	black := open(ctx, t, r, b, "-f", "lavfi", "-i", "color=black:s=2560x1440:d=1", "-c:v", "libx264", "a.mp4")
	poster, err = r.Poster(ctx, black)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.DecodeConfig(bytes.NewReader(poster))
	if err != nil || img.Width != 1280 || img.Height != 720 {
		t.Errorf("%+v, %v", img, err)
	}
	mute := open(ctx, t, r, b, append(sound("1"), "a.wav")...)
	if _, err := r.Poster(ctx, mute); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("sound alone: %v", err)
	}
}

func TestSceneChangesAreFound(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, append(colours("5"), "a.mp4")...)
	got, err := r.SceneChanges(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []int64{1000, 6000, 11000}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, at := range want {
		if d := got[i].AtMS - at; d < -100 || d > 600 {
			t.Errorf("change %d at %d ms, want %d", i, got[i].AtMS, at)
		}
	}
}

func TestPeaksFollowTheSound(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, "-f", "lavfi", "-i", "sine=440:d=20,volume='if(between(t,5,10),1,0)':eval=frame", "a.wav")
	p, err := r.Peaks(ctx, take, 0, nil)
	if err != nil || len(p.Peaks) != peakCount {
		t.Fatalf("%d, %v", len(p.Peaks), err)
	}
	for i, v := range p.Peaks {
		at := float64(i) * 20 / peakCount
		if loud := at > 5.1 && at < 9.9; loud && v < 240 || (at < 4.9 || at > 10.1) && v > 5 {
			t.Errorf("%d at %.2f s", v, at)
		}
	}
	var read Peaks
	if err := json.Unmarshal(p.JSON(), &read); err != nil || read.DurationMS != 20000 {
		t.Errorf("%+v, %v", read, err)
	}
	longer, err := r.Peaks(ctx, take, 40_000, nil) // the clip is said to be twice as long as its media
	if err != nil || longer.DurationMS != 40_000 || longer.Peaks[peakCount*7/40] < 240 || longer.Peaks[peakCount*15/40] > 5 {
		t.Errorf("%d ms, %v", longer.DurationMS, err)
	}
	still := open(ctx, t, r, b, append(picture("320x240", "10", "2"), "-c:v", "libx264", "a.mp4")...)
	if p, err := r.Peaks(ctx, still, 0, nil); err != nil || len(p.Peaks) != 100 || p.Peaks[50] != 0 {
		t.Errorf("without sound: %v, %v", p, err)
	}
}

func TestPCMKeepsItsPlaceAndCanBeClosedEarly(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	// The sound begins a second after the picture and has a hole of a second.
	take := open(ctx, t, r, b, join(picture("320x240", "10", "8"), []string{"-itsoffset", "1"}, sound("6"),
		[]string{"-af", "aselect='not(between(t,3,4))'", "-c:v", "libx264", "-c:a", "libopus", "a.mkv"})...)
	pcm, err := r.PCM(ctx, take, 6, 0)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := io.ReadAll(pcm)
	if err != nil || pcm.Close() != nil {
		t.Fatal(err)
	}
	level := func(ms int) float64 { return rms(samples[ms*pcmBytesPerMS : (ms+100)*pcmBytesPerMS]) }
	if level(500) > 10 || level(2000) < 500 || level(3500) > 10 || level(5000) < 500 {
		t.Errorf("levels %.0f %.0f %.0f %.0f", level(500), level(2000), level(3500), level(5000))
	}
	early, err := r.PCM(ctx, take, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(early, make([]byte, 1000)); err != nil || early.Close() != nil {
		t.Error(err)
	}
	mute := open(ctx, t, r, b, append(picture("320x240", "10", "1"), "-c:v", "libx264", "a.mp4")...)
	if _, err := r.PCM(ctx, mute, 0, 0); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("without sound: %v", err)
	}
}

// A speech engine on a busy machine takes its time: what ffmpeg left in the pipe is not lost meanwhile.
func TestPCMWaitsForASlowReader(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, append(sound("2"), "-c:a", "libopus", "tone.mkv")...)
	pcm, err := r.PCM(ctx, take, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(pcm, first); err != nil {
		t.Fatal(err)
	}
	<-time.After(waitDelay + time.Second) // all is in the pipe, and ffmpeg long gone
	rest, err := io.ReadAll(pcm)
	if n := 1 + len(rest); err != nil || n < 1900*pcmBytesPerMS {
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := pcm.Close(); err != nil {
		t.Error(err)
	}
}
