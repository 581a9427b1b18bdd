package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
)

// playback tells what can be played.
type playback interface {
	// Renditions gives those of a clip with their codecs known, the source first.
	Renditions(ctx context.Context, c domain.ClipID) ([]domain.Rendition, error)
	// Rendition reads one with its init segments and segments, in order. KindNotFound.
	Rendition(ctx context.Context, c domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error)
	// InitSegment reads one. KindNotFound.
	InitSegment(ctx context.Context, c domain.ClipID, rendition string, no int) (domain.InitSegment, error)
	// Segment reads one. KindNotFound.
	Segment(ctx context.Context, c domain.ClipID, rendition string, no int) (domain.Segment, error)
	// StoryboardVTT reads the index of the storyboard; empty: not made yet.
	StoryboardVTT(ctx context.Context, c domain.ClipID) (string, error)
}

// registerPlayback adds what players fetch.
func (h *handlers) registerPlayback(r gen.EchoRouter) {
	const at = "/api/v1/clips/:id"
	r.GET(at+"/hls/master.m3u8", h.watching(h.getMasterPlaylist))
	r.GET(at+"/hls/:rendition/:file", h.watching(h.getMediaFile))
	r.GET(at+"/poster.jpg", h.watching(func(c echo.Context, clip domain.Clip) error {
		edits := callerOf(c.Request().Context()).May(domain.ActionEdit, &clip)
		return h.servePicture(c, clip.ShownPoster(edits), "image/jpeg")
	}))
	r.GET("/api/v1/shares/:secret/poster.jpg", h.getSharePoster)
	r.GET(at+"/preview.webp", h.watching(func(c echo.Context, clip domain.Clip) error {
		edits := callerOf(c.Request().Context()).May(domain.ActionEdit, &clip)
		return h.servePicture(c, clip.ShownPreview(edits), "image/webp")
	}))
	r.GET(at+"/storyboard.jpg", h.watching(h.getStoryboardImage))
	r.GET(at+"/storyboard.vtt", h.watching(h.getStoryboard))
	r.GET(at+"/peaks", h.watching(h.getPeaks))
}

// watching lets a request for a clip's media through the gate. It does so for each request: what a
// browser has not kept stops at once when a clip becomes private.
func (h *handlers) watching(next func(echo.Context, domain.Clip) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		clip, err := h.gate(c.Request().Context(), c.Param("id"), domain.ActionWatch)
		if err != nil {
			return err
		}
		return next(c, clip)
	}
}

const playlistType = "application/vnd.apple.mpegurl"

func (h *handlers) getMasterPlaylist(c echo.Context, clip domain.Clip) error {
	all, err := h.offered(c.Request().Context(), &clip, c.QueryParam("original") != "")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return domain.Errorf(domain.KindNotFound, "there is nothing to play yet")
	}
	return serveText(c, playlistType, h.Formats.MasterPlaylist(all))
}

// offered lists the renditions of what is played of a clip; original: of the recording, for who may edit it.
func (h *handlers) offered(ctx context.Context, clip *domain.Clip, original bool) (all []domain.Rendition, err error) {
	switch {
	case clip.Rendered() && (!original || !whole(ctx, clip)):
		all, err = h.Edits.Renditions(ctx, clip.ID)
	case coarsely(ctx, clip):
		var one domain.Rendition
		one, err = h.coarse(ctx, clip)
		all = append(all, one)
	default:
		all, err = h.Playback.Renditions(ctx, clip.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("read renditions: %w", err)
	}
	return all, nil
}

// getMediaFile serves index.m3u8, init-N.mp4 and seg-N.m4s of a rendition.
func (h *handlers) getMediaFile(c echo.Context, clip domain.Clip) error {
	ctx, rendition, file := c.Request().Context(), c.Param("rendition"), c.Param("file")
	// The version of an edit that holds no longer is that of nobody.
	if strings.HasPrefix(rendition, domain.CutPrefix) && !clip.Rendered() {
		return domain.Errorf(domain.KindNotFound, noFile)
	}
	if file == "index.m3u8" {
		return h.mediaPlaylist(c, clip, rendition)
	}
	if no, ok := fileNumber(file, "init-", ".mp4"); ok {
		s, err := h.Playback.InitSegment(ctx, clip.ID, rendition, no)
		if err != nil {
			return named(err, "read init segment", noFile)
		}
		return h.serveObject(c, s.ObjectKey, s.Bytes, "video/mp4")
	}
	if no, ok := fileNumber(file, "seg-", ".m4s"); ok {
		s, err := h.Playback.Segment(ctx, clip.ID, rendition, no)
		if err != nil {
			return named(err, "read segment", noFile)
		}
		if hidden(withheldFrom(ctx, &clip, rendition), &s) {
			return domain.Errorf(domain.KindNotFound, noFile)
		}
		return h.serveObject(c, s.ObjectKey, s.Bytes, "video/mp4")
	}
	return domain.Errorf(domain.KindNotFound, noFile)
}

const noFile = "there is no such file"

// fileNumber reads the number of "seg-12.m4s". Names with a sign or leading zeros are none of ours.
func fileNumber(file, prefix, suffix string) (int, bool) {
	s, ok := strings.CutPrefix(file, prefix)
	if !ok {
		return 0, false
	}
	if s, ok = strings.CutSuffix(s, suffix); !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= 1<<30 && strconv.Itoa(n) == s
}

func (h *handlers) mediaPlaylist(c echo.Context, clip domain.Clip, rendition string) error {
	r, _, segments, err := h.Playback.Rendition(c.Request().Context(), clip.ID, rendition)
	if err != nil {
		return named(err, "read rendition", noFile)
	}
	if spans := withheldFrom(c.Request().Context(), &clip, rendition); len(spans) > 0 {
		segments = shownSegments(segments, spans)
	}
	return serveText(c, playlistType, h.Formats.MediaPlaylist(segments, r.Complete))
}
