package transcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"math"
	"strconv"
	"time"

	ffmpeg "github.com/u2takey/ffmpeg-go"

	"baton/domain"
	"baton/transcode/hls"
)

// posterSide is the longer side of a poster in pixels, at most.
const posterSide = 1280

// Poster makes a JPEG of a frame near a tenth of the clip that shows something; on
// a clip that begins blank it looks further. KindInvalid when there is no picture.
func (r *Runner) Poster(ctx context.Context, t Take) ([]byte, error) {
	if !t.HasVideo() {
		return nil, domain.Errorf(domain.KindInvalid, "the clip has no picture")
	}
	var best []byte
	var most float64
	var errs []error
	for _, share := range []float64{0.1, 0.3, 0.6, 0} {
		picture, err := r.posterAt(ctx, t, int64(share*float64(t.DurationMS())))
		if err != nil {
			if errs = append(errs, err); ctx.Err() != nil {
				break
			}
			continue
		}
		detail, err := contrast(picture)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if best == nil || detail > most {
			best, most = picture, detail
		}
		if detail > enoughContrast {
			break
		}
	}
	if best == nil {
		return nil, fmt.Errorf("poster: %w", errors.Join(errs...))
	}
	return best, nil
}

// posterAt takes the most typical of the frames from atMS on.
func (r *Runner) posterAt(ctx context.Context, t Take, atMS int64) ([]byte, error) {
	run := runAt(t, atMS)
	if run.Media.Video == nil {
		return nil, domain.Errorf(domain.KindInvalid, "no picture at %d ms", atMS)
	}
	var out bytes.Buffer
	_, err := r.run(ctx, command{
		box: run.File.box, args: r.posterArgs(run, atMS-run.StartMS),
		stdout: &limitedBuffer{&out, 8 << 20}, limits: limits{wall: time.Minute, cpu: time.Minute},
	})
	if err == nil && out.Len() == 0 {
		err = domain.Errorf(domain.KindUnsupported, "no picture at %d ms", atMS)
	}
	return out.Bytes(), err
}

// runAt is the run that plays at a time; the last one with a picture when that has none.
func runAt(t Take, atMS int64) Run {
	found := t.Runs[0]
	for _, run := range t.Runs {
		if run.Media.Video != nil && (run.StartMS <= atMS || found.Media.Video == nil) {
			found = run
		}
	}
	return found
}

func (r *Runner) posterArgs(run Run, atMS int64) []string {
	v := *run.Media.Video
	in := r.input(run.File, ffmpeg.KwArgs{"ss": milliseconds(max(0, atMS))})
	w, h := v.DisplaySize()
	side := min(w, h) * posterSide / max(1, w, h, posterSide)
	w, h = fit(v, max(2, side))
	return r.prepare(streamOf(in, v.Index), v).
		Filter("scale", ffmpeg.Args{strconv.Itoa(w), strconv.Itoa(h), "out_range=pc"}).
		Filter("setsar", ffmpeg.Args{"1"}).
		Filter("thumbnail", ffmpeg.Args{"30"}).
		Filter("format", ffmpeg.Args{"yuvj420p"}).
		Output("pipe:1", ffmpeg.KwArgs{"f": "image2pipe", "c:v": "mjpeg", "q:v": 4, "frames:v": 1, "threads:v": 1}).GetArgs()
}

// enoughContrast is the standard deviation of brightness above which a picture is not blank.
const enoughContrast = 12

func contrast(jpg []byte) (float64, error) {
	img, err := jpeg.Decode(bytes.NewReader(jpg))
	if err != nil {
		return 0, fmt.Errorf("read poster: %w", err)
	}
	var n, sum, squares float64
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 4 {
		for x := b.Min.X; x < b.Max.X; x += 4 {
			red, green, blue, _ := img.At(x, y).RGBA()
			l := (0.299*float64(red) + 0.587*float64(green) + 0.114*float64(blue)) / 257
			n, sum, squares = n+1, sum+l, squares+l*l
		}
	}
	return math.Sqrt(max(0, squares/n-sum/n*sum/n)), nil
}

// Storyboard is a sprite of small pictures with its layout; hls.Storyboard.VTT
// makes the thumbnails track.
type Storyboard struct {
	JPEG   []byte
	Layout hls.Storyboard
}

// keyFramesFrom is the interval from which on only key frames are decoded, which is many times cheaper.
const keyFramesFrom = 4000

// Storyboard makes the sprite that hls.StoryboardFor lays out for the take.
// KindInvalid when there is no picture.
func (r *Runner) Storyboard(ctx context.Context, t Take, progress Progress) (Storyboard, error) {
	w, h := t.Size()
	return r.StoryboardFor(ctx, t, hls.StoryboardFor(t.DurationMS(), w, h), progress)
}

