package hls

import (
	"fmt"
	"strings"

	"baton/domain"
)

// VTTContentType of chapters and storyboards.
const VTTContentType = "text/vtt; charset=utf-8"

// ChaptersVTT renders chapters as a WebVTT chapters track.
func ChaptersVTT(chapters []domain.Chapter) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for i, c := range chapters {
		fmt.Fprintf(&b, "\n%d\n%s --> %s\n%s\n", i+1, vttTime(c.StartMS), vttTime(c.EndMS), vttText(c.Title))
	}
	return b.String()
}

// vttTime always writes the hours; some parsers want them.
func vttTime(ms int64) string {
	ms = max(0, ms)
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// vttText makes one line of cue text: an empty line would end the cue, and "-->", "<" and "&" have meanings.
func vttText(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// Storyboard is the layout of a sprite: Tiles pictures of the same size, row by
// row, the n-th showing the clip at n × IntervalMS. It follows from the clip's
// duration and size alone, so the playlist side need not store it.
type Storyboard struct {
	Tiles, Columns        int
	TileWidth, TileHeight int
	IntervalMS            int64
}

// StoryboardWidth is the width of a tile and storyboardTiles the most in a sprite.
const (
	StoryboardWidth   = 160
	storyboardTiles   = 100
	storyboardColumns = 10
)

// StoryboardFor plans a sprite for a clip of that duration and picture size in
// pixels. It has no tiles when there is no picture.
func StoryboardFor(durationMS int64, width, height int) Storyboard {
	if width <= 0 || height <= 0 || durationMS <= 0 {
		return Storyboard{}
	}
	s := Storyboard{TileWidth: StoryboardWidth, IntervalMS: storyboardInterval(durationMS)}
	// Even, and no taller than two and a half widths: a tall window must not make a huge sprite.
	s.TileHeight = min(max(2, (StoryboardWidth*height/width+1)/2*2), StoryboardWidth*5/2)
	s.Tiles = int((durationMS + s.IntervalMS - 1) / s.IntervalMS)
	s.Columns = min(storyboardColumns, s.Tiles)
	return s
}

// storyboardInterval is the shortest round interval that keeps the sprite within its tiles.
func storyboardInterval(durationMS int64) int64 {
	for _, seconds := range []int64{1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600} {
		if durationMS <= seconds*1000*storyboardTiles {
			return seconds * 1000
		}
	}
	return (durationMS + storyboardTiles - 1) / storyboardTiles
}

// Rows of the sprite.
func (s Storyboard) Rows() int {
	if s.Columns == 0 {
		return 0
	}
	return (s.Tiles + s.Columns - 1) / s.Columns
}

// Tile is where the n-th picture lies in the sprite.
func (s Storyboard) Tile(n int) (x, y int) {
	return n % s.Columns * s.TileWidth, n / s.Columns * s.TileHeight
}

// VTT renders the thumbnails track that players read: each cue is the sprite's
// URL with a media fragment (#xywh=x,y,w,h). spriteURL is relative to the track.
func (s Storyboard) VTT(spriteURL string, durationMS int64) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for n := range s.Tiles {
		x, y := s.Tile(n)
		start := int64(n) * s.IntervalMS
		end := min(start+s.IntervalMS, max(durationMS, start+1))
		fmt.Fprintf(&b, "\n%s --> %s\n%s#xywh=%d,%d,%d,%d\n", vttTime(start), vttTime(end), spriteURL, x, y, s.TileWidth, s.TileHeight)
	}
	return b.String()
}
