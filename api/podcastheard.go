package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/reel"
)

const (
	// leastFetch is less than what programs fetch to hear it: what is shorter looks whether a file is there.
	leastFetch = 1024
	// noteTime bounds noting what was fetched by who may be gone by then.
	noteTime = 10 * time.Second
)

func podcastOf(p domain.Podcast) gen.Podcast {
	return gen.Podcast{Exists: true, CreatedAt: utc(p.CreatedAt), LastUsedAt: utc(p.LastUsedAt), NotesHeard: &p.NotesHeard}
}

func (h *handlers) UpdatePodcast(ctx context.Context, r gen.UpdatePodcastRequestObject) (gen.UpdatePodcastResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Podcasts.SetNotesHeard(ctx, who.Viewer, r.Body.NotesHeard); err != nil {
		return nil, named(err, "change feed", "you have no feed")
	}
	p, err := h.Podcasts.Get(ctx, who.Viewer)
	if err != nil {
		return nil, named(err, "read feed", "you have no feed")
	}
	return gen.UpdatePodcast200JSONResponse(podcastOf(p)), nil
}

// noteFetched notes what of an episode has just been sent, and all that it holds as heard once that was its last part: but for what is asked of
// the listener and still open, because a program fetches much that nobody hears, and a reel never drops an ask.
func (h *handlers) noteFetched(c echo.Context, who caller, clip *domain.Clip, sound domain.Sound) error {
	from, to := sent(c, sound.Bytes)
	if to-from < leastOf(sound.Bytes) && (to != sound.Bytes || to-from < 2) {
		return nil
	}
	// Who hung up goes on later from where they were.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), noteTime)
	defer cancel()
	whole, err := h.Podcasts.Fetched(ctx, who.Viewer, sound, from, to)
	if err != nil || !whole {
		return named(err, "note what was fetched", noFeed)
	}
	asked, err := h.Asks.List(ctx, who.WorkspaceID, domain.AskFilter{Owner: who.AccountID, Open: true})
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	var open []domain.Span
	for _, a := range asked {
		if a.Source.ClipID == clip.ID {
			open = append(open, stretchOf(a.Source))
		}
	}
	if err := h.Rounds.AddHeard(ctx, who.AccountID, clip.ID, reel.Without(clip.Kept(), open)); err != nil {
		return named(err, "note what was heard", noClip)
	}
	return nil
}

// leastOf is the shortest part of a file that is fetched to be heard; never a single byte.
func leastOf(size int64) int64 { return max(2, min(leastFetch, size/100)) }

// sent tells which bytes of a file the answer that was given holds; none: of an answer without one, or with several parts at once.
func sent(c echo.Context, size int64) (from, to int64) {
	res := c.Response()
	switch {
	case c.Request().Method != http.MethodGet:
		return 0, 0
	case res.Status == http.StatusOK:
	case res.Status == http.StatusPartialContent:
		if _, err := fmt.Sscanf(res.Header().Get("Content-Range"), "bytes %d-", &from); err != nil {
			return 0, 0
		}
	default:
		return 0, 0
	}
	return from, min(from+res.Size, size)
}