// StoryboardFor makes the sprite of a layout that was planned from a clip's own figures.
func (r *Runner) StoryboardFor(ctx context.Context, t Take, layout hls.Storyboard, progress Progress) (Storyboard, error) {
	if !t.HasVideo() || layout.Tiles == 0 {
		return Storyboard{}, domain.Errorf(domain.KindInvalid, "the clip has no picture")
	}
	s := newSprite(layout)
	for i, run := range t.Runs {
		end := int64(math.MaxInt64)
		if i+1 < len(t.Runs) {
			end = t.Runs[i+1].StartMS
		}
		if run.Media.Video == nil || !s.seek(run.StartMS, end) {
			continue
		}
		c := command{
			box: run.File.box, args: r.storyboardArgs(run, layout, s.at()-run.StartMS),
			stdout: s, limits: lightLimits(run.Media), progress: progress.part(t, i),
		}
		c.limits.wall += 4 * run.Media.Duration
		c.limits.cpu = 2 * c.limits.wall
		if _, err := r.run(ctx, c); err != nil {
			return Storyboard{}, fmt.Errorf("storyboard: %w", err)
		}
	}
	jpg, err := s.encode()
	return Storyboard{JPEG: jpg, Layout: layout}, err
}

func (r *Runner) storyboardArgs(run Run, l hls.Storyboard, skipMS int64) []string {
	v := *run.Media.Video
	before := ffmpeg.KwArgs{"an": ""}
	if skipMS > 0 {
		before["ss"] = milliseconds(skipMS)
	}
	if l.IntervalMS >= keyFramesFrom {
		before["skip_frame"] = "nokey"
	}
	w, h := strconv.Itoa(l.TileWidth), strconv.Itoa(l.TileHeight)
	// Rounding up shows at each time the frame that a viewer would see there.
	return r.prepare(streamOf(r.input(run.File, before), v.Index), v).
		Filter("fps", ffmpeg.Args{"1000/" + strconv.FormatInt(l.IntervalMS, 10), "start_time=0", "round=up"}).
		Filter("scale", ffmpeg.Args{w, h, "force_original_aspect_ratio=decrease", "out_range=pc"}).
		Filter("pad", ffmpeg.Args{w, h, "-1", "-1"}).
		Filter("format", ffmpeg.Args{"rgba"}).
		Output("pipe:1", ffmpeg.KwArgs{"f": "rawvideo", "c:v": "rawvideo", "pix_fmt": "rgba", "fps_mode": "passthrough"}).GetArgs()
}

// sprite takes raw RGBA tiles one after the other and puts them in their places.
type sprite struct {
	layout hls.Storyboard
	canvas *image.RGBA
	tile   []byte
	next   int // tile to come
	end    int // first tile that is not of this run
}

func newSprite(l hls.Storyboard) *sprite {
	s := &sprite{layout: l, canvas: image.NewRGBA(image.Rect(0, 0, l.Columns*l.TileWidth, l.Rows()*l.TileHeight))}
	draw.Draw(s.canvas, s.canvas.Bounds(), image.Black, image.Point{}, draw.Src)
	return s
}

// seek goes to the first tile of a run; false if it has none.
func (s *sprite) seek(startMS, endMS int64) bool {
	i := s.layout.IntervalMS
	s.repeatUntil(int((startMS + i - 1) / i))
	s.tile = s.tile[:0]
	s.end = s.layout.Tiles
	if endMS/i < int64(s.end) {
		s.end = int((endMS + i - 1) / i)
	}
	return s.next < s.end
}

// at is the time of the next tile.
func (s *sprite) at() int64 { return int64(s.next) * s.layout.IntervalMS }

func (s *sprite) Write(p []byte) (int, error) {
	n := len(p)
	size := s.layout.TileWidth * s.layout.TileHeight * 4
	for len(p) > 0 {
		k := min(len(p), size-len(s.tile))
		s.tile = append(s.tile, p[:k]...)
		p = p[k:]
		if len(s.tile) == size {
			s.place()
			s.tile = s.tile[:0]
		}
	}
	return n, nil
}

func (s *sprite) place() {
	if s.next >= s.end {
		return
	}
	src := &image.RGBA{Pix: s.tile, Stride: s.layout.TileWidth * 4, Rect: image.Rect(0, 0, s.layout.TileWidth, s.layout.TileHeight)}
	draw.Draw(s.canvas, s.bounds(s.next), src, image.Point{}, draw.Src)
	s.next++
}

func (s *sprite) bounds(n int) image.Rectangle {
	x, y := s.layout.Tile(n)
	return image.Rect(x, y, x+s.layout.TileWidth, y+s.layout.TileHeight)
}

// repeatUntil shows the last picture in tiles for which no frame came.
func (s *sprite) repeatUntil(n int) {
	for n = min(n, s.layout.Tiles); s.next < n; s.next++ {
		if s.next > 0 {
			draw.Draw(s.canvas, s.bounds(s.next), s.canvas, s.bounds(s.next-1).Min, draw.Src)
		}
	}
}

func (s *sprite) encode() ([]byte, error) {
	s.repeatUntil(s.layout.Tiles)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, s.canvas, &jpeg.Options{Quality: 70}); err != nil {
		return nil, fmt.Errorf("encode storyboard: %w", err)
	}
	return out.Bytes(), nil
}

var _ io.Writer = (*sprite)(nil)
