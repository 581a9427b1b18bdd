package transcode

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

func screen(codec, profile string, w, h int) *VideoStream {
	return &VideoStream{Codec: codec, Profile: profile, PixelFormat: "yuv420p", Width: w, Height: h, PixelAspect: 1, FrameRate: Rational{30, 1}, BaseRate: Rational{30, 1}}
}

func voice(codec string, channels int) *AudioStream {
	return &AudioStream{Index: 1, Codec: codec, SampleRate: 48000, Channels: channels}
}

func with(v *VideoStream, change func(*VideoStream)) *VideoStream {
	change(v)
	return v
}

func TestPlanImport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		media        Media
		video, audio Action
	}{
		{"H.264 and Opus", Media{Video: screen("h264", "High", 1920, 1080), Audio: voice("opus", 2)}, ActionCopy, ActionCopy},
		{"VP9", Media{Video: screen("vp9", "Profile 0", 1280, 720)}, ActionCopy, ActionNone},
		{"AV1 and AAC", Media{Video: screen("av1", "Main", 1280, 720), Audio: voice("aac", 1)}, ActionCopy, ActionCopy},
		{"VP8", Media{Video: screen("vp8", "", 1280, 720), Audio: voice("opus", 2)}, ActionEncode, ActionCopy},
		{"HEVC, 10 bits", Media{Video: with(screen("hevc", "Main 10", 1920, 1080), func(v *VideoStream) { v.PixelFormat = "yuv420p10le" })}, ActionEncode, ActionNone},
		{"H.264 4:4:4", Media{Video: with(screen("h264", "High 4:4:4 Predictive", 1280, 720), func(v *VideoStream) { v.PixelFormat = "yuv444p" })}, ActionEncode, ActionNone},
		{"turned", Media{Video: with(screen("h264", "High", 1280, 720), func(v *VideoStream) { v.Rotation = 90 })}, ActionEncode, ActionNone},
		{"odd", Media{Video: screen("vp9", "Profile 0", 1281, 719)}, ActionEncode, ActionNone},
		{"interlaced", Media{Video: with(screen("h264", "High", 720, 576), func(v *VideoStream) { v.Interlaced = true })}, ActionEncode, ActionNone},
		{"5.1", Media{Video: screen("h264", "Main", 1280, 720), Audio: voice("aac", 6)}, ActionCopy, ActionEncode},
		{"MP3", Media{Audio: voice("mp3", 2)}, ActionNone, ActionEncode},
		{"Opus alone", Media{Audio: voice("opus", 1)}, ActionNone, ActionCopy},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if e := PlanImport([]Media{c.media}); e.Video != c.video || e.Audio != c.audio || e.Name != "source" {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestPlanImportOfRunsThatDiffer(t *testing.T) {
	t.Parallel()
	vp9, h264 := Media{Video: screen("vp9", "Profile 0", 1280, 720), Audio: voice("opus", 2)}, Media{Video: screen("h264", "High", 640, 360), Audio: voice("opus", 1)}
	if e := PlanImport([]Media{h264, vp9}); e.Video != ActionEncode || e.Audio != ActionCopy || e.ShortSide != 720 {
		t.Errorf("%+v", e)
	}
	if e := PlanImport([]Media{h264, h264}); e.Video != ActionCopy {
		t.Errorf("%+v", e)
	}
}

func TestPlanLadder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		runs []Media
		want string // name:video/audio …
	}{
		{"H.264 1080", []Media{{Video: screen("h264", "High", 1920, 1080), Audio: voice("opus", 2)}}, "1080p:copy/encode 720p:encode/encode 360p:encode/encode"},
		{"H.264 4K", []Media{{Video: screen("h264", "High", 3840, 2160), Audio: voice("aac", 2)}}, "2160p:copy/encode 1080p:encode/encode 720p:encode/encode 360p:encode/encode"},
		{"VP9 4K", []Media{{Video: screen("vp9", "Profile 0", 3840, 2160), Audio: voice("opus", 2)}}, "1080p:encode/encode 720p:encode/encode 360p:encode/encode"},
		{"VP9 720", []Media{{Video: screen("vp9", "Profile 0", 1280, 720), Audio: voice("opus", 2)}}, "720p:encode/encode 360p:encode/encode"},
		{"H.264 without sound", []Media{{Video: screen("h264", "High", 1280, 720)}}, "360p:encode/"},
		{"tiny", []Media{{Video: screen("h264", "High", 320, 240), Audio: voice("opus", 1)}}, "240p:copy/encode"},
		{"portrait", []Media{{Video: with(screen("hevc", "Main", 1920, 1080), func(v *VideoStream) { v.Rotation = 90 }), Audio: voice("aac", 2)}}, "1080p:encode/encode 720p:encode/encode 360p:encode/encode"},
		{"voice", []Media{{Audio: voice("opus", 1)}}, "audio:/encode"},
		{"a run that grew", []Media{{Video: screen("h264", "High", 640, 360)}, {Video: screen("h264", "High", 1280, 720), Audio: voice("opus", 1)}}, "720p:copy/encode 360p:encode/encode"},
		{"a change of codec", []Media{{Video: screen("h264", "High", 1280, 720)}, {Video: screen("vp9", "Profile 0", 1280, 720)}}, "720p:encode/ 360p:encode/"},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range PlanLadder(c.runs) {
				got = append(got, e.Name+":"+string(e.Video)+"/"+string(e.Audio))
			}
			if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTargetRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ avg, base, want string }{
		{"25/1", "25/1", "25"},
		{"30000/1001", "30000/1001", "30000/1001"},
		{"60/1", "60/1", "60/2"},
		{"50/1", "50/1", "50/2"},
		{"144/1", "144/1", "30"},
		{"7/1", "1000/1", "30"}, // a screen capture
		{"0/0", "0/0", "30"},
		{"5/1", "5/1", "5"},
	} {
		got := targetRate(VideoStream{FrameRate: parseRational(c.avg), BaseRate: parseRational(c.base)})
		if got.String() != c.want {
			t.Errorf("%s of %s: %s, want %s", c.avg, c.base, got, c.want)
		}
	}
}

func TestFitNeverEnlargesAndStaysEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{1920, 1080, 720, 1280, 720},
		{1281, 719, 720, 1280, 718},
		{320, 240, 720, 320, 240},
		{1080, 1920, 360, 360, 640},
		{3, 2000, 360, 2, 2000},
	} {
		if w, h := fit(*screen("h264", "High", c.w, c.h), c.side); w != c.wantW || h != c.wantH {
			t.Errorf("%dx%d to %d: %dx%d, want %dx%d", c.w, c.h, c.side, w, h, c.wantW, c.wantH)
		}
	}
}

func TestPlanLoudness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   Loudness
		want adjustment
	}{
		{Loudness{-30, -12}, adjustment{14, true}},
		{Loudness{-20, -12}, adjustment{4, false}},
		{Loudness{-10, 0}, adjustment{-6, false}},
		{Loudness{-70, -70}, adjustment{}},
		{Loudness{-50, -45}, adjustment{24, false}},
	} {
		if got := planLoudness(c.in); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.in, got, c.want)
		}
	}
}

// TestArguments holds every command line against testdata/*.args.
func TestArguments(t *testing.T) {
	t.Parallel()
	r := &Runner{cfg: Config{}.withDefaults(), toneMapping: true}
	file := func(f Format) File { return File{name: "in-1", format: f} }
	h264 := Run{File: file(FormatMP4), Media: Media{Video: screen("h264", "High", 1920, 1080), Audio: voice("opus", 2), Duration: time.Minute}}
	hdr := Run{File: file(FormatMP4), Media: Media{Video: with(screen("hevc", "Main 10", 1920, 1080), func(v *VideoStream) {
		v.PixelFormat, v.Transfer, v.Rotation, v.Interlaced = "yuv420p10le", "arib-std-b67", 90, true
	}), Audio: voice("aac", 1)}}
	mp3 := Run{File: file(FormatMP3), Media: Media{Audio: voice("mp3", 2)}}
	long := h264
	long.Media.Duration = time.Hour
	encode := func(run Run, encs []Encoding, a adjustment) []string {
		var dirs []string
		for _, e := range encs {
			dirs = append(dirs, "out-"+e.Name)
		}
		return r.encodeArgs(run, encs, dirs, a)
	}
	for name, args := range map[string][]string{
		"import-copy":   encode(h264, []Encoding{PlanImport([]Media{h264.Media})}, adjustment{}),
		"import-hdr":    encode(hdr, []Encoding{PlanImport([]Media{hdr.Media})}, adjustment{}),
		"import-mp3":    encode(mp3, []Encoding{PlanImport([]Media{mp3.Media})}, adjustment{}),
		"ladder-h264":   encode(h264, PlanLadder([]Media{h264.Media}), adjustment{9.5, true}),
		"ladder-voice":  encode(mp3, PlanLadder([]Media{mp3.Media}), adjustment{-3, false}),
		"loudness":      r.loudnessArgs(h264),
		"pcm":           r.pcmArgs(h264, 12.25, 1500),
		"poster":        r.posterArgs(h264, 6000),
		"storyboard":    r.storyboardArgs(long, hlsLayout(long), 0),
		"scenes":        r.sceneArgs(long),
		"duration":      r.durationArgs(file(FormatWebM)),
		"probe-options": r.inputOptions(file(FormatOgg)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(args, "\n") + "\n"
			golden := filepath.Join("testdata", name+".args")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Error(d)
			}
		})
	}
}
