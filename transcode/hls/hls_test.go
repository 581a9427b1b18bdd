package hls_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baton/domain"
	"baton/transcode/hls"
)

func TestMasterPutsSourceFirstAndHidesUnfinishedRungs(t *testing.T) {
	t.Parallel()
	got := hls.Master([]domain.Rendition{
		{Name: "360p", Codecs: "avc1.64001e,mp4a.40.2", Width: 640, Height: 360, Bandwidth: 500_000, Complete: true},
		{Name: "720p", Codecs: "avc1.64001f,mp4a.40.2", Width: 1280, Height: 720, Bandwidth: 1_500_000},
		{Name: "1080p", Codecs: "avc1.640028,mp4a.40.2", Width: 1920, Height: 1080, Bandwidth: 3_000_000, Complete: true},
		{Name: "source", Codecs: "avc1.640028,opus", Width: 1920, Height: 1080},
	})
	want := `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.640028,opus",RESOLUTION=1920x1080
source/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080
1080p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=500000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360
360p/index.m3u8
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func segments() []domain.Segment {
	return []domain.Segment{
		{No: 0, DurationMS: 2000, Bytes: 500_000},
		{No: 1, StartMS: 2000, DurationMS: 2034, Bytes: 900_000},
		{No: 2, StartMS: 4034, DurationMS: 1500, InitNo: 1, Bytes: 100_000},
		{No: 3, StartMS: 5534, DurationMS: 2499, InitNo: 1, Discontinuity: true, Bytes: 100_000},
		{No: 4, StartMS: 8033, DurationMS: 20, InitNo: 1, Bytes: 90_000},
	}
}

const body = `#EXT-X-MAP:URI="init-0.mp4"
#EXTINF:2.000,
seg-0.m4s
#EXTINF:2.034,
seg-1.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-1.mp4"
#EXTINF:1.500,
seg-2.m4s
#EXT-X-DISCONTINUITY
#EXTINF:2.499,
seg-3.m4s
#EXTINF:0.020,
seg-4.m4s
`

func TestMediaIsEventWhileRecordingAndVODAfter(t *testing.T) {
	t.Parallel()
	head := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
	event := head + "#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-SERVER-CONTROL:HOLD-BACK=9.0\n#EXT-X-START:TIME-OFFSET=0\n" + body
	if d := cmp.Diff(event, hls.Media(segments(), false)); d != "" {
		t.Error(d)
	}
	vod := head + "#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n" + body + "#EXT-X-ENDLIST\n"
	if d := cmp.Diff(vod, hls.Media(segments(), true)); d != "" {
		t.Error(d)
	}
	if empty := hls.Media(nil, false); !strings.Contains(empty, "EVENT") || strings.Contains(empty, "ENDLIST") {
		t.Errorf("a recording without segments yet: %q", empty)
	}
}

func TestMediaNamesTheVersionOfEachSegment(t *testing.T) {
	t.Parallel()
	one := hls.Media([]domain.Segment{{DurationMS: 2000, ObjectKey: "w/a/seg-000000-x.m4s"}}, true)
	again := hls.Media([]domain.Segment{{DurationMS: 2000, ObjectKey: "w/a/seg-000000-y.m4s"}}, true)
	if !strings.Contains(one, "\nseg-0.m4s?v=") || one == again {
		t.Errorf("%s\n%s", one, again)
	}
}

func TestPeakBandwidthForgivesAShortTail(t *testing.T) {
	t.Parallel()
	if got, want := hls.PeakBandwidth(segments()), int64(900_000*8*1000/2034); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
	if got := hls.PeakBandwidth(nil); got != 0 {
		t.Errorf("no segments: %d", got)
	}
}

func TestChaptersVTTKeepsTitlesOnOneLine(t *testing.T) {
	t.Parallel()
	got := hls.ChaptersVTT([]domain.Chapter{
		{StartMS: 0, EndMS: 61_005, Title: "Why <b>\n\n--> & how"},
		{StartMS: 61_005, EndMS: 3_700_000, Title: "Rest"},
	})
	want := "WEBVTT\n\n1\n00:00:00.000 --> 00:01:01.005\nWhy &lt;b&gt; --&gt; &amp; how\n\n2\n00:01:01.005 --> 01:01:40.000\nRest\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStoryboardLayout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		ms            int64
		width, height int
		want          hls.Storyboard
	}{
		{"short", 2500, 1920, 1080, hls.Storyboard{Tiles: 3, Columns: 3, TileWidth: 160, TileHeight: 90, IntervalMS: 1000}},
		{"long", 3_600_000, 1280, 720, hls.Storyboard{Tiles: 80, Columns: 10, TileWidth: 160, TileHeight: 90, IntervalMS: 45_000}},
		{"portrait", 100_000, 1080, 1920, hls.Storyboard{Tiles: 100, Columns: 10, TileWidth: 160, TileHeight: 284, IntervalMS: 1000}},
		{"very tall", 1000, 10, 5000, hls.Storyboard{Tiles: 1, Columns: 1, TileWidth: 160, TileHeight: 400, IntervalMS: 1000}},
		{"no picture", 1000, 0, 0, hls.Storyboard{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, hls.StoryboardFor(c.ms, c.width, c.height)); d != "" {
				t.Error(d)
			}
		})
	}
	vtt := hls.StoryboardFor(2500, 1920, 1080).VTT("storyboard.jpg", 2500)
	want := "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nstoryboard.jpg#xywh=0,0,160,90\n\n00:00:01.000 --> 00:00:02.000\nstoryboard.jpg#xywh=160,0,160,90\n\n00:00:02.000 --> 00:00:02.500\nstoryboard.jpg#xywh=320,0,160,90\n"
	if d := cmp.Diff(want, vtt); d != "" {
		t.Error(d)
	}
}
