package jobs

import (
	"context"
	"errors"
	"fmt"

	"baton/domain"
	"baton/transcode"
)

// edit makes the exact version of the edit that holds, or removes that of one that holds no longer. An edit that comes meanwhile queues a
// step of its own, and what was made of this one is thrown away.
func (r *Runner) edit(ctx context.Context, clip domain.Clip, report func(float64)) error {
	if clip.Rendered() {
		return nil
	}
	made := domain.RenderedEdit{No: clip.EditNo}
	if len(clip.Cuts) == 0 {
		return r.publishEdit(ctx, clip, made)
	}
	return r.withTake(ctx, clip, func(take transcode.Take) error {
		all, err := r.Tools.Cut(ctx, take, clip.Kept(), func(s float64) { report(0.95 * s) })
		if err != nil {
			return err //nolint:wrapcheck // carries the words for people
		}
		attempt := newAttempt()
		for _, m := range all {
			stored, err := r.store(ctx, clip, m, attempt)
			if err != nil {
				return errors.Join(err, r.drop(ctx, keysOf(made)))
			}
			made.Renditions = append(made.Renditions, domain.MadeRendition{Rendition: stored.rendition, Inits: stored.inits, Segments: stored.segments})
		}
		if take.HasVideo() {
			if made.PosterKey, err = r.cutPoster(ctx, clip, all[0], attempt); err != nil {
				return errors.Join(err, r.drop(ctx, keysOf(made)))
			}
		}
		return r.publishEdit(ctx, clip, made)
	})
}

// publishEdit shows it, and removes what nothing points at.
func (r *Runner) publishEdit(ctx context.Context, clip domain.Clip, made domain.RenderedEdit) error {
	replaced, err := r.Store.PublishEdit(ctx, clip.ID, made)
	if domain.KindOf(err) == domain.KindConflict {
		return errors.Join(errSuperseded, r.drop(ctx, keysOf(made)))
	} else if err != nil {
		return errors.Join(fmt.Errorf("publish edit: %w", err), r.drop(ctx, keysOf(made)))
	}
	if err := r.Store.QueueSound(ctx, clip); err != nil {
		return fmt.Errorf("queue sound: %w", err)
	}
	return r.drop(ctx, replaced)
}

// cutPoster takes a picture from what was made, so that it shows nothing that was cut out.
func (r *Runner) cutPoster(ctx context.Context, clip domain.Clip, made transcode.Rendition, attempt string) (key string, err error) {
	box, err := r.Tools.Box()
	if err != nil {
		return "", err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	take, err := r.Tools.OpenMade(ctx, box, made)
	if err != nil {
		return "", err //nolint:wrapcheck // says what it did
	}
	picture, err := r.Tools.Poster(ctx, take)
	if err != nil {
		return "", err //nolint:wrapcheck // says what it did
	}
	key = r.Keys.Poster(clip.WorkspaceID, clip.ID, attempt)
	if err := r.Media.Put(ctx, key, "image/jpeg", picture); err != nil {
		return "", fmt.Errorf("store poster: %w", err)
	}
	return key, nil
}

// keysOf are the objects of an exact version.
func keysOf(e domain.RenderedEdit) []string {
	var keys []string
	for _, m := range e.Renditions {
		keys = append(keys, published{inits: m.Inits, segments: m.Segments}.keys()...)
	}
	if e.PosterKey != "" {
		keys = append(keys, e.PosterKey)
	}
	return keys
}
