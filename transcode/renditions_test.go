package transcode

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"baton/domain"
	"baton/transcode/hls"
)

func hlsLayout(r Run) hls.Storyboard {
	w, h := r.Media.Video.DisplaySize()
	return hls.StoryboardFor(r.Media.DurationMS(), w, h)
}

// open generates a file and opens it.
func open(ctx context.Context, tb testing.TB, r *Runner, b *Box, args ...string) Take {
	tb.Helper()
	f, err := os.Open(generate(tb, args...))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	take, err := r.Open(ctx, b, f)
	if err != nil {
		tb.Fatal(err)
	}
	return take
}

// serve answers as api does: playlists rendered from rows, media by number.
func serve(t *testing.T, renditions ...Rendition) string {
	t.Helper()
	mux := http.NewServeMux()
	var rows []domain.Rendition
	for _, r := range renditions {
		rows = append(rows, domain.Rendition{Name: r.Name, Codecs: r.Codecs, Width: r.Width, Height: r.Height, Bandwidth: r.Bandwidth, Complete: true})
		text := func(path, body string) {
			mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", hls.ContentType)
				_, _ = io.WriteString(w, body)
			})
		}
		text("/"+r.Name+"/index.m3u8", hls.Media(r.rows(), true))
		for _, i := range r.Inits {
			mux.HandleFunc(fmt.Sprintf("/%s/init-%d.mp4", r.Name, i.No), func(w http.ResponseWriter, q *http.Request) { http.ServeFile(w, q, i.Path) })
		}
		for _, s := range r.Segments {
			mux.HandleFunc(fmt.Sprintf("/%s/seg-%d.m4s", r.Name, s.No), func(w http.ResponseWriter, q *http.Request) { http.ServeFile(w, q, s.Path) })
		}
	}
	mux.HandleFunc("/master.m3u8", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, hls.Master(rows)) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// probedURL is what a bare ffprobe, standing in for a player, reads from a playlist.
type probedURL struct {
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
	Programs []struct{} `json:"programs"`
	Streams  []struct {
		Codec      string `json:"codec_name"`
		Type       string `json:"codec_type"`
		Width      int    `json:"width"`
		Height     int    `json:"height"`
		Channels   int    `json:"channels"`
		StartTime  string `json:"start_time"`
		FrameRate  string `json:"avg_frame_rate"`
		FramesRead string `json:"nb_read_frames"`
	} `json:"streams"`
}

func probeURL(t *testing.T, url string) probedURL {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd := exec.Command("ffprobe", "-v", "error", "-count_frames", "-show_format", "-show_streams", "-show_programs", "-of", "json", url)
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("ffprobe %s: %v: %s", url, err, &stderr)
	}
	var p probedURL
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p probedURL) String() string {
	var all []string
	for _, s := range p.Streams {
		switch s.Type {
		case "video":
			all = append(all, fmt.Sprintf("%s %dx%d", s.Codec, s.Width, s.Height))
		case "audio":
			all = append(all, fmt.Sprintf("%s %dch", s.Codec, s.Channels))
		}
	}
	return strings.Join(all, ", ")
}

