package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/domain"
)

// downloadClip streams a clip as one fragmented MP4 file: the header of a rendition and its segments, one after the other.
func (h *handlers) downloadClip(c echo.Context) error {
	ctx := c.Request().Context()
	clip, err := h.gate(ctx, c.Param("id"), domain.ActionDownload)
	if err != nil {
		return err
	}
	keys, size, err := h.fileOf(ctx, &clip, c.QueryParam("original") != "")
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Content-Type", "video/mp4")
	header.Set("Content-Disposition", attachment(clip.Title, "mp4"))
	header.Set("Cache-Control", asking)
	header.Set("Content-Length", strconv.FormatInt(size, 10))
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	rc := http.NewResponseController(c.Response())
	defer func() { _ = rc.SetWriteDeadline(time.Time{}) }()
	for _, key := range keys {
		_ = rc.SetWriteDeadline(time.Now().Add(2 * stallTime)) // unsupported by test recorders only
		if err := h.copyObject(ctx, c.Response(), key); err != nil {
			return err
		}
	}
	return nil
}

// fileOf chooses the rendition that most programs play: H.264 with AAC, of those the largest; otherwise the source. One whose header
// changes on the way is none that can be played as a file.
// Of an edited clip it is the exact version; original: the recording, for who may edit it.
func (h *handlers) fileOf(ctx context.Context, clip *domain.Clip, original bool) (keys []string, size int64, err error) {
	cutOnly := len(clip.Cuts) > 0 && (!original || !whole(ctx, clip))
	if cutOnly && !clip.Rendered() {
		return nil, 0, domain.Errorf(domain.KindConflict, "this clip was edited: the new version can be downloaded when it is made")
	}
	all, err := h.offered(ctx, clip, original)
	if err != nil {
		return nil, 0, err
	}
	name, best := "source", int64(-1)
	for _, r := range all {
		// An exact version without sound is still the only one that may be had: the source holds what was cut out.
		if (cutOnly || strings.Contains(r.Codecs, "mp4a")) && r.Complete && r.Bandwidth > best {
			name, best = r.Name, r.Bandwidth
		}
	}
	if cutOnly && best < 0 {
		return nil, 0, domain.Errorf(domain.KindNotFound, "there is nothing to download yet")
	}
	_, inits, segments, err := h.Playback.Rendition(ctx, clip.ID, name)
	if err != nil {
		return nil, 0, named(err, "read rendition", "there is nothing to download yet")
	}
	if len(inits) == 0 || len(segments) == 0 {
		return nil, 0, domain.Errorf(domain.KindNotFound, "there is nothing to download yet")
	}
	if len(inits) > 1 {
		return nil, 0, domain.Errorf(domain.KindConflict, "this clip can be downloaded when its renditions are made")
	}
	keys, size = append(keys, inits[0].ObjectKey), inits[0].Bytes
	for _, s := range segments {
		keys, size = append(keys, s.ObjectKey), size+s.Bytes
	}
	return keys, size, nil
}

func (h *handlers) copyObject(ctx context.Context, w io.Writer, key string) error {
	body, err := h.Objects.Get(ctx, key)
	if err != nil {
		return missing(err)
	}
	_, err = io.Copy(w, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("stream object: %w", err)
	}
	return nil
}
