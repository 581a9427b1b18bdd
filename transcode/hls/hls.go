// Package hls writes playlists (RFC 8216) and their WebVTT companions from the
// rows that describe a clip's segments. It is pure: nothing is stored, so that
// ending a recording is one change of state, and the same rows always give the
// same bytes.
package hls

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"baton/domain"
)

// ContentType of a playlist.
const ContentType = "application/vnd.apple.mpegurl"

// version 7 is what fragmented MP4 with EXT-X-MAP needs (RFC 8216, section 7, and
// its successor); players of this decade know it.
const version = 7

// unknownBandwidth stands in for a rendition whose rate is not known yet, in bit/s:
// the attribute is mandatory.
const unknownBandwidth = 3_000_000

// Master renders the multivariant playlist. The source comes first, so that it
// plays wherever its codecs are known; the others follow from high to low. A
// rendition other than the source is listed once it is complete. URIs are
// relative: "source/index.m3u8".
func Master(renditions []domain.Rendition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-INDEPENDENT-SEGMENTS\n", version)
	for _, r := range order(renditions) {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d", cmp.Or(max(0, r.Bandwidth), unknownBandwidth))
		if r.Codecs != "" {
			fmt.Fprintf(&b, `,CODECS="%s"`, r.Codecs)
		}
		if r.Width > 0 && r.Height > 0 {
			fmt.Fprintf(&b, ",RESOLUTION=%dx%d", r.Width, r.Height)
		}
		fmt.Fprintf(&b, "\n%s/index.m3u8\n", r.Name)
	}
	return b.String()
}

func order(renditions []domain.Rendition) []domain.Rendition {
	shown := slices.DeleteFunc(slices.Clone(renditions), func(r domain.Rendition) bool {
		return r.Name != domain.SourceRendition && !r.Complete
	})
	slices.SortStableFunc(shown, func(a, b domain.Rendition) int {
		if s := boolOrder(a.Name == domain.SourceRendition, b.Name == domain.SourceRendition); s != 0 {
			return s
		}
		return cmp.Or(-cmp.Compare(a.Width*a.Height, b.Width*b.Height), -cmp.Compare(a.Bandwidth, b.Bandwidth), strings.Compare(a.Name, b.Name))
	})
	return shown
}

// boolOrder puts true before false.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// liveTarget is the least target duration while recording, in seconds: it shall
// not change during a playlist's life (RFC 8216, 6.2.1), and recorders ask for a
// key frame every 2 s.
const liveTarget = 3

// Media renders the playlist of one rendition. While complete is false it is an
// EVENT playlist: segments are added, none is taken away, and it starts at the
// beginning, since people open a clip to see all of it. Afterwards it is VOD.
// URIs are relative: "init-0.mp4", "seg-12.m4s?v=VERSION". Segments must be in order.
func Media(segments []domain.Segment, complete bool) string {
	var b strings.Builder
	target := targetSeconds(segments)
	if !complete {
		target = max(target, liveTarget)
	}
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n", version, target)
	if complete {
		b.WriteString("#EXT-X-PLAYLIST-TYPE:VOD\n")
	} else {
		// The hold back may not be under three target durations.
		fmt.Fprintf(&b, "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-SERVER-CONTROL:HOLD-BACK=%d.0\n#EXT-X-START:TIME-OFFSET=0\n", 3*target)
	}
	for i, s := range segments {
		newInit := i == 0 || s.InitNo != segments[i-1].InitNo
		if i > 0 && (newInit || s.Discontinuity) {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		if newInit {
			fmt.Fprintf(&b, "#EXT-X-MAP:URI=\"init-%d.mp4\"\n", s.InitNo)
		}
		fmt.Fprintf(&b, "#EXTINF:%.3f,\nseg-%d.m4s%s\n", float64(max(1, s.DurationMS))/1000, s.No, versionQuery(s.ObjectKey))
	}
	if complete {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	return b.String()
}

// versionQuery names the object, so that players may keep what they fetched: see domain.ObjectVersion.
func versionQuery(objectKey string) string {
	if objectKey == "" {
		return ""
	}
	return "?v=" + domain.ObjectVersion(objectKey)
}

// targetSeconds is the longest segment, rounded to the nearest second (RFC 8216, 4.3.3.1).
func targetSeconds(segments []domain.Segment) int64 {
	target := int64(1)
	for _, s := range segments {
		target = max(target, int64(math.Round(float64(s.DurationMS)/1000)))
	}
	return target
}

// PeakBandwidth is what a rendition's Bandwidth must say: the largest rate of any
// segment in bit/s (RFC 8216, 4.3.4.2). Segments much shorter than the others,
// such as the last, are counted with their neighbour's time.
func PeakBandwidth(segments []domain.Segment) int64 {
	floor := targetSeconds(segments) * 1000 / 2
	var peak int64
	for _, s := range segments {
		peak = max(peak, s.Bytes*8*1000/max(1, s.DurationMS, floor))
	}
	return peak
}