func TestImportMakesEverythingPlayable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		make    []string
		codecs  string
		streams string
		ms      float64
	}{
		{"H.264 and Opus are copied", join(picture("640x360", "30", "6"), sound("6"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "a.mkv"}), "avc1.64001e,opus", "h264 640x360, opus 1ch", 6000},
		{"VP9 is copied", join(picture("640x360", "30", "3"), []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "60", "-pix_fmt", "yuv420p", "a.webm"}), "vp09.00.", "vp9 640x360", 3000},
		{"AV1 is copied", join(picture("320x240", "10", "2"), []string{"-c:v", "libsvtav1", "-preset", "12", "-g", "20", "-pix_fmt", "yuv420p", "a.mp4"}), "av01.0.", "av1 320x240", 2000},
		{"VP8 is encoded, its Opus copied", join(picture("640x360", "30", "3"), sound("3"), []string{"-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "a.webm"}), "avc1.6400", "h264 640x360, opus 1ch", 3000},
		{"10 bits of HEVC", join(picture("640x360", "30", "1"), []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le", "a.mp4"}), "avc1.6400", "h264 640x360", 1000},
		{"odd dimensions", join([]string{"-f", "lavfi", "-i", "testsrc=s=321x241:r=30:d=1"}, []string{"-c:v", "libx264", "-pix_fmt", "yuv444p", "a.mp4"}), "avc1.6400", "h264 320x240", 1000},
		{"5.1 becomes stereo", join(picture("320x240", "30", "2"), sound("2"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "6", "a.mp4"}), "avc1.6400", "h264 320x240, aac 2ch", 2000},
		{"MP3 with a cover", join(sound("5"), []string{"-f", "lavfi", "-i", "color=red:s=64x64:d=0.04", "-map", "0", "-map", "1", "-c:v", "mjpeg", "-frames:v", "1", "-disposition:v", "attached_pic", "-c:a", "libmp3lame", "a.mp3"}), "mp4a.40.2", "aac 1ch", 5000},
		{"Ogg Opus is copied", join(sound("5"), []string{"-c:a", "libopus", "a.ogg"}), "opus", "opus 1ch", 5000},
		{"a fifth of a second", join(picture("320x240", "30", "0.2"), sound("0.2"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "a.mp4"}), "avc1.6400", "h264 320x240, aac 1ch", 200},
		{"MPEG-TS", join(picture("320x240", "25", "3"), sound("3"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac", "a.ts"}), "avc1.6400", "h264 320x240, aac 1ch", 3000},
		{"key frames too far apart", join(picture("160x120", "10", "20"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "1000", "-keyint_min", "1000", "-sc_threshold", "0", "a.mp4"}), "avc1.6400", "h264 160x120", 20000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			take := open(ctx, t, r, b, c.make...)
			got, err := r.Import(ctx, take, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(got.Codecs, c.codecs) || got.Bandwidth == 0 {
				t.Errorf("codecs %s, bandwidth %d", got.Codecs, got.Bandwidth)
			}
			if d := float64(got.DurationMS()); math.Abs(d-c.ms) > 120 {
				t.Errorf("lasts %v ms, want %v", d, c.ms)
			}
			if longest(got).Seconds() > 15 {
				t.Errorf("a segment of %s", longest(got))
			}
			if p := probeURL(t, serve(t, got)+"/source/index.m3u8"); p.String() != c.streams {
				t.Errorf("streams %s, want %s", p, c.streams)
			}
		})
	}
}

func TestImportTurnsPortraitUpright(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	path := turned(t, generate(t, join(picture("640x360", "25", "1"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "a.mp4"})...))
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	take, err := r.Open(ctx, b, f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Import(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := probeURL(t, serve(t, got)+"/source/index.m3u8"); p.String() != "h264 360x640" || got.Width != 360 {
		t.Errorf("streams %s, width %d", p, got.Width)
	}
}

func TestImportDropsMetadata(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join(picture("320x240", "25", "1"), []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-metadata", "location=+52.5200+013.4050/", "-metadata", "title=home", "a.mp4"})...)
	got, err := r.Import(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range got.Inits {
		if s := read(t, i.Path); strings.Contains(s, "52.52") || strings.Contains(s, "home") {
			t.Error("metadata went over")
		}
	}
}

// speech is espeak-ng reading a text, quietly.
func speech(t *testing.T, gain string) string {
	t.Helper()
	wav := filepath.Join(t.TempDir(), "speech.wav")
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, while the team looks at the release plan. ", 4)
	if out, err := exec.Command("espeak-ng", "-w", wav, text).CombinedOutput(); err != nil {
		t.Fatalf("espeak-ng: %v: %s", err, out)
	}
	return generate(t, "-i", wav, "-af", "volume="+gain, "speech.wav")
}

func TestLadderIsPlayableAlignedAndEvenlyLoud(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join([]string{"-i", speech(t, "-14dB")}, picture("1280x720", "30", "18"),
		[]string{"-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "-b:a", "64k", "a.mkv"})...)
	source, err := r.Import(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	var last float64
	ladder, err := r.Ladder(ctx, take, func(s float64) {
		if s < last-0.02 || s > 1 {
			t.Errorf("progress %v after %v", s, last)
		}
		last = s
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != 1 {
		t.Errorf("progress ends at %v", last)
	}
	url := serve(t, append([]Rendition{source}, ladder...)...)
	if p := probeURL(t, url+"/master.m3u8"); len(p.Programs) != 3 {
		t.Errorf("%d variants", len(p.Programs))
	}
	want := map[string]string{"720p": "h264 1280x720, aac 1ch", "360p": "h264 640x360, aac 1ch"}
	for _, rendition := range ladder {
		p := probeURL(t, url+"/"+rendition.Name+"/index.m3u8")
		if p.String() != want[rendition.Name] {
			t.Errorf("%s: %s", rendition.Name, p)
		}
		if d := rendition.DurationMS() - source.DurationMS(); d < -100 || d > 100 {
			t.Errorf("%s lasts %d ms longer than the source", rendition.Name, d)
		}
		for i, s := range rendition.Segments[:len(rendition.Segments)-1] {
			if d := s.StartMS - int64(i)*4000; d < -40 || d > 40 {
				t.Errorf("%s: segment %d starts at %d", rendition.Name, i, s.StartMS)
			}
		}
		if l := loudnessOf(t, url+"/"+rendition.Name+"/index.m3u8"); math.Abs(l.Integrated-TargetLUFS) > 1.5 || l.Peak > 0 {
			t.Errorf("%s: loudness %+v", rendition.Name, l)
		}
	}
}

// TestPictureAndSoundStayTogether looks for a flash and a beep at 3 s in the source
// and in each rung.
func TestPictureAndSoundStayTogether(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, "-f", "lavfi", "-i", "color=black:s=1280x720:r=30:d=6,drawbox=color=white:t=fill:enable='gte(t,3)'",
		"-f", "lavfi", "-i", "sine=1000:d=6,asetnsamples=48,volume='if(gte(t,3),1,0)':eval=frame", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "60", "-bf", "2", "-c:a", "libopus", "a.mkv")
	source, err := r.Import(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	ladder, err := r.Ladder(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := append([]Rendition{source}, ladder...)
	url := serve(t, all...)
	for _, made := range all {
		flash, beep := flashAndBeep(t, url+"/"+made.Name+"/index.m3u8")
		if math.Abs(flash-beep) > 0.045 || math.Abs(flash-3) > 0.1 {
			t.Errorf("%s: flash at %.3f s, beep at %.3f s", made.Name, flash, beep)
		}
	}
}

// flashAndBeep finds the first bright picture and the end of silence, in seconds.
func flashAndBeep(t *testing.T, url string) (flash, beep float64) {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-hide_banner", "-i", url,
		"-filter_complex", "[0:v]scale=64:36,blackdetect=d=0.5:pix_th=0.5;[0:a]silencedetect=n=-40dB:d=0.5", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	find := func(key string) float64 {
		_, rest, ok := strings.Cut(string(out), key)
		var v float64
		if _, err := fmt.Sscan(rest, &v); err != nil || !ok {
			t.Fatalf("%s: %v in %s", key, err, out)
		}
		return v
	}
	return find("black_end:"), find("silence_end:")
}

// TestScreenCaptureOfVaryingRate has a picture only where something changed: the
// rungs still get their key frames in time.
func TestScreenCaptureOfVaryingRate(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, join(picture("640x480", "30", "20"), []string{"-vf", "select='lt(t,2)+gt(t,13)'", "-fps_mode", "vfr", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "60", "-pix_fmt", "yuv420p", "a.webm"})...)
	ladder, err := r.Ladder(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range ladder {
		if longest(made).Seconds() > segmentSeconds+0.1 || made.DurationMS() < 19_800 || made.DurationMS() > 20_200 {
			t.Errorf("%s: %d ms, longest segment %s", made.Name, made.DurationMS(), longest(made))
		}
	}
}

// loudnessOf measures with a bare ffmpeg.
func loudnessOf(t *testing.T, url string) Loudness {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-hide_banner", "-i", url, "-vn", "-af", "ebur128=peak=sample:framelog=verbose", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l, err := parseLoudness(string(out))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLadderOfVoiceAlone(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take := open(ctx, t, r, b, "-i", speech(t, "3dB"), "-c:a", "flac", "a.flac")
	ladder, err := r.Ladder(ctx, take, nil)
	if err != nil || len(ladder) != 1 {
		t.Fatalf("%v, %v", ladder, err)
	}
	url := serve(t, ladder...) + "/audio/index.m3u8"
	if p := probeURL(t, url); p.String() != "aac 1ch" || ladder[0].Codecs != "mp4a.40.2" {
		t.Errorf("%s, codecs %s", p, ladder[0].Codecs)
	}
	if l := loudnessOf(t, url); math.Abs(l.Integrated-TargetLUFS) > 1.5 {
		t.Errorf("loudness %+v", l)
	}
}

// stored plays a recorder whose picture grew: two runs, each with its own
// initialization segment, the second's time stamps going on from the first.
func stored(ctx context.Context, t *testing.T, r *Runner, b *Box) (Take, []domain.InitSegment, []domain.Segment, Get) {
	t.Helper()
	objects := map[string]string{}
	var inits []domain.InitSegment
	var segments []domain.Segment
	for n, size := range []string{"640x360", "1280x720"} {
		take := open(ctx, t, r, b, join(picture(size, "30", "4"), sound("4"), []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "libopus", "-output_ts_offset", fmt.Sprint(4 * n), "a.mkv"})...)
		made, err := r.Import(ctx, take, nil)
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("init-%d", n)
		objects[key] = made.Inits[0].Path
		inits = append(inits, domain.InitSegment{No: n, ObjectKey: key})
		for _, s := range made.rows() {
			file := made.Segments[s.No].Path
			s.No, s.InitNo, s.StartMS = len(segments), n, s.StartMS+4000*int64(n)
			s.ObjectKey = fmt.Sprintf("seg-%d", s.No)
			objects[s.ObjectKey] = file
			segments = append(segments, s)
		}
	}
	get := func(_ context.Context, key string) (io.ReadCloser, error) { return os.Open(objects[key]) } //nolint:wrapcheck // a test's own
	take, err := r.OpenStored(ctx, b, inits, segments, get)
	if err != nil {
		t.Fatal(err)
	}
	return take, inits, segments, get
}

func TestStoredRunsGoThroughEverything(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	take, inits, segments, get := stored(ctx, t, r, b)
	if len(take.Runs) != 2 || take.Runs[1].StartMS != 4000 || take.DurationMS() < 7900 || take.DurationMS() > 8100 {
		t.Fatalf("%d runs, %d ms", len(take.Runs), take.DurationMS())
	}
	if w, h := take.Size(); w != 1280 || h != 720 {
		t.Errorf("size %dx%d", w, h)
	}
	ladder, err := r.Ladder(ctx, take, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range ladder {
		if len(made.Inits) != 2 || !made.Segments[1].Discontinuity || made.DurationMS() < 7800 || made.DurationMS() > 8200 {
			t.Errorf("%s: %d inits, %d ms, %+v", made.Name, len(made.Inits), made.DurationMS(), made.Segments)
		}
	}
	pcm, err := r.PCM(ctx, take, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := io.ReadAll(pcm)
	if err != nil || pcm.Close() != nil {
		t.Fatal(err)
	}
	if ms := len(sound) / pcmBytesPerMS; ms < 6900 || ms > 7100 {
		t.Errorf("%d ms of sound", ms)
	}
	piecewise(ctx, t, r, inits, segments, get)
	board, err := r.Storyboard(ctx, take, nil)
	if err != nil || board.Layout.Tiles < 8 {
		t.Errorf("%+v, %v", board.Layout, err)
	}
	scenes, err := r.SceneChanges(ctx, take, nil)
	if err != nil || len(scenes) == 0 || scenes[0].AtMS > 4000 {
		t.Errorf("%v, %v", scenes, err)
	}
}

// piecewise decodes a rendition as it would be while it grows, each time with the segment before for the decoder to start
// from: the pieces together are the whole. The sound is a sine, so a seam or a shift shows as a jump.
func piecewise(ctx context.Context, t *testing.T, r *Runner, inits []domain.InitSegment, segments []domain.Segment, get Get) {
	t.Helper()
	var sound []byte
	for i, s := range segments {
		b, err := r.Box()
		if err != nil {
			t.Fatal(err)
		}
		take, err := r.OpenStored(ctx, b, inits, segments[max(0, i-1):i+1], get)
		if err != nil {
			t.Fatal(err)
		}
		pcm, err := r.PCM(ctx, take, 0, s.StartMS)
		if err != nil {
			t.Fatal(err)
		}
		piece, err := io.ReadAll(pcm)
		if err = errors.Join(err, pcm.Close(), b.Close()); err != nil || int64(len(piece)) != s.DurationMS*pcmBytesPerMS {
			t.Fatalf("piece %d: %d bytes for %d ms, %v", i, len(piece), s.DurationMS, err)
		}
		sound = append(sound, piece...)
	}
	worst, at := 0, 0
	for i := 2 * pcmBytesPerMS * 100; i+4 <= len(sound)-pcmBytesPerMS*50; i += 2 {
		a, b := int16(binary.LittleEndian.Uint16(sound[i:])), int16(binary.LittleEndian.Uint16(sound[i+2:]))
		ms := i / pcmBytesPerMS
		if d := max(int(a)-int(b), int(b)-int(a)); d > worst && (ms < 3900 || ms > 4100) { // not where the recorder began anew
			worst, at = d, ms
		}
	}
	// A sine of 440 Hz at an eighth of full scale moves by 4096·2π·440/16000 = 708 from sample to sample.
	if worst > 1000 {
		t.Errorf("a jump of %d at %d ms", worst, at)
	}
}

func TestARecorderThatWasStartedAgainMakesRuns(t *testing.T) {
	t.Parallel()
	for ext, codecs := range map[string][]string{
		"webm": {"-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-live", "1"},
		"mp4":  {"-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "libopus", "-movflags", "empty_moov+frag_keyframe"},
	} {
		t.Run(ext, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			var both []byte
			for _, size := range []string{"320x240", "640x480"} {
				both = append(both, read(t, generate(t, join(picture(size, "10", "3"), sound("3"), codecs, []string{"a." + ext})...))...)
			}
			take, err := r.Open(ctx, b, bytes.NewReader(both))
			if err != nil {
				t.Fatal(err)
			}
			if len(take.Runs) != 2 || take.Runs[1].StartMS < 2900 || take.Runs[1].StartMS > 3300 {
				t.Fatalf("%+v", take)
			}
			made, err := r.Import(ctx, take, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(made.Inits) != 2 || made.Width != 640 || made.DurationMS() < 5800 || made.DurationMS() > 6500 {
				t.Errorf("%d inits, width %d, %d ms", len(made.Inits), made.Width, made.DurationMS())
			}
		})
	}
}
