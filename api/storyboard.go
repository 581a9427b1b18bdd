package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// The pictures of a storyboard and the peaks of sound stay on the recording's time line; what a clip's edit withholds is taken out
// of them on request.

// withheldPictures are the stretches that the caller must not see; none: serve what is stored.
func withheldPictures(c echo.Context, clip *domain.Clip) []domain.Span {
	if whole(c.Request().Context(), clip) {
		return nil
	}
	return domain.Withheld(clip.Cuts)
}

func (h *handlers) getStoryboard(c echo.Context, clip domain.Clip) error {
	vtt, err := h.Playback.StoryboardVTT(c.Request().Context(), clip.ID)
	if err != nil {
		return fmt.Errorf("read storyboard: %w", err)
	}
	if vtt == "" {
		return domain.Errorf(domain.KindNotFound, "it has not been made yet")
	}
	if cut := withheldPictures(c, &clip); len(cut) > 0 {
		vtt, _ = splitStoryboard(vtt, cut)
	}
	return serveText(c, "text/vtt; charset=utf-8", vtt)
}

func (h *handlers) getStoryboardImage(c echo.Context, clip domain.Clip) error {
	cut := withheldPictures(c, &clip)
	if len(cut) == 0 || clip.StoryboardKey == "" {
		return h.servePicture(c, clip.StoryboardKey, "image/jpeg")
	}
	vtt, err := h.Playback.StoryboardVTT(c.Request().Context(), clip.ID)
	if err != nil {
		return fmt.Errorf("read storyboard: %w", err)
	}
	_, tiles := splitStoryboard(vtt, cut)
	return h.serveChanged(c, clip.StoryboardKey, "image/jpeg", func(b []byte) ([]byte, error) { return blank(b, tiles) })
}

func (h *handlers) getPeaks(c echo.Context, clip domain.Clip) error {
	cut := withheldPictures(c, &clip)
	if len(cut) == 0 || clip.PeaksKey == "" {
		return h.servePicture(c, clip.PeaksKey, "application/json")
	}
	return h.serveChanged(c, clip.PeaksKey, "application/json", func(b []byte) ([]byte, error) { return silenced(b, cut, clip.DurationMS) })
}

// serveChanged serves a small object that is changed on the way. Its version is that of what comes out.
func (h *handlers) serveChanged(c echo.Context, key, contentType string, change func([]byte) ([]byte, error)) error {
	body, err := h.Objects.Get(c.Request().Context(), key)
	if err != nil {
		return missing(err)
	}
	b, err := io.ReadAll(io.LimitReader(body, maxPicture))
	if err := errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("read object: %w", err)
	}
	if b, err = change(b); err != nil {
		return err
	}
	setCaching(c, domain.ObjectVersion(string(b)))
	return serveContent(c, contentType, bytes.NewReader(b), func() error { return nil })
}

// splitStoryboard takes the pictures out of a storyboard's index that share time with what is cut, and tells where they are on the sheet.
func splitStoryboard(vtt string, cut []domain.Span) (kept string, tiles []image.Rectangle) {
	var out []string
	for block := range strings.SplitSeq(vtt, "\n\n") {
		span, tile, ok := storyboardCue(block)
		if ok && domain.Overlap(cut, span) {
			tiles = append(tiles, tile)
			continue
		}
		out = append(out, block)
	}
	return strings.Join(out, "\n\n"), tiles
}

// storyboardCue reads "00:00:00.000 --> 00:00:04.000" and "storyboard.jpg#xywh=0,0,160,90" of one block.
func storyboardCue(block string) (span domain.Span, tile image.Rectangle, ok bool) {
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if from, to, is := strings.Cut(line, " --> "); is {
			span = domain.Span{StartMS: vttMS(from), EndMS: vttMS(to)}
		} else if _, at, is := strings.Cut(line, "#xywh="); is {
			var v [4]int
			for i, s := range strings.SplitN(at, ",", 4) {
				v[i], _ = strconv.Atoi(s) // our own writing
			}
			tile, ok = image.Rect(v[0], v[1], v[0]+v[2], v[1]+v[3]), true
		}
	}
	return span, tile, ok
}

// vttMS reads 00:00:04.000.
func vttMS(s string) int64 {
	h, rest, _ := strings.Cut(s, ":")
	m, sec, _ := strings.Cut(rest, ":")
	d, err := time.ParseDuration(h + "h" + m + "m" + sec + "s")
	if err != nil {
		return 0
	}
	return d.Milliseconds()
}

// blank paints tiles of a sheet black.
func blank(sheet []byte, tiles []image.Rectangle) ([]byte, error) {
	picture, err := jpeg.Decode(bytes.NewReader(sheet))
	if err != nil {
		return nil, fmt.Errorf("read storyboard: %w", err)
	}
	out := image.NewRGBA(picture.Bounds())
	draw.Draw(out, out.Bounds(), picture, picture.Bounds().Min, draw.Src)
	for _, t := range tiles {
		draw.Draw(out, t, image.Black, image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("write storyboard: %w", err)
	}
	return b.Bytes(), nil
}

// silenced takes the sound of what is cut out of the peaks.
func silenced(b []byte, cut []domain.Span, durationMS int64) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("read peaks: %w", err)
	}
	peaks, _ := all["peaks"].([]any)
	for i := range peaks {
		n := int64(len(peaks))
		if domain.Overlap(cut, domain.Span{StartMS: int64(i) * durationMS / n, EndMS: (int64(i) + 1) * durationMS / n}) {
			peaks[i] = 0
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("write peaks: %w", err)
	}
	return out, nil
}
