package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"baton/domain"
	"baton/transcode"
)

// thumbnails makes the poster, the storyboard and the speech ribbon's peaks.
func (r *Runner) thumbnails(ctx context.Context, clip domain.Clip, report func(float64)) error {
	return r.withTake(ctx, clip, func(take transcode.Take) error {
		attempt := newAttempt()
		var pics domain.Pictures
		var err error
		if take.HasVideo() {
			if pics, err = r.pictures(ctx, clip, take, attempt, report); err != nil {
				return err
			}
		}
		if take.HasAudio() {
			peaks, err := r.Tools.Peaks(ctx, take, clip.DurationMS, func(s float64) { report(0.7 + 0.3*s) })
			if err != nil {
				return err //nolint:wrapcheck // says what it did
			}
			pics.PeaksKey = r.Keys.Peaks(clip.WorkspaceID, clip.ID, attempt)
			if err := r.Media.Put(ctx, pics.PeaksKey, "application/json", peaks.JSON()); err != nil {
				return fmt.Errorf("store peaks: %w", err)
			}
		}
		if err := r.current(ctx, clip); err != nil {
			return errors.Join(err, r.drop(ctx, pics.Keys()))
		}
		replaced, err := r.Store.SetPictures(ctx, clip.ID, pics)
		if err != nil {
			return fmt.Errorf("publish pictures: %w", err)
		}
		return r.drop(ctx, replaced)
	})
}

func (r *Runner) pictures(ctx context.Context, clip domain.Clip, take transcode.Take, attempt string, report func(float64)) (domain.Pictures, error) {
	var pics domain.Pictures
	poster, err := r.Tools.Poster(ctx, take)
	if err != nil {
		return pics, err //nolint:wrapcheck // says what it did
	}
	report(0.2)
	board, err := r.Tools.Storyboard(ctx, take, func(s float64) { report(0.2 + 0.5*s) })
	if err != nil {
		return pics, err //nolint:wrapcheck // says what it did
	}
	pics.PosterKey = r.Keys.Poster(clip.WorkspaceID, clip.ID, attempt)
	pics.StoryboardKey = r.Keys.Storyboard(clip.WorkspaceID, clip.ID, attempt)
	pics.StoryboardVTT = board.Layout.VTT("storyboard.jpg", take.DurationMS())
	if err := r.Media.Put(ctx, pics.PosterKey, "image/jpeg", poster); err != nil {
		return pics, fmt.Errorf("store poster: %w", err)
	}
	if err := r.Media.Put(ctx, pics.StoryboardKey, "image/jpeg", board.JPEG); err != nil {
		return pics, fmt.Errorf("store storyboard: %w", err)
	}
	return pics, r.preview(ctx, clip, take, attempt, &pics)
}

// preview adds a few seconds that move. A clip is well without: where none can be made, the poster stands for it.
func (r *Runner) preview(ctx context.Context, clip domain.Clip, take transcode.Take, attempt string, pics *domain.Pictures) error {
	moving, err := r.Tools.Preview(ctx, take)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller's own
		}
		r.Log.WarnContext(ctx, "no animated preview", slog.String("clip_id", string(clip.ID)), slog.Any("error", err))
		return nil
	}
	pics.PreviewKey = r.Keys.Preview(clip.WorkspaceID, clip.ID, attempt)
	if err := r.Media.Put(ctx, pics.PreviewKey, "image/webp", moving); err != nil {
		return fmt.Errorf("store preview: %w", err)
	}
	return nil
}
